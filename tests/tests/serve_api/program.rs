//! The served program as a whole: what it says of itself, beside another one, and how it stops.

use std::io::Write;

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Server, multipart};
use serde_json::json;

use crate::{id_of, served};

#[test]
fn health_metrics_documents_and_headers() {
    let (_library, server) = served(3, &[]);
    let open = |path: &str| server.ask_as_stranger("GET", path, b"", &[]);
    open("/healthz").expect(200);
    open("/readyz").expect(200);
    open("/metrics").expect(401);
    server.get("/api/v1/count").expect(200);
    let numbers = server.get("/metrics").expect(200).text();
    assert!(numbers.contains("lookalike_images 3"), "{numbers}");
    assert!(numbers.contains("lookalike_http_requests_total{route=\"/api/v1/count\",method=\"GET\",status=\"200\"} 1"), "{numbers}");
    assert!(numbers.contains("lookalike_http_request_seconds_bucket"), "{numbers}");
    let document = open("/api/v1/openapi.json").expect(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    for path in
        ["/api/v1/search", "/api/v1/pictures/{id}", "/imageRetrieval/search", "/img/search", "/data", "/healthz", "/readyz", "/metrics", "/temporary/{id}"]
    {
        assert!(document["paths"][path].is_object(), "{path} is described");
    }
    assert_eq!(document["components"]["securitySchemes"]["browser"]["name"], format!("lookalike-{}", server.address.port()));
    assert_eq!(open("/api/v1/docs").expect(308).header("location"), Some("/api/v1/docs/"));
    let page = open("/api/v1/docs/").expect(200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        open(&format!("/api/v1/docs/{file}")).expect(200);
    }
    assert!(open("/api/v1/docs/swagger-initializer.js").text().contains("/api/v1/openapi.json"));
    let root = open("/").expect(200);
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")] {
        assert_eq!(root.header(name), Some(value));
    }
    let policy = root.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    let ids: Vec<_> = (0..2).map(|_| open("/healthz").header("x-request-id").unwrap().to_owned()).collect();
    assert_ne!(ids[0], ids[1]);
    let missing = server.get("/api/v1/nothing").expect(404);
    assert_eq!(missing.header("content-type"), Some("application/problem+json"));
    for (method, path) in [("PUT", "/api/v1/count"), ("POST", "/"), ("TRACE", "/"), ("DELETE", "/")] {
        let wrong = server.ask(method, path, b"", &[]).expect(405);
        assert!(wrong.header("allow").is_some_and(|allow| allow.contains("GET")), "{method} {path}: {wrong:?}");
    }
}

#[test]
fn without_a_page_it_says_where_the_description_is() {
    let (_library, server) = served(1, &["--no-ui"]);
    assert_eq!(server.code, None, "there is nothing to sign in to");
    let root = server.ask_as_stranger("GET", "/", b"", &[]).expect(200).text();
    assert!(root.contains("/api/v1/docs"), "{root}");
    server.ask_as_stranger("GET", "/index.html", b"", &[]).expect(404);
}

#[test]
fn a_second_writer_makes_it_search_only() {
    let library = TestLibrary::with_scenes(2);
    let writer = library.writer();
    library.index(&writer);
    let server = Server::start(&library, &[]);
    assert_eq!(server.get("/api/v1/session").expect(200).json()["writer"], false);
    let id = id_of(&server, "scene-1.jpg");
    server.json("POST", "/api/v1/search", &json!({ "query": { "kind": "image", "id": id } })).expect(200);
    assert_eq!(server.ask("POST", "/api/v1/index/rescan", b"", &[]).expect(409).json()["code"], "read-only");
    let (kind, body) = multipart(&[("file", Some("a.jpg"), &jpeg(&scene(5, 64, 64), 80))]);
    server.ask("POST", "/api/v1/pictures", &body, &[("Content-Type", &kind)]).expect(409);
}

#[test]
fn it_finishes_what_it_took_and_stops() {
    let (_library, mut server) = served(4, &[]);
    let id = id_of(&server, "scene-2.jpg");
    let body = json!({ "query": { "kind": "image", "id": id } }).to_string();
    // Half of a request is there when the signal comes.
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        server.address,
        server.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body.as_bytes()[..10]).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    server.terminate();
    std::thread::sleep(std::time::Duration::from_millis(300));
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    assert_eq!(lookalike_tests::server::read(&mut stream).status, 200, "what was taken is finished");
    wait_until("the server has ended", || server.ended().is_some());
    assert_eq!(server.ended(), Some(true), "{}", server.log());
}
