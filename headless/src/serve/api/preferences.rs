//! What may be set about the engine.

use axum::Json as Answer;
use axum::extract::State;
use lookalike_engine::Engine;
use lookalike_engine::wire::{Preferences, PreferencesReply};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::App;
use crate::serve::body::Json;
use crate::serve::problem::Reply;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read, set))
}

/// What is set, and what the library's data take
#[utoipa::path(get, path = "/preferences", tag = "preferences", responses((status = 200, body = PreferencesReply)))]
async fn read(State(app): State<App>) -> Reply<Answer<PreferencesReply>> {
    app.ask(Engine::preferences).await.map(Answer)
}

/// Set it: the number of threads counts from the next run on, the rest at once
#[utoipa::path(put, path = "/preferences", tag = "preferences", request_body = Preferences, responses((status = 200, body = PreferencesReply)))]
async fn set(State(app): State<App>, Json(preferences): Json<Preferences>) -> Reply<Answer<PreferencesReply>> {
    app.ask(move |engine| engine.set_preferences(&preferences)).await.map(Answer)
}
