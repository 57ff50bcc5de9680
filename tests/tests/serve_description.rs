//! What the server says that it takes, and that it takes nothing else.

use lookalike_tests::library::TestLibrary;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Answer, Server, base64};
use serde_json::{Value, json};

fn served() -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(2);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, &[]);
    (library, server)
}

#[test]
fn a_misspelt_field_is_named_and_not_passed_over() {
    let (_library, server) = served();
    let id = "0".repeat(64);
    let image = json!({ "kind": "image", "id": id });
    let refused = |answer: Answer, field: &str, what: &str| {
        let told = answer.expect(400).json();
        assert_eq!(told["code"], "invalid-request", "{what}");
        assert!(told["detail"].as_str().unwrap().contains(field), "{what}: {told}");
        told["hint"].as_str().unwrap().to_owned()
    };
    let secret = "a-token-that-nobody-sees";
    let milvus = json!({ "address": "http://127.0.0.1:1" });
    for (method, path, body, field) in [
        ("POST", "/search", json!({ "query": image, "simillarity": 0.5 }), "`simillarity`"),
        ("POST", "/search", json!({ "query": { "kind": "image", "id": id, "ids": [] } }), "`query.ids`"),
        ("POST", "/search", json!({ "query": image, "filter": { "form": [] } }), "`filter.form`"),
        ("POST", "/search", json!({ "query": image, "crop": { "x": 0, "y": 0, "width": 1, "height": 1, "w": 1 } }), "`crop.w`"),
        ("POST", "/search/page", json!({ "result_set": "x", "page": 1, "page_size": 5, "sort": "name" }), "`sort`"),
        ("POST", "/search/explain", json!({ "result_set": "x", "ids": [], "id": 1 }), "`id`"),
        ("POST", "/search/export", json!({ "result_set": "x", "format": "csv", "similar": 1 }), "`similar`"),
        ("POST", "/copies", json!({ "selection": { "kind": "pictures", "ids": [], "all": true }, "folder": "/" }), "`selection.all`"),
        ("POST", "/library", json!({ "offset": 0, "limit": 1, "txt": "x" }), "`txt`"),
        ("POST", "/duplicates", json!({ "limit": 1, "kinds": [] }), "`kinds`"),
        ("POST", "/duplicates/dismiss", json!({ "ids": [], "is_match": true, "x": 1 }), "`x`"),
        ("POST", "/trash", json!({ "files": [], "even_lasts": true }), "`even_lasts`"),
        ("POST", "/import-check", json!({ "path": "/", "copy": true }), "`copy`"),
        ("POST", "/import-check/files", json!({ "verdict": "new", "limit": 1, "from": 0 }), "`from`"),
        ("POST", "/import-check/copies", json!({ "folder": "/", "files": { "kind": "only", "ids": [], "but": [] } }), "`files.but`"),
        ("POST", "/folders", json!({ "path": "/", "exclude": ["*.png"] }), "`exclude`"),
        ("PATCH", "/folders/1", json!({ "is_protected": true }), "`is_protected`"),
        ("POST", "/skipped/retry", json!({ "id": 1 }), "`id`"),
        ("POST", "/pictures/by-url", json!({ "url": "http://127.0.0.1/", "name": "x" }), "`name`"),
        ("PUT", "/preferences", json!({ "threads": 2 }), "`threads`"),
        ("POST", "/sync/pause", json!({ "paused": true, "until": 1 }), "`until`"),
        ("POST", "/sync/verify", json!({ "repair": false, "delete": true }), "`delete`"),
        ("PUT", "/connection", json!({ "settings": { "milvus": milvus }, "secrets": { "token": secret } }), "`secrets.token`"),
        ("PUT", "/connection", json!({ "settings": { "milvus": { "address": "x", "port": 1 } } }), "`settings.milvus.port`"),
        ("POST", "/connection/test", json!({ "settings": { "milvus": milvus, "bucket": "x" } }), "`settings.bucket`"),
        ("POST", "/session", json!({ "code": secret, "token": secret }), "`token`"),
    ] {
        let answer = server.json(method, &format!("/api/v1{path}"), &body);
        assert!(!answer.text().contains(secret), "{path}: what was sent is not said again");
        refused(answer, field, &format!("{method} {path} {body}"));
    }
    let hint = refused(server.json("POST", "/api/v1/search", &json!({ "query": image, "simillarity": 0.5 })), "`simillarity`", "the hint");
    assert!(hint.contains("`similarity`"), "it says what would be known: {hint}");
    assert_eq!(server.get("/api/v1/connection").expect(200).json()["enabled"], false, "nothing was done");

    let photo = jpeg(&scene(1, 200, 150), 80);
    let with = |path: &str, name: &str| server.form(path, &[("file", Some("a.jpg"), &photo), (name, None, b"1")]);
    refused(with("/api/v1/search/upload", "topk"), "\"topk\"", "a form");
    refused(with("/api/v1/pictures", "title"), "\"title\"", "a form");
    // The clients of earlier systems send what they like.
    server.json("POST", "/imageRetrieval/search", &json!({ "img_base64": base64(&photo), "simillarity": 0.5, "user": "x" })).expect(200);
    server.form("/img/search", &[("image", Some("a.jpg"), &photo), ("device", None, b"x")]).expect(200);
}

#[test]
fn numbers_beyond_the_description_are_refused() {
    let (_library, server) = served();
    for (path, body) in [
        ("/library", json!({ "offset": u64::MAX, "limit": 1 })),
        ("/duplicates", json!({ "offset": 1u64 << 63, "limit": 1 })),
        ("/import-check/files", json!({ "verdict": "new", "offset": u64::MAX, "limit": 1 })),
    ] {
        let told = server.json("POST", &format!("/api/v1{path}"), &body).expect(400).json();
        assert!(told["detail"].as_str().unwrap().contains("offset"), "{path}: {told}");
    }
}

#[test]
fn the_document_offers_only_what_is_taken_and_told_here() {
    let (_library, server) = served();
    let document = server.get("/api/v1/openapi.json").expect(200).json();
    let schemas = &document["components"]["schemas"];
    let kinds: Vec<&Value> = schemas["Query"]["oneOf"].as_array().unwrap().iter().map(|variant| &variant["properties"]["kind"]["enum"][0]).collect();
    assert_eq!(kinds, ["image", "url"], "files of the server are not searched by");
    let codes: Vec<&str> = schemas["ErrorCode"]["enum"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert!(codes.contains(&"not-a-picture") && !codes.contains(&"library-busy"), "{codes:?}");
    for name in ["SearchRequest", "LibraryRequest", "ConnectRequest", "NewFolder"] {
        assert_eq!(schemas[name]["additionalProperties"], false, "{name} has no further fields");
    }
}
