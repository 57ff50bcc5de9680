//! `lookalike model` as a person or a script meets it; and the plug pulled in the middle of a switch. Apart from the suites
//! that open engines: while a process is being started, it may for a moment hold their locks too.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::mirror::Manner;
use lookalike_tests::networks::{mobilenet_like, small, split, with_batch, with_side, without_stride};
use lookalike_tests::scenes::Numbers;
use lookalike_tests::shop::Shop;
use serde_json::Value;

/// Exit code, stdout and stderr.
fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn json(library: &TestLibrary, arguments: &[&str]) -> Value {
    let (code, stdout, stderr) = output(&mut library.command(arguments));
    assert_eq!(code, Some(0), "{arguments:?}: {stderr}");
    serde_json::from_str(&stdout).expect("one JSON value")
}

/// As [`output`], for a command that must end by itself within a minute.
fn output_in_time(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{command:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_model_that_cannot_be_brought_up_to_date_says_why() {
    let library = TestLibrary::with_scenes(3);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    library.install_small("other", 1, 32);
    assert!(library.run(&["model", "use", "other"]).status.success());
    // As if it had been killed in the middle of that.
    let catalog = rusqlite::Connection::open(library.data_dir().join("catalog.sqlite")).unwrap();
    catalog.execute("DELETE FROM vector WHERE model = 'other' AND image = 1", []).unwrap();
    drop(catalog);
    fs_err::rename(library.data_dir().join("models/other"), library.beside("away")).unwrap();
    let (code, stderr) = output_in_time(&mut library.command(&["model", "use", "other"]));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("1 pictures") && stderr.contains("files of the model other are gone"), "{stderr}");
    fs_err::rename(library.beside("away"), library.data_dir().join("models/other")).unwrap();
    let (code, stderr) = output_in_time(&mut library.command(&["model", "use", "other"]));
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn a_model_is_fetched_through_a_proxy() {
    let shop = Shop::new();
    // A server that only the proxy knows.
    let text = shop.catalogue_text().replace(&shop.mirror.url(""), "http://models.example/");
    let file = shop.library.beside("catalogue.toml");
    fs_err::write(&file, text).unwrap();
    let file = file.display().to_string();
    let mut command = shop.library.command(&["model", "install", "tiny", "--catalogue", &file]);
    for name in ["HTTP_PROXY", "ALL_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    let (code, _, stderr) = output(command.env("HTTP_PROXY", shop.mirror.url("")));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(shop.mirror.requests()[0].starts_with("connect models.example"), "{:?}", shop.mirror.requests());
    let reply = json(&shop.library, &["model", "list", "--json", "--catalogue", &file]);
    let tiny = reply["models"].as_array().unwrap().iter().find(|model| model["id"] == "tiny").unwrap();
    assert_eq!(tiny["state"], "ready");
}

#[test]
fn models_are_listed_before_there_is_a_library() {
    let library = TestLibrary::new();
    let (code, stdout, stderr) = output(&mut library.command(&["model", "list"]));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.lines().next().unwrap().contains("in use"), "{stdout}");
    for name in ["mobilenetv2-12", "resnet50-v2-7", "vgg16-12"] {
        assert!(stdout.contains(name), "{stdout}");
    }
    assert!(stdout.contains("103 MB") && stdout.contains("Apache-2.0"), "{stdout}");
    let mut command = library.command(&["model", "list"]);
    let (code, _, stderr) = output(command.env("LOOKALIKE_CATALOGUE", "/nowhere.toml"));
    assert!(code == Some(1) && stderr.contains("LOOKALIKE_CATALOGUE"), "{stderr}");
    let mut command = library.command(&["status"]);
    assert_eq!(output(command.env("LOOKALIKE_CATALOGUE", "/nowhere.toml")).0, Some(0), "it needs no catalogue");
    let folder = library.data_dir().join("models/odd");
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("model.toml"), "id = 1").unwrap();
    for command in [&["model", "list"][..], &["doctor"]] {
        let (_, stdout, _) = output(&mut library.command(command));
        assert!(stdout.lines().any(|line| line.contains("odd") && line.contains("model.toml")), "{command:?}: {stdout}");
    }
    let (code, _, stderr) = output(&mut library.command(&["model", "use", "vgg16-12"]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("not installed") && stderr.contains("lookalike model install vgg16-12"), "{stderr}");
}

#[test]
fn the_users_own_file_is_added_with_what_its_graph_says() {
    let library = TestLibrary::with_scenes(3);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let file = library.beside("My Net v2.onnx");
    fs_err::write(&file, mobilenet_like(4)).unwrap();
    let path = file.display().to_string();
    let entry = json(&library, &["model", "add", &path, "--yes", "--json", "--licence", "CC0-1.0\u{1b}"]);
    assert_eq!((&entry["id"], &entry["dimension"], &entry["licence"]), (&"my-net-v2".into(), &1280.into(), &"CC0-1.0".into()), "the features, not the classes");
    let manifest = fs_err::read_to_string(library.data_dir().join("models/my-net-v2/model.toml")).unwrap();
    assert!(manifest.contains("width = 224") && manifest.contains("last-pooling") && manifest.contains("nchw"), "{manifest}");
    let (_, listed, _) = output(&mut library.command(&["model", "list"]));
    let bands = |id: &str| listed.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{id}: {listed}")).contains("bands are estimates");
    assert!(bands("my-net-v2") && !bands("lookalike-s"), "{listed}");
    let (code, _, stderr) = output(&mut library.command(&["model", "install", "nosuch"]));
    assert!(code == Some(1) && stderr.contains("the catalogue has no model nosuch"), "{stderr}");
    let (code, _, stderr) = output(&mut library.command(&["model", "use", "my-net-v2"]));
    assert_eq!(code, Some(0), "{stderr}");
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    assert_eq!(json(&library, &["search", &photo, "--json"])["model"], "my-net-v2");

    let refusals: [(&[&str], &str); 5] = [
        (&[], "there is a model called my-net-v2 already"),
        (&["--name", "../x"], "no model's name"),
        (&["--name", "x", "--dimension", "77"], "77"),
        (&["--name", "x", "--node", "nowhere", "--dimension", "77"], "nowhere"),
        (&["--name", "x", "--resize", "center-crop", "--bands", "0.5,0.6,0.7"], "bands must fall"),
    ];
    for (options, message) in refusals {
        let (code, _, stderr) = output(library.command(&["model", "add", &path, "--yes"]).args(options));
        assert_eq!(code, Some(1), "{options:?}");
        assert!(stderr.contains(message), "{options:?}: {stderr} says {message:?}");
    }
    let (code, _, stderr) = output(&mut library.command(&["model", "add", &photo, "--yes", "--name", "photo"]));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("no ONNX file") && stderr.contains("cut short"), "{stderr}");
    for wrong in [&["--size", "large"][..], &["--mean", "1,2"], &["--resize", "stretch"]] {
        assert_eq!(output(library.command(&["model", "add", &path]).args(wrong)).0, Some(2), "{wrong:?} is wrong usage");
    }
}

#[test]
fn weights_in_a_file_of_their_own_are_brought_in() {
    let library = TestLibrary::with_scenes(2);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let (onnx, data) = split(&small(7, 32), "net.onnx.data");
    let file = library.beside("net.onnx");
    fs_err::write(&file, &onnx).unwrap();
    let path = file.display().to_string();
    let add = |path: &str| output(&mut library.command(&["model", "add", path, "--yes"]));
    let (code, _, stderr) = add(&path);
    assert!(code == Some(1) && stderr.contains("net.onnx.data"), "{stderr} names the file that is missing");
    fs_err::write(library.beside("net.onnx.data"), &data[1..]).unwrap();
    let (code, _, stderr) = add(&path);
    assert!(code == Some(1) && stderr.contains("too short"), "{stderr}");
    fs_err::write(library.beside("net.onnx.data"), &data).unwrap();
    let (code, _, stderr) = add(&path);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(output(&mut library.command(&["model", "remove", "net"])).0 == Some(0), "so that it can be added anew");
    let pipe = library.beside("net.onnx.data");
    fs_err::remove_file(&pipe).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (code, stderr) = output_in_time(&mut library.command(&["model", "add", &path, "--yes"]));
    assert!(code == Some(1) && stderr.contains("is no file"), "{stderr}");
    fs_err::remove_file(&pipe).unwrap();
    fs_err::write(&pipe, &data).unwrap();
    fs_err::write(&file, split(&small(7, 32), "./net.onnx.data").0).unwrap();
    let (code, _, stderr) = add(&path);
    assert_eq!(code, Some(0), "{stderr}");
    let (outside, _) = split(&small(7, 32), "../net.onnx.data");
    let file = library.beside("outside.onnx");
    fs_err::write(&file, outside).unwrap();
    let (code, _, stderr) = add(&file.display().to_string());
    assert!(code == Some(1) && stderr.contains("no file of the same folder"), "{stderr}");
    fs_err::remove_file(library.beside("net.onnx.data")).unwrap();
    let (code, _, stderr) = output(&mut library.command(&["model", "use", "net"]));
    assert_eq!(code, Some(0), "what was added needs the other file no more: {stderr}");
}

#[test]
fn files_that_cannot_be_run_are_refused_in_words() {
    let library = TestLibrary::new();
    let refused = |name: &str, onnx: &[u8], options: &[&str], says: &str| {
        let file = library.beside(name);
        fs_err::write(&file, onnx).unwrap();
        let (code, stderr) = output_in_time(library.command(&["model", "add", &file.display().to_string(), "--yes"]).args(options));
        assert!(code == Some(1) && stderr.contains(says), "{name}: {code:?}: {stderr}");
    };
    refused("strideless.onnx", &without_stride(&small(1, 32)), &[], "cannot be run");
    refused("batch.onnx", &with_batch(&small(1, 32), 4), &[], "takes 4 pictures at a time");
    refused("huge.onnx", &with_side(&small(1, 32), 200_000), &[], "200000 × 200000 pixels is not within 16 to 2048");
    refused("open.onnx", &with_side(&small(1, 32), 0), &["--size", "99999x99999"], "99999 × 99999 pixels is not within 16 to 2048");
    refused("模型.onnx", &small(1, 32), &[], "--name NAME");
    assert!(!library.data_dir().join("models").join("strideless").exists());
}

/// Without a terminal Ctrl-C is a signal all the same.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_download_that_is_stalled() {
    let shop = Shop::new();
    shop.mirror.serve(Manner { stalls_after: Some(4096), ..shop.manner() });
    let file = shop.library.beside("catalogue.toml");
    fs_err::write(&file, shop.catalogue_text()).unwrap();
    let mut command = shop.library.command(&["model", "install", "tiny", "--catalogue", &file.display().to_string()]);
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    wait_until("what there is has come", || fs_err::metadata(shop.part()).is_ok_and(|part| part.len() == 4096));
    let asked = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(5), "silence lasts a minute; it took {:?}", asked.elapsed());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && stderr.contains("cancelled"), "{:?}: {stderr}", output.status);
}

