//! Folders on disk: what to look at (rules), what has changed (scan), when to look (watch).

pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod watch;
