//! Single pictures: facts, thumbnails, previews, originals; and new ones by upload or from a web address.

use std::time::Duration;

use axum::Json as Answer;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use lookalike_engine::wire::{AddedPicture, PictureDetails};
use lookalike_engine::{Engine, Error, Fetched, Original, Result};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::{App, Shared};
use crate::serve::body::{Form, Json, Path, Query};
use crate::serve::links;
use crate::serve::problem::{Problem, Reply};

/// Large enough for a full-screen preview, small enough to be there at once.
pub(crate) const PREVIEW_SIDE: u32 = 2048;
/// How long an upload waits until its picture can be found: less than the ten seconds for which many clients wait for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
const CHUNK: usize = 128 << 10;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(details))
        .routes(routes!(thumbnail))
        .routes(routes!(preview))
        .routes(routes!(original))
        .routes(routes!(add))
        .routes(routes!(add_by_url))
}

/// What a stranger may have whom somebody has given the address.
pub(crate) fn signed() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(temporary))
}

/// A picture to be added.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is needed")]
struct PictureUpload {
    /// The picture.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PictureAddress {
    /// http or https, on the public internet.
    #[schema(max_length = 4096)]
    url: String,
}

/// All there is to know of a picture
#[utoipa::path(get, path = "/pictures/{id}", tag = "pictures", params(("id" = String, Path, description = "Content hash", pattern = "^[0-9a-f]{64}$")), responses((status = 200, body = PictureDetails)))]
async fn details(State(app): State<App>, Path(id): Path<String>) -> Reply<Answer<PictureDetails>> {
    app.ask(move |engine| engine.picture(&id)).await.map(Answer)
}

/// Its thumbnail
#[utoipa::path(get, path = "/pictures/{id}/thumbnail", tag = "pictures", params(("id" = String, Path, description = "Content hash", pattern = "^[0-9a-f]{64}$")),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>)))]
async fn thumbnail(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Reply<Response> {
    if is_kept(&app, &headers, &id).await? {
        return Ok(unchanged(&id));
    }
    let asked = id.clone();
    let near = app.ask(move |engine| if engine.is_far(&asked)? { Ok(None) } else { engine.thumbnail(&asked).map(Some) }).await?;
    let asked = id.clone();
    let jpeg = match near {
        Some(jpeg) => jpeg,
        None => app.fetch(move |engine| engine.thumbnail(&asked)).await?,
    };
    Ok(jpeg_of(&id, jpeg))
}

/// A rendering for the whole screen
#[utoipa::path(get, path = "/pictures/{id}/preview", tag = "pictures", params(("id" = String, Path, description = "Content hash", pattern = "^[0-9a-f]{64}$")),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>)))]
async fn preview(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Reply<Response> {
    if is_kept(&app, &headers, &id).await? {
        return Ok(unchanged(&id));
    }
    let jpeg = preview_of(&app, &id).await?;
    Ok(jpeg_of(&id, jpeg))
}

async fn preview_of(app: &Shared, id: &str) -> Reply<Vec<u8>> {
    let asked = id.to_owned();
    let near = app.work(move |engine| if engine.is_far(&asked)? { Ok(None) } else { engine.preview(&asked, PREVIEW_SIDE).map(Some) }).await?;
    let asked = id.to_owned();
    match near {
        Some(jpeg) => Ok(jpeg),
        None => app.fetch(move |engine| engine.preview(&asked, PREVIEW_SIDE)).await,
    }
}

/// Its file
#[utoipa::path(get, path = "/pictures/{id}/original", tag = "pictures", params(("id" = String, Path, description = "Content hash", pattern = "^[0-9a-f]{64}$")),
    responses((status = 200, content_type = "image/*", body = Vec<u8>)))]
async fn original(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Reply<Response> {
    if is_kept(&app, &headers, &id).await? {
        return Ok(unchanged(&id));
    }
    file_of(&app, &id).await
}

/// Add a picture by upload
#[utoipa::path(post, path = "/pictures", tag = "pictures", request_body(content = PictureUpload, content_type = "multipart/form-data"),
    responses((status = 201, body = AddedPicture, description = "It can be found"), (status = 202, body = AddedPicture, description = "It is here and waits to be indexed"), (status = 200, body = AddedPicture, description = "It was here before")))]
async fn add(State(app): State<App>, form: Form) -> Reply<Response> {
    form.only(&["file"])?;
    form.picture(&["file"])?;
    let added = app.work(move |engine| {
        let part = form.part("file").ok_or_else(|| Error::invalid("the picture is missing"))?;
        engine.add_picture(part.file_name.as_deref().unwrap_or_default(), &part.bytes, Duration::ZERO)
    });
    settled(&app, added.await?).await
}

