//! The command as a person or a script meets it: output, exit codes, errors with hints.

use std::process::Output;

use lookalike_tests::library::{TestLibrary, make_old};
use lookalike_tests::scenes::{EDITS, jpeg, scene};
use serde_json::Value;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn index_search_status_doctor() {
    let library = TestLibrary::with_scenes(6);
    let photos = library.photos().display().to_string();
    let indexed = library.run(&["index", &photos, "--json"]);
    assert!(indexed.status.success(), "{}", stderr(&indexed));
    let report: Value = serde_json::from_str(&stdout(&indexed)).unwrap();
    assert_eq!((&report["embedded"], &report["scanned"]), (&Value::from(6), &Value::from(6)));

    let query = library.beside("query.jpg");
    for (name, edit) in EDITS {
        fs_err::write(&query, jpeg(&edit(&scene(4, 320, 240)), 70)).unwrap();
        let found = library.run(&["search", &query.display().to_string(), "--page-size", "3", "--json"]);
        assert!(found.status.success(), "{}", stderr(&found));
        let reply: Value = serde_json::from_str(stdout(&found).lines().next().unwrap()).unwrap();
        assert_eq!(reply["total"], 6);
        assert_eq!(reply["total_is_exact"], true);
        assert_eq!((&reply["page"], &reply["page_size"]), (&Value::from(1), &Value::from(3)));
        assert_eq!(reply["results"].as_array().unwrap().len(), 3);
        let best = &reply["results"][0];
        assert_eq!((&best["file_name"], &best["rank"]), (&Value::from("scene-4.jpg"), &Value::from(1)), "{name}: the original comes first");
        for field in ["id", "path", "similarity", "distance", "band", "width", "height"] {
            assert!(!best[field].is_null(), "results have {field}");
        }
    }

    let status = library.run(&["status", "--json"]);
    let status: Value = serde_json::from_str(&stdout(&status)).unwrap();
    assert_eq!((&status["files"], &status["images"], &status["pending_sync"]), (&Value::from(6), &Value::from(6), &Value::from(0)));
    let doctor = library.run(&["doctor"]);
    assert!(doctor.status.success(), "{}", stdout(&doctor));
    assert!(stdout(&doctor).contains("ok    Model"), "{}", stdout(&doctor));
}

#[test]
fn several_photos_give_one_line_each_in_order() {
    let library = TestLibrary::with_scenes(3);
    library.run(&["index", &library.photos().display().to_string()]);
    let paths: Vec<String> = [2, 3, 1].iter().map(|number| library.photos().join(format!("scene-{number}.jpg")).display().to_string()).collect();
    let found = library.run(&["search", &paths[0], &paths[1], &paths[2], "--json"]);
    let queries: Vec<Value> = stdout(&found).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["query"].clone()).collect();
    assert_eq!(queries, paths.iter().map(|path| Value::from(path.as_str())).collect::<Vec<_>>());
}

