//! Why a server did not do what it was asked, sorted by what helps.

use crate::Error;
use crate::wire::ErrorCode;

/// What went wrong between this computer and a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Which kind of failure.
    pub kind: FaultKind,
    /// One plain sentence that names the server; holds no secret.
    pub message: String,
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
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
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
    pub fn hint(&self) -> &'static str {
        match self.kind {
            FaultKind::UnknownHost => "Check the spelling of the host, and that this computer is on its network.",
            FaultKind::Unreachable => "Check that the server runs and that the port is right (Milvus: 19530; S3: often 9000 or 3900).",
            FaultKind::TimedOut => "The server is slow, or a firewall swallows the connection; check host and port.",
            FaultKind::Tls => "Use https where the server speaks TLS and http where it does not; for a private certificate name its authority (own CA).",
            FaultKind::Busy => "The server is starting or overloaded; it is tried again by itself.",
            FaultKind::ServerFailed => "Look at the server's own log.",
            FaultKind::ReadOnly => "Free disk space or raise the quota on the server; it is tried again by itself.",
            FaultKind::SignIn => "Enter the user and password, token or keys again: lookalike connect.",
            FaultKind::ClockSkew => "Set this computer's clock (or the server's): signatures are valid for minutes only.",
            FaultKind::Denied => "Give these credentials the right to read and write there, or use others.",
            FaultKind::Missing => "Create it on the server, or name another.",
            FaultKind::Mismatch => "Name another collection: lookalike connect --collection NAME.",
            FaultKind::WrongRegion => "Name the region that the bucket lies in, or that the server's configuration says: lookalike connect --region NAME.",
            FaultKind::Displaced => {
                "If it was moved, say so: lookalike connect --moved. If it is a copy and the other one is still in use: lookalike connect --copied."
            }
            FaultKind::Foreign => "Check host and port: another program listens there (S3: often 9000 or 3900).",
            FaultKind::TooOld => "Milvus 2.3 or newer is needed.",
            FaultKind::Refused => "Look at the message; if it makes no sense, please report it.",
            FaultKind::Stopped => "Start it again; nothing is lost.",
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
