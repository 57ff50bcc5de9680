//! Who is asking: a program with a token, or a browser that is signed in.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::{App, Shared};
use super::hosts::check_own_page;
use super::problem::{Problem, Reply};
use super::sessions::SignedInBy;

/// Who was let in; for the log and the counters.
#[derive(Clone)]
pub(crate) struct Who(pub(crate) String);

/// Lets in who may come in, as often as they may.
pub(crate) async fn admit(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let who = match identify(&app, &request) {
        Ok(who) => who,
        Err(problem) => return stranger(&app, &request, problem).into_response(),
    };
    if let Err(problem) = app.rates.count(&who) {
        return problem.into_response();
    }
    request.extensions_mut().insert(Who(who.clone()));
    let mut response = next.run(request).await;
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

fn identify(app: &App, request: &Request) -> Reply<String> {
    let headers = request.headers();
    if headers.contains_key(AUTHORIZATION) {
        return bearer(headers).and_then(|token| app.tokens.name_of(token)).map(|name| format!("token {name}")).ok_or_else(Problem::signed_out);
    }
    let Some((cookie, by)) = browser(app, headers) else { return Err(Problem::signed_out()) };
    check_own_page(request.method(), headers)?;
    Ok(match by {
        SignedInBy::Token { name, .. } => format!("browser of {name}"),
        // A name of its own for each, and not the cookie.
        SignedInBy::Code => format!("browser {}", &blake3::hash(cookie.as_bytes()).to_hex()[..8]),
    })
}

/// The session of a browser: its cookie, and by what it has signed in. One by a token ends with the token.
pub(crate) fn browser(app: &Shared, headers: &HeaderMap) -> Option<(String, SignedInBy)> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(cookie::Cookie::split_parse);
    let value = cookies.filter_map(Result::ok).find(|found| found.name() == app.cookie)?.value().to_owned();
    let by = app.sessions.who(&value)?;
    if let SignedInBy::Token { hash, .. } = &by
        && !app.tokens.has(hash)
    {
        app.sessions.end(&value);
        return None;
    }
    Some((value, by))
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
