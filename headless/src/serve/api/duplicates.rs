//! Duplicates: finding them, their groups, what is no match; files to the trash and back.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use lookalike_engine::Engine;
use lookalike_engine::wire::{DuplicatesProgress, DuplicatesReply, DuplicatesRequest, PictureFile, TrashReport, TrashRequest, TrashUndone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::library::check_offset;
use crate::serve::app::App;
use crate::serve::body::{Json, Path};
use crate::serve::problem::Reply;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(find))
        .routes(routes!(stop))
        .routes(routes!(groups))
        .routes(routes!(dismiss))
        .routes(routes!(trash))
        .routes(routes!(undo))
        .routes(routes!(files))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Dismissal {
    /// Ids of at least two pictures.
    ids: Vec<String>,
    /// Whether they are a match after all.
    is_match: bool,
}

/// Compare what was not compared yet, in the background; events tell how far it is
#[utoipa::path(post, path = "/duplicates/find", tag = "duplicates", responses((status = 200, body = DuplicatesProgress)))]
async fn find(State(app): State<App>) -> Reply<Answer<DuplicatesProgress>> {
    app.ask(Engine::find_duplicates).await.map(Answer)
}

/// Stop comparing; what was compared stays known
#[utoipa::path(post, path = "/duplicates/stop", tag = "duplicates", responses((status = 200, body = DuplicatesProgress)))]
async fn stop(State(app): State<App>) -> Reply<Answer<DuplicatesProgress>> {
    app.ask(Engine::stop_finding_duplicates).await.map(Answer)
}

/// Groups of files that show the same
#[utoipa::path(post, path = "/duplicates", tag = "duplicates", request_body = DuplicatesRequest, responses((status = 200, body = DuplicatesReply)))]
async fn groups(State(app): State<App>, Json(request): Json<DuplicatesRequest>) -> Reply<Answer<DuplicatesReply>> {
    check_offset(request.offset)?;
    app.ask(move |engine| engine.duplicates(&request)).await.map(Answer)
}

/// Say that pictures are no match of each other, or that they are after all
#[utoipa::path(post, path = "/duplicates/dismiss", tag = "duplicates", request_body = Dismissal, responses((status = 204, description = "Noted")))]
async fn dismiss(State(app): State<App>, Json(dismissal): Json<Dismissal>) -> Reply<StatusCode> {
    app.ask(move |engine| engine.dismiss(&dismissal.ids, dismissal.is_match)).await.map(|()| StatusCode::NO_CONTENT)
}

/// Move files of the library to the system's trash
#[utoipa::path(post, path = "/trash", tag = "duplicates", request_body = TrashRequest, responses((status = 200, body = TrashReport)))]
async fn trash(State(app): State<App>, Json(request): Json<TrashRequest>) -> Reply<Answer<TrashReport>> {
    app.ask(move |engine| engine.trash(&request)).await.map(Answer)
}

/// Bring a batch back from the trash
#[utoipa::path(post, path = "/trash/{batch}/undo", tag = "duplicates", params(("batch" = i64, Path)), responses((status = 200, body = TrashUndone)))]
async fn undo(State(app): State<App>, Path(batch): Path<i64>) -> Reply<Answer<TrashUndone>> {
    app.ask(move |engine| engine.undo_trash(batch)).await.map(Answer)
}

/// The files of a picture
#[utoipa::path(get, path = "/pictures/{id}/files", tag = "duplicates", params(("id" = String, Path, description = "Content hash", pattern = "^[0-9a-f]{64}$")),
    responses((status = 200, body = Vec<PictureFile>)))]
async fn files(State(app): State<App>, Path(id): Path<String>) -> Reply<Answer<Vec<PictureFile>>> {
    app.ask(move |engine| engine.files_of(&id)).await.map(Answer)
}
