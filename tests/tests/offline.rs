//! A drive that is away: nothing is lost, and what was known can still be found and seen.

use lookalike_engine::wire::{ErrorCode, FolderState};
use lookalike_tests::library::{TestLibrary, names, search};

#[test]
fn an_unreachable_folder_keeps_everything_and_comes_back_without_work() {
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    let (photos, away) = (library.photos(), library.beside("unplugged"));
    fs_err::rename(&photos, &away).unwrap();

    let report = engine.index(&[], &[]).unwrap();
    assert_eq!((report.offline.len(), report.removed), (1, 0), "it is offline, and nothing of it is removed");
    assert_eq!(engine.status().unwrap().folders[0].state, FolderState::Offline);
    let reply = search(&engine, &away.join("scene-2.jpg")).unwrap();
    assert_eq!(names(&reply)[0], "scene-2.jpg", "its photos are still found");
    let id = &reply.results[0].id;
    assert!(reply.results[0].places[0].offline, "they are marked as offline");
    assert!(engine.thumbnail(id).unwrap().starts_with(&[0xFF, 0xD8]), "their thumbnails can be seen");
    assert!(engine.preview(id, 1024).unwrap().starts_with(&[0xFF, 0xD8]), "the preview falls back to the thumbnail");
    assert_eq!(engine.locate(id).unwrap_err().code(), ErrorCode::NotFound, "opening says that the drive is away");

    fs_err::rename(&away, &photos).unwrap();
    let report = engine.index(&[], &[]).unwrap();
    assert_eq!((report.unchanged, report.embedded, report.offline.len()), (3, 0, 0), "it is back, with no work done twice");
}

#[test]
fn an_empty_mount_point_is_not_an_emptied_folder() {
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    fs_err::rename(library.photos(), library.beside("drive")).unwrap();
    fs_err::create_dir(library.beside("photos")).unwrap();
    let report = engine.index(&[], &[]).unwrap();
    assert_eq!((report.offline.len(), report.removed), (1, 0), "another, empty directory in its place: the drive is not mounted");
    assert_eq!(engine.status().unwrap().images, 2);
}

#[test]
fn a_folder_emptied_by_the_user_is_emptied() {
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    for number in 1..=2 {
        fs_err::remove_file(library.photos().join(format!("scene-{number}.jpg"))).unwrap();
    }
    assert_eq!(library.index(&engine).removed, 2);
    assert_eq!(engine.status().unwrap().images, 0);
}

#[test]
fn a_photo_that_comes_back_finds_its_vector() {
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    let aside = library.beside("aside.jpg");
    fs_err::rename(library.photos().join("scene-1.jpg"), &aside).unwrap();
    assert_eq!(library.index(&engine).removed, 1);
    assert_eq!(search(&engine, &aside).unwrap().total, 1, "it is gone from the results");
    fs_err::rename(&aside, library.photos().join("back.jpg")).unwrap();
    let report = library.index(&engine);
    assert_eq!((report.embedded, report.recognised), (0, 1), "no second embedding");
    assert_eq!(search(&engine, &library.photos().join("back.jpg")).unwrap().total, 2);
}
