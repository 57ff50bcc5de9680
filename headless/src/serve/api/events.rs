//! What happens, as Server-Sent Events: everything, or the progress of indexing only.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use lookalike_engine::wire::Event;
use serde::Serialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::{App, Shared};
use crate::serve::problem::{Problem, Reply};

/// So that proxies do not take a quiet line for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(progress))
}

/// Everything that happens, one event as JSON in each message; a message `event: resync` says that some were lost
#[utoipa::path(get, path = "/events", tag = "events", responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn events(State(app): State<App>) -> Reply<Sse<impl Stream<Item = Told>>> {
    told(&app, None, |event| Some(json(&event)))
}

/// The progress of indexing: how it stands, then each change, as JSON
#[utoipa::path(get, path = "/progress", tag = "events", responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn progress(State(app): State<App>) -> Reply<Sse<impl Stream<Item = Told>>> {
    let now = app.ask(|engine| engine.status()).await?.progress;
    told(&app, Some(json(&now)), |event| match event {
        Event::Progress { progress } => Some(json(&progress)),
        _ => None,
    })
}

type Told = Result<Line, Infallible>;

/// Events as they come, until the client goes or the server stops.
fn told<P>(app: &Shared, first: Option<Line>, pick: P) -> Reply<Sse<impl Stream<Item = Told> + use<P>>>
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
    let lines = futures_util::stream::iter(first).chain(events).take_until(app.stopping()).map(move |line| {
        // The seat is taken for as long as the stream lasts.
        let _ = &seat;
        Ok(line)
    });
    Ok(Sse::new(lines).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn json(value: &impl Serialize) -> Line {
    Line::default().json_data(value).unwrap_or_else(|error| {
        tracing::error!(%error, "an event cannot be written as JSON");
        Line::default().comment("unreadable")
    })
}
