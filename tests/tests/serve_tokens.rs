//! Tokens of a running server: whose file they are in, what they allow, and what ends with them.

use std::io::{BufRead, BufReader, Write};

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Answer, Server, base64, multipart};
use serde_json::json;

fn served(count: u64, arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(count);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

fn made(library: &TestLibrary, arguments: &[&str]) -> String {
    let made = library.run(&[&["token", "create"], arguments].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

fn ask(server: &Server, token: &str, method: &str, path: &str, body: &[u8], kind: &str) -> Answer {
    server.ask_as_stranger(method, path, body, &[("Authorization", &format!("Bearer {token}")), ("Content-Type", kind)])
}

#[cfg(unix)]
#[test]
fn root_makes_tokens_for_a_service_that_runs_as_somebody_else() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;

    const SERVICE: u32 = 65_534;
    let library = TestLibrary::with_scenes(1);
    let data = library.data_dir();
    if !library.given_to(SERVICE) {
        return;
    }
    let token_file = data.join("token");
    let arguments = ["serve", "--bind", "127.0.0.1:0", "--token-file", &token_file.display().to_string()];
    let as_user = |user: u32, arguments: &[&str]| {
        let mut command = library.command(arguments);
        command.uid(user).gid(user);
        command
    };
    // Before the service has run: the folder says whose it is.
    let first = made(&library, &["first"]);
    let server = Server::of(&mut as_user(SERVICE, &arguments), &token_file);
    let second = made(&library, &["second"]);
    for name in ["tokens.json", "tokens.lock", "links.key", "token"] {
        let metadata = fs_err::metadata(data.join(name)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o777), (SERVICE, SERVICE, 0o600), "{name}");
    }
    let count = |token: &str| ask(&server, token, "GET", "/api/v1/count", b"", "").status;
    assert_eq!((count(&first), count(&second), count(&server.token)), (200, 200, 200));

    // Whoever did it otherwise has locked the service out of the file, and nobody else out of the service.
    let text = fs_err::read_to_string(data.join("tokens.json")).unwrap();
    fs_err::write(data.join("tokens.json"), format!("{text}\n")).unwrap();
    chown(data.join("tokens.json"), Some(0), Some(0)).unwrap();
    assert_eq!((count(&first), count(&second)), (200, 200));
    let warnings = || server.log().matches("cannot be read").count();
    wait_until("it is said", || warnings() > 0);
    assert_eq!(warnings(), 1, "once: {}", server.log());
    drop(server);
    let refused = as_user(SERVICE, &arguments).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && said.contains("tokens.json") && said.contains("hint: ") && said.contains("chown"), "{said}");

    // One who cannot give the file to its owner changes nothing.
    fs_err::remove_file(data.join("tokens.json")).unwrap();
    fs_err::remove_file(data.join("tokens.lock")).unwrap();
    fs_err::set_permissions(&data, std::fs::Permissions::from_mode(0o777)).unwrap();
    let refused = as_user(SERVICE - 1, &["token", "create", "third"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && said.contains("another user"), "{said}");
    let left = fs_err::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("tokens")).collect::<Vec<_>>(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_token_file_that_others_may_read_is_refused_as_ssh_refuses_a_key() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    const SERVICE: u32 = 65_534;
    let library = TestLibrary::with_scenes(1);
    let token_file = library.beside("my.token");
    fs_err::write(&token_file, "0123456789abcdef0123456789abcdef\n").unwrap();
    let set_mode = |mode| fs_err::set_permissions(&token_file, std::fs::Permissions::from_mode(mode)).unwrap();
    let arguments = ["serve", "--bind", "127.0.0.1:0", "--token-file", &token_file.display().to_string()];
    for mode in [0o644, 0o640, 0o604, 0o620] {
        set_mode(mode);
        let refused = library.run(&arguments);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{mode:o}: {said}");
        assert!(said.contains("hint: ") && said.contains(&format!("chmod 600 {}", token_file.display())), "{mode:o}: {said}");
        assert!(!said.contains("0123456789abcdef"), "{said}");
    }
    for mode in [0o600, 0o400] {
        set_mode(mode);
        let server = Server::of(&mut library.command(&arguments), &token_file);
        assert_eq!(ask(&server, server.token.trim(), "GET", "/api/v1/count", b"", "").status, 200, "{mode:o}");
    }
    // A secret that somebody else has put there is as they want it.
    fs_err::remove_dir_all(library.data_dir()).unwrap();
    if library.given_to(SERVICE) {
        set_mode(0o444);
        let server = Server::of(library.command(&arguments).uid(SERVICE).gid(SERVICE), &token_file);
        assert_eq!(ask(&server, server.token.trim(), "GET", "/api/v1/count", b"", "").status, 200);
    }
}

#[test]
fn a_stream_of_events_ends_with_what_let_it_in() {
    let (library, server) = served(1, &[]);
    let token = made(&library, &["nas"]);
    let other = made(&library, &["browser"]);
    let sign_in = |code: &str| {
        let body = json!({ "code": code }).to_string();
        let answer = server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &[("Content-Type", "application/json")]).expect(204);
        format!("Cookie: {}", answer.header("set-cookie").unwrap().split(';').next().unwrap())
    };
    let (signed_out, revoked) = (sign_in(&server.token), sign_in(&other));
    let listen = |path: &str, header: &str| {
        let mut stream = server.connect();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{header}\r\n\r\n", server.address).as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        assert_eq!(lines.next().as_deref(), Some("HTTP/1.1 200 OK"), "{path}");
        lines
    };
    let bearer = format!("Authorization: Bearer {token}");
    let streams = [listen("/api/v1/events", &bearer), listen("/api/v1/progress", &bearer), listen("/api/v1/events", &signed_out)];
    let of_revoked = listen("/api/v1/events", &revoked);
    let mut stays = listen("/api/v1/events", &format!("Authorization: Bearer {}", server.token));
    assert!(library.run(&["token", "revoke", "nas"]).status.success());
    assert!(library.run(&["token", "revoke", "browser"]).status.success());
    let (name, value) = signed_out.split_once(": ").unwrap();
    server.ask_as_stranger("DELETE", "/api/v1/session", b"", &[(name, value)]).expect(204);
    library.add_scene(9, "scene-9.jpg");
    for stream in streams.into_iter().chain([of_revoked]) {
        let rest: Vec<String> = stream.collect();
        assert!(!rest.iter().any(|line| line.contains("\"embedded\":1")), "nothing is told any more: {rest:?}");
        assert_eq!(rest.last().map(String::as_str), Some(""), "and it ends as streams end: {rest:?}");
    }
    assert!(stays.any(|line| line.contains("\"embedded\":1")), "others go on");
}

