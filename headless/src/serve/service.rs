//! For whoever looks after the server: whether it lives, whether it can answer, how it is doing.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use lookalike_engine::Engine;
use lookalike_engine::words::Words;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::auth::admit;
use super::problem::{Problem, Reply};

/// Where all of it lies.
pub(crate) const PATHS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The first two say nothing about the library and are open; the numbers need a token.
pub(crate) fn routes(app: &App) -> OpenApiRouter<App> {
    let numbers = OpenApiRouter::new().routes(routes!(metrics)).route_layer(from_fn_with_state(App::clone(app), admit));
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready)).merge(numbers)
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok` or `ready`.
    status: &'static str,
}

/// Whether it lives
#[utoipa::path(get, path = "/healthz", tag = "service", security(()), responses((status = 200, body = Health)))]
async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether it can answer
#[utoipa::path(get, path = "/readyz", tag = "service", security(()), responses((status = 200, body = Health)))]
async fn ready(State(app): State<App>) -> Reply<Json<Health>> {
    if *app.stopping.borrow() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "server-busy", "the server is stopping"));
    }
    match app.ask(Engine::count).await {
        Ok(_) => Ok(Json(Health { status: "ready" })),
        // Strangers are told that it is so, and not where the library lies.
        Err(problem) => {
            let hint = problem.hint.as_ref().map_or("", Words::as_str);
            tracing::error!(error = %problem.message, hint, "the server is not ready");
            let unready = Problem::new(StatusCode::SERVICE_UNAVAILABLE, &problem.code, "the library cannot be used now");
            Err(unready.with_hint("The server's log says why, and so does GET /api/v1/status with a token."))
        }
    }
}

/// How it is doing, in numbers
#[utoipa::path(get, path = "/metrics", tag = "service", responses((status = 200, content_type = "application/openmetrics-text", body = String)))]
async fn metrics(State(app): State<App>) -> Reply<Response> {
    let status = app.ask(Engine::status).await?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.metrics.text(&status)).into_response())
}
