//! Which pictures show the same: [`finder`] compares each with all others in the background, [`groups`] puts the pairs that it
//! found into groups and says which member to keep. Knows no host and moves no file.

mod finder;
mod groups;

pub(crate) use finder::{Finder, Parts};
pub(crate) use groups::{Group, groups, identical};
