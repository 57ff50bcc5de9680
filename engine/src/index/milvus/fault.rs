//! Milvus's errors in our words.

use milvus::v2::error::{Error, ServerError};

use crate::remote::{Fault, FaultKind};
use crate::words::{Words, sayings};

/// What an error of the client means. `server`: how the server is called in messages.
pub(super) fn translate(server: &Words, error: Error) -> Fault {
    match error {
        Error::Server(error) => of_server(server, &error),
        Error::RetryExhausted { source, .. } => translate(server, *source),
        Error::Timeout(_) => Fault::new(FaultKind::TimedOut, sayings::no_answer_in_time(server)),
        Error::Grpc(status) => {
            // The numbers of gRPC's status codes; naming the type would tie us to the client's own version of tonic.
            let kind = match status.code() as i32 {
                _ if status.message().contains("Timeout expired") => FaultKind::TimedOut,
                4 => FaultKind::TimedOut,
                7 => FaultKind::Denied,
                8 => FaultKind::Busy,
                12 => FaultKind::TooOld,
                14 => FaultKind::Unreachable,
                16 => FaultKind::SignIn,
                _ if is_transport(status.message()) => FaultKind::Unreachable,
                _ => FaultKind::ServerFailed,
            };
            let words = match kind {
                FaultKind::TimedOut => sayings::no_answer_in_time(server),
                FaultKind::SignIn => sayings::sign_in_refused(server),
                FaultKind::Denied => sayings::not_allowed(server),
                FaultKind::Unreachable => sayings::unreachable(server),
                FaultKind::TooOld => sayings::request_unknown(server),
                _ => sayings::server_failed(server, first_line(status.message())),
            };
            Fault::new(kind, words)
        }
        Error::Validation(error) => Fault::new(FaultKind::Refused, sayings::request_not_valid(server, error.to_string())),
        Error::Conversion(error) => Fault::new(FaultKind::Refused, sayings::request_not_written(server, error.to_string())),
        other => Fault::new(FaultKind::ServerFailed, sayings::server_failed(server, first_line(&other.to_string()))),
    }
}

fn of_server(server: &Words, error: &ServerError) -> Fault {
    let reason = first_line(error.reason());
    let lower = reason.to_lowercase();
    let kind = match error.code() {
        _ if lower.contains("rate limit") => FaultKind::Busy,
        _ if lower.contains("quota") || lower.contains("deny to write") || lower.contains("force deny") => FaultKind::ReadOnly,
        3 | 7 | 9 => FaultKind::ReadOnly,
        // Not ready, unavailable, too many requests; not loaded and channels or segments that move, all after a restart.
        1 | 2 | 4 | 8 | 101 | 103 | 106 | 500..=504 | 600..=604 | 901..=904 => FaultKind::Busy,
        100 | 800 => FaultKind::Missing,
        1400 | 1800 => FaultKind::SignIn,
        1401 => FaultKind::Denied,
        1100..=1104 | 1700..=1704 => FaultKind::Refused,
        _ if lower.contains("not loaded") || lower.contains("not ready") || lower.contains("node not match") || lower.contains("no available") => {
            FaultKind::Busy
        }
        _ if lower.contains("permission deny") => FaultKind::Denied,
        _ => FaultKind::ServerFailed,
    };
    let words = match kind {
        FaultKind::SignIn => sayings::sign_in_refused(server),
        FaultKind::Denied => sayings::not_allowed(server),
        FaultKind::Busy => sayings::server_busy(server, reason),
        FaultKind::ReadOnly => sayings::writes_refused(server, reason),
        FaultKind::Missing => sayings::database_or_collection_unknown(server, reason),
        _ => sayings::server_refuses(server, reason),
    };
    Fault::new(kind, words)
}

fn is_transport(message: &str) -> bool {
    ["transport", "operation was canceled", "broken pipe", "connection", "h2 protocol", "stream"].iter().any(|word| message.to_lowercase().contains(word))
}

/// Milvus puts stack traces behind the first line.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
