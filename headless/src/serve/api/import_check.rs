//! "Do I already have these?": a folder of the server that is not in the library, compared with it before anything is imported.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use lookalike_engine::Engine;
use lookalike_engine::wire::{CopyNewRequest, CopyReport, ImportReply, ImportRequest, ImportStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::folders::admitted;
use super::library::check_offset;
use crate::serve::app::App;
use crate::serve::body::Json;
use crate::serve::problem::Reply;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(begin, status, cancel)).routes(routes!(files)).routes(routes!(copy))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FolderToCheck {
    /// Absolute path, below an allowed root.
    path: String,
}

/// Begin to compare a folder with the library; events tell how far it is
#[utoipa::path(post, path = "/import-check", tag = "import", request_body = FolderToCheck, responses((status = 200, body = ImportStatus)))]
async fn begin(State(app): State<App>, Json(folder): Json<FolderToCheck>) -> Reply<Answer<ImportStatus>> {
    let path = admitted(&app, &folder.path).await?;
    app.work(move |engine| engine.check_folder(path.as_ref())).await.map(Answer)
}

/// How the latest check stands; null where there was none
#[utoipa::path(get, path = "/import-check", tag = "import", responses((status = 200, body = Option<ImportStatus>)))]
async fn status(State(app): State<App>) -> Reply<Answer<Option<ImportStatus>>> {
    app.ask(Engine::check_status).await.map(Answer)
}

/// Stop the check; what was found stays known
#[utoipa::path(delete, path = "/import-check", tag = "import", responses((status = 204, description = "Stopped")))]
async fn cancel(State(app): State<App>) -> Reply<StatusCode> {
    app.ask(Engine::cancel_check).await.map(|()| StatusCode::NO_CONTENT)
}

/// Files of the latest check with a verdict
#[utoipa::path(post, path = "/import-check/files", tag = "import", request_body = ImportRequest, responses((status = 200, body = ImportReply)))]
async fn files(State(app): State<App>, Json(request): Json<ImportRequest>) -> Reply<Answer<ImportReply>> {
    check_offset(request.offset)?;
    app.ask(move |engine| engine.checked(&request)).await.map(Answer)
}

/// Copy new files of the latest check to a folder below an allowed root
#[utoipa::path(post, path = "/import-check/copies", tag = "import", request_body = CopyNewRequest, responses((status = 200, body = CopyReport)))]
async fn copy(State(app): State<App>, Json(mut request): Json<CopyNewRequest>) -> Reply<Answer<CopyReport>> {
    request.folder = admitted(&app, &request.folder).await?;
    app.ask(move |engine| engine.copy_new(&request)).await.map(Answer)
}
