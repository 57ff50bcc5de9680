//! The engine's error: a code to act on, a message that says what happened, a hint that says what to do.

use std::io::ErrorKind;
use std::path::Path;

use crate::wire::{ErrorCode, ErrorReply};
use crate::words::{Words, sayings};

/// Result of every fallible call of the engine.
pub type Result<T> = std::result::Result<T, Error>;

/// An error that a host can show as it is.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    code: ErrorCode,
    message: Words,
    hint: Option<Words>,
}

impl Error {
    /// An error of this kind with one plain sentence that names the file or field.
    pub fn new(code: ErrorCode, message: impl Into<Words>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A request field that is out of range or malformed.
    pub fn invalid(message: impl Into<Words>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// A fault of our own: something that the engine promised itself does not hold.
    pub fn internal(message: impl Into<Words>) -> Self {
        Self::new(ErrorCode::Internal, message).with_hint("This is a fault in Lookalike; please report it with this message.")
    }

    /// A write was asked of an engine opened for reading.
    pub(crate) fn read_only() -> Self {
        Self::new(ErrorCode::ReadOnly, "this library is open for reading only")
            .with_hint("Another Lookalike is writing to it; do this there, or close it first.")
    }

    /// A photo or folder that is not there.
    pub(crate) fn missing(path: &Path) -> Self {
        Self::new(ErrorCode::NotFound, sayings::does_not_exist(path))
    }

    /// What kind of failure this is.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What happened, as it can be said in other languages.
    pub fn words(&self) -> &Words {
        &self.message
    }

    /// What the user can do about it, where there is something.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_ref().map(Words::as_str)
    }

    /// As [`Error::hint`], as it can be said in other languages.
    pub fn hint_words(&self) -> Option<&Words> {
        self.hint.as_ref()
    }

    /// The error as it crosses to a host.
    pub fn reply(&self) -> ErrorReply {
        let (message, message_said) = self.message.clone().into_parts();
        let (hint, hint_said) = Words::optional_parts(self.hint.clone());
        ErrorReply { code: self.code, message, hint, message_said, hint_said }
    }
}

impl From<Error> for ErrorReply {
    fn from(error: Error) -> Self {
        error.reply()
    }
}

impl From<std::io::Error> for Error {
    /// I/O goes through `fs_err`, so the message names the path.
    fn from(source: std::io::Error) -> Self {
        let error = Self::new(ErrorCode::Io, &source);
        match source.kind() {
            ErrorKind::StorageFull => error.with_hint("Free some space on the disk, and try again."),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                error.with_hint("Check that it may be read and written, or use another data directory: --data-dir DIRECTORY")
            }
            _ => error,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Sql;
        let message = format!("the catalog could not be read or written: {source}");
        match source.sqlite_error_code() {
            Some(Sql::SystemIoFailure) => {
                Self::new(ErrorCode::Io, message).with_hint("Check that the disk that holds the library data is there, sound, and not full.")
            }
            Some(Sql::DiskFull) => Self::new(ErrorCode::Io, message).with_hint("Free some space on the disk that holds the library data."),
            Some(Sql::DatabaseCorrupt | Sql::NotADatabase) => {
                Self::new(ErrorCode::CatalogUnusable, message).with_hint("Move the data directory aside and index again; your photos are not touched.")
            }
            _ => Self::new(ErrorCode::Io, message),
        }
    }
}
