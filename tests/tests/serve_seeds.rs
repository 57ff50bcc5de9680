//! The clients of the two earlier systems, request for request.

use lookalike_tests::library::TestLibrary;
use lookalike_tests::scenes::{EDITS, jpeg, scene};
use lookalike_tests::server::{Answer, Server, base64, urlencoded};
use serde_json::{Value, json};

const FIRST: &str = "/imageRetrieval/search";

fn served(count: u64, arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(count);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

fn pairs(server: &Server, body: &str) -> Answer {
    server.ask("POST", FIRST, body.as_bytes(), &[("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")])
}

#[test]
fn the_first_system_is_asked_in_every_form_and_answers_alike() {
    let (_library, server) = served(12, &[]);
    let (_, edit) = EDITS[0];
    let picture = jpeg(&edit(&scene(5, 320, 240)), 80);
    let text = base64(&picture);
    let with_prefix = format!("data:image/jpeg;base64,{text}");
    let wrapped: String = text.as_bytes().chunks(76).map(|line| format!("{}\r\n", String::from_utf8_lossy(line))).collect();
    let number = |value: &str| value.as_bytes().to_vec();
    let answers = [
        ("JSON", server.json("POST", FIRST, &json!({ "img_base64": text, "similarity": 0.3, "page": 1, "page_size": 4 }))),
        ("JSON, numbers as text", server.json("POST", FIRST, &json!({ "img_base64": text, "similarity": "0.3", "page": "1", "page_size": "4" }))),
        ("JSON with a data: prefix", server.json("POST", FIRST, &json!({ "img_base64": with_prefix, "similarity": 0.3, "page_size": 4 }))),
        ("JSON, base64 in lines", server.json("POST", FIRST, &json!({ "img_base64": wrapped, "similarity": 0.3, "page_size": 4 }))),
        (
            "form-data",
            server.form(FIRST, &[("img_base64", None, text.as_bytes()), ("similarity", None, &number("0.3")), ("page", None, b"1"), ("page_size", None, b"4")]),
        ),
        ("form-data, empty fields", server.form(FIRST, &[("img_base64", None, with_prefix.as_bytes()), ("similarity", None, b""), ("page_size", None, b"4")])),
        ("urlencoded", pairs(&server, &format!("img_base64={}&similarity=0.3&page=1&page_size=4", urlencoded(&text)))),
        ("urlencoded with bare plus signs", pairs(&server, &format!("img_base64={text}&similarity=0.3&page_size=4"))),
        ("urlencoded with a data: prefix", pairs(&server, &format!("page_size=4&img_base64={}", urlencoded(&with_prefix)))),
    ];
    for (form, answer) in answers {
        let reply = answer.expect(200).json();
        assert_eq!((&reply["code"], &reply["page"], &reply["page_size"]), (&200.into(), &1.into(), &4.into()), "{form}");
        let data = reply["data"].as_array().unwrap();
        assert_eq!(data[0]["file_name"], "scene-5.jpg", "{form}: the original comes first");
        assert!(data.len() <= 4 && reply["total"].as_u64().unwrap() >= data.len() as u64, "{form}");
        for hit in data {
            let similarity = hit["similarity"].as_f64().unwrap();
            assert!((0.2..=1.0).contains(&similarity), "{form}: {similarity}");
            assert!(hit["id"].is_string() && hit["img_url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{form}");
        }
    }
}

#[test]
fn the_threshold_comes_before_paging_and_pages_do_not_repeat() {
    let (_library, server) = served(12, &[]);
    let text = base64(&jpeg(&scene(5, 320, 240), 90));
    let ask = |page: u32, size: u32, similarity: f64| {
        server.json("POST", FIRST, &json!({ "img_base64": text, "page": page, "page_size": size, "similarity": similarity })).expect(200).json()
    };
    let whole = ask(1, 10, 0.0);
    assert_eq!((&whole["total"], &whole["total_is_exact"]), (&12.into(), &true.into()));
    let ids = |reply: &Value| reply["data"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut seen: Vec<String> = (1..=3).flat_map(|page| ids(&ask(page, 5, 0.0))).collect();
    assert_eq!(seen.len(), 12);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 12, "no picture twice");
    let limit = whole["data"][3]["similarity"].as_f64().unwrap() - 1e-6;
    let close = ask(1, 2, limit);
    assert_eq!((&close["total"], close["data"].as_array().unwrap().len()), (&4.into(), 2), "a page is full while there is more");
    assert_eq!(ask(2, 2, limit)["data"].as_array().unwrap().len(), 2);
    assert_eq!(ask(9, 10, 0.0)["data"], json!([]), "a page beyond the end is empty");
}

#[test]
fn the_first_system_s_errors_have_a_status_and_a_code() {
    let (_library, server) = served(1, &["--rate-limit", "50"]);
    let text = base64(&jpeg(&scene(1, 64, 64), 80));
    let check = |answer: Answer, status: u16| {
        let reply = answer.expect(status).json();
        assert_eq!((&reply["code"], &reply["data"]), (&status.into(), &json!([])));
        assert!(reply["msg"].as_str().is_some_and(|msg| !msg.is_empty()));
    };
    let stranger = json!({ "img_base64": text }).to_string();
    check(server.ask_as_stranger("POST", FIRST, stranger.as_bytes(), &[("Content-Type", "application/json")]), 401);
    for body in [
        json!({}),
        json!({ "img_base64": "" }),
        json!({ "img_base64": "%%%" }),
        json!({ "img_base64": 7 }),
        json!({ "img_base64": base64(b"no picture") }),
        json!({ "img_base64": text, "page": 0 }),
        json!({ "img_base64": text, "page": -1 }),
        json!({ "img_base64": text, "page_size": 201 }),
        json!({ "img_base64": text, "page_size": 0 }),
        json!({ "img_base64": text, "similarity": 2 }),
        json!({ "img_base64": text, "similarity": "NaN" }),
        json!({ "img_base64": text, "page": [1] }),
        json!([1]),
    ] {
        check(server.json("POST", FIRST, &body), 400);
    }
    check(server.ask("POST", FIRST, b"{", &[("Content-Type", "application/json")]), 400);
    check(server.ask("POST", FIRST, b"x", &[("Content-Type", "text/plain")]), 400);
    check(server.ask("POST", FIRST, b"", &[("Content-Length", "999999999"), ("Content-Type", "application/json")]), 413);
    let statuses: Vec<u16> = (0..150).map(|_| server.json("POST", FIRST, &json!({})).status).collect();
    assert!(statuses.contains(&429), "too many in too short a time");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let limited = std::iter::repeat_with(|| server.json("POST", FIRST, &json!({}))).find(|answer| answer.status == 429).unwrap();
    assert!(limited.header("retry-after").is_some());
    check(limited, 429);
}

/// For how many seconds a browser may keep an answer.
fn picture_life(headers: &[(String, String)]) -> u64 {
    let (_, control) = headers.iter().find(|(name, _)| name == "cache-control").expect("it is said");
    control.strip_prefix("private, max-age=").and_then(|seconds| seconds.parse().ok()).unwrap_or_else(|| panic!("{control}"))
}

#[test]
fn links_to_pictures_work_without_a_token_until_they_are_tampered_with() {
    let (library, server) = served(2, &["--link-hours", "1"]);
    let bytes = fs_err::read(library.photos().join("scene-1.jpg")).unwrap();
    let reply = server.json("POST", FIRST, &json!({ "img_base64": base64(&bytes) })).expect(200).json();
    let url = reply["data"][0]["img_url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", server.address)).expect("it leads here");
    let open = |path: &str| server.ask_as_stranger("GET", path, b"", &[]);
    let picture = open(path).expect(200);
    assert_eq!((picture.body.clone(), picture.headers.iter().any(|(name, value)| name == "content-type" && value == "image/jpeg")), (bytes, true));
    let life = picture_life(&picture.headers);
    assert!((1..=3_600).contains(&life), "kept no longer than it is valid: {life}");
    let other = reply["data"][1]["id"].as_str().unwrap();
    let id = reply["data"][0]["id"].as_str().unwrap();
    open(&path.replace(id, other)).expect(403);
    open(&path.replace("expires=", "expires=9")).expect(403);
    open(&format!("/temporary/{id}")).expect(400);
    open(&format!("/temporary/{id}?expires=99999999999&signature=AAAA")).expect(403);
    assert!(!server.log().contains("signature="), "no query is logged");
}

#[test]
fn the_second_system_s_clients_find_everything_at_its_old_place() {
    let library = TestLibrary::with_scenes(3);
    let root = library.photos().display().to_string();
    let server = Server::start(&library, &["--allow-root", &root]);
    assert_eq!(server.ask("POST", "/img/count", b"", &[]).expect(200).json(), 0);
    assert_eq!(server.json("POST", "/img/load", &json!({ "Table": null, "File": root })).expect(200).json(), "Successfully loaded data!");
    assert_eq!(server.ask("POST", "/img/count", b"", &[]).json(), 3, "it answers when they can be found");
    assert!(server.get("/progress").expect(200).text().starts_with("\"current: "));
    let bytes = jpeg(&scene(40, 320, 240), 90);
    let added = server.form("/img/upload?table_name=milvus_img_search", &[("image", Some("../../x.jpg"), &bytes)]).expect(200).json();
    let id = added.as_str().unwrap().strip_prefix("Successfully loaded data: ").unwrap().to_owned();
    let found = server.form("/img/search", &[("image", Some("q.jpg"), &jpeg(&scene(40, 160, 120), 70)), ("topk", None, b"2")]).expect(200).json();
    let found = found.as_array().unwrap();
    assert_eq!((found.len(), found[0][0].as_str()), (2, Some(id.as_str())), "pairs of what to fetch and distance");
    assert!(found[0][1].as_f64().unwrap() <= found[1][1].as_f64().unwrap(), "nearest first");
    assert_eq!(server.get(&format!("/data?image_path={id}")).expect(200).body, bytes);
    assert_eq!(server.form("/img/search", &[("image", Some("q.jpg"), &bytes)]).expect(200).json().as_array().unwrap().len(), 4, "ten where it does not say");
}

#[test]
fn none_of_the_second_system_s_holes() {
    let library = TestLibrary::with_scenes(2);
    let root = library.photos().join("scene-1.jpg");
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, &[]);
    for path in ["/etc/passwd", "../../etc/passwd", "%2Fetc%2Fpasswd", "file:///etc/passwd", &root.display().to_string(), ""] {
        let refused = server.get(&format!("/data?image_path={path}"));
        assert!(matches!(refused.status, 400 | 404), "{path}: {}", refused.status);
    }
    server.json("POST", "/img/load", &json!({ "File": "/etc" })).expect(403);
    server.json("POST", "/img/load", &json!({ "File": library.photos().display().to_string() })).expect(403);
    for url in ["http://127.0.0.1/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://[::ffff:10.0.0.1]/"] {
        server.ask("POST", &format!("/img/upload?url={}", urlencoded(url)), b"", &[]).expect(400);
    }
    for table in ["a;DROP TABLE x", "a b", "%27%20OR%201", "x".repeat(65).as_str()] {
        server.ask("POST", &format!("/img/count?table_name={}", urlencoded(table)), b"", &[]).expect(400);
    }
    server.ask("POST", "/img/count?table_name=another", b"", &[]).expect(404);
    server.ask("POST", "/img/drop", b"", &[]).expect(400);
    server.ask("POST", "/img/drop?confirm=yes", b"", &[]).expect(400);
    server.ask("POST", "/img/drop?table_name=x%3B&confirm=remove-all-folders", b"", &[]).expect(400);
    assert_eq!(server.ask("POST", "/img/count", b"", &[]).expect(200).json(), 2, "nothing was dropped");
    for (method, path) in [
        ("GET", "/data?image_path=x"),
        ("GET", "/progress"),
        ("POST", "/img/load"),
        ("POST", "/img/upload"),
        ("POST", "/img/search"),
        ("POST", "/img/count"),
        ("POST", "/img/drop"),
    ] {
        server.ask_as_stranger(method, path, b"", &[]).expect(401);
    }
    server.ask("POST", "/img/drop?confirm=remove-all-folders", b"", &[]).expect(200);
    assert_eq!(server.ask("POST", "/img/count", b"", &[]).expect(200).json(), 0);
    assert!(root.exists(), "photos are untouched");
}
