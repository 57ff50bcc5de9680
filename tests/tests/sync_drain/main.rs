//! Syncing on real servers, when all goes well: what is here gets there, once, and what changes here changes there.

mod collections;
mod connection;
mod objects;
mod verify;

use std::time::Duration;

use lookalike_engine::Engine;
use lookalike_engine::wire::{Differences, ErrorCode, SyncState};
use lookalike_tests::library::{TestLibrary, make_old, wait_until};
use lookalike_tests::remote::Remote;

const PATIENCE: Duration = Duration::from_secs(60);

/// A library of so many photos, all of them shared.
fn synced(remote: &Remote, photos: u64) -> (TestLibrary, Engine) {
    let library = TestLibrary::with_scenes(photos);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    (library, engine)
}

fn sync(engine: &Engine) -> u64 {
    let report = engine.sync(PATIENCE).unwrap();
    assert_eq!((report.status.pending, report.status.parked), (0, 0), "everything is sent: {:?}", report.status);
    report.sent
}

fn differences(engine: &Engine) -> Differences {
    let report = engine.verify_sync(false, Duration::from_secs(3600), PATIENCE).unwrap();
    assert_eq!(report.found, report.left, "nothing was mended");
    report.found
}

#[test]
fn photos_and_vectors_arrive_once() {
    let Some(remote) = Remote::new("arrive") else { return };
    let library = TestLibrary::with_scenes(6);
    let engine = library.writer();
    library.index(&engine);
    assert_eq!(engine.status().unwrap().pending_sync, 0, "nothing waits while nothing is connected");
    remote.connect(&engine);
    assert_eq!(engine.status().unwrap().pending_sync, 6, "connecting lets everything be sent");
    assert_eq!(sync(&engine), 6);

    let (rows, objects) = (remote.rows(), remote.objects());
    assert_eq!((rows.len(), objects.len()), (6, 6));
    for row in rows.values() {
        let (bytes, media_type) = remote.object(&row.object_key);
        assert_eq!(bytes, fs_err::read(library.photos().join(&row.file_name)).unwrap(), "{} is there as it is here", row.file_name);
        assert_eq!(media_type, "image/jpeg");
        assert_eq!(row.object_key, format!("originals/{}/{}.jpg", &row.content[..2], row.content));
    }
    assert_eq!(differences(&engine), Differences::default());
    assert_eq!(sync(&engine), 0, "nothing is sent twice");

    // As if nothing were known of what was sent: still nothing is double.
    let mut again = remote.request.clone();
    again.settings.device_name = "another name".into();
    engine.connect(&again).unwrap();
    assert_eq!(sync(&engine), 6, "everything is sent anew");
    assert_eq!((remote.row_count(), remote.objects().len()), (6, 6), "and replaces what was there");
    let status = engine.sync_status().unwrap();
    assert_eq!((status.done, status.pending), (6, 0));
    assert!(library.reader().sync_status().unwrap().last_success.is_some(), "when the servers last took something outlives the program");
}

#[test]
fn what_changes_here_changes_there() {
    let Some(remote) = Remote::new("changes") else { return };
    let (library, engine) = synced(&remote, 5);
    let named = |name: &str| remote.rows().into_values().filter(|row| row.file_name == name).count();

    let photos = library.photos();
    fs_err::remove_file(photos.join("scene-1.jpg")).unwrap();
    fs_err::rename(photos.join("scene-2.jpg"), photos.join("renamed.jpg")).unwrap();
    fs_err::copy(photos.join("scene-3.jpg"), photos.join("z-copy.jpg")).unwrap();
    library.add_scene(40, "scene-4.jpg");
    library.add_scene(50, "new.jpg");
    library.index(&engine);
    sync(&engine);
    assert_eq!(remote.row_count(), 5, "one went, one came, one was edited");
    assert_eq!((named("scene-1.jpg"), named("scene-2.jpg"), named("renamed.jpg")), (0, 0, 1));
    assert_eq!((named("z-copy.jpg"), named("scene-3.jpg")), (0, 1), "a copy is the same picture, under the first of its names");
    assert_eq!(remote.objects().len(), 5, "objects of deleted and edited photos are gone");
    assert_eq!(differences(&engine), Differences::default());

    engine.remove_folder(engine.status().unwrap().folders[0].id).unwrap();
    sync(&engine);
    assert_eq!((remote.row_count(), remote.objects().len()), (0, 0), "a folder that is removed takes its pictures back");
}

