//! Errors as HTTP tells them: problem details (RFC 9457) with the engine's code, message and hint.

use std::error::Error as _;
use std::fmt::Display;

use axum::Json;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use lookalike_engine::MAX_ADDED;
use lookalike_engine::wire::{ErrorCode, Saying};
use lookalike_engine::words::Words;
use serde::Serialize;
use serde_path_to_error::Segment;

use super::api::BASE;

/// What a handler answers.
pub(crate) type Reply<T> = Result<T, Problem>;

/// An error on its way to a client.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: Words,
    pub(crate) hint: Option<Words>,
    /// Seconds after which another try makes sense.
    pub(crate) retry_after: Option<u64>,
    /// Which methods the address takes, where it does not take this one.
    pub(crate) allow: Option<Box<HeaderValue>>,
}

/// Problem details (RFC 9457).
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Name of this kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// HTTP status.
    status: u16,
    /// What happened, in one plain sentence.
    detail: String,
    /// What kind of failure, as programs know it.
    code: String,
    /// What can be done about it.
    hint: Option<String>,
    /// What it takes to say `detail` in another language, where it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail_said: Option<Box<Saying>>,
    /// Likewise `hint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint_said: Option<Box<Saying>>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<Words>) -> Self {
        Self { status, code: code.into(), message: message.into(), hint: None, retry_after: None, allow: None }
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<Words>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn bad_request(message: impl Into<Words>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-request", message)
    }

    pub(crate) fn not_found(message: impl Into<Words>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", message)
    }

    /// An address that takes only these methods.
    pub(crate) fn method_not_allowed(allowed: &'static str) -> Self {
        let message = "this address does not take this method";
        Self { allow: Some(Box::new(HeaderValue::from_static(allowed))), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message) }
    }

    pub(crate) fn forbidden(code: &str, message: impl Into<Words>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = match limit {
            MAX_ADDED.. => format!("this is too large: photos of up to {} MiB are taken", MAX_ADDED >> 20),
            _ => format!("the request is larger than {} KiB", limit >> 10),
        };
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
    }

    pub(crate) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in-required", "this needs a token, or a browser that is signed in").with_hint(
            "Programs send `Authorization: Bearer TOKEN`; make one with: lookalike token create NAME. Browsers open the address that the server printed.",
        )
    }

    pub(crate) fn busy() -> Self {
        Self { retry_after: Some(2), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "server-busy", "the server has as much to do as it can") }
    }

    pub(crate) fn rate_limited(seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", "too many requests in too short a time") }
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed at this; its log says more")
    }

    /// What a status that came from below means, where nobody has said it better.
    pub(crate) fn of_status(status: StatusCode, headers: &HeaderMap) -> Self {
        let (code, message) = match status {
            StatusCode::NOT_FOUND => ("not-found", "there is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "this address does not take this method"),
            StatusCode::REQUEST_TIMEOUT => ("too-slow", "the request took too long to arrive"),
            _ if status.is_server_error() => return Self { status, ..Self::internal() },
            _ => ("invalid-request", "the request is not understood"),
        };
        Self { allow: headers.get(ALLOW).cloned().map(Box::new), ..Self::new(status, code, message) }
    }
}

impl From<lookalike_engine::Error> for Problem {
    fn from(error: lookalike_engine::Error) -> Self {
        let status = match error.code() {
            ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::NotAPicture => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::ResultSetGone => StatusCode::GONE,
            ErrorCode::ModelUnusable | ErrorCode::LibraryBusy | ErrorCode::ReadOnly | ErrorCode::NotConnected | ErrorCode::Cancelled => StatusCode::CONFLICT,
            // Another server failed, not this one.
            ErrorCode::DownloadFailed | ErrorCode::RemoteFailed => StatusCode::FAILED_DEPENDENCY,
            ErrorCode::CatalogUnusable | ErrorCode::Io | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let code = serde_json::to_value(error.code()).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_else(|| "internal".into());
        Self { hint: error.hint_words().cloned(), ..Self::new(status, &code, error.words()) }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let mut causes = std::iter::successors(rejection.source(), |error| (*error).source());
        match causes.find_map(|error| error.downcast_ref::<serde_path_to_error::Error<serde::de::value::Error>>()) {
            Some(error) => wrong_field("the query", error, ""),
            None => Self::bad_request("the query is not understood").with_hint(described()),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        let message = match &rejection {
            PathRejection::FailedToDeserializePathParams(error) => match error.kind() {
                ErrorKind::InvalidUtf8InPathParam { .. } => "a part of the address is no text",
                // What is no text is a number.
                _ => "a part of the address is no whole number, or is out of range",
            },
            _ => "the address is not understood",
        };
        Self::bad_request(message).with_hint(described())
    }
}

/// A field of a body or query that is missing, unknown or not as it should be, by its name. What was sent for it is not repeated:
/// that may be a secret.
pub(crate) fn wrong_field<E: Display>(whole: &str, error: &serde_path_to_error::Error<E>, place: &str) -> Problem {
    let mut names: Vec<String> = error.path().iter().map(Segment::to_string).collect();
    let words = error.inner().to_string();
    let named = |prefix: &str| words.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    let (missing, unknown, repeated) = (named("missing field `"), named("unknown field `"), named("duplicate field `"));
    let told = missing.or(unknown).or(repeated);
    // An unknown or repeated one is the end of the path already, but within what is told apart by its kind.
    let is_on_path = missing.is_none() && names.last().map(String::as_str) == told;
    names.extend(told.filter(|_| !is_on_path).map(str::to_owned));
    let name = names.join(".");
    // Keys come from outside.
    let is_name = (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.[]?".contains(&byte));
    let message = match (is_name, told) {
        (true, Some(_)) if missing.is_some() => format!("{whole} lacks the field `{name}`{place}"),
        (true, Some(_)) if unknown.is_some() => format!("{whole} has a field `{name}` that is not known there{place}"),
        (true, Some(_)) => format!("{whole} has the field `{name}` more than once{place}"),
        (true, None) => format!("{whole} has a field `{name}` that is of another kind or out of range{place}"),
        (false, _) if unknown.is_some() => format!("{whole} has a field that is not known there{place}"),
        (false, _) => format!("{whole} has a field that is missing, of another kind or out of range{place}"),
    };
    Problem::bad_request(message).with_hint(if unknown.is_some() { known_fields(&words) + &described() } else { described() })
}

/// A field, by its path, that is not as it should be.
pub(crate) fn of_another_kind(whole: &str, path: &str) -> Problem {
    Problem::bad_request(format!("{whole} has a field `{path}` that is of another kind or out of range")).with_hint(described())
}

/// The fields that there are where one is unknown, from the words in which serde says so.
fn known_fields(words: &str) -> String {
    let Some((_, known)) = words.split_once(", expected ") else { return String::new() };
    let known = known.split(" at line ").next().unwrap_or_default().trim_start_matches("one of ");
    format!("Known there: {known}. ")
}

/// Where it says what is taken.
pub(crate) fn described() -> String {
    format!("GET {BASE}/openapi.json describes what each address takes; {BASE}/docs shows it.")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (detail, detail_said) = self.message.clone().into_parts();
        let (hint, hint_said) = Words::optional_parts(self.hint.clone());
        let body = ProblemBody {
            kind: format!("urn:lookalike:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            detail,
            code: self.code.clone(),
            hint,
            detail_said,
            hint_said,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(allow) = &self.allow {
            headers.insert(ALLOW, HeaderValue::clone(allow));
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Lookalike\""));
        }
        // For whoever has to say it in another form, and for the log.
        response.extensions_mut().insert(self);
        response
    }
}
