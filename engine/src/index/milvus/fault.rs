//! Milvus's errors in our words.

use milvus::v2::error::{Error, ServerError};

use crate::remote::{Fault, FaultKind};

/// What an error of the client means. `server`: how the server is called in messages.
pub(super) fn translate(server: &str, error: Error) -> Fault {
    match error {
        Error::Server(error) => of_server(server, &error),
        Error::RetryExhausted { source, .. } => translate(server, *source),
        Error::Timeout(_) => Fault::new(FaultKind::TimedOut, format!("{server} did not answer in time")),
        Error::Grpc(status) => {
            // The numbers of gRPC's status codes; naming the type would tie us to the client's own version of tonic.
            let kind = match status.code() as i32 {
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
                FaultKind::TimedOut => "did not answer in time".to_owned(),
                FaultKind::SignIn => "does not accept the user and password or token".to_owned(),
                FaultKind::Denied => "does not allow this".to_owned(),
                FaultKind::Unreachable => "cannot be reached".to_owned(),
                FaultKind::TooOld => "does not know this request".to_owned(),
                _ => format!("failed: {}", first_line(status.message())),
            };
            Fault::new(kind, format!("{server} {words}"))
        }
        Error::Validation(error) => Fault::new(FaultKind::Refused, format!("a request to {server} is not valid: {error}")),
        Error::Conversion(error) => Fault::new(FaultKind::Refused, format!("a request to {server} cannot be written: {error}")),
        other => Fault::new(FaultKind::ServerFailed, format!("{server} failed: {}", first_line(&other.to_string()))),
    }
}

fn of_server(server: &str, error: &ServerError) -> Fault {
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
        FaultKind::SignIn => "does not accept the user and password or token".to_owned(),
        FaultKind::Denied => "does not allow this".to_owned(),
        FaultKind::Busy => format!("is busy: {reason}"),
        FaultKind::ReadOnly => format!("does not take writes now: {reason}"),
        FaultKind::Missing => format!("knows no such database or collection: {reason}"),
        _ => format!("refuses: {reason}"),
    };
    Fault::new(kind, format!("{server} {words}"))
}

fn is_transport(message: &str) -> bool {
    ["transport", "broken pipe", "connection", "h2 protocol", "stream"].iter().any(|word| message.to_lowercase().contains(word))
}

/// Milvus puts stack traces behind the first line.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
