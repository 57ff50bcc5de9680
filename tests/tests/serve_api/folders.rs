//! Folders over HTTP: only from below the allowed roots.

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::Server;
use serde_json::json;

use crate::served;

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
