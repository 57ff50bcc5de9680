//! What Milvus and object store have in common: addresses, faults in words that a person can act on, back-off, the
//! runtime that their clients need, and the look at name, TCP and TLS that a connection test begins with.
//! Knows no picture and no catalog.

mod address;
mod backoff;
mod fault;
pub(crate) mod probe;
mod runtime;

pub use address::Address;
pub(crate) use backoff::Backoff;
pub use fault::{Fault, FaultKind};
pub use runtime::Runtime;
