//! Bodies of requests: read whole, within limits of size, time and memory, before anything is made of them.

use std::collections::HashSet;
use std::mem::discriminant;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use lookalike_engine::MAX_ADDED;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::app::App;
use super::problem::{Problem, Reply, described, of_another_kind, wrong_field};

/// Largest JSON.
pub(crate) const SMALL: usize = 1 << 20;
/// Largest body with a picture in it; a little more than the picture.
pub(crate) const PICTURE: usize = MAX_ADDED + (1 << 20);
/// The same as base64 in a form, where each `+` and `/` may take three letters.
pub(crate) const PICTURE_AS_TEXT: usize = MAX_ADDED / 3 * 4 + (16 << 20);
/// A client may be silent for so long, and take so long in all.
const SILENCE: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_secs(120);
/// A stranger's body, and how long it may take.
const BRIEF: usize = 4 << 10;
const BRIEFLY: Duration = Duration::from_secs(5);
/// How long a body waits for others to make room.
const ROOM: Duration = Duration::from_secs(20);
/// Parts of a multipart body.
const PARTS: usize = 16;

/// The query of an address.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub(crate) T);

/// The parameters of a path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Path<T>(pub(crate) T);

/// A JSON body. Nothing else is taken for it: a form of another site could be sent without asking.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned + Serialize> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        check_is_json(request.headers())?;
        parsed("the body", &read(request, app, SMALL).await?.bytes).map(Json)
    }
}

/// The JSON of somebody who is not known yet: a few words, said at once.
pub(crate) struct Brief<T>(pub(crate) T);

impl<T: DeserializeOwned + Serialize> FromRequest<App> for Brief<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        check_is_json(request.headers())?;
        let announced = announced(&request, BRIEF)?;
        parsed("the body", &collected(request.into_body(), announced, BRIEF, BRIEFLY, &mut Room::of_small()).await?).map(Brief)
    }
}

fn check_is_json(headers: &HeaderMap) -> Reply<()> {
    if media_type(headers) == "application/json" { Ok(()) } else { Err(unsupported("application/json")) }
}

/// Reads JSON, which is just as its description says. `whole`: what it is, for messages.
pub(crate) fn parsed<T: DeserializeOwned + Serialize>(whole: &str, bytes: &[u8]) -> Reply<T> {
    let no_json = |error: &serde_json::Error| Problem::bad_request(format!("{whole} is no JSON{}", place_of(error)));
    let given: Value = serde_json::from_slice(bytes).map_err(|error| no_json(&error))?;
    if !given.is_object() {
        return Err(Problem::bad_request(format!("{whole} is no JSON object")).with_hint(described()));
    }
    // From the text, for only that tells where a mistake is, and which field is there twice.
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| wrong_field(whole, &error, &place_of(error.inner())))?;
    let read = serde_json::to_value(&value).map_err(|error| no_json(&error))?;
    match misread(&given, &read) {
        Some(path) => Err(of_another_kind(whole, &path)),
        None => Ok(value),
    }
}

/// The first field that was read as something of another kind than was sent: serde takes an array of its fields' values for an object,
/// and an object with nothing but its name in it for a choice.
fn misread(given: &Value, read: &Value) -> Option<String> {
    let within = |name: String, rest: String| if rest.is_empty() || rest.starts_with('[') { name + &rest } else { format!("{name}.{rest}") };
    match (given, read) {
        // What is not said is what it is where nothing is said.
        (Value::Null, _) => None,
        (Value::Object(given), Value::Object(read)) => {
            read.iter().find_map(|(name, read)| misread(given.get(name)?, read).map(|rest| within(name.clone(), rest)))
        }
        (Value::Array(given), Value::Array(read)) => {
            given.iter().zip(read).enumerate().find_map(|(place, (given, read))| misread(given, read).map(|rest| within(format!("[{place}]"), rest)))
        }
        _ => (discriminant(given) != discriminant(read)).then(String::new),
    }
}

fn place_of(error: &serde_json::Error) -> String {
    format!(" (line {}, column {})", error.line(), error.column())
}

/// A body in memory, with the room that it takes.
pub(crate) struct Held {
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    _room: Room,
}

