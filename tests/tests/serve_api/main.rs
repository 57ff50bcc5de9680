//! The HTTP interface over a real socket: every endpoint of version 1, and who may come in.

mod folders;
mod program;
mod sessions;

use std::io::{BufRead, BufReader, Write};

use lookalike_tests::library::TestLibrary;
use lookalike_tests::scenes::{EDITS, jpeg, scene};
use lookalike_tests::server::{Answer, Server};
use serde_json::{Value, json};

/// A served library of so many scenes, indexed.
fn served(count: u64, arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(count);
    let indexed = library.run(&["index", &library.photos().display().to_string()]);
    assert!(indexed.status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

fn id_of(server: &Server, name: &str) -> String {
    let reply = server.json("POST", "/api/v1/library", &json!({ "folder": null, "offset": 0, "limit": 1000 })).expect(200).json();
    let pictures = reply["pictures"].as_array().unwrap();
    pictures.iter().find(|picture| picture["file_name"] == name).unwrap_or_else(|| panic!("{name} is there"))["id"].as_str().unwrap().to_owned()
}

#[test]
fn searches_by_id_by_upload_and_in_pages() {
    let (_library, server) = served(12, &[]);
    assert_eq!(server.get("/api/v1/count").expect(200).json()["count"], 12);
    let id = id_of(&server, "scene-3.jpg");
    let found = server.json("POST", "/api/v1/search", &json!({ "query": { "kind": "image", "id": id }, "page_size": 5 })).expect(200).json();
    assert_eq!((&found["total"], &found["results"][0]["is_query"]), (&12.into(), &true.into()));
    let next = json!({ "result_set": found["result_set"], "similarity": 0.0, "page": 2, "page_size": 5 });
    assert_eq!(server.json("POST", "/api/v1/search/page", &next).expect(200).json()["results"][0]["rank"], 6);
    for (name, edit) in EDITS {
        let edited = jpeg(&edit(&scene(7, 320, 240)), 75);
        let found = server.form("/api/v1/search/upload", &[("file", Some("../../edited.jpg"), &edited), ("top_k", None, b"3")]).expect(200).json();
        assert_eq!(found["results"][0]["file_name"], "scene-7.jpg", "{name}: the original comes first");
        assert_eq!((found["results"].as_array().unwrap().len(), &found["total"]), (3, &3.into()));
        assert_eq!(found["query"], "edited.jpg", "a name is shown, never used as a path");
    }
    let gone = server.json("POST", "/api/v1/search/page", &json!({ "result_set": "x", "page": 1, "page_size": 5 })).expect(410);
    assert_eq!((gone.header("content-type"), &gone.json()["code"]), (Some("application/problem+json"), &"result-set-gone".into()));
    let by_path = json!({ "query": { "kind": "path", "path": "/etc/passwd" } });
    assert_eq!(server.json("POST", "/api/v1/search", &by_path).expect(400).json()["code"], "invalid-request");
    let text = server.form("/api/v1/search/upload", &[("file", Some("a.jpg"), b"no picture")]).expect(422).json();
    assert_eq!(text["code"], "not-a-picture");
    assert!(text["detail"].is_string() && text["hint"].is_string());
    let twice = [("file", Some("a.jpg"), b"x".as_slice()), ("top_k", None, b"3"), ("top_k", None, b"5")];
    let twice = server.form("/api/v1/search/upload", &twice).expect(400).json();
    assert!(twice["detail"].as_str().unwrap().contains("\"top_k\" more than once"), "{twice}");
}

#[test]
fn pictures_are_had_by_id_and_kept_by_browsers() {
    let (library, server) = served(2, &[]);
    let id = id_of(&server, "scene-1.jpg");
    let details = server.get(&format!("/api/v1/pictures/{id}")).expect(200).json();
    assert_eq!((&details["width"], &details["format"]), (&320.into(), &"jpeg".into()));
    for kind in ["thumbnail", "preview"] {
        let picture = server.get(&format!("/api/v1/pictures/{id}/{kind}")).expect(200);
        assert_eq!(picture.header("content-type"), Some("image/jpeg"));
        assert!(picture.body.starts_with(&[0xff, 0xd8]), "{kind} is a JPEG");
    }
    let original = server.get(&format!("/api/v1/pictures/{id}/original")).expect(200);
    assert_eq!(original.body, fs_err::read(library.photos().join("scene-1.jpg")).unwrap(), "byte for byte");
    assert_eq!(original.header("cache-control"), Some("private, max-age=31536000, immutable"));
    assert_eq!(original.header("content-disposition"), Some("inline; filename*=UTF-8''scene%2D1%2Ejpg"));
    assert_eq!(original.header("x-content-type-options"), Some("nosniff"));
    let tag = original.header("etag").unwrap().to_owned();
    let again = server.ask("GET", &format!("/api/v1/pictures/{id}/original"), b"", &[("If-None-Match", &tag)]).expect(304);
    assert!(again.body.is_empty());
    let nobody = "0".repeat(64);
    for path in ["", "/thumbnail", "/preview", "/original"] {
        server.get(&format!("/api/v1/pictures/{nobody}{path}")).expect(404);
        let known = [("If-None-Match", &*format!("\"{nobody}\""))];
        server.ask("GET", &format!("/api/v1/pictures/{nobody}{path}"), b"", &known).expect(404);
    }
    let folder = server.get("/api/v1/status").json()["folders"][0]["id"].clone();
    server.json("PATCH", &format!("/api/v1/folders/{folder}"), &json!({ "paused": true })).expect(204);
    let thumbnail = server.get(&format!("/api/v1/pictures/{id}/thumbnail")).body;
    fs_err::write(library.photos().join("scene-1.jpg"), jpeg(&scene(60, 320, 240), 90)).unwrap();
    let changed = server.get(&format!("/api/v1/pictures/{id}/original"));
    assert_eq!(changed.status, 404, "a file that is another one now is not given for the picture");
    let preview = server.get(&format!("/api/v1/pictures/{id}/preview")).expect(200);
    assert_eq!(preview.body, thumbnail, "and not shown in its place");
}

#[test]
fn uploads_become_pictures_of_the_library() {
    let (library, server) = served(1, &[]);
    let bytes = jpeg(&scene(50, 400, 300), 90);
    let added = server.form("/api/v1/pictures", &[("file", Some("../../../etc/Köln am Rhein.php"), &bytes)]).expect(201).json();
    assert_eq!((&added["is_new"], &added["is_indexed"], &added["file_name"]), (&true.into(), &true.into(), &"Köln am Rhein.jpg".into()));
    let id = added["id"].as_str().unwrap();
    let kept = library.data_dir().join("uploads").join(&id[..2]).join(id).join("Köln am Rhein.jpg");
    assert_eq!(fs_err::read(kept).unwrap(), bytes, "it lies under its hash");
    let again = server.form("/api/v1/pictures", &[("file", Some("other.jpg"), &bytes)]).expect(200).json();
    assert_eq!((&again["is_new"], &again["id"]), (&false.into(), &id.into()), "and is not kept twice");
    let found = server.form("/api/v1/search/upload", &[("file", Some("q.jpg"), &jpeg(&scene(50, 200, 150), 60))]).expect(200).json();
    assert_eq!(found["results"][0]["id"], id, "and can be found");
    server.form("/api/v1/pictures", &[("file", Some("a.jpg"), b"text")]).expect(422);
    server.form("/api/v1/pictures", &[("other", None, b"text")]).expect(400);
    for url in [
        "http://127.0.0.1:1/a.jpg",
        "http://localhost/a.jpg",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://u:p@example.org/",
        "x",
    ] {
        let refused = server.json("POST", "/api/v1/pictures/by-url", &json!({ "url": url }));
        assert!(matches!(refused.status, 400 | 424), "{url}: {}", refused.text());
    }
    let own = format!("http://{}/healthz", server.address);
    assert_eq!(server.json("POST", "/api/v1/pictures/by-url", &json!({ "url": own })).expect(400).json()["code"], "invalid-request");
}

#[test]
fn errors_name_the_field_and_say_what_helps() {
    let (_library, server) = served(1, &[]);
    let problem = |answer: Answer| {
        let body = answer.expect(400).json();
        assert!(body["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{body}");
        (body["detail"].as_str().unwrap().to_owned(), body["hint"].as_str().unwrap().to_owned())
    };
    let secret = "a-token-that-nobody-sees";
    let (detail, hint) = problem(server.json("POST", "/api/v1/session", &json!({ "token": secret })));
    assert!(detail.contains("`token` that is not known") && !detail.contains(secret), "{detail}");
    assert!(hint.contains("`code`") && hint.contains("/api/v1/openapi.json"), "it says what would be: {hint}");
    let (detail, hint) = problem(server.json("POST", "/api/v1/session", &json!({})));
    assert!(detail.contains("lacks the field `code`"), "{detail}");
    assert!(hint.contains("/api/v1/openapi.json"), "{hint}");
    for (path, body, field) in [
        ("/api/v1/session", json!({ "code": [secret] }), "`code`"),
        ("/api/v1/search", json!({ "query": { "kind": "image" } }), "`query.id`"),
        ("/api/v1/search/page", json!({ "result_set": "x", "page": secret, "page_size": 5 }), "`page`"),
        ("/api/v1/search/page", json!({ "result_set": "x", "page": 1 }), "`page_size`"),
        // What serde would take for the same.
        ("/api/v1/library", json!({ "offset": 0, "limit": 1, "filter": [null, null] }), "`filter`"),
        ("/api/v1/search", json!({ "query": ["image", secret] }), "`query`"),
        ("/api/v1/search", json!({ "query": { "kind": "image", "id": "x" }, "scope": { "local": null } }), "`scope`"),
        ("/api/v1/library", json!([0, 1]), "no JSON object"),
    ] {
        let (detail, _) = problem(server.json("POST", path, &body));
        assert!(detail.contains(field) && !detail.contains(secret), "{path}: {detail}");
    }
    let trailing = server.ask("POST", "/api/v1/search", b"{\"query\":{\"kind\":\"image\",\"id\":\"x\"}} x", &[("Content-Type", "application/json")]);
    assert!(trailing.expect(400).text().contains("is no JSON"));
    let twice = server.ask("POST", "/api/v1/library", br#"{"offset":0,"limit":1,"limit":2}"#, &[("Content-Type", "application/json")]);
    assert!(problem(twice).0.contains("the field `limit` more than once"));
    for (method, path, said) in [
        ("DELETE", "/api/v1/library", "is not confirmed"),
        ("GET", "/data", "lacks the field `image_path`"),
        ("DELETE", "/api/v1/folders/abc", "no whole number"),
        ("DELETE", "/api/v1/folders/99999999999999999999", "no whole number"),
        ("DELETE", "/api/v1/folders/%ff", "no text"),
    ] {
        let (detail, _) = problem(server.ask(method, path, b"", &[]));
        assert!(detail.contains(said), "{method} {path}: {detail}");
        assert!(!["deserialize", "i64", "URL"].iter().any(|word| detail.contains(word)), "{method} {path}: {detail}");
    }
}

#[test]
fn runs_skips_models_and_the_connection_answer() {
    let (_library, server) = served(2, &[]);
    for path in ["/index/rescan", "/index/pause", "/index/resume", "/models/install/cancel"] {
        server.ask("POST", &format!("/api/v1{path}"), b"", &[]).expect(204);
    }
    assert_eq!(server.get("/api/v1/skipped").expect(200).json(), json!([]));
    assert_eq!(server.json("POST", "/api/v1/skipped/retry", &json!({ "ids": [] })).expect(200).json()["retried"], 0);
    let models = server.get("/api/v1/models").expect(200).json();
    let model = models["models"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(models["models"][0]["state"], "in-use");
    assert_eq!(server.get(&format!("/api/v1/models/{model}/notes")).expect(200).json(), json!([]));
    server.get("/api/v1/models/nosuch/notes").expect(404);
    server.ask("POST", &format!("/api/v1/models/{model}/use"), b"", &[]).expect(204);
    server.ask("POST", "/api/v1/models/nobody/use", b"", &[]).expect(404);
    server.ask("POST", "/api/v1/models/nobody/install", b"", &[]).expect(404);
    server.ask("POST", "/api/v1/models/..%2f..%2fetc/install", b"", &[]).expect(400);
    server.ask("DELETE", &format!("/api/v1/models/{model}/vectors"), b"", &[]).expect(400);
    server.ask("DELETE", &format!("/api/v1/models/{model}"), b"", &[]).expect(400);
    server.json("POST", "/api/v1/models/switch/pause", &json!({ "paused": true })).expect(400);
    assert!(server.ask("DELETE", "/api/v1/models/switch", b"", &[]).status < 500);
    let connection = server.get("/api/v1/connection").expect(200).json();
    assert_eq!((&connection["enabled"], &connection["settings"]), (&false.into(), &Value::Null));
    assert_eq!(server.get("/api/v1/sync").expect(200).json()["state"], "off");
    server.json("POST", "/api/v1/sync/pause", &json!({ "paused": true })).expect(409);
    server.ask("POST", "/api/v1/sync/retry", b"", &[]).expect(200);
    server.json("POST", "/api/v1/sync/verify", &json!({ "repair": false })).expect(409);
    let request = json!({ "settings": { "milvus": { "address": "http://127.0.0.1:1" } }, "secrets": { "milvus_token": "root:secret-word" } });
    let tested = server.json("POST", "/api/v1/connection/test", &request).expect(200).json();
    assert_eq!(tested["ok"], false);
    let connected = server.json("PUT", "/api/v1/connection", &request).expect(200);
    assert!(!connected.text().contains("secret-word"), "secrets do not come out");
    let elsewhere = json!({ "settings": { "milvus": { "address": "http://127.0.0.1:2" } }, "secrets": {} });
    server.json("PUT", "/api/v1/connection", &elsewhere).expect(400);
    let with_file = json!({ "settings": { "milvus": { "address": "http://127.0.0.1:1", "own_ca": "/etc/passwd" } }, "secrets": {} });
    for (method, path) in [("PUT", "/api/v1/connection"), ("POST", "/api/v1/connection/test")] {
        server.json(method, path, &with_file).expect(400);
    }
    assert_eq!(server.ask("DELETE", "/api/v1/connection", b"", &[]).expect(200).json()["enabled"], false);
    assert!(!server.log().contains("secret-word"));
    server.ask("DELETE", "/api/v1/library", b"", &[]).expect(400);
    server.ask("DELETE", "/api/v1/library?confirm=yes", b"", &[]).expect(400);
    assert_eq!(server.ask("DELETE", "/api/v1/library?confirm=remove-all-folders", b"", &[]).expect(200).json()["folders"], 1);
    assert_eq!(server.get("/api/v1/count").expect(200).json()["count"], 0);
}

#[test]
fn events_and_progress_come_while_things_happen() {
    let (library, server) = served(1, &[]);
    let listen = |path: &str| {
        let mut stream = server.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n", server.address, server.token);
        stream.write_all(head.as_bytes()).unwrap();
        BufReader::new(stream).lines().map_while(Result::ok)
    };
    let mut progress = listen("/api/v1/progress");
    let first = progress.find(|line| line.starts_with("data:")).unwrap();
    assert!(first.contains("\"stage\":"), "how it stands: {first}");
    let mut events = listen("/api/v1/events");
    assert!(events.any(|line| line == "content-type: text/event-stream"));
    library.add_scene(9, "scene-9.jpg");
    let finished = events.find(|line| line.contains("run-finished")).expect("the run is announced");
    assert!(serde_json::from_str::<Value>(finished.trim_start_matches("data:").trim()).unwrap()["report"].is_object());
}
