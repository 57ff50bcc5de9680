//! Why a file gave no picture, in words for the person whose photo it is.

use std::fmt;

use crate::words::{Words, sayings};

/// Why a file could not be turned into a picture.
///
/// `Display` is one plain sentence without the file's name; the caller adds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file has no bytes.
    Empty,
    /// The bytes are those of no picture format that we know.
    NotAPicture {
        /// What it seems to be instead, with its article.
        found: Option<Words>,
    },
    /// A picture, of a format or kind that this build cannot read.
    Unsupported {
        /// Which format or kind, as the beginning of a sentence.
        what: Words,
        /// What would make it readable.
        hint: Option<&'static str>,
    },
    /// The file stops before the picture is complete.
    Truncated,
    /// The file has more bytes than [`Limits::max_bytes`](super::Limits::max_bytes).
    FileTooLarge {
        /// Size of the file.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The picture has more pixels, or a longer side, than the limits allow.
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The limit in pixels.
        limit: u64,
    },
    /// Decoding would take more memory than [`Limits::max_memory`](super::Limits::max_memory).
    TooMuchMemory {
        /// The limit in bytes.
        limit: u64,
    },
    /// The content breaks the rules of its format.
    Malformed(String),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(out)
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    /// The reason as it can be said in other languages.
    #[must_use]
    pub(crate) fn words(&self) -> Words {
        match self {
            Self::Empty => sayings::empty(),
            Self::NotAPicture { found: None } => sayings::no_picture(),
            Self::NotAPicture { found: Some(found) } => sayings::another_thing(found),
            Self::Unsupported { what, .. } => sayings::not_readable_here(what),
            Self::Truncated => sayings::ends_too_early(),
            Self::FileTooLarge { bytes, limit } => sayings::file_too_large(bytes >> 20, limit >> 20),
            Self::TooLarge { width, height, limit } => sayings::too_many_pixels(*width, *height, limit / 1_000_000),
            Self::TooMuchMemory { limit } => sayings::too_much_memory(limit >> 20),
            Self::Malformed(cause) => sayings::damaged(cause),
        }
    }

    /// Stable name of the reason, in kebab case, for lists and filters.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAPicture { .. } => "not-a-picture",
            Self::Unsupported { .. } => "format-not-supported",
            Self::Truncated => "truncated",
            Self::FileTooLarge { .. } | Self::TooLarge { .. } | Self::TooMuchMemory { .. } => "too-large",
            Self::Malformed(_) => "damaged",
        }
    }

    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unsupported { hint, .. } => *hint,
            Self::Truncated => Some("If it is still being copied or downloaded, it will be read again when that is finished."),
            _ => None,
        }
    }

    /// Damage described by the decoder that found it.
    pub(super) fn malformed(cause: impl std::fmt::Display) -> Self {
        Self::Malformed(cause.to_string())
    }
}