#[test]
fn a_token_that_may_only_search_does_nothing_else() {
    let (library, server) = served(3, &[]);
    let token = made(&library, &["kiosk", "--search-only"]);
    let listed = String::from_utf8(library.run(&["token", "list"]).stdout).unwrap();
    assert!(listed.contains("kiosk") && listed.contains("may only search"), "{listed}");
    let json = "application/json";
    let get = |path: &str| ask(&server, &token, "GET", path, b"", "");
    let post = |path: &str, body: serde_json::Value| ask(&server, &token, "POST", path, body.to_string().as_bytes(), json);
    let library_reply = post("/api/v1/library", json!({ "offset": 0, "limit": 10 })).expect(200).json();
    let id = library_reply["pictures"][0]["id"].as_str().unwrap();
    let found = post("/api/v1/search", json!({ "query": { "kind": "image", "id": id } })).expect(200).json();
    post("/api/v1/search/page", json!({ "result_set": found["result_set"], "similarity": 0.0, "page": 1, "page_size": 2 })).expect(200);
    let picture = jpeg(&scene(2, 200, 150), 80);
    let (kind, body) = multipart(&[("file", Some("q.jpg"), &picture)]);
    ask(&server, &token, "POST", "/api/v1/search/upload", &body, &kind).expect(200);
    post("/imageRetrieval/search", json!({ "img_base64": base64(&picture) })).expect(200);
    for path in ["", "/thumbnail", "/preview", "/original"] {
        get(&format!("/api/v1/pictures/{id}{path}")).expect(200);
    }
    for path in ["/api/v1/count", "/api/v1/status", "/api/v1/models", "/metrics", "/progress", &format!("/data?image_path={id}")] {
        get(path).expect(200);
    }
    assert_eq!(get("/api/v1/session").expect(200).json()["search_only"], true);

    let refused = |answer: Answer, what: &str| {
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        let reply = answer.json();
        assert_eq!(reply["code"], "token-may-only-search", "{what}");
        assert!(reply["hint"].as_str().unwrap().contains("lookalike token create"));
    };
    refused(post("/api/v1/search", json!({ "query": { "kind": "url", "url": "http://example.org/a.jpg" } })), "a search by address");
    refused(ask(&server, &token, "POST", "/api/v1/pictures", &body, &kind), "adding");
    // Every route that there is: what is not for searching is refused before anything is looked at.
    let document = server.get("/api/v1/openapi.json").expect(200).json();
    let open = ["/healthz", "/readyz", "/temporary/{id}"];
    let mut closed = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["post", "put", "patch", "delete", "get"].into_iter().filter(|method| item[*method].is_object()) {
            let is_door = path == "/api/v1/session" && method != "get";
            if is_door || open.contains(&path.as_str()) || path.ends_with("/events") || path == "/api/v1/progress" {
                continue;
            }
            let answer = ask(&server, &token, &method.to_uppercase(), &path.replace("{id}", "1").replace("{batch}", "1"), b"", "");
            let changes = matches!(method, "put" | "patch" | "delete");
            if answer.status == 403 {
                // That of the first system says it in its own form, but is open.
                assert_eq!(answer.json()["code"], "token-may-only-search", "{method} {path}");
                closed += 1;
            } else {
                assert!(!changes, "{method} {path} changes something: {}", answer.status);
            }
        }
    }
    assert!(closed > 35, "{closed}");
    for (method, path) in [
        ("POST", "/api/v1/pictures/by-url"),
        ("POST", "/api/v1/folders"),
        ("POST", "/api/v1/index/rescan"),
        ("POST", "/api/v1/index/pause"),
        ("POST", "/api/v1/connection/test"),
        ("GET", "/api/v1/connection"),
        ("POST", "/api/v1/trash"),
        ("POST", "/api/v1/copies"),
        ("POST", "/img/upload?url=http://example.org/"),
        ("POST", "/img/load"),
        ("POST", "/img/drop?confirm=remove-all-folders"),
        ("DELETE", "/api/v1/library?confirm=remove-all-folders"),
    ] {
        refused(ask(&server, &token, method, path, b"{}", json), path);
    }
    // A browser that signs in by it may do no more.
    let body = json!({ "code": token }).to_string();
    let answer = server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &[("Content-Type", json)]).expect(204);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
    let own = format!("http://{}", server.address);
    let with_cookie = |method: &str, path: &str| server.ask_as_stranger(method, path, b"", &[("Cookie", cookie), ("Origin", &own)]);
    with_cookie("GET", "/api/v1/count").expect(200);
    refused(with_cookie("POST", "/api/v1/index/rescan"), "in a browser");
    assert_eq!(server.get("/api/v1/count").expect(200).json()["count"], 3);
}