/// The room that a body takes in memory, taken as it arrives: who announces much and sends little keeps nobody out. Small bodies need
/// none, as there are no more of them than requests at a time.
struct Room {
    bodies: Option<Arc<Semaphore>>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Room {
    fn of_small() -> Self {
        Self { bodies: None, taken: None }
    }

    fn among(bodies: &Arc<Semaphore>) -> Self {
        Self { bodies: Some(Arc::clone(bodies)), taken: None }
    }

    /// Waits until there is room for so many bytes in all.
    async fn hold(&mut self, bytes: usize) -> Reply<()> {
        let Some(bodies) = &self.bodies else { return Ok(()) };
        let taken = self.taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = (bytes >> 20).saturating_sub(taken);
        if more == 0 {
            return Ok(());
        }
        let permit = tokio::time::timeout(ROOM, Arc::clone(bodies).acquire_many_owned(u32::try_from(more).unwrap_or(u32::MAX))).await;
        let Ok(Ok(permit)) = permit else { return Err(Problem::busy()) };
        match &mut self.taken {
            Some(taken) => taken.merge(permit),
            None => self.taken = Some(permit),
        }
        Ok(())
    }
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(request: Request, app: &App, limit: usize) -> Reply<Held> {
    let announced = announced(&request, limit)?;
    let mut room = if limit <= SMALL { Room::of_small() } else { Room::among(&app.bodies) };
    let (parts, body) = request.into_parts();
    let bytes = collected(body, announced, limit, WHOLE, &mut room).await?;
    Ok(Held { headers: parts.headers, bytes, _room: room })
}

/// How long a body says it is.
fn announced(request: &Request, limit: usize) -> Reply<Option<usize>> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) { Err(Problem::too_large(limit)) } else { Ok(announced) }
}

async fn collected(mut body: Body, announced: Option<usize>, limit: usize, whole: Duration, room: &mut Room) -> Reply<Bytes> {
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    let started = Instant::now();
    loop {
        let patience = SILENCE.min(whole.saturating_sub(started.elapsed()));
        let Ok(frame) = tokio::time::timeout(patience, body.frame()).await else {
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "the request took too long to arrive"));
        };
        match frame {
            None => return Ok(bytes.into()),
            Some(Err(_)) => return Err(Problem::bad_request("the request broke off")),
            Some(Ok(frame)) => {
                let Some(data) = frame.data_ref() else { continue };
                if bytes.len() + data.len() > limit {
                    return Err(Problem::too_large(limit));
                }
                room.hold(bytes.len() + data.len()).await?;
                bytes.extend_from_slice(data);
            }
        }
    }
}

/// A part of a multipart body.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Part {
    /// What is in it, as text.
    pub(crate) fn text(&self) -> Reply<&str> {
        std::str::from_utf8(&self.bytes).map_err(|_| Problem::bad_request(format!("the field {:?} is no text", self.name)))
    }
}

/// A multipart body, in memory.
pub(crate) struct Form {
    pub(crate) parts: Vec<Part>,
    _held: Held,
}

impl Form {
    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// Refuses fields of other names than these, and a field that is there twice: only one of them would count.
    pub(crate) fn only(&self, known: &[&str]) -> Reply<()> {
        let mut names = HashSet::new();
        if let Some(part) = self.parts.iter().find(|part| !names.insert(&part.name)) {
            return Err(Problem::bad_request(format!("the form has the field {:?} more than once", part.name)).with_hint("Send each field once."));
        }
        let Some(part) = self.parts.iter().find(|part| !known.contains(&part.name.as_str())) else { return Ok(()) };
        Err(Problem::bad_request(format!("the form has a field {:?} that is not known there", part.name))
            .with_hint(format!("Known there: {}.", known.join(", "))))
    }

    /// A field that holds one word or number; none where it is missing or empty.
    pub(crate) fn value<T: std::str::FromStr>(&self, name: &str) -> Reply<Option<T>> {
        let Some(part) = self.part(name) else { return Ok(None) };
        let text = part.text()?.trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Problem::bad_request(format!("the field {name:?} is not understood")))
    }

    /// The picture in one of these fields.
    pub(crate) fn picture(&self, names: &[&str]) -> Reply<&Part> {
        let part = names
            .iter()
            .find_map(|name| self.part(name))
            .ok_or_else(|| Problem::bad_request(format!("the picture is missing: send it as the field {:?}", names[0])))?;
        if part.bytes.len() > MAX_ADDED { Err(Problem::too_large(MAX_ADDED)) } else { Ok(part) }
    }
}

/// Takes a body of several parts to pieces.
pub(crate) async fn form(held: Held, app: &App) -> Reply<Form> {
    let mut request = Request::new(Body::from(held.bytes.clone()));
    if let Some(kind) = held.headers.get(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    // Its length has been looked at; axum's own limit would be in the way.
    axum::extract::DefaultBodyLimit::apply(axum::extract::DefaultBodyLimit::disable(), &mut request);
    let not_understood = || Problem::bad_request("the body is no multipart form");
    let mut multipart = Multipart::from_request(request, app).await.map_err(|_| unsupported("multipart/form-data"))?;
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|_| not_understood())? {
        if parts.len() == PARTS {
            return Err(Problem::bad_request(format!("the form has more than {PARTS} fields")));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|_| not_understood())?;
        parts.push(Part { name, file_name, bytes });
    }
    Ok(Form { parts, _held: held })
}

/// A multipart body with a picture in it.
impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if media_type(request.headers()) != "multipart/form-data" {
            return Err(unsupported("multipart/form-data"));
        }
        form(read(request, app, PICTURE).await?, app).await
    }
}

/// The media type of a body, without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body of another kind than the one that is taken.
pub(crate) fn unsupported(wanted: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid-request", format!("the body must be {wanted}"))
}
