//! What a server does with its data directory: it keeps there what is handed in, and says so when it is gone or may not be written to.

use std::thread;

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Answer, Server};
use serde_json::{Value, json};

fn served(count: u64) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(count);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, &[]);
    (library, server)
}

fn hand_in(server: &Server, name: &str, bytes: &[u8]) -> Answer {
    server.form("/api/v1/pictures", &[("file", Some(name), bytes)])
}

/// The folder of what was handed in.
fn uploads(server: &Server) -> Value {
    let status = server.get("/api/v1/status").expect(200).json();
    status["folders"].as_array().unwrap().iter().find(|folder| folder["name"] == "uploads").expect("there is one").clone()
}

#[test]
fn of_many_who_bring_one_photo_at_once_only_one_has_brought_it() {
    let (library, server) = served(1);
    let bytes = jpeg(&scene(50, 800, 600), 90);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let bring = |number: u32| hand_in(&server, &format!("photo-{number}.jpg"), &bytes);
        let threads: Vec<_> = (0..30).map(|number| scope.spawn(move || bring(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let told: Vec<Value> = answers.iter().map(Answer::json).collect();
    assert_eq!(told.iter().filter(|reply| reply["is_new"] == true).count(), 1, "{told:?}");
    for (answer, reply) in answers.iter().zip(&told) {
        let wanted: &[u16] = if reply["is_new"] == true { &[201, 202] } else { &[200] };
        assert!(wanted.contains(&answer.status), "{answer:?}");
        assert_eq!((&reply["id"], &reply["file_name"]), (&told[0]["id"], &told[0]["file_name"]), "all are told of the one that is kept");
    }
    let id = told[0]["id"].as_str().unwrap();
    let kept = fs_err::read_dir(library.data_dir().join("uploads").join(&id[..2]).join(id)).unwrap();
    assert_eq!(kept.count(), 1, "it is kept once");
    wait_until("it can be found", || server.get("/api/v1/count").json()["count"] == 2);
}

#[test]
fn what_is_handed_in_after_its_folder_was_forgotten_is_new_again() {
    let (_library, server) = served(1);
    let bytes = jpeg(&scene(51, 400, 300), 90);
    hand_in(&server, "a.jpg", &bytes).expect(201);
    let uploads = uploads(&server)["id"].clone();
    server.ask("DELETE", &format!("/api/v1/folders/{uploads}"), b"", &[]).expect(204);
    assert_eq!(server.get("/api/v1/count").json()["count"], 1);
    let again = hand_in(&server, "b.jpg", &bytes).expect(201).json();
    assert_eq!((&again["is_new"], &again["file_name"]), (&true.into(), &"a.jpg".into()), "the file that still lies there does");
    assert_eq!(server.get("/api/v1/count").json()["count"], 2);
}

#[test]
fn what_is_handed_in_while_its_folder_is_paused_waits() {
    let (_library, server) = served(1);
    hand_in(&server, "a.jpg", &jpeg(&scene(51, 400, 300), 90)).expect(201);
    let uploads = uploads(&server)["id"].clone();
    let pause = |paused: bool| server.json("PATCH", &format!("/api/v1/folders/{uploads}"), &json!({ "paused": paused })).expect(204);
    pause(true);
    let waits = hand_in(&server, "b.jpg", &jpeg(&scene(52, 400, 300), 90)).expect(202).json();
    assert_eq!((&waits["is_new"], &waits["is_indexed"]), (&true.into(), &false.into()));
    pause(false);
    wait_until("it can be found", || server.get("/api/v1/count").json()["count"] == 3);
}

#[test]
fn uploads_stay_watched_while_others_drop_the_library() {
    let (_library, server) = served(1);
    thread::scope(|scope| {
        for number in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for round in 0..6 {
                    let bytes = jpeg(&scene(100 + number * 10 + round, 64, 64), 80);
                    let answer = hand_in(server, "photo.jpg", &bytes);
                    assert!(matches!(answer.status, 200..=202), "{}", answer.text());
                }
            });
        }
        for _ in 0..20 {
            server.ask("POST", "/img/drop?confirm=remove-all-folders", b"", &[]).expect(200);
        }
    });
    let last = jpeg(&scene(7, 320, 240), 90);
    hand_in(&server, "last.jpg", &last).expect(201);
    wait_until("the folder of uploads is watched", || uploads(&server)["state"] == "watching");
}

