//! Searches: by a picture of the library, by an uploaded one, further pages.

use axum::extract::State;
use axum::{Extension, Json as Answer};
use lookalike_engine::wire::{MAX_PAGE_SIZE, PageRequest, Query, Scope, SearchReply, SearchRequest, SentTerms};
use lookalike_engine::{Error, SearchTerms};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::App;
use crate::serve::auth::Pass;
use crate::serve::body::{Form, Json, parsed};
use crate::serve::problem::{Problem, Reply};
use crate::serve::rights::{Rights, too_narrow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(upload)).routes(routes!(page))
}

/// A search by an uploaded picture.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its description is needed")]
struct SearchUpload {
    /// The picture.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Where to look.
    scope: Option<Scope>,
    /// Lowest similarity to return, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    similarity: Option<f32>,
    /// Results a page.
    #[schema(minimum = 1, maximum = 200)]
    page_size: Option<u32>,
    /// Results in all; then they come on one page.
    #[schema(minimum = 1, maximum = 200)]
    top_k: Option<u32>,
    /// JSON: what may be found, the part of the picture that counts, what to be more and less like.
    #[schema(value_type = Option<SentTerms>)]
    terms: Option<String>,
}

/// Search by a picture of the library, or by one on the public internet
#[utoipa::path(post, path = "/search", tag = "search", request_body = SearchRequest, responses((status = 200, body = SearchReply)))]
async fn search(State(app): State<App>, Extension(pass): Extension<Pass>, Json(request): Json<SearchRequest>) -> Reply<Answer<SearchReply>> {
    if matches!(request.query, Query::Path { .. }) {
        return Err(Problem::bad_request("files of the server are not searched by: a query is a picture of the library")
            .with_hint("Send a picture of your own to /search/upload."));
    }
    if let Query::Url { url } = &request.query {
        if pass.rights == Rights::SearchOnly {
            return Err(too_narrow());
        }
        let (url, terms) = (url.clone(), SearchTerms::from(&request));
        return app.fetched(url, move |engine, fetched| engine.search_bytes(&fetched.name, &fetched.bytes, &terms)).await.map(Answer);
    }
    // A part of a picture is decoded and embedded; the vector of a whole one is there.
    if request.crop.is_some() {
        return app.work(move |engine| engine.search(&request)).await.map(Answer);
    }
    app.ask(move |engine| engine.search(&request)).await.map(Answer)
}

/// Search by an uploaded picture
#[utoipa::path(post, path = "/search/upload", tag = "search", request_body(content = SearchUpload, content_type = "multipart/form-data"),
    responses((status = 200, body = SearchReply)))]
async fn upload(State(app): State<App>, form: Form) -> Reply<Answer<SearchReply>> {
    form.only(&["file", "scope", "similarity", "page_size", "top_k", "terms"])?;
    let scope = match form.value::<String>("scope")?.as_deref() {
        None | Some("local") => Scope::Local,
        Some("shared") => Scope::Shared,
        Some(_) => return Err(Problem::bad_request("scope is local or shared")),
    };
    let similarity = form.value("similarity")?.unwrap_or(0.0);
    let top_k: Option<u32> = form.value("top_k")?;
    if top_k.is_some_and(|top_k| !(1..=MAX_PAGE_SIZE).contains(&top_k)) {
        return Err(Problem::bad_request(format!("top_k is not within 1 and {MAX_PAGE_SIZE}")));
    }
    let page_size = form.value("page_size")?.or(top_k).unwrap_or(20);
    let terms: SentTerms = match form.value::<String>("terms")? {
        Some(text) => parsed("terms", text.as_bytes())?,
        None => SentTerms::default(),
    };
    form.picture(&["file"])?;
    let reply = app.work(move |engine| {
        let part = form.part("file").ok_or_else(|| Error::invalid("the picture is missing"))?;
        let name = part.file_name.as_deref().map_or("upload", file_name);
        engine.search_bytes(name, &part.bytes, &SearchTerms::of_sent(terms, scope, similarity, page_size))
    });
    let mut reply = reply.await?;
    if let Some(top_k) = top_k {
        reply.results.truncate(top_k as usize);
        reply.total_is_exact |= reply.total > u64::from(top_k);
        reply.total = reply.total.min(u64::from(top_k));
    }
    Ok(Answer(reply))
}

/// A further page of a search, or the same search under another threshold
#[utoipa::path(post, path = "/search/page", tag = "search", request_body = PageRequest, responses((status = 200, body = SearchReply)))]
async fn page(State(app): State<App>, Json(request): Json<PageRequest>) -> Reply<Answer<SearchReply>> {
    app.ask(move |engine| engine.page(&request)).await.map(Answer)
}

/// The last part of what a client calls its file; only ever shown.
pub(crate) fn file_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default()
}
