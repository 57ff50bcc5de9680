//! "Do I already have these?": a folder that is not in the library, compared with it before anything is imported.

use std::path::Path;

use image::imageops::{self, FilterType};
use lookalike_engine::Engine;
use lookalike_engine::wire::{CopyNewRequest, ErrorCode, ImportFile, ImportRequest, ImportState, ImportStatus, ImportVerdict, NewFiles};
use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, rearranged, scene};
use lookalike_tests::server::Server;
use serde_json::{Value, json};

/// A library of four scenes, and beside it a card with: a copy of one under another name, a smaller one, two new ones of which one
/// lies there twice, and one that is cut off.
fn library_and_card() -> TestLibrary {
    let library = TestLibrary::with_scenes(4);
    let card = library.beside("card");
    let put = |name: &str, bytes: &[u8]| {
        let path = card.join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    };
    put("DCIM/1.jpg", &fs_err::read(library.photos().join("scene-2.jpg")).unwrap());
    put("DCIM/2.jpg", &jpeg(&imageops::resize(&scene(3, 320, 240), 200, 150, FilterType::Triangle), 70));
    // As near to the second scene, to vectors, as a copy of it.
    put("DCIM/3.jpg", &jpeg(&rearranged(&scene(2, 320, 240)), 90));
    put("DCIM/4.jpg", &jpeg(&scene(22, 320, 240), 90));
    put("DCIM/backup/4.jpg", &jpeg(&scene(22, 320, 240), 90));
    let whole = jpeg(&scene(23, 320, 240), 90);
    put("DCIM/5.jpg", &whole[..whole.len() / 2]);
    put("notes.txt", b"no picture");
    library
}

fn check(engine: &Engine, library: &TestLibrary) -> ImportStatus {
    engine.check_folder(&library.beside("card")).unwrap();
    wait_until("every file has its verdict", || engine.check_status().unwrap().unwrap().state != ImportState::Running);
    engine.check_status().unwrap().unwrap()
}

fn all_to(folder: &Path) -> CopyNewRequest {
    CopyNewRequest { folder: folder.to_str().unwrap().into(), files: NewFiles::default() }
}

fn files(engine: &Engine, verdict: ImportVerdict) -> Vec<ImportFile> {
    engine.checked(&ImportRequest { verdict, offset: 0, limit: 200 }).unwrap().files
}

#[test]
fn every_file_of_a_card_has_its_verdict_and_nothing_is_imported() {
    let library = library_and_card();
    let engine = library.writer();
    library.index(&engine);
    let status = check(&engine, &library);
    assert_eq!((status.state, status.total, status.done), (ImportState::Done, 6, 6));
    assert_eq!((status.same_file, status.same_picture, status.new, status.unreadable), (1, 1, 3, 1));
    assert_eq!(status.to_copy, 2, "one of the new ones lies there twice");
    let [same] = &files(&engine, ImportVerdict::SameFile)[..] else { panic!("one") };
    assert!(same.path.ends_with("1.jpg") && same.match_path.as_deref().unwrap().ends_with("scene-2.jpg"), "{same:?}");
    let [picture] = &files(&engine, ImportVerdict::SamePicture)[..] else { panic!("one") };
    assert!(picture.path.ends_with("2.jpg") && picture.match_path.as_deref().unwrap().ends_with("scene-3.jpg"), "{picture:?}");
    assert!(picture.similarity.unwrap() < 1.0 && picture.match_id.is_some());
    let new = files(&engine, ImportVerdict::New);
    assert_eq!(new.iter().map(|file| (file.file_name.as_str(), file.is_repeated)).collect::<Vec<_>>(), [("3.jpg", false), ("4.jpg", false), ("4.jpg", true)]);
    let [cut] = &files(&engine, ImportVerdict::Unreadable)[..] else { panic!("one") };
    assert!(cut.file_name == "5.jpg" && cut.reason.is_some(), "{cut:?}");
    // Both sides can be looked at.
    for id in [&picture.id, picture.match_id.as_ref().unwrap(), &new[0].id] {
        assert!(engine.thumbnail(id).unwrap().starts_with(&[0xff, 0xd8]) && engine.preview(id, 1024).unwrap().starts_with(&[0xff, 0xd8]));
    }
    let details = engine.picture(&new[0].id).unwrap();
    assert_eq!((details.format.as_str(), details.width, details.places[0].path.as_str()), ("jpeg", 320, new[0].path.as_str()));
    assert_eq!(engine.status().unwrap().files, 4, "nothing is imported");

    let target = library.beside("import");
    fs_err::create_dir_all(&target).unwrap();
    fs_err::write(target.join("3.jpg"), "another file of that name").unwrap();
    let report = engine.copy_new(&all_to(&target)).unwrap();
    assert_eq!((report.copied, report.there_already, report.failed.len()), (2, 0, 0));
    assert_eq!(fs_err::read(target.join("3.jpg")).unwrap(), b"another file of that name", "what lay there stays");
    assert_eq!(fs_err::read(target.join("3 (2).jpg")).unwrap(), fs_err::read(library.beside("card").join("DCIM/3.jpg")).unwrap());
    let again = engine.copy_new(&all_to(&target)).unwrap();
    assert_eq!((again.copied, again.there_already), (0, 2), "a second time costs nothing");
    // Once they are indexed, the card holds nothing new.
    engine.index(&[target], &[]).unwrap();
    assert_eq!(check(&engine, &library).new, 0);
}

