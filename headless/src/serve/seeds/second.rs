//! The old places of the second system: add by upload or address, index a folder, search by upload, count, progress, drop
//! everything, fetch a picture. What was a path there is the id of a picture here; of the caller's paths only a folder to
//! be indexed is looked at, below the allowed roots.

use std::time::Duration;

use axum::Json as Answer;
use axum::extract::{Request, State};
use axum::response::Response;
use lookalike_engine::wire::{AddedPicture, MAX_PAGE_SIZE};
use lookalike_engine::{Engine, SearchTerms};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::api::library::CONFIRMATION;
use crate::serve::api::pictures::{add_fetched, await_indexed, file_of};
use crate::serve::api::search::file_name;
use crate::serve::app::{App, Shared};
use crate::serve::body::{self, Form, Json, PICTURE, Query, media_type};
use crate::serve::problem::{Problem, Reply};

/// Names that mean the one collection that there is: ours, and those that the old one took where none was given.
const TABLES: [&str; 4] = ["lookalike", "default", "milvus_img_search", "reverse_image_search"];
/// Results where the client does not say.
const TOP_K: u32 = 10;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(data))
        .routes(routes!(progress))
        .routes(routes!(load))
        .routes(routes!(upload))
        .routes(routes!(search))
        .routes(routes!(count))
        .routes(routes!(drop_all))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Data {
    /// The id of a picture, as `/img/search` names it. Not a path.
    #[param(pattern = "^[0-9a-f]{64}$")]
    image_path: String,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Load {
    /// The collection; left out, or `lookalike`.
    #[serde(rename = "Table")]
    table: Option<String>,
    /// Absolute path of a folder below an allowed root.
    #[serde(rename = "File")]
    file: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Table {
    /// The collection; left out, or `lookalike`.
    table_name: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Upload {
    /// Where a picture lies on the public internet, instead of the picture itself.
    url: Option<String>,
    /// The collection; left out, or `lookalike`.
    table_name: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Drop {
    /// The collection; left out, or `lookalike`.
    table_name: Option<String>,
    /// Must be `remove-all-folders`.
    #[param(pattern = "^remove-all-folders$")]
    confirm: Option<String>,
}

/// A picture to be added.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is needed")]
struct ImageUpload {
    /// The picture.
    #[schema(value_type = Option<String>, format = Binary, content_media_type = "application/octet-stream")]
    image: Option<Vec<u8>>,
}

/// A search by an uploaded picture.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is needed")]
struct ImageSearch {
    /// The picture.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    image: Vec<u8>,
    /// Results, 10 where it is left out.
    #[schema(minimum = 1, maximum = 200)]
    topk: Option<u32>,
}

/// A picture by its id
#[utoipa::path(get, path = "/data", tag = "earlier interfaces", params(Data),
    responses((status = 200, content_type = "image/*", body = Vec<u8>)))]
async fn data(State(app): State<App>, Query(asked): Query<Data>) -> Reply<Response> {
    file_of(&app, &asked.image_path).await
}

/// How far indexing is
#[utoipa::path(get, path = "/progress", tag = "earlier interfaces", responses((status = 200, content_type = "application/json", body = String)))]
async fn progress(State(app): State<App>) -> Reply<Answer<String>> {
    let progress = app.ask(Engine::status).await?.progress;
    Ok(Answer(format!("current: {}, total: {}", progress.done, progress.total)))
}

/// Index a folder below an allowed root
///
/// Answers when its pictures can be found; `/progress` tells how far it is.
#[utoipa::path(post, path = "/img/load", tag = "earlier interfaces", request_body = Load, responses((status = 200, content_type = "application/json", body = String)))]
async fn load(State(app): State<App>, Json(asked): Json<Load>) -> Reply<Answer<String>> {
    check_table(asked.table.as_deref())?;
    let shared = App::clone(&app);
    let admitted = tokio::task::spawn_blocking(move || shared.roots.admit(&asked.file)).await;
    let path = admitted.unwrap_or_else(|_| Err(Problem::internal()))?;
    let shared = App::clone(&app);
    app.index(move |engine| engine.index_confined_folder(&path, &shared.roots.all())).await?;
    Ok(Answer("Successfully loaded data!".into()))
}

/// Add a picture by upload or from the public internet
#[utoipa::path(post, path = "/img/upload", tag = "earlier interfaces", params(Upload), request_body(content = Option<ImageUpload>, content_type = "multipart/form-data"),
    responses((status = 200, content_type = "application/json", body = String)))]