#[test]
fn errors_go_to_stderr_with_a_hint_and_an_exit_code() {
    let library = TestLibrary::with_scenes(1);
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    let early = library.run(&["search", &photo]);
    assert_eq!(early.status.code(), Some(1), "there is no library yet");
    assert!(stderr(&early).contains("hint: Index a folder first"), "{}", stderr(&early));
    let nowhere = library.run(&["index", "/no/such/folder"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(stderr(&nowhere).contains("/no/such/folder"), "{}", stderr(&nowhere));
    for wrong in
        [&["search"][..], &["search", &photo, "--page", "0"], &["search", &photo, "--page-size", "500"], &["search", &photo, "--similarity", "2"], &["fly"]]
    {
        assert_eq!(library.run(wrong).status.code(), Some(2), "{wrong:?} is wrong usage");
    }
    assert!(stdout(&early).is_empty(), "nothing of an error is on stdout");
}

#[test]
fn one_bad_photo_does_not_keep_the_other_answers_back() {
    let library = TestLibrary::with_scenes(2);
    make_old(&library.add("broken.jpg", b"\xff\xd8\xff broken"));
    let indexed = library.run(&["index", &library.photos().display().to_string()]);
    assert!(indexed.status.success(), "a bad file does not fail the run");
    assert!(stderr(&indexed).contains("skipped") && stderr(&indexed).contains("broken.jpg"), "it is listed: {}", stderr(&indexed));
    let good = library.photos().join("scene-1.jpg").display().to_string();
    let bad = library.photos().join("broken.jpg").display().to_string();
    let found = library.run(&["search", &bad, &good, "--json"]);
    assert_eq!(found.status.code(), Some(1), "something failed");
    assert_eq!(stdout(&found).lines().count(), 1, "the good photo is answered");
    assert!(stderr(&found).contains("broken.jpg"));
}

#[test]
fn a_second_writer_is_told_who_the_first_is_while_searching_works() {
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    let second = library.run(&["index"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains(&format!("process {}", std::process::id())), "it names the first: {}", stderr(&second));
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    assert!(library.run(&["search", &photo]).status.success(), "readers run beside the writer");
}

#[test]
fn a_page_beyond_the_last_is_said_to_be_none() {
    let library = TestLibrary::with_scenes(3);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    let beyond = |more: &[&str]| library.run(&[&["search", &photo, "--page-size", "2", "--page", "7"], more].concat());
    let plain = beyond(&[]);
    assert!(plain.status.success());
    assert!(stderr(&plain).contains("there is no page 7: the last one is 2"), "{}", stderr(&plain));
    let json = beyond(&["--json"]);
    let reply: Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!((&reply["total"], &reply["page"], &reply["results"]), (&Value::from(3), &Value::from(7), &Value::Array(vec![])));
    assert!(stderr(&json).is_empty(), "{}", stderr(&json));
    let last = library.run(&["search", &photo, "--page-size", "2", "--page", "2"]);
    assert!(stderr(&last).is_empty() && stdout(&last).contains("page 2 of 2"), "{}", stderr(&last));
}

#[test]
fn connecting_keeps_the_settings_and_says_whether_the_servers_answer() {
    let library = TestLibrary::with_scenes(1);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = format!("http://{nobody}");
    let plain = library.run(&["connect", "--milvus", &address]);
    assert_eq!(plain.status.code(), Some(0), "they are kept: {}", stderr(&plain));
    let said = stderr(&plain);
    assert!(said.contains("warning: kept, but not working yet: Milvus: ") && said.contains("hint: ") && said.contains("connect --test"), "{said}");
    let json = library.run(&["connect", "--milvus", &address, "--json"]);
    assert_eq!(json.status.code(), Some(0));
    let kept: Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!((&kept["enabled"], &kept["settings"]["milvus"]["address"]), (&Value::Bool(true), &Value::from(address.as_str())));
    assert_eq!((&kept["servers"][0]["name"], &kept["servers"][0]["state"]), (&Value::from("Milvus"), &Value::from("failed")), "{kept}");
    let shown: Value = serde_json::from_str(&stdout(&library.run(&["connect", "--json"]))).unwrap();
    assert_eq!(shown["settings"]["milvus"]["address"], address.as_str());
    assert_eq!(library.run(&["connect", "--test"]).status.code(), Some(1), "trying it fails");
}

#[test]
fn the_file_of_an_authority_is_found_from_everywhere_and_can_be_left_out_again() {
    let library = TestLibrary::with_scenes(1);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let file = library.beside("authority.pem");
    fs_err::write(&file, "-----BEGIN CERTIFICATE-----").unwrap();
    let connect = |arguments: &[&str]| library.command(&[&["connect"], arguments].concat()).current_dir(file.parent().unwrap()).output().unwrap();
    let plain = connect(&["--milvus", &format!("http://{nobody}"), "--milvus-ca", "authority.pem"]);
    assert_eq!(plain.status.code(), Some(1));
    assert!(stderr(&plain).contains("does not begin with https://"), "{}", stderr(&plain));
    let milvus = |arguments: &[&str]| {
        let told = connect(arguments);
        assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
        serde_json::from_str::<Value>(&stdout(&told)).unwrap()["settings"]["milvus"].clone()
    };
    let kept = milvus(&["--milvus", &format!("https://{nobody}"), "--milvus-ca", "authority.pem", "--collection", "ours", "--json"]);
    assert_eq!((&kept["own_ca"], &kept["collection"]), (&Value::from(file.display().to_string()), &Value::from("ours")));
    let left_out = milvus(&["--milvus-ca", "", "--collection", "", "--json"]);
    assert_eq!((&left_out["own_ca"], &left_out["collection"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_shared_library_that_says_nothing_is_waited_for_once() {
    let library = TestLibrary::with_scenes(4);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let (came, comes) = std::sync::mpsc::channel();
    std::thread::spawn(move || silent.incoming().map_while(Result::ok).for_each(|stream| came.send(stream).unwrap_or_default()));
    assert_eq!(library.run(&["connect", "--milvus", &address]).status.code(), Some(0));
    let photos: Vec<String> = (1..=4).map(|number| library.photos().join(format!("scene-{number}.jpg")).display().to_string()).collect();
    let search = |photos: &[String]| {
        comes.try_iter().for_each(drop);
        let mut arguments = vec!["search", "--scope", "shared", "--json"];
        arguments.extend(photos.iter().map(String::as_str));
        let found = library.run(&arguments);
        assert!(found.status.success(), "{}", stderr(&found));
        (found, comes.try_iter().count())
    };
    let (_, of_one) = search(&photos[..1]);
    let (found, of_all) = search(&photos);
    assert_eq!(of_all, of_one, "four photos ask no more often than one");
    let replies: Vec<Value> = stdout(&found).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(replies.len(), 4);
    for reply in &replies {
        assert_eq!((&reply["scope"], &reply["total"]), (&Value::from("local"), &Value::from(4)));
        assert!(reply["fallback"]["message"].is_string(), "each says that it is no answer of the shared library: {reply}");
    }
    assert_eq!(stderr(&found).lines().count(), 1, "said once: {}", stderr(&found));
}

#[cfg(unix)]
#[test]
fn root_does_not_write_into_the_library_of_a_service() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;

    const SERVICE: u32 = 65_534;
    let library = TestLibrary::with_scenes(2);
    let data = library.data_dir();
    if !library.given_to(SERVICE) {
        return;
    }
    let photos = library.photos().display().to_string();
    let by_root = |arguments: &[&str]| {
        let refused = library.run(arguments);
        let said = stderr(&refused);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("belongs to user 65534") && said.contains("hint: ") && said.contains("sudo -u '#65534'"), "{arguments:?}: {said}");
    };
    by_root(&["index", &photos]);
    assert_eq!(fs_err::read_dir(&data).unwrap().count(), 0, "nothing is left behind");
    let as_service = library.command(&["index", &photos]).uid(SERVICE).gid(SERVICE).output().unwrap();
    assert!(as_service.status.success(), "{}", stderr(&as_service));
    library.add_scene(3, "scene-3.jpg");
    for arguments in [&["index", &photos][..], &["watch"], &["model", "resume"], &["sync"], &["disconnect"]] {
        by_root(arguments);
    }

    // Looking is allowed, and leaves nothing of root's either.
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    for arguments in [&["search", &photo][..], &["status"], &["doctor"], &["model", "list"]] {
        let looked = library.run(arguments);
        assert!(looked.status.success(), "{arguments:?}: {}", stderr(&looked));
    }
    let mut folders = vec![data];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            assert_eq!(metadata.uid(), SERVICE, "{}", entry.path().display());
            folders.extend(metadata.is_dir().then(|| entry.path()));
        }
    }
    let again = library.command(&["index", &photos]).uid(SERVICE).gid(SERVICE).output().unwrap();
    assert!(again.status.success() && stdout(&again).contains("1 embedded"), "{}{}", stdout(&again), stderr(&again));
}

#[test]
fn help_teaches() {
    let library = TestLibrary::new();
    let help = stdout(&library.run(&["--help"]));
    for word in ["index", "search", "watch", "status", "doctor", "Examples:", "Exit codes:"] {
        assert!(help.contains(word), "help mentions {word}");
    }
}

#[test]
fn the_users_own_library_is_untouched_where_another_is_named() {
    let library = TestLibrary::with_scenes(1);
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    for arguments in [&["index", &library.photos().display().to_string()][..], &["search", &photo], &["status"], &["doctor"]] {
        assert!(library.run(arguments).status.success(), "{arguments:?}");
    }
    assert!(!library.home().exists(), "nothing is written to the platform's place for application data");
}

#[test]
fn it_runs_from_any_working_directory() {
    let library = TestLibrary::with_scenes(2);
    library.run(&["index", &library.photos().display().to_string()]);
    let output = library.command(&["search", "scene-2.jpg"]).current_dir(library.photos()).output().unwrap();
    assert!(stdout(&output).contains("(this photo)"), "a relative path and the bundled model are found: {}", stderr(&output));
}

#[test]
fn sample_library_says_how_it_is_called_and_makes_no_folder_of_an_option() {
    let library = TestLibrary::new();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sample-library"));
        command.current_dir(library.photos()).args(arguments).output().unwrap()
    };
    for help in ["--help", "-h"] {
        let shown = run(&[help]);
        assert!(shown.status.success() && String::from_utf8_lossy(&shown.stdout).starts_with("usage: sample-library DIRECTORY"));
    }
    for wrong in [&["--halp"][..], &["-x"], &[""], &["a", "b"], &[]] {
        let refused = run(wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains("usage:"), "{wrong:?}");
    }
    assert_eq!(fs_err::read_dir(library.photos()).unwrap().count(), 0, "nothing is made");
}
