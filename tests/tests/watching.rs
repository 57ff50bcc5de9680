//! Following folders: new, renamed, deleted photos; half-written files; what changed while nobody was looking.

use std::io::Write;

use lookalike_engine::Engine;
use lookalike_engine::wire::{Event, FolderState};
use lookalike_tests::library::{TestLibrary, names, search, wait_until};
use lookalike_tests::scenes::{jpeg, scene};

fn images(engine: &Engine) -> u64 {
    engine.status().unwrap().images
}

/// A following engine that has looked through the photo folder once.
fn following(library: &TestLibrary) -> Engine {
    let engine = library.follower();
    library.index(&engine);
    engine
}

#[test]
fn new_renamed_and_deleted_photos_are_noticed() {
    let library = TestLibrary::with_scenes(2);
    let engine = following(&library);
    assert_eq!(engine.status().unwrap().folders[0].state, FolderState::Watching);

    let third = library.add_scene(3, "new folder/deep/scene-3.jpg");
    wait_until("the new photo is searchable", || images(&engine) == 3);

    let renamed = third.with_file_name("renamed.jpg");
    fs_err::rename(&third, &renamed).unwrap();
    wait_until("the new name is known", || search(&engine, &renamed).is_ok_and(|reply| names(&reply)[0] == "renamed.jpg"));
    assert_eq!(images(&engine), 3, "a rename makes no second picture");

    fs_err::remove_dir_all(library.photos().join("new folder")).unwrap();
    wait_until("the deleted folder's photo is gone", || images(&engine) == 2);
}

#[test]
fn a_half_written_photo_is_not_indexed_broken() {
    let library = TestLibrary::with_scenes(1);
    let engine = following(&library);
    let bytes = jpeg(&scene(6, 640, 480), 95);
    let mut file = fs_err::File::create(library.photos().join("slow.jpg")).unwrap();
    for part in bytes.chunks(bytes.len() / 4 + 1) {
        file.write_all(part).unwrap();
        file.flush().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(700));
    }
    drop(file);
    wait_until("the finished photo is searchable", || images(&engine) == 2);
    wait_until("it is not listed as skipped", || engine.skipped().unwrap().is_empty());
    let whole = library.beside("whole.jpg");
    fs_err::write(&whole, &bytes).unwrap();
    assert!(search(&engine, &whole).unwrap().results[0].is_query, "what is indexed is the whole file");
}

#[test]
fn changes_while_closed_are_found_at_start() {
    let library = TestLibrary::with_scenes(3);
    drop(following(&library));
    library.add_scene(4, "scene-4.jpg");
    fs_err::remove_file(library.photos().join("scene-1.jpg")).unwrap();
    let engine = library.follower();
    wait_until("the new photo is in", || search(&engine, &library.photos().join("scene-4.jpg")).is_ok_and(|reply| reply.results[0].is_query));
    wait_until("the deleted one is out", || images(&engine) == 3);
}

#[test]
fn a_paused_folder_stays_searchable_and_is_not_followed() {
    let library = TestLibrary::with_scenes(2);
    let engine = following(&library);
    let id = engine.status().unwrap().folders[0].id;
    engine.pause_folder(id, true).unwrap();
    library.add_scene(3, "scene-3.jpg");
    assert_eq!(library.index(&engine).embedded, 0, "a paused folder is not looked through");
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total, 2, "its photos can still be found");
    engine.pause_folder(id, false).unwrap();
    wait_until("what was added meanwhile is in", || images(&engine) == 3);
}

#[test]
fn a_removed_folder_is_forgotten_and_its_photos_are_untouched() {
    let library = TestLibrary::with_scenes(2);
    let engine = following(&library);
    engine.remove_folder(engine.status().unwrap().folders[0].id).unwrap();
    assert_eq!((images(&engine), engine.status().unwrap().folders.len()), (0, 0));
    assert!(library.photos().join("scene-1.jpg").exists());
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total, 0, "nothing of it is found any more");
}

#[test]
fn pause_resume_and_cancel_steer_a_run() {
    let library = TestLibrary::with_scenes(30);
    let engine = library.writer();
    engine.pause().unwrap();
    engine.add_folder(&library.photos(), &[]).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(images(&engine), 0, "nothing happens while paused");
    engine.cancel().unwrap();
    engine.resume().unwrap();
    let report = engine.index(&[], &[]).unwrap();
    assert!(!report.cancelled, "a later run is not cancelled by an earlier cancellation");
    assert_eq!(images(&engine), 30, "and goes on from there");
}

#[test]
fn photos_that_came_while_the_library_could_not_be_written_to_are_found_later() {
    let library = TestLibrary::with_scenes(2);
    let engine = following(&library);
    let mut events = engine.subscribe();
    let (data, away) = (library.data_dir(), library.beside("away"));
    fs_err::rename(&data, &away).unwrap();
    library.add_scene(9, "scene-9.jpg");
    wait_until("indexing has stopped", || std::iter::from_fn(|| events.try_recv().ok()).any(|event| matches!(event, Event::Notice { .. })));
    fs_err::rename(&away, &data).unwrap();
    wait_until("it is tried again by itself", || engine.status().is_ok_and(|status| status.images == 3));
}
