//! Browsers sign in and out.

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::folders::present_roots;
use crate::serve::app::{App, Shared};
use crate::serve::auth::{Pass, browser};
use crate::serve::body::Brief;
use crate::serve::problem::{Problem, Reply};
use crate::serve::rights::Rights;
use crate::serve::sessions::SignedInBy;
use crate::serve::tokens;

/// Where it lies below the interface's own place.
pub(crate) const PATH: &str = "/session";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(session))
}

/// What a stranger may call.
pub(super) fn doors() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sign_in, sign_out))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The code of the printed address, which works once; or a token.
    #[schema(max_length = 200)]
    code: String,
}

/// What the page must know of this server.
#[derive(Serialize, ToSchema)]
struct SessionReply {
    version: String,
    /// Folders below which folders may be added.
    roots: Vec<String>,
    /// Whether this server may change the library; false while another program writes to it.
    writer: bool,
    /// Whether the token behind this session may only search and look.
    search_only: bool,
}

/// Sign a browser in
#[utoipa::path(post, path = "/session", tag = "session", security(()), request_body = SignIn, responses((status = 204, description = "Signed in; the cookie is set")))]
async fn sign_in(State(app): State<App>, ConnectInfo(peer): ConnectInfo<SocketAddr>, headers: HeaderMap, Brief(given): Brief<SignIn>) -> Reply<Response> {
    let by = if app.sessions.use_code(&given.code) {
        SignedInBy::Code
    } else if let Some(known) = app.tokens.look(&given.code) {
        SignedInBy::Token { hash: tokens::hash(&given.code), name: known.name }
    } else {
        app.rates.count_stranger(peer.ip())?;
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "sign-in-required", "this code is wrong, used up or older than ten minutes")
            .with_hint("Start the server again for a fresh one, or sign in with a token: lookalike token create NAME"));
    };
    let value = app.sessions.begin(by)?;
    Ok(with_cookie(&app, &headers, &value, None))
}

/// What the page must know of this server
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = SessionReply)))]
async fn session(State(app): State<App>, Extension(pass): Extension<Pass>) -> Reply<axum::Json<SessionReply>> {
    let version = env!("CARGO_PKG_VERSION").into();
    let search_only = pass.rights == Rights::SearchOnly;
    Ok(axum::Json(SessionReply { version, roots: present_roots(&app).await?, writer: app.engine.is_writer(), search_only }))
}

/// Sign a browser out
#[utoipa::path(delete, path = "/session", tag = "session", security(()), responses((status = 204, description = "Signed out, also where nobody was signed in")))]
async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(browser) = browser(&app, &headers) {
        app.sessions.end(&browser.cookie);
    }
    let mut response = with_cookie(&app, &headers, "", Some(cookie::time::Duration::ZERO));
    // Pictures are kept for long; whoever uses this browser next is not to look at them.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

fn with_cookie(app: &Shared, headers: &HeaderMap, value: &str, life: Option<cookie::time::Duration>) -> Response {
    let is_secure = app.way.is_cookie_secure(app.public_url.as_deref(), headers);
    let mut cookie = Cookie::build((app.cookie.clone(), value.to_owned())).path("/").http_only(true).same_site(SameSite::Strict).secure(is_secure);
    if let Some(life) = life {
        cookie = cookie.max_age(life);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(text) = HeaderValue::from_str(&cookie.build().to_string()) {
        response.headers_mut().insert(header::SET_COOKIE, text);
    }
    response
}
