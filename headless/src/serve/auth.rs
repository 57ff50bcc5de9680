//! Who is asking: a program with a token, or a browser that is signed in.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::{App, Shared};
use super::hosts::check_own_page;
use super::problem::{Problem, Reply};
use super::rights::{Rights, too_narrow};
use super::sessions::SignedInBy;
use super::tokens;

/// Who was let in; for the log and the counters.
#[derive(Clone)]
pub(crate) struct Who(pub(crate) String);

/// By what somebody was let in, and what it lets them do. For whoever has to ask again later whether it still counts.
#[derive(Clone)]
pub(crate) struct Pass {
    by: By,
    pub(crate) rights: Rights,
}

#[derive(Clone)]
enum By {
    Token(blake3::Hash),
    /// The value of its cookie.
    Browser(String),
}

impl Pass {
    /// Whether it would let in now. Is no sign of life of a browser.
    pub(crate) fn is_valid(&self, app: &Shared) -> bool {
        match &self.by {
            By::Token(hash) => app.tokens.look_by_hash(hash).is_some(),
            By::Browser(cookie) => app.sessions.look(cookie).is_some_and(|by| rights_of(app, &by).is_some()),
        }
    }
}

/// Lets in who may come in, as often as they may, to where they may.
pub(crate) async fn admit(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (who, pass) = match identify(&app, &request) {
        Ok(known) => known,
        Err(problem) => return stranger(&app, &request, problem).into_response(),
    };
    let may = pass.rights.admits(request.method(), request.extensions().get::<MatchedPath>().map(MatchedPath::as_str));
    let checked = app.rates.count(&who).and_then(|()| if may { Ok(()) } else { Err(too_narrow()) });
    let mut response = match checked {
        Ok(()) => {
            request.extensions_mut().insert(pass);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(Who(who));
    response
}

/// Guessing is made slow.
fn stranger(app: &App, request: &Request, problem: Problem) -> Problem {
    match app.rates.count_stranger(address_of(request)) {
        Ok(()) => problem,
        Err(too_many) => too_many,
    }
}

fn identify(app: &App, request: &Request) -> Reply<(String, Pass)> {
    let headers = request.headers();
    if headers.contains_key(AUTHORIZATION) {
        let hash = bearer(headers).map(tokens::hash).ok_or_else(Problem::signed_out)?;
        let known = app.tokens.look_by_hash(&hash).ok_or_else(Problem::signed_out)?;
        return Ok((format!("token {}", known.name), Pass { by: By::Token(hash), rights: known.rights }));
    }
    let Some(Browser { cookie, by, rights }) = browser(app, headers) else { return Err(Problem::signed_out()) };
    check_own_page(request.method(), headers)?;
    let who = match by {
        SignedInBy::Token { name, .. } => format!("browser of {name}"),
        // A name of its own for each, and not the cookie.
        SignedInBy::Code => format!("browser {}", &blake3::hash(cookie.as_bytes()).to_hex()[..8]),
    };
    Ok((who, Pass { by: By::Browser(cookie), rights }))
}

/// A browser that is signed in.
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) by: SignedInBy,
    pub(crate) rights: Rights,
}

/// The session of a browser. One that began with a token ends with it.
pub(crate) fn browser(app: &Shared, headers: &HeaderMap) -> Option<Browser> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(cookie::Cookie::split_parse);
    let cookie = cookies.filter_map(Result::ok).find(|found| found.name() == app.cookie)?.value().to_owned();
    let by = app.sessions.who(&cookie)?;
    let Some(rights) = rights_of(app, &by) else {
        app.sessions.end(&cookie);
        return None;
    };
    Some(Browser { cookie, by, rights })
}

/// What a browser may do; nothing any more where its token has been revoked.
fn rights_of(app: &Shared, by: &SignedInBy) -> Option<Rights> {
    match by {
        SignedInBy::Code => Some(Rights::Full),
        SignedInBy::Token { hash, .. } => app.tokens.look_by_hash(hash).map(|known| known.rights),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Where a request comes from.
pub(crate) fn address_of(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip())
}
