//! Models: which there are, fetching one, putting one to use.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use lookalike_engine::Engine;
use lookalike_engine::wire::{EmbeddingNote, ModelsReply};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::connection::Pause;
use crate::serve::app::App;
use crate::serve::body::{Json, Path};
use crate::serve::problem::Reply;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(models))
        .routes(routes!(install))
        .routes(routes!(cancel_install))
        .routes(routes!(use_model))
        .routes(routes!(pause_switch))
        .routes(routes!(cancel_switch))
        .routes(routes!(forget))
        .routes(routes!(remove))
        .routes(routes!(notes))
}

#[derive(Serialize, ToSchema)]
struct Forgotten {
    /// How many vectors there were.
    forgotten: u64,
}

/// All models, and what is going on with them
#[utoipa::path(get, path = "/models", tag = "models", responses((status = 200, body = ModelsReply)))]
async fn models(State(app): State<App>) -> Reply<Answer<ModelsReply>> {
    app.ask(Engine::models).await.map(Answer)
}

/// Fetch a model; answers when it is here, events tell how far it is
#[utoipa::path(post, path = "/models/{id}/install", tag = "models", params(("id" = String, Path)), responses((status = 204, description = "It is here")))]
async fn install(State(app): State<App>, Path(id): Path<String>) -> Reply<StatusCode> {
    app.abroad(move |engine| engine.install_model(&id)).await.map(|()| StatusCode::NO_CONTENT)
}

/// End the download under way; what has come is kept for another try
#[utoipa::path(post, path = "/models/install/cancel", tag = "models", responses((status = 204, description = "Ended, or none was under way")))]
async fn cancel_install(State(app): State<App>) -> Reply<StatusCode> {
    app.ask(Engine::cancel_install).await.map(|()| StatusCode::NO_CONTENT)
}

/// Put a model to use, at once or by a switch
#[utoipa::path(post, path = "/models/{id}/use", tag = "models", params(("id" = String, Path)), responses((status = 204, description = "It is in use, or will be")))]
async fn use_model(State(app): State<App>, Path(id): Path<String>) -> Reply<StatusCode> {
    app.ask(move |engine| engine.use_model(&id)).await.map(|_| StatusCode::NO_CONTENT)
}

/// Hold the switch under way, or go on
#[utoipa::path(post, path = "/models/switch/pause", tag = "models", request_body = Pause, responses((status = 204, description = "Done")))]
async fn pause_switch(State(app): State<App>, Json(asked): Json<Pause>) -> Reply<StatusCode> {
    app.ask(move |engine| engine.pause_switch(asked.paused)).await.map(|()| StatusCode::NO_CONTENT)
}

/// Give up the switch under way
#[utoipa::path(delete, path = "/models/switch", tag = "models", responses((status = 204, description = "Given up")))]
async fn cancel_switch(State(app): State<App>) -> Reply<StatusCode> {
    app.ask(Engine::cancel_switch).await.map(|()| StatusCode::NO_CONTENT)
}

/// Delete the vectors of a model that is not in use
#[utoipa::path(delete, path = "/models/{id}/vectors", tag = "models", params(("id" = String, Path)), responses((status = 200, body = Forgotten)))]
async fn forget(State(app): State<App>, Path(id): Path<String>) -> Reply<Answer<Forgotten>> {
    app.ask(move |engine| engine.forget_model(&id)).await.map(|forgotten| Answer(Forgotten { forgotten }))
}

/// Delete the files of a model that is not in use
#[utoipa::path(delete, path = "/models/{id}", tag = "models", params(("id" = String, Path)), responses((status = 204, description = "Deleted")))]
async fn remove(State(app): State<App>, Path(id): Path<String>) -> Reply<StatusCode> {
    app.ask(move |engine| engine.remove_model(&id)).await.map(|()| StatusCode::NO_CONTENT)
}

/// Pictures that a model knows only by their thumbnail, or not at all
#[utoipa::path(get, path = "/models/{id}/notes", tag = "models", params(("id" = String, Path)), responses((status = 200, body = Vec<EmbeddingNote>)))]
async fn notes(State(app): State<App>, Path(id): Path<String>) -> Reply<Answer<Vec<EmbeddingNote>>> {
    app.ask(move |engine| engine.embedding_notes(&id)).await.map(Answer)
}
