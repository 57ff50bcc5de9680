//! Why a server did not do what it was asked, sorted by what helps.

use crate::Error;
use crate::wire::ErrorCode;
use crate::words::{Words, sayings};

/// What went wrong between this computer and a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Which kind of failure.
    pub kind: FaultKind,
    /// One plain sentence that names the server; holds no secret.
    pub message: Words,
}

/// The kinds of failure that call for different remedies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The name cannot be resolved.
    UnknownHost,
    /// Nobody answers: refused, reset, no route.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// TLS was expected and not spoken, or the certificate is not trusted.
    Tls,
    /// The server answers that it cannot now: starting, restarting, overloaded, rate limited.
    Busy,
    /// The server failed at its own work.
    ServerFailed,
    /// Disk full, quota reached, or writing is denied by the server's state.
    ReadOnly,
    /// Wrong user, password, token or key.
    SignIn,
    /// This computer's clock and the server's differ by too much.
    ClockSkew,
    /// Signed in, but not allowed.
    Denied,
    /// The database, collection or bucket does not exist.
    Missing,
    /// The collection was made for another model, or by another program.
    Mismatch,
    /// The bucket lies in another region than the settings say.
    WrongRegion,
    /// Something answers there, and it is no server of this kind.
    Foreign,
    /// The library lies elsewhere than when it was last synced: it was moved, or this is a copy.
    Displaced,
    /// The server is too old.
    TooOld,
    /// The server refuses this very request; no other try will do.
    Refused,
    /// The work was given up because the program is closing.
    Stopped,
}

impl Fault {
    /// A fault with one plain sentence.
    pub fn new(kind: FaultKind, message: impl Into<Words>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Whether it may pass by itself, so that trying again later is the remedy.
    pub fn is_passing(&self) -> bool {
        use FaultKind::{Busy, ReadOnly, ServerFailed, TimedOut, UnknownHost, Unreachable};
        matches!(self.kind, UnknownHost | Unreachable | TimedOut | Busy | ServerFailed | ReadOnly)
    }

    /// Whether it concerns the connection as a whole and not one request.
    pub fn is_global(&self) -> bool {
        self.kind != FaultKind::Refused
    }

    /// The kind as programs know it.
    pub fn code(&self) -> &'static str {
        match self.kind {
            FaultKind::UnknownHost => "unknown-host",
            FaultKind::Unreachable => "unreachable",
            FaultKind::TimedOut => "timed-out",
            FaultKind::Tls => "tls",
            FaultKind::Busy => "busy",
            FaultKind::ServerFailed => "server-failed",
            FaultKind::ReadOnly => "read-only",
            FaultKind::SignIn => "sign-in",
            FaultKind::ClockSkew => "clock-skew",
            FaultKind::Denied => "denied",
            FaultKind::Missing => "missing",
            FaultKind::Mismatch => "mismatch",
            FaultKind::WrongRegion => "wrong-region",
            FaultKind::Foreign => "foreign",
            FaultKind::Displaced => "displaced",
            FaultKind::TooOld => "too-old",
            FaultKind::Refused => "refused",
            FaultKind::Stopped => "stopped",
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Words {
        match self.kind {
            FaultKind::UnknownHost => sayings::check_host(),
            FaultKind::Unreachable => sayings::check_port(),
            FaultKind::TimedOut => sayings::check_firewall(),
            FaultKind::Tls => sayings::check_scheme(),
            FaultKind::Busy => sayings::tried_again(),
            FaultKind::ServerFailed => sayings::look_at_log(),
            FaultKind::ReadOnly => sayings::free_space_there(),
            FaultKind::SignIn => sayings::enter_secrets(),
            FaultKind::ClockSkew => sayings::set_clock(),
            FaultKind::Denied => sayings::give_rights(),
            FaultKind::Missing => sayings::create_it(),
            FaultKind::Mismatch => sayings::name_other_collection(),
            FaultKind::WrongRegion => sayings::name_region(),
            FaultKind::Displaced => sayings::say_moved_or_copied(),
            FaultKind::Foreign => sayings::check_what_listens(),
            FaultKind::TooOld => sayings::update_milvus(),
            FaultKind::Refused => sayings::look_at_message(),
            FaultKind::Stopped => sayings::start_again(),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let code = match fault.kind {
            FaultKind::Stopped => ErrorCode::Cancelled,
            _ => ErrorCode::RemoteFailed,
        };
        Self::new(code, fault.message.clone()).with_hint(fault.hint())
    }
}
