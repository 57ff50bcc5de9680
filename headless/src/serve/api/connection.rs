//! The connection to Milvus and an object store, and syncing with them.

use std::time::Duration;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use lookalike_engine::wire::{ConnectRequest, ConnectionInfo, SyncStatus, TestReport, VerifyReport};
use lookalike_engine::{Engine, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::App;
use crate::serve::body::Json;
use crate::serve::problem::Reply;

/// Objects without a row are given an hour, and the servers two minutes of silence.
const GRACE: Duration = Duration::from_secs(3600);
const SILENCE: Duration = Duration::from_secs(120);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(connection, connect, disconnect))
        .routes(routes!(test))
        .routes(routes!(sync))
        .routes(routes!(pause))
        .routes(routes!(retry))
        .routes(routes!(verify))
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    /// Whether it is to be held.
    pub(super) paused: bool,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Verify {
    /// Whether to mend what differs.
    repair: bool,
}

#[derive(Serialize, ToSchema)]
struct RetriedPictures {
    /// How many parked pictures are tried again.
    retried: usize,
}

/// The connection as it is set up
#[utoipa::path(get, path = "/connection", tag = "connection", responses((status = 200, body = ConnectionInfo)))]
async fn connection(State(app): State<App>) -> Reply<Answer<ConnectionInfo>> {
    app.ask(Engine::connection).await.map(Answer)
}

/// Set the connection up and switch it on
#[utoipa::path(put, path = "/connection", tag = "connection", request_body = ConnectRequest, responses((status = 200, body = ConnectionInfo)))]
async fn connect(State(app): State<App>, Json(request): Json<ConnectRequest>) -> Reply<Answer<ConnectionInfo>> {
    let call = move |engine: &Engine| {
        check(engine, &request)?;
        engine.connect(&request)
    };
    app.ask(call).await.map(Answer)
}

/// Switch the connection off
#[utoipa::path(delete, path = "/connection", tag = "connection", responses((status = 200, body = ConnectionInfo)))]
async fn disconnect(State(app): State<App>) -> Reply<Answer<ConnectionInfo>> {
    app.ask(Engine::disconnect).await.map(Answer)
}

/// Try a connection step by step; each step also comes as an event
#[utoipa::path(post, path = "/connection/test", tag = "connection", request_body = ConnectRequest, responses((status = 200, body = TestReport)))]
async fn test(State(app): State<App>, Json(request): Json<ConnectRequest>) -> Reply<Answer<TestReport>> {
    let call = move |engine: &Engine| {
        check(engine, &request)?;
        engine.test_connection(Some(&request), &|_| ())
    };
    app.abroad(call).await.map(Answer)
}

/// How syncing stands
#[utoipa::path(get, path = "/sync", tag = "connection", responses((status = 200, body = SyncStatus)))]
async fn sync(State(app): State<App>) -> Reply<Answer<SyncStatus>> {
    app.ask(Engine::sync_status).await.map(Answer)
}

/// Hold syncing, or go on
#[utoipa::path(post, path = "/sync/pause", tag = "connection", request_body = Pause, responses((status = 204, description = "Done")))]
async fn pause(State(app): State<App>, Json(asked): Json<Pause>) -> Reply<StatusCode> {
    app.ask(move |engine| engine.pause_sync(asked.paused)).await.map(|()| StatusCode::NO_CONTENT)
}

/// Try parked pictures again, and everything else at once
#[utoipa::path(post, path = "/sync/retry", tag = "connection", responses((status = 200, body = RetriedPictures)))]
async fn retry(State(app): State<App>) -> Reply<Answer<RetriedPictures>> {
    app.ask(Engine::retry_sync).await.map(|retried| Answer(RetriedPictures { retried }))
}

/// Compare catalog, rows and objects
#[utoipa::path(post, path = "/sync/verify", tag = "connection", request_body = Verify, responses((status = 200, body = VerifyReport)))]
async fn verify(State(app): State<App>, Json(asked): Json<Verify>) -> Reply<Answer<VerifyReport>> {
    app.abroad(move |engine| engine.verify_sync(asked.repair, GRACE, SILENCE)).await.map(Answer)
}

/// What the window may do and a caller from elsewhere may not: name a file of this computer, and have secrets that are kept
/// here sent to another server than the one that they are for.
fn check(engine: &Engine, request: &ConnectRequest) -> Result<(), Error> {
    let before = engine.connection()?;
    let known = before.settings.as_ref();
    let known_store = known.and_then(|settings| settings.store.as_ref());
    let settings = &request.settings;
    let store = settings.store.as_ref();
    let has_new_file = |asked: Option<&String>, known: Option<&String>| asked.is_some() && asked != known;
    if has_new_file(settings.milvus.own_ca.as_ref(), known.and_then(|known| known.milvus.own_ca.as_ref()))
        || has_new_file(store.and_then(|store| store.own_ca.as_ref()), known_store.and_then(|store| store.own_ca.as_ref()))
    {
        return Err(
            Error::invalid("files of authorities are not named over HTTP").with_hint("Name it on the server itself: lookalike connect --milvus-ca FILE")
        );
    }
    let moves =
        before.has_milvus_secret && request.secrets.milvus_token.is_none() && known.is_some_and(|known| known.milvus.address != settings.milvus.address);
    let lacks_keys = request.secrets.s3_access_key.is_none() || request.secrets.s3_secret_key.is_none();
    let store_moves =
        before.has_store_secret && lacks_keys && store.is_some() && store.map(|store| &store.endpoint) != known_store.map(|store| &store.endpoint);
    if moves || store_moves {
        return Err(Error::invalid("the secrets that are kept are for another server").with_hint("Enter the token or keys of the new one as well."));
    }
    Ok(())
}
