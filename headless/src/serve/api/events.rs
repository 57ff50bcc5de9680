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
use tokio::sync::broadcast::Receiver;
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
    let events = lines_of(app.engine.subscribe(), pick);
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

/// The lines of events; where the client was so slow that some were lost, one says so.
fn lines_of<P>(events: Receiver<Event>, pick: P) -> impl Stream<Item = Line> + use<P>
where
    P: Fn(Event) -> Option<Line> + Send + 'static,
{
    BroadcastStream::new(events).filter_map(move |event| {
        let line = match event {
            Ok(event) => pick(event),
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Line::default().event("resync").data("{}")),
        };
        std::future::ready(line)
    })
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

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::response::IntoResponse;
    use tokio::sync::broadcast;

    use super::*;

    /// What a client reads that begins once all of this has happened.
    async fn read<P>(room: usize, happened: &[Event], pick: P) -> String
    where
        P: Fn(Event) -> Option<Line> + Send + 'static,
    {
        let (events, listener) = broadcast::channel(room);
        happened.iter().for_each(|event| drop(events.send(event.clone())));
        drop(events);
        let response = Sse::new(lines_of(listener, pick).map(Told::Ok)).into_response();
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn who_is_too_slow_is_told_that_something_was_lost() {
        let happened = [Event::FoldersChanged {}, Event::ModelsChanged {}, Event::FoldersChanged {}, Event::LibraryChanged {}];
        let all = |event: Event| Some(json(&event));
        let in_time = read(4, &happened, all).await;
        assert!(in_time.lines().filter(|line| line.starts_with("data:")).count() == 4 && !in_time.contains("resync"), "{in_time}");
        let late = read(2, &happened, all).await;
        let lines: Vec<&str> = late.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[..2], ["event: resync", "data: {}"], "before what is left: {late}");
        assert_eq!(lines.len(), 4, "{late}");
        // Also where what was lost would not have been told.
        let nothing = read(2, &happened, |_| None).await;
        assert_eq!(nothing.trim(), "event: resync\ndata: {}");
    }
}
