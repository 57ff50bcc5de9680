//! The engine of Lookalike: folders in, look-alikes out.
//!
//! It watches folders, turns each picture into an embedding, keeps an index of them, and answers searches. It knows no
//! window, no HTTP and no command line: hosts open an [`Engine`], send the plain-data requests of [`wire`] and show its
//! replies and events.
//!
//! In reading order: [`engine`] is the facade; [`library`] says what changed on disk; [`pipeline`] turns that into
//! commits, by way of [`media`] (decoding) and [`embed`] (the model, which [`models`] finds); [`catalog`] is the truth, [`index`] finds
//! neighbours, [`search`] turns them into pages. Where a Milvus and an object store are connected ([`settings`]), [`sync`]
//! keeps them in step, by way of [`remote`], [`index::milvus`] and [`objects`]. [`fetch`] gets a picture from a web address;
//! [`incoming`] compares a folder with the library before it is imported.

pub mod embed;
pub mod engine;
pub mod error;
pub mod index;
pub mod media;
pub mod models;
pub mod objects;
pub mod remote;
pub mod settings;
pub mod wire;
pub mod words;

mod catalog;
mod duplicates;
mod fetch;
mod incoming;
mod library;
mod parallel;
mod pipeline;
mod search;
mod sync;
mod turns;

pub use embed::ModelSource;
pub use engine::{Access, Config, Engine, MAX_ADDED, Original, default_data_dir};
pub use error::{Error, Result};
pub use fetch::Fetched;
pub use models::Catalogue;
pub use search::SearchTerms;
pub use settings::{Keychain, SecretAccess};
