//! What happens, as Server-Sent Events: everything, or the progress of indexing only. A stream ends with the token or the
//! session by which it began.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use lookalike_engine::wire::Event;
use serde::Serialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::App;
use crate::serve::auth::Pass;
use crate::serve::problem::{Problem, Reply};

/// So that proxies do not take a quiet line for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// While nothing happens it is asked so often whether the listener may still listen.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(progress))
}

/// Everything that happens, one event as JSON in each message; a message `event: resync` says that some were lost
#[utoipa::path(get, path = "/events", tag = "events", responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn events(State(app): State<App>, Extension(pass): Extension<Pass>) -> Reply<Sse<impl Stream<Item = Told>>> {
    told(&app, pass, None, |event| Some(json(&event)))
}

/// The progress of indexing: how it stands, then each change, as JSON
#[utoipa::path(get, path = "/progress", tag = "events", responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn progress(State(app): State<App>, Extension(pass): Extension<Pass>) -> Reply<Sse<impl Stream<Item = Told>>> {
    let now = app.ask(|engine| engine.status()).await?.progress;
    told(&app, pass, Some(json(&now)), |event| match event {
        Event::Progress { progress } => Some(json(&progress)),
        _ => None,
    })
}

type Told = Result<Line, Infallible>;

/// Events as they come, until the client goes or may not listen any more, or the server stops.
fn told<P>(app: &App, pass: Pass, first: Option<Line>, pick: P) -> Reply<Sse<impl Stream<Item = Told> + use<P>>>
where
    P: Fn(Event) -> Option<Line> + Send + 'static,
{
    let seat = Arc::clone(&app.listeners).try_acquire_owned().map_err(|_| Problem::busy())?;
    let events = BroadcastStream::new(app.engine.subscribe()).filter_map(move |event| {
        let line = match event {
            Ok(event) => pick(event),
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Line::default().event("resync").data("{}")),
        };
        std::future::ready(line)
    });
    let is_welcome = {
        let (app, pass) = (App::clone(app), pass.clone());
        move |_: &Line| std::future::ready(pass.is_valid(&app))
    };
    let end = futures_util::future::select(Box::pin(app.stopping()), Box::pin(shut_out(App::clone(app), pass)));
    let lines = futures_util::stream::iter(first).chain(events).take_while(is_welcome).take_until(end).map(move |line| {
        // The seat is taken for as long as the stream lasts.
        let _ = &seat;
        Ok(line)
    });
    Ok(Sse::new(lines).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// Done when what let the listener in does not any more.
async fn shut_out(app: App, pass: Pass) {
    while pass.is_valid(&app) {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn json(value: &impl Serialize) -> Line {
    Line::default().json_data(value).unwrap_or_else(|error| {
        tracing::error!(%error, "an event cannot be written as JSON");
        Line::default().comment("unreadable")
    })
}
