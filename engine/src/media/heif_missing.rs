//! Stands in for `heif.rs` in a build without libheif: refuses HEIC, HEIF and
//! AVIF with a word on what is missing.

use super::{DecodeError, Decoded, Format, Limits, Support};
use crate::words::sayings;

const MISSING: &str = "Build Lookalike with its `heif` feature, which needs libheif (on Debian and Ubuntu the package libheif-dev).";

/// Says what is missing.
pub(super) fn decode(format: Format, _bytes: &[u8], _limits: &Limits) -> Result<Decoded<'static>, DecodeError> {
    Err(DecodeError::Unsupported { what: sayings::pictures_of_format(format.name()), hint: Some(MISSING) })
}

/// Never.
pub(super) fn support(_format: Format) -> Support {
    Support::No(MISSING)
}
