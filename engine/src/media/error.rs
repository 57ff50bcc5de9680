//! Why a file gave no picture, in words for the person whose photo it is.

/// Why a file could not be turned into a picture.
///
/// `Display` is one plain sentence without the file's name; the caller adds it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The bytes are those of no picture format that we know.
    #[error("this is not a picture{}", .found.map(|what| format!(" but {what}")).unwrap_or_default())]
    NotAPicture {
        /// What it seems to be instead, with its article.
        found: Option<&'static str>,
    },
    /// A picture, of a format or kind that this build cannot read.
    #[error("{what} cannot be read by this copy of Lookalike")]
    Unsupported {
        /// Which format or kind, as the beginning of a sentence.
        what: String,
        /// What would make it readable.
        hint: Option<&'static str>,
    },
    /// The file stops before the picture is complete.
    #[error("the file ends too early: part of the picture is missing")]
    Truncated,
    /// The file has more bytes than [`Limits::max_bytes`](super::Limits::max_bytes).
    #[error("the file is too large ({} MiB, the limit is {} MiB)", .bytes >> 20, .limit >> 20)]
    FileTooLarge {
        /// Size of the file.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The picture has more pixels, or a longer side, than the limits allow.
    #[error("the picture is too large ({width} × {height} pixels, the limit is {} megapixels)", .limit / 1_000_000)]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The limit in pixels.
        limit: u64,
    },
    /// Decoding would take more memory than [`Limits::max_memory`](super::Limits::max_memory).
    #[error("the picture needs too much memory to decode (the limit is {} MiB)", .limit >> 20)]
    TooMuchMemory {
        /// The limit in bytes.
        limit: u64,
    },
    /// The content breaks the rules of its format.
    #[error("the picture is damaged ({0})")]
    Malformed(String),
}

impl DecodeError {
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
