//! Whose collection it is: another library's copy, another model's, or one that was dropped.

use std::time::Duration;

use lookalike_engine::wire::{Differences, SyncState};
use lookalike_engine::{Access, Config, Engine};
use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::remote::Remote;

use crate::{PATIENCE, differences, sync, synced};

#[test]
fn a_copy_of_a_library_does_not_pass_for_it() {
    let Some(remote) = Remote::new("copied") else { return };
    let (library, engine) = synced(&remote, 3);
    drop(engine);
    let copy = library.beside("copy-of-data");
    copy_folder(&library.data_dir(), &copy);
    let open = || Engine::open(Config { data_dir: copy.clone(), ..library.config(Access::Write, false) }).unwrap();
    let engine = open();
    fs_err::remove_file(library.photos().join("scene-1.jpg")).unwrap();
    library.index(&engine);
    let status = engine.sync(PATIENCE).unwrap().status;
    assert_eq!((status.state, remote.row_count()), (SyncState::Blocked, 3), "it removes nothing of the other one's");
    assert!(status.problem.unwrap().hint.unwrap().contains("--copied"), "and says what to do");
    engine.verify_sync(true, Duration::ZERO, PATIENCE).expect_err("nor does repairing");
    engine.settle_in(true).unwrap();
    sync(&engine);
    assert_eq!((remote.row_count(), differences(&engine)), (5, Differences::default()), "its rows are its own");
    drop(engine);
    let engine = library.writer();
    library.index(&engine);
    sync(&engine);
    assert_eq!((remote.row_count(), differences(&engine)), (4, Differences::default()), "and the other one's are the other one's");
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs_err::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn a_dropped_collection_is_filled_again() {
    let Some(remote) = Remote::new("dropped") else { return };
    let (library, engine) = synced(&remote, 3);
    drop(engine);
    remote.drop_collection();
    let engine = library.writer();
    assert_eq!(differences(&engine), Differences { missing: 3, ..Differences::default() }, "where there is nothing everything is missing");
    sync(&engine);
    assert_eq!((remote.row_count(), differences(&engine)), (3, Differences::default()), "although nothing was due");
}

#[test]
fn a_collection_that_another_computer_has_made_anew_is_filled_by_both() {
    let Some(remote) = Remote::new("made-anew") else { return };
    let ((here, engine), (there, other)) = (synced(&remote, 3), synced(&remote, 2));
    drop((engine, other));
    remote.drop_collection();
    sync(&here.writer());
    let other = there.writer();
    sync(&other);
    assert_eq!((remote.row_count(), differences(&other)), (5, Differences::default()), "although there was a collection, and nothing due");
}

#[test]
fn a_named_collection_holds_one_model() {
    let Some(remote) = Remote::new("one-model") else { return };
    let library = TestLibrary::with_scenes(2);
    library.install_small("first", 1, 24);
    library.install_small("second", 2, 24);
    let engine = library.writer();
    engine.use_model("first").unwrap();
    library.index(&engine);
    wait_until("the first model is in use", || engine.status().unwrap().model.id == "first");
    remote.connect(&engine);
    sync(&engine);
    let before = remote.rows_with_vectors(9);
    engine.use_model("second").unwrap();
    wait_until("the second model is in use", || engine.status().unwrap().model.id == "second");
    let status = engine.sync(PATIENCE).unwrap().status;
    let problem = status.problem.expect("vectors as long, and of another model");
    assert_eq!(status.state, SyncState::Blocked, "{problem:?}");
    assert!(problem.message.contains("first") && problem.message.contains("second"), "it says whose they are: {problem:?}");
    assert_eq!(remote.rows_with_vectors(9), before, "none is overwritten");
}

#[test]
fn photos_that_went_while_another_model_was_in_use_do_not_come_back() {
    let Some(mut remote) = Remote::new("back-again") else { return };
    remote.request.settings.milvus.collection = None;
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    let model = engine.status().unwrap().model.id;
    remote.connect(&engine);
    sync(&engine);
    fs_err::remove_file(library.photos().join("scene-1.jpg")).unwrap();
    library.index(&engine);
    drop(engine);
    // As after a switch to another model and back: the removal went to the other one's collection, and the program was killed
    // before it had cleaned up here.
    let name = format!("lookalike_{}", model.replace(|char: char| !char.is_ascii_alphanumeric(), "_"));
    let catalog = rusqlite::Connection::open(library.data_dir().join("catalog.sqlite")).unwrap();
    catalog.execute("DELETE FROM outbox", []).unwrap();
    catalog.execute("INSERT INTO retired_collection (name) VALUES (?1)", [&name]).unwrap();
    drop(catalog);
    remote.request.settings.milvus.collection = Some(name);
    assert_eq!(remote.row_count(), 3);
    let engine = library.writer();
    engine.sync(PATIENCE).unwrap();
    sync(&engine);
    assert_eq!((remote.row_count(), remote.objects().len()), (2, 2), "neither its row nor its picture");
    assert_eq!(differences(&engine), Differences::default());
}

#[test]
fn another_model_moves_to_another_collection() {
    let Some(mut remote) = Remote::new("models") else { return };
    let library = TestLibrary::with_scenes(3);
    // Collections are named after the model; the database is made with the first of them.
    remote.request.settings.milvus.database = "made_by_syncing".into();
    remote.request.settings.milvus.collection = None;
    let engine = library.writer();
    library.index(&engine);
    let first = engine.status().unwrap().model.id;
    remote.connect(&engine);
    sync(&engine);
    library.install_small("second", 7, 24);
    engine.use_model("second").unwrap();
    wait_until("the second model is in use", || engine.status().unwrap().model.id == "second");
    assert_eq!(engine.status().unwrap().pending_sync, 3, "putting another model to use is a change like any other");
    sync(&engine);
    assert_eq!(differences(&engine), Differences::default());
    let collection = |model: &str| Some(format!("lookalike_{}", model.replace(|char: char| !char.is_ascii_alphanumeric(), "_")));
    remote.request.settings.milvus.collection = collection("second");
    assert_eq!(remote.row_count(), 3, "vectors of two models never meet");
    remote.request.settings.milvus.collection = collection(&first);
    assert_eq!(remote.row_count(), 0, "those of the earlier model are taken back");
}