#[test]
fn a_library_that_is_gone_is_not_begun_anew_behind_everybodys_back() {
    let (library, mut server) = served(2);
    let made = library.run(&["token", "create", "nas"]);
    let token = format!("Bearer {}", String::from_utf8(made.stdout).unwrap().trim());
    let by_name = || server.ask_as_stranger("GET", "/api/v1/count", b"", &[("Authorization", &token)]);
    let ready = || server.ask_as_stranger("GET", "/readyz", b"", &[]);
    by_name().expect(200);
    ready().expect(200);
    let (data, away) = (library.data_dir(), library.beside("away"));
    let photo = jpeg(&scene(9, 320, 240), 90);
    let gone = || {
        let unready = ready().expect(503);
        assert_eq!(unready.json()["code"], "catalog-unusable");
        assert!(!unready.text().contains(data.to_str().unwrap()), "strangers are not told where it lies: {}", unready.text());
        server.ask_as_stranger("GET", "/healthz", b"", &[]).expect(200);
        let answers = [
            by_name(),
            server.get("/api/v1/status"),
            server.get("/api/v1/preferences"),
            server.get("/api/v1/connection"),
            hand_in(&server, "a.jpg", &photo),
            server.form("/api/v1/search/upload", &[("file", Some("q.jpg"), &photo)]),
            server.json("POST", "/api/v1/library", &json!({ "offset": 0, "limit": 10 })),
            server.json("PUT", "/api/v1/preferences", &json!({ "workers": 1, "kept_pictures_mib": 64 })),
            server.json("PUT", "/api/v1/connection", &json!({ "settings": { "milvus": { "address": "http://127.0.0.1:1" } } })),
            server.ask("DELETE", "/api/v1/library?confirm=remove-all-folders", b"", &[]),
        ];
        for answer in answers {
            let told = answer.expect(500).json();
            assert_eq!(told["code"], "catalog-unusable", "{told}");
            assert!(told["detail"].as_str().unwrap().contains("was removed, moved or replaced") && told["hint"].as_str().unwrap().contains("Put it back"));
        }
        assert!(!data.exists(), "nothing is made in its place");
    };
    fs_err::rename(&data, &away).unwrap();
    gone();
    assert!(server.log().contains("the server is not ready"), "the log says why: {}", server.log());
    fs_err::rename(&away, &data).unwrap();
    ready().expect(200);
    assert_eq!(by_name().expect(200).json()["count"], 2, "put back, it goes on");
    // Something to save when it ends.
    library.add_scene(3, "scene-3.jpg");
    wait_until("it is indexed", || by_name().json()["count"] == 3);
    fs_err::remove_dir_all(&data).unwrap();
    gone();
    server.terminate();
    wait_until("it has ended", || server.ended().is_some());
    assert_eq!(server.ended(), Some(true), "{}", server.log());
    assert!(!data.exists(), "nor when it ends");
}

#[cfg(unix)]
#[test]
fn a_data_directory_that_may_not_be_written_to_is_refused_in_words() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65_534;
    let library = TestLibrary::with_scenes(1);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    // Root may write whatever the rights say.
    let is_root = library.given_to(NOBODY);
    fs_err::set_permissions(library.data_dir(), std::fs::Permissions::from_mode(0o555)).unwrap();
    for arguments in [&["serve", "--bind", "127.0.0.1:0"][..], &["index"], &["status"], &["search", "scene-1.jpg"]] {
        let mut command = library.command(arguments);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let refused = command.output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(library.data_dir().to_str().unwrap()) && said.contains("hint: "), "{arguments:?}: {said}");
        assert!(said.contains("written"), "{arguments:?}: {said}");
    }
    fs_err::set_permissions(library.data_dir(), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_drop_that_fails_drops_nothing() {
    let (library, server) = served(2);
    hand_in(&server, "mine.jpg", &jpeg(&scene(52, 400, 300), 90)).expect(201);
    // Where what was handed in would be put aside.
    fs_err::write(library.data_dir().join("dropped"), "in the way").unwrap();
    let refused = server.ask("POST", "/img/drop?confirm=remove-all-folders", b"", &[]);
    assert!(refused.status >= 400, "{}", refused.text());
    assert_eq!(server.get("/api/v1/count").expect(200).json()["count"], 3, "nothing has gone");
    let follows = uploads(&server)["state"].clone();
    assert_eq!(follows, "watching", "and everything is followed as before");
    fs_err::remove_file(library.data_dir().join("dropped")).unwrap();
    server.ask("POST", "/img/drop?confirm=remove-all-folders", b"", &[]).expect(200);
    assert_eq!(server.get("/api/v1/count").expect(200).json()["count"], 0);
}
