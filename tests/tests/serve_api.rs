//! The HTTP interface over a real socket: every endpoint of version 1, and who may come in.

use std::io::{BufRead, BufReader, Write};

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{EDITS, jpeg, scene};
use lookalike_tests::server::{Answer, Server, multipart};
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
    fs_err::write(library.photos().join("scene-1.jpg"), b"root:x:0:0").unwrap();
    let changed = server.get(&format!("/api/v1/pictures/{id}/original"));
    assert_eq!(changed.status, 404, "a file that is another one now is not given for the picture");
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
fn folders_come_only_from_below_the_allowed_roots() {
    let library = TestLibrary::with_scenes(2);
    let root = library.photos();
    library.add_scene(8, "inside/scene-8.jpg");
    let outside = library.beside("outside");
    fs_err::create_dir_all(outside.join("deep")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, root.join("way-out")).unwrap();
    let server = Server::start(&library, &["--allow-root", &root.display().to_string()]);
    let roots = server.get("/api/v1/roots").expect(200).json();
    assert_eq!(roots["roots"], json!([root.display().to_string()]));
    let inside = root.join("inside").display().to_string();
    let listed = server.get(&format!("/api/v1/roots/children?path={}", root.display())).expect(200).json();
    assert_eq!(listed["folders"], json!([inside]), "what leads out is not listed");
    let hostile = [
        outside.display().to_string(),
        root.join("way-out").display().to_string(),
        root.join("way-out/deep").display().to_string(),
        root.join("../outside").display().to_string(),
        format!("{}/inside/../../outside", root.display()),
        "/etc".into(),
        "/no/such/place".into(),
        "inside".into(),
        "/".into(),
        String::new(),
        format!("{}\0", root.display()),
        library.data_dir().display().to_string(),
    ];
    for path in hostile {
        let refused = server.json("POST", "/api/v1/folders", &json!({ "path": path, "excludes": [] }));
        assert!(matches!(refused.status, 403 | 404), "{path:?}: {} {}", refused.status, refused.text());
        assert!(!refused.text().contains("outside/deep"), "nothing is given away");
    }
    let added = server.json("POST", "/api/v1/folders", &json!({ "path": inside, "excludes": [] })).expect(200).json();
    wait_until("the folder is indexed", || server.get("/api/v1/count").json()["count"] == 1);
    let id = added["id"].as_i64().unwrap();
    server.json("PATCH", &format!("/api/v1/folders/{id}"), &json!({ "paused": true })).expect(204);
    assert_eq!(server.get("/api/v1/status").expect(200).json()["folders"][0]["state"], "paused");
    server.json("PATCH", &format!("/api/v1/folders/{id}"), &json!({ "paused": false, "excludes": ["*.png"] })).expect(204);
    server.json("PATCH", &format!("/api/v1/folders/{id}"), &json!({ "excludes": ["{a,b"] })).expect(400);
    server.ask("DELETE", &format!("/api/v1/folders/{id}"), b"", &[]).expect(204);
    server.ask("DELETE", &format!("/api/v1/folders/{id}"), b"", &[]).expect(404);
    assert!(root.join("inside/scene-8.jpg").exists(), "photos are untouched");
}

