//! Folders of the library, and the choice of new ones below the allowed roots.

use std::path::PathBuf;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use lookalike_engine::wire::FolderInfo;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::App;
use crate::serve::body::{Json, Path, Query};
use crate::serve::problem::{Problem, Reply};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(change, remove)).routes(routes!(roots)).routes(routes!(children))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFolder {
    /// Absolute path, below an allowed root.
    path: String,
    /// gitignore globs of what is left out.
    #[serde(default)]
    excludes: Vec<String>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FolderChange {
    /// Whether its changes are not followed; its photos stay searchable.
    paused: Option<bool>,
    /// gitignore globs of what is left out.
    excludes: Option<Vec<String>>,
    /// Whether its files cannot be moved to the trash.
    protected: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct RootsReply {
    /// Absolute paths.
    roots: Vec<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Absolute path, below an allowed root.
    path: String,
}

#[derive(Serialize, ToSchema)]
struct Children {
    /// The folder.
    path: String,
    /// Absolute paths of the folders in it.
    folders: Vec<String>,
}

/// Add a folder below an allowed root, and begin to index it
#[utoipa::path(post, path = "/folders", tag = "folders", request_body = NewFolder, responses((status = 200, body = FolderInfo)))]
async fn add(State(app): State<App>, Json(folder): Json<NewFolder>) -> Reply<Answer<FolderInfo>> {
    let path = PathBuf::from(admitted(&app, &folder.path).await?);
    let shared = App::clone(&app);
    app.ask(move |engine| engine.add_confined_folder(&path, &folder.excludes, &shared.roots.all())).await.map(Answer)
}

/// Pause or resume a folder, protect it, or set what is left out of it
#[utoipa::path(patch, path = "/folders/{id}", tag = "folders", params(("id" = i64, Path)), request_body = FolderChange,
    responses((status = 204, description = "Changed")))]
async fn change(State(app): State<App>, Path(id): Path<i64>, Json(change): Json<FolderChange>) -> Reply<StatusCode> {
    let call = move |engine: &lookalike_engine::Engine| {
        if let Some(excludes) = &change.excludes {
            engine.set_excludes(id, excludes)?;
        }
        if let Some(protected) = change.protected {
            engine.protect_folder(id, protected)?;
        }
        change.paused.map_or(Ok(()), |paused| engine.pause_folder(id, paused))
    };
    app.ask(call).await.map(|()| StatusCode::NO_CONTENT)
}

/// Forget a folder; the photos on disk are not touched
#[utoipa::path(delete, path = "/folders/{id}", tag = "folders", params(("id" = i64, Path)), responses((status = 204, description = "Forgotten")))]
async fn remove(State(app): State<App>, Path(id): Path<i64>) -> Reply<StatusCode> {
    app.ask(move |engine| engine.remove_folder(id)).await.map(|()| StatusCode::NO_CONTENT)
}

/// Folders below which folders may be added
#[utoipa::path(get, path = "/roots", tag = "folders", responses((status = 200, body = RootsReply)))]
async fn roots(State(app): State<App>) -> Reply<Answer<RootsReply>> {
    present_roots(&app).await.map(|roots| Answer(RootsReply { roots }))
}

/// The folders in a folder below an allowed root
#[utoipa::path(get, path = "/roots/children", tag = "folders", params(Asked), responses((status = 200, body = Children)))]
async fn children(State(app): State<App>, Query(asked): Query<Asked>) -> Reply<Answer<Children>> {
    let (path, folders) = blocking(move || app.roots.children(&asked.path)).await?;
    Ok(Answer(Children { path: path.display().to_string(), folders }))
}

/// The allowed roots that are there.
pub(super) async fn present_roots(app: &App) -> Reply<Vec<String>> {
    let shared = App::clone(app);
    blocking(move || Ok(shared.roots.all())).await
}

/// The resolved path of a folder below an allowed root.
pub(super) async fn admitted(app: &App, folder: &str) -> Reply<String> {
    let (shared, folder) = (App::clone(app), folder.to_owned());
    let path = blocking(move || shared.roots.admit(&folder)).await?;
    path.into_os_string().into_string().map_err(|_| Problem::bad_request("the folder's name is no valid Unicode"))
}

/// A disk may be slow to answer.
async fn blocking<T: Send + 'static>(call: impl FnOnce() -> Reply<T> + Send + 'static) -> Reply<T> {
    tokio::task::spawn_blocking(call).await.unwrap_or_else(|_| Err(Problem::internal()))
}
