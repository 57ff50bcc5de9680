//! Bodies that nobody has read to their end, because the answer did not need them. A connection that is closed while its
//! client still sends is torn down, and the client sees that instead of the answer; so what still comes is read and thrown
//! away for a while.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use futures_util::{Stream, StreamExt};
use tokio::sync::Semaphore;

/// Connections at a time that are lingered on.
pub(crate) const LINGERING: usize = 64;
/// So much is thrown away, for so long, and until nothing has come for so long.
const MOST: usize = 128 << 20;
const LONGEST: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(2);

/// What is left of a body, and whether any of it has been read.
type Left = Arc<Mutex<Option<(BodyDataStream, bool)>>>;

/// What will be left of a request's body once the request is answered.
pub(crate) struct Rest {
    left: Left,
    /// Whether the client waits to be told before it sends, and so can be refused without.
    asks_first: bool,
    is_endless: bool,
}

/// Lets a request's body be read, and keeps what is left of it.
pub(crate) fn watch(request: Request) -> (Request, Option<Rest>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let rest = Rest { left: Left::default(), asks_first: request.headers().contains_key(EXPECT), is_endless: announced.is_some_and(|length| length > MOST) };
    let left = Arc::clone(&rest.left);
    (request.map(|body| Body::from_stream(Watched { body: Some(body.into_data_stream()), is_begun: false, left })), Some(rest))
}

impl Rest {
    /// Reads and throws away, beside whatever goes on. Where too many do so already, or there is too much, the connection is
    /// closed.
    pub(crate) fn throw_away(self, seats: &Arc<Semaphore>) {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((mut body, is_begun)) = left else { return };
        if self.is_endless || (self.asks_first && !is_begun) {
            return;
        }
        let Ok(seat) = Arc::clone(seats).try_acquire_owned() else { return };
        let all = async move {
            let _seat = seat;
            let mut read = 0;
            while let Ok(Some(Ok(piece))) = tokio::time::timeout(SILENCE, body.next()).await {
                read += piece.len();
                if read > MOST {
                    return;
                }
            }
        };
        tokio::spawn(tokio::time::timeout(LONGEST, all));
    }
}

/// A body on its way to whoever reads it.
struct Watched {
    body: Option<BodyDataStream>,
    is_begun: bool,
    left: Left,
}

impl Stream for Watched {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.is_begun = true;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let piece = std::task::ready!(body.poll_next_unpin(cx));
        if !matches!(piece, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(piece)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(body) = self.body.take() {
            *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some((body, self.is_begun));
        }
    }
}