#[test]
fn kill_9_in_the_middle_loses_nothing_and_the_switch_goes_on() {
    const PHOTOS: u64 = 300;
    let library = TestLibrary::with_scenes(PHOTOS);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    library.install_small("other", 1, 32);
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut numbers = Numbers::new(seed);
    let photo = library.photos().join("scene-2.jpg").display().to_string();
    let done_by = || {
        let status = json(&library, &["status", "--json"]);
        let is_over = status["model"]["id"] == "other";
        status["switch"]["done"].as_u64().unwrap_or(if is_over { PHOTOS } else { 0 })
    };
    let (mut in_the_middle, mut before) = (0, 0);
    for kill in 0..6 {
        let mut child = library.command(&["model", "use", "other"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        wait_until("some vectors are made", || before == PHOTOS || done_by() > before);
        std::thread::sleep(Duration::from_millis(u64::from(numbers.below(40))));
        child.kill().unwrap();
        child.wait().unwrap();
        let done = done_by();
        assert!(done >= before, "kill {kill}: {done} vectors where there were {before}");
        in_the_middle += u32::from(done < PHOTOS);
        before = done;
        let found = json(&library, &["search", &photo, "--json"]);
        assert_eq!((found["total"].as_u64(), &found["results"][0]["file_name"]), (Some(PHOTOS), &Value::from("scene-2.jpg")), "a model answers, whole");
    }
    println!("{in_the_middle} kills in the middle");
    assert!(in_the_middle > 0, "else this tests nothing");
    // Whatever writes next goes on with it.
    assert!(library.run(&["index"]).status.success());
    let status = json(&library, &["status", "--json"]);
    assert_eq!((&status["model"]["id"], &status["images"], &status["switch"]), (&Value::from("other"), &Value::from(PHOTOS), &Value::Null));
    let checks = json(&library, &["doctor", "--json"]);
    let index = checks.as_array().unwrap().iter().find(|check| check["name"] == "Index").unwrap();
    assert_eq!(index["state"], "ok", "the index equals the catalog: {index}");
    assert_eq!(json(&library, &["search", &photo, "--json"])["model"], "other");
}
