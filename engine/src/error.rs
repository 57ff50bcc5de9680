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
        Self::new(ErrorCode::Internal, message).with_hint(sayings::report_fault())
    }

    /// A write was asked of an engine opened for reading.
    pub(crate) fn read_only() -> Self {
        Self::new(ErrorCode::ReadOnly, sayings::library_read_only()).with_hint(sayings::write_there())
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
            ErrorKind::StorageFull => error.with_hint(sayings::free_and_retry()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => error.with_hint(sayings::check_access()),
            _ => error,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Sql;
        let message = sayings::catalog_failed(source.to_string());
        match source.sqlite_error_code() {
            Some(Sql::SystemIoFailure) => Self::new(ErrorCode::Io, message).with_hint(sayings::check_library_disk()),
            Some(Sql::DiskFull) => Self::new(ErrorCode::Io, message).with_hint(sayings::free_library_disk()),
            Some(Sql::DatabaseCorrupt | Sql::NotADatabase) => Self::new(ErrorCode::CatalogUnusable, message).with_hint(sayings::move_data_dir_aside()),
            _ => Self::new(ErrorCode::Io, message),
        }
    }
}
