//! `POST /imageRetrieval/search`, as the clients of the first system call it: a picture as base64 in a form or in JSON, an
//! answer with a code of its own beside the real status.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lookalike_engine::wire::{MAX_PAGE_SIZE, SearchReply};
use lookalike_engine::{Engine, MAX_ADDED, SearchTerms};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::serve::app::{App, Shared};
use crate::serve::body::{self, Held, PICTURE_AS_TEXT, media_type};
use crate::serve::problem::{Problem, Reply};
use crate::serve::way::Called;

/// Where it lies.
pub(crate) const PATH: &str = "/imageRetrieval/search";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is asked.
#[derive(Debug, ToSchema)]
#[schema(as = ImageRetrievalRequest)]
#[allow(dead_code, reason = "read by hand, since clients send numbers as text as well")]
struct Asked {
    /// The picture as base64, with or without `data:image/…;base64,` before it.
    #[schema(min_length = 1)]
    img_base64: String,
    /// Lowest similarity to return, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    similarity: Option<f32>,
    /// Page, from 1.
    #[schema(minimum = 1, maximum = 1_000_000)]
    page: Option<u32>,
    /// Results a page; 10 where it is left out.
    #[schema(minimum = 1, maximum = 200)]
    page_size: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImageRetrievalReply)]
struct Found {
    /// The status of the answer once more.
    code: u16,
    /// `success`, or what went wrong.
    msg: String,
    data: Vec<Hit>,
    /// Results at or above the threshold.
    total: u64,
    /// Whether `total` is exact; otherwise there may be more.
    total_is_exact: bool,
    page: u32,
    page_size: u32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImageRetrievalHit)]
struct Hit {
    id: String,
    /// `1 / (1 + distance)`.
    similarity: f32,
    file_name: String,
    /// Where the picture can be had for a while, without a token.
    img_url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImageRetrievalError)]
struct Failed {
    /// The status of the answer once more.
    code: u16,
    msg: String,
    data: Vec<Hit>,
}

/// Search by a picture in base64, as JSON, as a form or urlencoded
#[utoipa::path(post, path = "/imageRetrieval/search", tag = "earlier interfaces",
    request_body(content((Asked = "application/json"), (Asked = "multipart/form-data"), (Asked = "application/x-www-form-urlencoded"))),
    responses((status = 200, body = Found), (status = "default", body = Failed)))]
async fn search(State(app): State<App>, request: Request) -> Reply<Answer<Found>> {
    let called = request.extensions().get::<Called>().cloned();
    let held = body::read(request, &app, PICTURE_AS_TEXT).await?;
    let fields = Fields::read(held, &app).await?;
    let similarity: f32 = fields.number("similarity")?.unwrap_or(0.0);
    let page: u32 = fields.number("page")?.unwrap_or(1);
    let page_size: u32 = fields.number("page_size")?.unwrap_or(10);
    if page < 1 || !(1..=MAX_PAGE_SIZE).contains(&page_size) || !(0.0..=1.0).contains(&similarity) {
        return Err(Problem::bad_request(format!("page counts from 1, page_size is within 1 and {MAX_PAGE_SIZE}, similarity within 0 and 1")));
    }
    let bytes = match fields.text("img_base64").filter(|text| !text.trim().is_empty()) {
        Some(text) => decoded(&text)?,
        None => return Err(Problem::bad_request("img_base64 is missing")),
    };
    drop(fields);
    let hours = app.link_hours;
    let reply = app.work(move |engine| {
        // The threshold comes before the paging, so that a page is never shorter than it could be.
        let reply = engine.search_bytes("img_base64", &bytes, &SearchTerms { similarity, page, page_size, ..SearchTerms::default() })?;
        Ok((links_of_store(engine, &reply), reply))
    });
    let (links, reply) = reply.await?;
    let own_hours = app.ask(Engine::link_hours).await?.unwrap_or(hours);
    let base = base(&app, called.as_ref());
    let data = reply.results.into_iter().zip(links).map(|(hit, link)| {
        let img_url = link.unwrap_or_else(|| format!("{base}{}", app.links.path(&hit.id, own_hours)));
        Hit { id: hit.id, similarity: hit.similarity, file_name: hit.file_name, img_url }
    });
    Ok(Answer(Found { code: 200, msg: "success".into(), data: data.collect(), total: reply.total, total_is_exact: reply.total_is_exact, page, page_size }))
}