#[test]
fn many_changes_of_a_picture_are_one_line() {
    let Some(remote) = Remote::new("coalesce") else { return };
    let (library, engine) = synced(&remote, 2);
    for round in 0..5 {
        fs_err::copy(library.photos().join("scene-1.jpg"), library.photos().join(format!("a-{round}.jpg"))).unwrap();
        library.index(&engine);
        assert_eq!(engine.status().unwrap().pending_sync, 1, "the outbox is bounded by the library");
    }
    assert_eq!(sync(&engine), 1);
    assert_eq!(differences(&engine), Differences::default());
}

#[test]
fn one_bad_file_keeps_nothing_back_and_no_row_comes_without_its_object() {
    let Some(remote) = Remote::new("bad-file") else { return };
    let library = TestLibrary::with_scenes(4);
    make_old(&library.add("broken.jpg", b"\xff\xd8\xff broken"));
    let engine = library.writer();
    library.index(&engine);
    // Edited after it was indexed, and gone after it was indexed.
    library.add_scene(9, "scene-1.jpg");
    let gone = library.photos().join("scene-2.jpg");
    let bytes = fs_err::read(&gone).unwrap();
    fs_err::remove_file(&gone).unwrap();
    remote.connect(&engine);
    let status = engine.sync(PATIENCE).unwrap().status;
    assert_eq!((status.pending, status.parked, status.done), (0, 2, 2), "{status:?}");
    let mut codes: Vec<_> = status.parked_pictures.iter().map(|picture| picture.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["file-changed", "file-unreachable"], "with their reasons");
    assert_eq!((remote.row_count(), remote.objects().len()), (2, 2), "vectors never come without their pictures");
    // Mended, they go by themselves.
    fs_err::write(&gone, bytes).unwrap();
    library.index(&engine);
    sync(&engine);
    assert_eq!(differences(&engine), Differences::default());
}

#[test]
fn the_background_worker_follows_pauses_and_goes_on() {
    let Some(remote) = Remote::new("background") else { return };
    let library = TestLibrary::with_scenes(2);
    library.index(&library.writer());
    let engine = library.follower();
    remote.connect(&engine);
    wait_until("both photos are shared", || engine.sync_status().unwrap().done == 2);
    engine.pause_sync(true).unwrap();
    wait_until("it rests", || engine.sync_status().unwrap().state == SyncState::Paused);
    library.add_scene(3, "scene-3.jpg");
    wait_until("the third is indexed", || engine.status().unwrap().images == 3);
    assert_eq!((engine.sync_status().unwrap().pending, remote.row_count()), (1, 2), "it waits");
    engine.pause_sync(false).unwrap();
    wait_until("the third is shared", || engine.sync_status().unwrap().done == 3);
    assert_eq!(remote.row_count(), 3);

    engine.disconnect().unwrap();
    assert_eq!(engine.sync_status().unwrap().state, SyncState::Off);
    fs_err::remove_file(library.photos().join("scene-1.jpg")).unwrap();
    wait_until("one is gone here", || engine.status().unwrap().images == 2);
    assert_eq!(engine.sync(PATIENCE).expect_err("nothing is connected").code(), ErrorCode::NotConnected);
    assert_eq!(remote.row_count(), 3, "the servers keep what they have");
    remote.connect(&engine);
    wait_until("what happened meanwhile is made up for", || remote.row_count() == 2);
}