/// Add a picture from the public internet
#[utoipa::path(post, path = "/pictures/by-url", tag = "pictures", request_body = PictureAddress,
    responses((status = 201, body = AddedPicture, description = "It can be found"), (status = 202, body = AddedPicture, description = "It is here and waits to be indexed"), (status = 200, body = AddedPicture, description = "It was here before")))]
async fn add_by_url(State(app): State<App>, Json(asked): Json<PictureAddress>) -> Reply<Response> {
    let added = app.fetched(asked.url, add_fetched).await?;
    settled(&app, added).await
}

/// Takes in what was fetched, without waiting until it can be found.
pub(crate) fn add_fetched(engine: &Engine, fetched: &Fetched) -> Result<AddedPicture> {
    engine.add_picture(&fetched.name, &fetched.bytes, Duration::ZERO)
}

async fn settled(app: &Shared, added: AddedPicture) -> Reply<Response> {
    let added = await_indexed(app, added).await?;
    let status = match (added.is_new, added.is_indexed) {
        (true, true) => StatusCode::CREATED,
        (true, false) => StatusCode::ACCEPTED,
        (false, _) => StatusCode::OK,
    };
    Ok((status, Answer(added)).into_response())
}

/// Waits, without a thread or a turn, until a new picture can be found.
pub(crate) async fn await_indexed(app: &Shared, mut added: AddedPicture) -> Reply<AddedPicture> {
    let started = tokio::time::Instant::now();
    while !added.is_indexed && started.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let id = added.id.clone();
        added.is_indexed = app.ask(move |engine| engine.is_indexed(&id)).await?;
    }
    Ok(added)
}

/// The file of a picture, piece by piece.
pub(crate) async fn file_of(app: &Shared, id: &str) -> Reply<Response> {
    let asked = id.to_owned();
    let original = app.ask(move |engine| engine.original(&asked)).await?;
    let name = utf8_percent_encode(&original.file_name, NON_ALPHANUMERIC).to_string();
    let length = original.bytes;
    let mut response = picture(id, original.media_type, sent(original));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Ok(disposition) = HeaderValue::from_str(&format!("inline; filename*=UTF-8''{name}")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// A JPEG that the engine has made of a picture.
pub(crate) fn jpeg_of(id: &str, jpeg: Vec<u8>) -> Response {
    picture(id, "image/jpeg", Body::from(jpeg))
}

fn picture(id: &str, media_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    keep(headers, id);
    response
}

/// The id is the hash of the picture: what it names never changes.
fn keep(headers: &mut HeaderMap, id: &str) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{id}\"")) {
        headers.insert(ETAG, tag);
    }
}

/// Whether the client has the picture already and the library has it still.
async fn is_kept(app: &Shared, headers: &HeaderMap, id: &str) -> Reply<bool> {
    if headers.get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).is_none_or(|tag| tag.trim_matches('"') != id) {
        return Ok(false);
    }
    let id = id.to_owned();
    // One from elsewhere, a query or another computer's, is simply sent again.
    Ok(app.ask(move |engine| engine.picture(&id)).await.is_ok())
}

fn unchanged(id: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    keep(response.headers_mut(), id);
    response
}

fn sent(original: Original) -> Body {
    let file = tokio::fs::File::from_std(original.file).take(original.bytes);
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
    }))
}

/// A picture for clients that cannot send a token, by a signed address
#[utoipa::path(get, path = "/temporary/{id}", tag = "pictures", security(()), params(("id" = String, Path, description = "Content hash", pattern = "^[0-9a-f]{64}$"), Signed),
    responses((status = 200, content_type = "image/*", body = Vec<u8>)))]
async fn temporary(State(app): State<App>, Path(id): Path<String>, Query(signed): Query<Signed>) -> Reply<Response> {
    if !app.links.is_valid(&id, signed.expires, &signed.signature) {
        return Err(Problem::forbidden("link-expired", "this link is not valid, or not any more"));
    }
    let mut response = match file_of(&app, &id).await {
        Ok(response) => response,
        // Its drive is away; what is kept of it is shown.
        Err(problem) if problem.status == StatusCode::NOT_FOUND => jpeg_of(&id, preview_of(&app, &id).await?),
        Err(problem) => return Err(problem),
    };
    // Kept no longer than it could be fetched.
    if let Ok(life) = HeaderValue::from_str(&format!("private, max-age={}", links::seconds_left(signed.expires))) {
        response.headers_mut().insert(CACHE_CONTROL, life);
    }
    // It is for pages of others that it is made.
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    Ok(response)
}

/// The query of a signed address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Signed {
    /// Unix seconds.
    expires: u64,
    /// Of picture and end.
    signature: String,
}
