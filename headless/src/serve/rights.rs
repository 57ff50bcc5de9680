//! What a token may do: everything, or only search. Decided here, for all routes; what is not listed needs a full token, so
//! that a new route is closed until somebody opens it.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::problem::Problem;

/// What a token may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rights {
    /// Everything.
    #[default]
    Full,
    /// Search and look, change nothing, and send this server nowhere.
    SearchOnly,
}

/// What one that may only search is for. A search whose query is an address is refused in its handler.
const SEARCHING: [(Method, &str); 25] = [
    (Method::GET, "/api/v1/session"),
    (Method::POST, "/api/v1/search"),
    (Method::POST, "/api/v1/search/upload"),
    (Method::POST, "/api/v1/search/page"),
    (Method::POST, "/api/v1/search/explain"),
    (Method::POST, "/api/v1/search/export"),
    (Method::GET, "/api/v1/pictures/{id}"),
    (Method::GET, "/api/v1/pictures/{id}/thumbnail"),
    (Method::GET, "/api/v1/pictures/{id}/preview"),
    (Method::GET, "/api/v1/pictures/{id}/original"),
    (Method::POST, "/api/v1/library"),
    (Method::GET, "/api/v1/count"),
    (Method::GET, "/api/v1/status"),
    (Method::GET, "/api/v1/skipped"),
    (Method::GET, "/api/v1/models"),
    (Method::GET, "/api/v1/preferences"),
    (Method::GET, "/api/v1/sync"),
    (Method::GET, "/api/v1/events"),
    (Method::GET, "/api/v1/progress"),
    (Method::GET, "/metrics"),
    (Method::POST, "/imageRetrieval/search"),
    (Method::POST, "/img/search"),
    (Method::POST, "/img/count"),
    (Method::GET, "/data"),
    (Method::GET, "/progress"),
];

impl Rights {
    /// Whether a route may be called.
    pub(crate) fn admits(self, method: &Method, route: Option<&str>) -> bool {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self == Self::Full || SEARCHING.iter().any(|(known, path)| known == method && Some(*path) == route)
    }
}

/// What a token is told that may only search.
pub(crate) fn too_narrow() -> Problem {
    Problem::forbidden("token-may-only-search", "this token may only search and look")
        .with_hint("What changes anything, or sends the server to an address, needs one that may do everything: lookalike token create NAME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_needs_a_full_token() {
        let narrow = |method, route| Rights::SearchOnly.admits(&method, Some(route));
        assert!(narrow(Method::POST, "/api/v1/search") && narrow(Method::HEAD, "/api/v1/count"));
        assert!(!narrow(Method::GET, "/api/v1/search") && !narrow(Method::DELETE, "/api/v1/library"));
        assert!(!narrow(Method::POST, "/api/v1/new") && !Rights::SearchOnly.admits(&Method::GET, None));
        assert!(Rights::Full.admits(&Method::POST, Some("/api/v1/new")) && Rights::Full.admits(&Method::GET, None));
    }
}