#[test]
fn of_the_new_ones_only_the_chosen_are_copied() {
    let library = library_and_card();
    let engine = library.writer();
    library.index(&engine);
    check(&engine, &library);
    let new = files(&engine, ImportVerdict::New);
    let ids = |name: &str| new.iter().filter(|file| file.file_name == name).map(|file| file.id.clone()).collect::<Vec<_>>();
    let copied = |to: &str, files: NewFiles| {
        let target = library.beside(to);
        fs_err::create_dir_all(&target).unwrap();
        engine.copy_new(&CopyNewRequest { folder: target.to_str().unwrap().into(), files }).unwrap();
        let mut names: Vec<_> = fs_err::read_dir(target).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(copied("but one", NewFiles::AllBut { ids: ids("3.jpg") }), ["4.jpg"]);
    assert_eq!(copied("but a repeated one", NewFiles::AllBut { ids: ids("4.jpg") }), ["3.jpg"], "it stays out wherever it lies");
    assert_eq!(copied("only", NewFiles::Only { ids: ids("3.jpg") }), ["3.jpg"]);
    assert!(copied("none", NewFiles::Only { ids: Vec::new() }).is_empty());
    // What is named has to be what is seen.
    let known = files(&engine, ImportVerdict::SameFile).remove(0).id;
    for id in [known, "no id".into()] {
        let request = CopyNewRequest { folder: library.beside("only").to_str().unwrap().into(), files: NewFiles::AllBut { ids: vec![id] } };
        assert_eq!(engine.copy_new(&request).expect_err("it is none of the new ones").code(), ErrorCode::InvalidRequest);
    }
}

#[test]
fn folders_of_the_library_and_none_are_refused() {
    let library = library_and_card();
    let engine = library.writer();
    library.index(&engine);
    engine.copy_new(&all_to(&library.beside("card"))).expect_err("nothing was checked");
    let error = engine.check_folder(&library.photos()).expect_err("it is in the library");
    assert!(error.code() == ErrorCode::InvalidRequest && error.hint().is_some());
    assert_eq!(engine.check_folder(&library.beside("none")).expect_err("it is not there").code(), ErrorCode::NotFound);
    check(&engine, &library);
    for folder in ["card", "/nowhere/at/all", engine.data_dir().to_str().unwrap()] {
        assert_eq!(engine.copy_new(&all_to(Path::new(folder))).expect_err(folder).code(), ErrorCode::InvalidRequest);
    }
}

#[test]
fn the_command_tells_and_copies() {
    let library = library_and_card();
    library.index(&library.writer());
    let (card, target) = (library.beside("card"), library.beside("import"));
    fs_err::create_dir_all(&target).unwrap();
    let missing = library.run(&["check", card.to_str().unwrap(), "--copy-new", library.beside("nowhere").to_str().unwrap()]);
    let told = String::from_utf8_lossy(&missing.stderr);
    assert!(!missing.status.success() && told.contains("does not exist"), "{told}");
    assert!(missing.stdout.is_empty(), "before the work, not after it");
    let output = library.run(&["check", card.to_str().unwrap(), "--json", "--copy-new", target.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "a file could not be read");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<&str> = lines.iter().filter_map(|line| line["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["same-file", "same-picture", "new", "new", "new", "unreadable"]);
    assert_eq!(lines.last().unwrap()["copied"], 2);
    assert!(String::from_utf8(output.stderr).unwrap().contains("5.jpg"), "what cannot be read is named");
    assert_eq!(fs_err::read_dir(target).unwrap().count(), 2);
}

#[test]
fn over_http_only_below_an_allowed_root() {
    let library = library_and_card();
    library.index(&library.writer());
    let card = library.beside("card");
    let server = Server::start(&library, &["--allow-root", card.to_str().unwrap()]);
    let ask = |path: &str, body: Value| server.json("POST", &format!("/api/v1{path}"), &body).expect(200).json();
    let standing = || server.get("/api/v1/import-check").expect(200).json();
    assert_eq!(standing(), Value::Null);
    ask("/import-check", json!({ "path": card }));
    wait_until("it is done", || standing()["state"] == "done");
    let new = ask("/import-check/files", json!({ "verdict": "new", "limit": 10 }));
    assert_eq!(new["total"], 3);
    let into = card.join("DCIM");
    let report = ask("/import-check/copies", json!({ "folder": into, "files": { "kind": "only", "ids": [new["files"][0]["id"]] } }));
    assert_eq!((&report["copied"], &report["there_already"]), (&json!(0), &json!(1)), "only the one that is chosen, and it lies there");
    for (path, body) in [
        ("/import-check", json!({ "path": library.home() })),
        ("/import-check/copies", json!({ "folder": "/tmp" })),
        ("/copies", json!({ "selection": { "kind": "pictures", "ids": [] }, "folder": "/tmp" })),
    ] {
        server.json("POST", &format!("/api/v1{path}"), &body).expect(403);
    }
}
