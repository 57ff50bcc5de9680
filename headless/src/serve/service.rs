//! For whoever looks after the server: whether it lives, whether it can answer, how it is doing.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lookalike_engine::Engine;
use serde_json::json;

use super::app::App;
use super::auth::admit;
use super::problem::{Problem, Reply};

/// The first two say nothing about the library and are open; the numbers need a token.
pub(crate) fn routes(app: &App) -> Router<App> {
    let numbers = Router::new().route("/metrics", get(metrics)).route_layer(from_fn_with_state(App::clone(app), admit));
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).merge(numbers)
}

async fn alive() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

async fn ready(State(app): State<App>) -> Reply<Json<serde_json::Value>> {
    if *app.stopping.borrow() {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "server-busy", "the server is stopping"));
    }
    app.ask(Engine::count).await?;
    Ok(Json(json!({ "status": "ready" })))
}

async fn metrics(State(app): State<App>) -> Reply<Response> {
    let status = app.ask(Engine::status).await?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.metrics.text(&status)).into_response())
}