/// Presigned addresses in the object store, where one is connected and has the picture.
fn links_of_store(engine: &Engine, reply: &SearchReply) -> Vec<Option<String>> {
    let ids: Vec<&str> = reply.results.iter().map(|hit| hit.id.as_str()).collect();
    // Nothing connected, or nobody there: this server has the pictures.
    engine.links(&ids).unwrap_or_else(|_| vec![None; ids.len()])
}

/// How clients reach this server.
fn base(app: &Shared, called: Option<&Called>) -> String {
    let as_called = || called.map_or_else(|| "http://localhost".into(), |called| format!("{}://{}", called.scheme, called.authority));
    app.public_url.clone().unwrap_or_else(as_called)
}

/// An error in the form of this interface, with one of its statuses.
pub(crate) fn shaped(response: Response) -> Response {
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let status = match problem.status {
        StatusCode::UNAUTHORIZED | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS => problem.status,
        StatusCode::METHOD_NOT_ALLOWED => problem.status,
        // Its clients know this one for "come again later".
        StatusCode::SERVICE_UNAVAILABLE => StatusCode::TOO_MANY_REQUESTS,
        other if other.is_server_error() => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let failed = Failed { code: status.as_u16(), msg: format!("{}{hint}", problem.message), data: Vec::new() };
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    match serde_json::to_vec(&failed) {
        Ok(body) => Response::from_parts(parts, Body::from(body)),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The fields of a request, whatever form it has.
enum Fields {
    Json(serde_json::Map<String, Value>),
    Form(body::Form),
    Pairs(Vec<(String, String)>),
}

impl Fields {
    async fn read(held: Held, app: &App) -> Reply<Self> {
        match media_type(&held.headers).as_str() {
            "application/json" => match serde_json::from_slice(&held.bytes) {
                Ok(Value::Object(map)) => Ok(Self::Json(map)),
                _ => Err(Problem::bad_request("the body is no JSON object")),
            },
            "multipart/form-data" => body::form(held, app).await.map(Self::Form),
            "application/x-www-form-urlencoded" => pairs(&held.bytes).map(Self::Pairs),
            _ => Err(Problem::bad_request("the body must be JSON, multipart/form-data or application/x-www-form-urlencoded")),
        }
    }

    /// A field as text; numbers of JSON as they are written.
    fn text(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Json(map) => match map.get(name)? {
                Value::String(text) => Some(text.into()),
                Value::Number(number) => Some(number.to_string().into()),
                _ => None,
            },
            Self::Form(form) => form.part(name).map(|part| String::from_utf8_lossy(&part.bytes)),
            Self::Pairs(pairs) => pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str().into()),
        }
    }

    /// A number; none where it is left out, empty or null.
    fn number<T: std::str::FromStr>(&self, name: &str) -> Reply<Option<T>> {
        if let Self::Json(map) = self
            && map.get(name).is_some_and(|value| !matches!(value, Value::Null | Value::String(_) | Value::Number(_)))
        {
            return Err(Problem::bad_request(format!("{name} is no number")));
        }
        match self.text(name).as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| Problem::bad_request(format!("{name} is no number, or out of range"))),
        }
    }
}

fn pairs(bytes: &[u8]) -> Reply<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::bad_request("the form is no text"))?;
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    Ok(text.split('&').take(64).filter_map(|pair| pair.split_once('=')).map(|(key, value)| (decoded(key), decoded(value))).collect())
}

/// The bytes of a picture in base64, as clients write it: with line breaks, with the other alphabet, without padding, and
/// with the `+` that forms turn into spaces.
fn decoded(text: &str) -> Reply<Vec<u8>> {
    let text = text.trim();
    let data = if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) { text.split_once(',').map_or("", |(_, data)| data) } else { text };
    let letters: Vec<u8> = data
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n' | b'\t'))
        .map(|byte| match byte {
            b' ' | b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    if letters.len() / 4 * 3 > MAX_ADDED {
        return Err(Problem::too_large(MAX_ADDED));
    }
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&STANDARD, lenient).decode(letters).map_err(|_| Problem::bad_request("img_base64 is no base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_clients_write_it() {
        for text in ["/+8A", " /+8A\n", "data:image/png;base64,/+8A", "DATA:image/jpeg;base64,/ 8A", "_-8A", "/+\r\n8A"] {
            assert_eq!(decoded(text).unwrap(), [0xff, 0xef, 0x00], "{text:?}");
        }
        assert_eq!(decoded("/w").unwrap(), [0xff], "without padding");
        assert_eq!(decoded("/w==").unwrap(), [0xff]);
        for text in ["%%%", "data:image/png;base64,ä", "a"] {
            assert_eq!(decoded(text).unwrap_err().status, StatusCode::BAD_REQUEST, "{text:?}");
        }
    }
}
