//! Keeps a remote in step with this computer: what changed is in the catalog's outbox, and is sent object first, then
//! vector row. Everything is idempotent by content, so whatever is cut short is simply done again.
//!
//! In reading order: [`keys`] names objects, [`link`] opens the servers, [`drain`] sends what is due and
//! asks [`namers`], and through it [`claims`], before it removes, [`worker`] does that
//! in the background, [`verify`] compares and mends, [`test`] tries a connection step by step.

mod claims;
mod drain;
mod keys;
mod link;
mod namers;
mod test;
mod upload;
mod verify;
mod verify_objects;
mod worker;

pub(crate) use drain::{Drain, Step};
pub(crate) use keys::content_of;
pub(crate) use link::{Link, LinkPlan};
pub(crate) use test::test;
pub(crate) use verify::{Verify, VerifyOptions};
pub(crate) use worker::{Parts as SyncParts, Worker, drain_until_done, status_at_rest};

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis() as i64)
}

/// Seconds since 1970.
fn now() -> i64 {
    now_ms() / 1000
}
