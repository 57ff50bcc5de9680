//! What every request passes on its way in, and every answer on its way out: a number, the log, the counters, the name of
//! the host, the origin, and the headers that keep browsers from doing what they should not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::SemaphorePermit;

use super::api::{BASE, session};
use super::app::App;
use super::auth::Who;
use super::hosts::check_origin;
use super::linger;
use super::problem::Problem;
use super::seeds::first;
use super::service;

/// Answers of the interface are data: nothing in them is to run or to load anything.
const DATA_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// The way in and out.
pub(crate) async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = next_id();
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let is_first_seed = request.uri().path() == first::PATH;
    let is_encrypted = app.way.is_always_encrypted(app.public_url.as_deref(), request.headers());
    let _under_way = app.metrics.begin();
    let (request, rest) = linger::watch(request);
    let response = match admit(&app, request) {
        Ok((request, _turn)) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if let Some(rest) = rest {
        rest.throw_away(&app.lingering);
    }
    let mut response = described(response);
    if is_first_seed {
        response = first::shaped(response);
    }
    protect(response.headers_mut(), is_encrypted && app.hosts.has_names());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    let took = started.elapsed();
    let status = response.status().as_u16();
    app.metrics.note(&route, method, status, took);
    let who = response.extensions().get::<Who>().map_or("", |who| who.0.as_str());
    let code = response.extensions().get::<Problem>().map_or("", |problem| problem.code.as_str());
    // The route and not the address: a query may hold a signature.
    tracing::info!(id, method, route, status, ms = took.as_secs_f64() * 1e3, who, code, "answered");
    response
}

/// Whether a request may come in at all, and its turn among those that are worked on.
fn admit(app: &App, mut request: Request) -> Result<(Request, Option<SemaphorePermit<'_>>), Problem> {
    let turn = if takes_a_turn(&request) { Some(app.requests.try_acquire().map_err(|_| Problem::busy())?) } else { None };
    let called = app.way.called(&app.hosts, request.uri(), request.headers())?;
    check_origin(request.headers(), &called.authority)?;
    request.extensions_mut().insert(called);
    Ok((request, turn))
}

/// Whether a request counts among those that are worked on. Whoever looks after the server is answered however much there is
/// to do. Signing in costs no more than its connection, a few words and a moment (`body::Brief`): strangers who are slow at it
/// take no turn, neither of those who are known nor of the one who wants to sign in.
fn takes_a_turn(request: &Request) -> bool {
    let path = request.uri().path();
    let signs_in = request.method() == Method::POST && path.strip_prefix(BASE) == Some(session::PATH);
    !signs_in && !service::PATHS.contains(&path)
}

/// Errors that come from the framework are told like our own.
fn described(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if is_error && response.extensions().get::<Problem>().is_none() {
        let who = response.extensions().get::<Who>().cloned();
        let mut described = Problem::of_status(status, response.headers()).into_response();
        if let Some(who) = who {
            described.extensions_mut().insert(who);
        }
        return described;
    }
    response
}

fn protect(headers: &mut HeaderMap, is_secure: bool) {
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if is_secure {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // Those who know better have said so: the page, its files, pictures.
    headers.entry("cross-origin-resource-policy").or_insert(HeaderValue::from_static("same-origin"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(DATA_POLICY);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Names of methods are the client's invention; the counters know so many and no more.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// A number for each request, to find an answer in the log by.
fn next_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:x}-{:x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
