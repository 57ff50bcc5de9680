//! The `thumb` scheme: `/thumb/ID` and `/preview/ID` for catalogued pictures. Knows no path: an id that the engine
//! does not know is a 404.

use lookalike_engine::Engine;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{AppHandle, Manager, UriSchemeContext, UriSchemeResponder, Wry, async_runtime};

use crate::shell::{Shell, on_worker};

pub(crate) const SCHEME: &str = "thumb";

/// Large enough for a full-screen preview, small enough to be there at once.
const PREVIEW_SIDE: u32 = 2048;

enum Asked {
    Thumbnail(String),
    Preview(String),
}

pub(crate) fn serve(context: UriSchemeContext<'_, Wry>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    let app = context.app_handle().clone();
    async_runtime::spawn(async move {
        let jpeg = match parse(request.uri().path()) {
            Some(asked) => read(&app, asked).await,
            None => None,
        };
        responder.respond(answer(jpeg));
    });
}

async fn read(app: &AppHandle, asked: Asked) -> Option<Vec<u8>> {
    let engine = app.state::<Shell>().engine().await.ok()?;
    let jpeg = on_worker(&engine, move |engine: &Engine| match asked {
        Asked::Thumbnail(id) => engine.thumbnail(&id),
        Asked::Preview(id) => engine.preview(&id, PREVIEW_SIDE),
    });
    jpeg.await.inspect_err(|error| tracing::debug!(message = error.message, "no picture to serve")).ok()
}

/// Only 64 hexadecimal digits pass.
fn parse(path: &str) -> Option<Asked> {
    let (kind, id) = path.strip_prefix('/')?.split_once('/')?;
    let is_id = id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match kind {
        "thumb" if is_id => Some(Asked::Thumbnail(id.to_owned())),
        "preview" if is_id => Some(Asked::Preview(id.to_owned())),
        _ => None,
    }
}

fn answer(jpeg: Option<Vec<u8>>) -> Response<Vec<u8>> {
    let found = jpeg.is_some();
    let mut response = Response::new(jpeg.unwrap_or_default());
    let headers = response.headers_mut();
    if found {
        // The id is the hash of the picture: what it names never changes.
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("image/jpeg"));
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, max-age=31536000, immutable"));
    } else {
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_catalogue_ids_are_served() {
        let id = "0123456789abcdef".repeat(4);
        assert!(matches!(parse(&format!("/thumb/{id}")), Some(Asked::Thumbnail(asked)) if asked == id));
        assert!(matches!(parse(&format!("/preview/{id}")), Some(Asked::Preview(_))));
        for hostile in ["/thumb/../../etc/passwd", "/thumb/%2e%2e", "//etc/passwd", "/file/x", "/thumb/", "/", ""] {
            assert!(parse(hostile).is_none(), "{hostile} is no catalogued picture");
        }
        assert!(parse(&format!("/thumb/{}", id.to_uppercase())).is_none(), "one picture has one address");
        assert!(parse(&format!("/thumb/{id}/x")).is_none(), "nothing follows the id");
    }

    #[test]
    fn a_missing_picture_is_a_404_that_is_not_remembered() {
        let response = answer(None);
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}
