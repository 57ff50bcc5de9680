//! The plug pulled at random moments: nothing lost, nothing double, index equal to the catalog.

use std::time::Duration;

use lookalike_tests::library::TestLibrary;
use lookalike_tests::scenes::Numbers;
use serde_json::Value;

const PHOTOS: u64 = 150;
const KILLS: u32 = 25;

fn json(library: &TestLibrary, arguments: &[&str]) -> Value {
    let output = library.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON value")
}

#[test]
fn kill_9_at_any_moment_loses_and_doubles_nothing() {
    let library = TestLibrary::with_scenes(PHOTOS);
    let photos = library.photos().display().to_string();
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut numbers = Numbers::new(seed);
    let mut partial = 0;
    for kill in 0..KILLS {
        let mut child = library.command(&["index", &photos]).stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null()).spawn().unwrap();
        // Later each time, so that a slow machine comes to commit something too.
        std::thread::sleep(Duration::from_millis(u64::from(numbers.below(500 + 200 * kill))));
        child.kill().unwrap();
        child.wait().unwrap();
        // Change something between the crashes, so that there always is work left.
        library.add_scene(PHOTOS + 1 + u64::from(kill), &format!("later-{kill}.jpg"));
        if kill % 3 == 0 {
            fs_err::remove_file(library.photos().join(format!("scene-{}.jpg", kill + 1))).unwrap();
        }
        // Before the very first commit there is no library yet.
        if library.data_dir().join("catalog.sqlite").exists() && library.run(&["status"]).status.success() {
            let status = json(&library, &["status", "--json"]);
            assert_eq!(status["skipped"], 0, "no photo was found broken");
            assert_eq!(status["files"], status["images"], "every file has its picture, every picture its file");
            partial += u64::from(status["files"].as_u64().unwrap() > 0);
        }
    }
    assert!(partial > 0, "at least one crash left something behind, else this tests nothing");

    let report = json(&library, &["index", &photos, "--json"]);
    let removed = u64::from(KILLS.div_ceil(3));
    let wanted = PHOTOS + u64::from(KILLS) - removed;
    assert_eq!(report["scanned"], wanted);
    let status = json(&library, &["status", "--json"]);
    assert_eq!((&status["files"], &status["images"], &status["skipped"]), (&wanted.into(), &wanted.into(), &0.into()), "nothing lost, nothing double");
    let checks = json(&library, &["doctor", "--json"]);
    let index = checks.as_array().unwrap().iter().find(|check| check["name"] == "Index").unwrap();
    assert_eq!(index["state"], "ok", "the index equals the catalog: {index}");
    let found = json(&library, &["search", &library.photos().join("scene-2.jpg").display().to_string(), "--json"]);
    assert_eq!(found["total"], wanted, "every picture can be found");
    assert_eq!(found["results"][0]["file_name"], "scene-2.jpg");
}
