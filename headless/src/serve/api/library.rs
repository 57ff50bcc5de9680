//! The library at a glance, its runs, what was skipped, its end.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use lookalike_engine::Engine;
use lookalike_engine::wire::{LibraryReply, LibraryRequest, SkippedFile, Status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::App;
use crate::serve::body::{Json, Query};
use crate::serve::problem::{Problem, Reply};

/// What confirms that every folder is to go.
pub(crate) const CONFIRMATION: &str = "remove-all-folders";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(status))
        .routes(routes!(count))
        .routes(routes!(library, clear))
        .routes(routes!(rescan))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(skipped))
        .routes(routes!(retry))
}

#[derive(Serialize, ToSchema)]
struct Count {
    /// Distinct pictures that can be found.
    count: u64,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Retry {
    /// Catalog ids of skipped files; none: all of them.
    #[serde(default)]
    ids: Vec<i64>,
}

#[derive(Serialize, ToSchema)]
struct Retried {
    /// How many are tried again.
    retried: usize,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Confirm {
    /// Must be `remove-all-folders`.
    #[param(required = true, pattern = "^remove-all-folders$")]
    confirm: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Cleared {
    /// How many folders there were.
    folders: usize,
}

/// The database counts with a sign, and so does the description.
pub(super) fn check_offset(offset: u64) -> Reply<()> {
    i64::try_from(offset).map(|_| ()).map_err(|_| Problem::bad_request("offset is out of range"))
}

/// The library at a glance
#[utoipa::path(get, path = "/status", tag = "library", responses((status = 200, body = Status)))]
async fn status(State(app): State<App>) -> Reply<Answer<Status>> {
    app.ask(Engine::status).await.map(Answer)
}

/// How many pictures can be found
#[utoipa::path(get, path = "/count", tag = "library", responses((status = 200, body = Count)))]
async fn count(State(app): State<App>) -> Reply<Answer<Count>> {
    app.ask(Engine::count).await.map(|count| Answer(Count { count }))
}

/// A slice of the library, newest first
#[utoipa::path(post, path = "/library", tag = "library", request_body = LibraryRequest, responses((status = 200, body = LibraryReply)))]
async fn library(State(app): State<App>, Json(request): Json<LibraryRequest>) -> Reply<Answer<LibraryReply>> {
    check_offset(request.offset)?;
    app.ask(move |engine| engine.library(&request)).await.map(Answer)
}

/// Remove all folders from the library; the photos on disk are not touched
///
/// What was added by upload or address is put aside: its folder `uploads` in the data directory becomes `dropped/TIME`. To have
/// it back, move that folder to where your photos are and add it (`lookalike index FOLDER`).
#[utoipa::path(delete, path = "/library", tag = "library", params(Confirm), responses((status = 200, body = Cleared)))]
async fn clear(State(app): State<App>, Query(asked): Query<Confirm>) -> Reply<Answer<Cleared>> {
    if asked.confirm.as_deref() != Some(CONFIRMATION) {
        return Err(Problem::bad_request("this removes every folder from the library and is not confirmed").with_hint(format!("Add ?confirm={CONFIRMATION}")));
    }
    app.ask(Engine::clear_library).await.map(|folders| Answer(Cleared { folders }))
}

/// Look through all folders in the background
#[utoipa::path(post, path = "/index/rescan", tag = "library", responses((status = 204, description = "It has begun")))]
async fn rescan(State(app): State<App>) -> Reply<StatusCode> {
    app.ask(Engine::rescan).await.map(|()| StatusCode::NO_CONTENT)
}

/// Hold the current and all later runs
#[utoipa::path(post, path = "/index/pause", tag = "library", responses((status = 204, description = "Held")))]
async fn pause(State(app): State<App>) -> Reply<StatusCode> {
    app.ask(Engine::pause).await.map(|()| StatusCode::NO_CONTENT)
}

/// Go on after a pause
#[utoipa::path(post, path = "/index/resume", tag = "library", responses((status = 204, description = "It goes on")))]
async fn resume(State(app): State<App>) -> Reply<StatusCode> {
    app.ask(Engine::resume).await.map(|()| StatusCode::NO_CONTENT)
}

/// Every file that is not indexed, with its reason
#[utoipa::path(get, path = "/skipped", tag = "library", responses((status = 200, body = Vec<SkippedFile>)))]
async fn skipped(State(app): State<App>) -> Reply<Answer<Vec<SkippedFile>>> {
    app.ask(Engine::skipped).await.map(Answer)
}

/// Try skipped files again
#[utoipa::path(post, path = "/skipped/retry", tag = "library", request_body = Retry, responses((status = 200, body = Retried)))]
async fn retry(State(app): State<App>, Json(asked): Json<Retry>) -> Reply<Answer<Retried>> {
    app.ask(move |engine| engine.retry(&asked.ids)).await.map(|retried| Answer(Retried { retried }))
}
