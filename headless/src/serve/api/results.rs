//! What becomes of results: why they match, a list of them as a file, copies of photos.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use lookalike_engine::Engine;
use lookalike_engine::wire::{CopyReport, CopyRequest, ExplainRequest, Explained, ExportFormat, ExportRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::folders::admitted;
use crate::serve::app::App;
use crate::serve::body::Json;
use crate::serve::problem::Reply;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(explain)).routes(routes!(export)).routes(routes!(copy)).routes(routes!(cancel))
}

/// Say of results whether they are mirrored, turned or cropped
#[utoipa::path(post, path = "/search/explain", tag = "search", request_body = ExplainRequest, responses((status = 200, body = Vec<Explained>)))]
async fn explain(State(app): State<App>, Json(request): Json<ExplainRequest>) -> Reply<Answer<Vec<Explained>>> {
    app.work(move |engine| engine.explain(&request)).await.map(Answer)
}

/// The results of a search as a file
#[utoipa::path(post, path = "/search/export", tag = "search", request_body = ExportRequest,
    responses((status = 200, description = "As asked for", content((String = "text/csv"), (Vec<serde_json::Value> = "application/json")))))]
async fn export(State(app): State<App>, Json(request): Json<ExportRequest>) -> Reply<Response> {
    let (media_type, disposition) = match request.format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"look-alikes.csv\""),
        ExportFormat::Json => ("application/json", "attachment; filename=\"look-alikes.json\""),
    };
    let text = app.ask(move |engine| engine.export(&request)).await?;
    Ok(([(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, disposition)], text).into_response())
}

/// Copy photos to a folder of the server, below an allowed root; nothing that lies there is changed
#[utoipa::path(post, path = "/copies", tag = "search", request_body = CopyRequest, responses((status = 200, body = CopyReport)))]
async fn copy(State(app): State<App>, Json(mut request): Json<CopyRequest>) -> Reply<Answer<CopyReport>> {
    request.folder = admitted(&app, &request.folder).await?;
    app.ask(move |engine| engine.copy_files(&request)).await.map(Answer)
}

/// Stop copying; what is copied stays
#[utoipa::path(post, path = "/copies/cancel", tag = "search", responses((status = 204, description = "Stopped")))]
async fn cancel(State(app): State<App>) -> Reply<StatusCode> {
    let cancel = |engine: &Engine| {
        engine.cancel_copy();
        Ok(())
    };
    app.ask(cancel).await.map(|()| StatusCode::NO_CONTENT)
}