async fn upload(State(app): State<App>, Query(asked): Query<Upload>, request: Request) -> Reply<Answer<String>> {
    check_table(asked.table_name.as_deref())?;
    let form = match media_type(request.headers()).as_str() {
        "multipart/form-data" => Some(body::form(body::read(request, &app, PICTURE).await?, &app).await?),
        _ => None,
    };
    let has_picture = form.as_ref().is_some_and(|form| form.part("image").is_some());
    let added = match (form.filter(|_| has_picture), asked.url) {
        (Some(form), _) => add(&app, form).await?,
        (None, Some(url)) => app.fetched(url, add_fetched).await?,
        (None, None) => {
            return Err(
                Problem::bad_request("Image and url are required").with_hint("Send one of them: the picture as the field `image`, or its address as `url`.")
            );
        }
    };
    let added = await_indexed(&app, added).await?;
    Ok(Answer(format!("Successfully loaded data: {}", added.id)))
}

async fn add(app: &Shared, form: Form) -> Reply<AddedPicture> {
    form.picture(&["image"])?;
    app.work(move |engine| {
        let part = form.part("image").ok_or_else(|| lookalike_engine::Error::invalid("the picture is missing"))?;
        engine.add_picture(part.file_name.as_deref().unwrap_or_default(), &part.bytes, Duration::ZERO)
    })
    .await
}

/// The nearest pictures to an uploaded one: pairs of id and distance, nearest first
#[utoipa::path(post, path = "/img/search", tag = "earlier interfaces", params(Table), request_body(content = ImageSearch, content_type = "multipart/form-data"),
    responses((status = 200, body = Vec<Vec<serde_json::Value>>)))]
async fn search(State(app): State<App>, Query(asked): Query<Table>, form: Form) -> Reply<Answer<Vec<(String, f32)>>> {
    check_table(asked.table_name.as_deref())?;
    let top_k: u32 = form.value("topk")?.unwrap_or(TOP_K);
    if !(1..=MAX_PAGE_SIZE).contains(&top_k) {
        return Err(Problem::bad_request(format!("topk is not within 1 and {MAX_PAGE_SIZE}")));
    }
    form.picture(&["image"])?;
    let reply = app.work(move |engine| {
        let part = form.part("image").ok_or_else(|| lookalike_engine::Error::invalid("the picture is missing"))?;
        engine.search_bytes(part.file_name.as_deref().map_or("image", file_name), &part.bytes, &SearchTerms { page_size: top_k, ..SearchTerms::default() })
    });
    Ok(Answer(reply.await?.results.into_iter().map(|hit| (hit.id, hit.distance)).collect()))
}

/// How many pictures can be found
#[utoipa::path(post, path = "/img/count", tag = "earlier interfaces", params(Table), responses((status = 200, content_type = "application/json", body = u64)))]
async fn count(State(app): State<App>, Query(asked): Query<Table>) -> Reply<Answer<u64>> {
    check_table(asked.table_name.as_deref())?;
    app.ask(Engine::count).await.map(Answer)
}

/// Remove all folders from the library; the photos on disk are not touched
///
/// What was added by upload or address is put aside, as by `DELETE /api/v1/library`.
#[utoipa::path(post, path = "/img/drop", tag = "earlier interfaces", params(Drop), responses((status = 200, content_type = "application/json", body = String)))]
async fn drop_all(State(app): State<App>, Query(asked): Query<Drop>) -> Reply<Answer<String>> {
    check_table(asked.table_name.as_deref())?;
    if asked.confirm.as_deref() != Some(CONFIRMATION) {
        return Err(Problem::bad_request("this removes every folder from the library and is not confirmed")
            .with_hint(format!("Add confirm={CONFIRMATION} to the address.")));
    }
    app.ask(Engine::clear_library).await?;
    Ok(Answer("Successfully dropped".into()))
}

/// There is one collection; what is no name is told apart from a name of another one.
fn check_table(name: Option<&str>) -> Reply<()> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(()) };
    let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match (is_name, TABLES.contains(&name)) {
        (false, _) => Err(Problem::bad_request("the name of a collection has 1 to 64 letters, digits and underscores")),
        (true, false) => Err(Problem::not_found("there is no such collection").with_hint("This server has one; leave its name out.")),
        (true, true) => Ok(()),
    }
}
