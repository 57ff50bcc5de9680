//! What can be rebuilt is rebuilt: a damaged, missing or foreign index, a damaged thumbnail file. The catalog is the truth.

use std::path::Path;

use lookalike_engine::Engine;
use lookalike_engine::wire::{CheckState, ErrorCode};
use lookalike_tests::library::{TestLibrary, search, wait_until};

fn assert_whole(engine: &Engine, photo: &Path, pictures: u64) {
    let index = engine.doctor().into_iter().find(|check| check.name == "Index").unwrap();
    assert_eq!(index.state, CheckState::Ok, "{}", index.detail);
    let reply = search(engine, photo).unwrap();
    assert_eq!(reply.total, pictures, "every picture is found");
    assert!(reply.results[0].is_query);
    assert!(engine.thumbnail(&reply.results[0].id).unwrap().starts_with(&[0xFF, 0xD8]), "its thumbnail is there");
}

fn copy_dir(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs_err::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs_err::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn a_damaged_or_missing_index_is_built_anew() {
    let library = TestLibrary::with_scenes(12);
    library.index(&library.writer());
    let photo = library.photos().join("scene-5.jpg");
    let index = library.data_dir().join("index");
    let saved = files_below(&index);
    assert!(saved.len() >= 2, "closing the engine saves the index");
    for file in &saved {
        let original = fs_err::read(file).unwrap();
        for at in [0, original.len() / 2, original.len() - 1] {
            let mut damaged = original.clone();
            damaged[at] ^= 0x55;
            fs_err::write(file, &damaged).unwrap();
            assert_whole(&library.reader(), &photo, 12);
        }
        fs_err::write(file, &original[..original.len() / 3]).unwrap();
        assert_whole(&library.reader(), &photo, 12);
        fs_err::write(file, &original).unwrap();
    }
    fs_err::remove_dir_all(&index).unwrap();
    assert_whole(&library.reader(), &photo, 12);
    assert_whole(&library.writer(), &photo, 12);
}

#[test]
fn closing_saves_the_index_whoever_still_holds_the_library() {
    let library = TestLibrary::with_scenes(5);
    let engine = library.writer();
    let held = engine.clone();
    library.index(&engine);
    assert_eq!(library.saved_vectors(), None, "so few are saved at the end only");
    engine.close();
    assert_eq!(library.saved_vectors(), Some(5));
    assert_whole(&held, &library.photos().join("scene-2.jpg"), 5);
    let late = held.index(&[library.photos()], &[]).expect_err("nothing is indexed any more");
    assert_eq!(late.code(), ErrorCode::Cancelled, "{late}");
    engine.close();
}

#[test]
fn an_index_from_another_time_is_not_believed() {
    let library = TestLibrary::with_scenes(6);
    library.index(&library.writer());
    let (early, late) = (library.beside("early"), library.beside("late"));
    copy_dir(&library.data_dir(), &early);
    for number in 7..=9 {
        library.add_scene(number, &format!("scene-{number}.jpg"));
    }
    library.index(&library.writer());
    copy_dir(&library.data_dir(), &late);
    let photo = library.photos().join("scene-2.jpg");

    // A backup of the index, older than the catalog.
    fs_err::remove_dir_all(library.data_dir().join("index")).unwrap();
    copy_dir(&early.join("index"), &library.data_dir().join("index"));
    assert_whole(&library.writer(), &photo, 9);

    // A backup of the catalog, older than the index.
    fs_err::remove_dir_all(library.data_dir()).unwrap();
    copy_dir(&early, &library.data_dir());
    fs_err::remove_dir_all(library.data_dir().join("index")).unwrap();
    copy_dir(&late.join("index"), &library.data_dir().join("index"));
    assert_whole(&library.writer(), &photo, 6);
}

#[test]
fn damaged_thumbnails_are_made_again() {
    let library = TestLibrary::with_scenes(3);
    library.index(&library.writer());
    fs_err::write(library.data_dir().join("thumbnails.sqlite"), b"this is no database, whatever its name says").unwrap();
    assert_whole(&library.writer(), &library.photos().join("scene-1.jpg"), 3);
}

#[test]
fn a_damaged_or_newer_catalog_is_refused_and_left_as_it_is() {
    let library = TestLibrary::with_scenes(1);
    library.index(&library.writer());
    let path = library.data_dir().join("catalog.sqlite");
    // The last clone of the engine may end in another thread, and would then write what it knows over what is put here.
    wait_until("nobody has the catalog open", || !library.data_dir().join("catalog.sqlite-wal").exists());
    let good = fs_err::read(&path).unwrap();
    let open = || library.open(lookalike_engine::Access::Write, false).err().expect("it is refused");

    fs_err::write(&path, b"this is no database, whatever its name says").unwrap();
    let error = open();
    assert_eq!(error.code(), ErrorCode::CatalogUnusable, "{error}");
    assert!(error.to_string().contains("catalog.sqlite") && error.hint().is_some(), "{error}");
    assert_eq!(fs_err::read(&path).unwrap(), b"this is no database, whatever its name says", "it is not overwritten");

    // `user_version` lies at byte 60 of the header, big-endian (SQLite file format, 1.3).
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99u32.to_be_bytes());
    fs_err::write(&path, &newer).unwrap();
    let error = open();
    assert!(error.to_string().contains("newer version"), "{error}");
}