#[cfg(unix)]
#[test]
fn an_allowed_root_that_is_a_link_goes_by_both_its_names() {
    let library = TestLibrary::with_scenes(2);
    let real = library.photos();
    library.add_scene(8, "inside/scene-8.jpg");
    let outside = library.beside("outside");
    fs_err::create_dir_all(outside.join("deep")).unwrap();
    std::os::unix::fs::symlink(&outside, real.join("way-out")).unwrap();
    let link = library.beside("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let server = Server::start(&library, &["--allow-root", &link.display().to_string()]);
    for root in [&link, &real] {
        let listed = server.get(&format!("/api/v1/roots/children?path={}", root.display())).expect(200).json();
        assert_eq!(listed["folders"], json!([real.join("inside").display().to_string()]), "{}", root.display());
        for out in ["way-out", "way-out/deep", "../outside", "inside/../../outside"] {
            let path = root.join(out).display().to_string();
            server.json("POST", "/api/v1/folders", &json!({ "path": path })).expect(403);
            server.get(&format!("/api/v1/roots/children?path={path}")).expect(403);
        }
    }
    let added = server.json("POST", "/api/v1/folders", &json!({ "path": link.join("inside").display().to_string() })).expect(200).json();
    assert_eq!(added["path"], real.join("inside").display().to_string().as_str());
    wait_until("the folder is indexed", || server.get("/api/v1/count").json()["count"] == 1);
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
fn without_an_allowed_root_no_folder_comes_over_http() {
    let (library, server) = served(1, &[]);
    let path = library.photos().display().to_string();
    let refused = server.json("POST", "/api/v1/folders", &json!({ "path": path })).expect(403).json();
    assert_eq!(refused["code"], "folder-not-allowed");
    assert!(refused["hint"].as_str().unwrap().contains("--allow-root"));
}

#[test]
fn a_root_that_comes_later_is_offered_then() {
    let library = TestLibrary::with_scenes(1);
    let root = library.beside("drive");
    let server = Server::start(&library, &["--allow-root", &root.display().to_string()]);
    wait_until("the log says that it is missing", || server.log().contains("an allowed root is not there"));
    let roots = || server.get("/api/v1/roots").expect(200).json()["roots"].clone();
    assert_eq!(roots(), json!([]));
    server.json("POST", "/api/v1/folders", &json!({ "path": root.display().to_string() })).expect(403);
    fs_err::create_dir_all(&root).unwrap();
    fs_err::write(root.join("scene.jpg"), jpeg(&scene(4, 320, 240), 80)).unwrap();
    assert_eq!(roots(), json!([root.display().to_string()]));
    assert_eq!(server.get("/api/v1/session").expect(200).json()["roots"], roots());
    server.json("POST", "/api/v1/folders", &json!({ "path": root.display().to_string() })).expect(200);
    wait_until("it is indexed", || server.get("/api/v1/count").json()["count"] == 1);
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

#[test]
fn browsers_sign_in_once_and_only_our_own_page_counts() {
    let (_library, server) = served(1, &[]);
    let own = format!("http://{}", server.address);
    let post = |code: &str, origin: &str| {
        let body = json!({ "code": code }).to_string();
        server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &[("Content-Type", "application/json"), ("Origin", origin)])
    };
    assert_eq!(post("wrong", &own).expect(401).json()["code"], "sign-in-required");
    // Where the page has not been built there is no code; a token opens the door as well.
    let code = server.code.clone().unwrap_or_else(|| server.token.clone());
    assert_eq!(post(&code, "http://evil.test").expect(403).json()["code"], "wrong-origin");
    let signed_in = post(&code, &own).expect(204);
    let cookie = signed_in.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    if server.code.is_some() {
        post(&code, &own).expect(401);
    }
    let with_cookie = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("Cookie", cookie.as_str())];
        all.extend_from_slice(headers);
        server.ask_as_stranger(method, path, b"", &all)
    };
    let session = with_cookie("GET", "/api/v1/session", &[("Sec-Fetch-Site", "same-origin")]).expect(200).json();
    assert_eq!((&session["writer"], &session["roots"]), (&true.into(), &json!([])));
    with_cookie("GET", "/api/v1/status", &[("Sec-Fetch-Site", "same-site")]).expect(403);
    with_cookie("GET", "/api/v1/status", &[("Sec-Fetch-Site", "cross-site")]).expect(403);
    with_cookie("POST", "/api/v1/index/rescan", &[]).expect(403);
    with_cookie("POST", "/api/v1/index/rescan", &[("Origin", "http://127.0.0.1:3000")]).expect(403);
    with_cookie("POST", "/api/v1/index/rescan", &[("Origin", "null")]).expect(403);
    let unsaid = with_cookie("POST", "/api/v1/index/rescan", &[]).expect(403).json();
    assert!(unsaid["hint"].as_str().is_some_and(|hint| hint.contains("Bearer")), "programs learn what to send: {unsaid}");
    with_cookie("POST", "/api/v1/index/rescan", &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")]).expect(204);
    let signed_out = with_cookie("DELETE", "/api/v1/session", &[("Origin", &own)]).expect(204);
    assert_eq!(signed_out.header("clear-site-data"), Some("\"cache\""), "pictures do not stay in the browser");
    with_cookie("GET", "/api/v1/session", &[]).expect(401);
    assert!(!server.log().contains(&code) && !server.log().contains(&server.token), "no secret is logged");
}

#[test]
fn tokens_are_made_shown_once_and_revoked_at_once() {
    let (library, server) = served(1, &[]);
    let made = library.run(&["token", "create", "nas"]);
    assert!(made.status.success(), "also while a server runs");
    let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(token.len() > 50, "{token}");
    let ask = || server.ask_as_stranger("GET", "/api/v1/count", b"", &[("Authorization", &format!("Bearer {token}"))]).status;
    assert_eq!(ask(), 200);
    let listed = String::from_utf8(library.run(&["token", "list"]).stdout).unwrap();
    assert!(listed.contains("nas") && !listed.contains(&token));
    let kept = fs_err::read_to_string(library.data_dir().join("tokens.json")).unwrap();
    assert!(!kept.contains(&token), "only the hash is kept");
    assert!(library.run(&["token", "revoke", "nas"]).status.success());
    assert_eq!(ask(), 401);
    for wrong in ["Bearer", "Bearer ", "Basic dXNlcjp4", "Bearer x", "x"] {
        let answer = server.ask_as_stranger("GET", "/api/v1/count", b"", &[("Authorization", wrong)]).expect(401);
        assert!(answer.header("www-authenticate").is_some());
    }
    assert_eq!(library.run(&["token", "create", "../x"]).status.code(), Some(1));
}

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

#[test]
fn other_computers_are_served_only_behind_tls() {
    let library = TestLibrary::with_scenes(1);
    let refused = library.run(&["serve", "--bind", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("--tls-cert") && said.contains("--behind-proxy"), "{said}");
    assert_eq!(library.run(&["serve", "--tls-cert", "x.pem"]).status.code(), Some(2), "a certificate without a key");
    for (option, value) in [("--host", "http://x/"), ("--host", "x:80"), ("--public-url", "javascript:alert(1)"), ("--public-url", "photos.example.org")] {
        let refused = library.run(&["serve", option, value]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.status.code() == Some(2) && said.contains("photos.example.org"), "{option} {value}: {said}");
    }
}
