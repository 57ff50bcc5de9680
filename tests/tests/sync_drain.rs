//! Syncing on real servers, when all goes well: what is here gets there, once, and what changes here changes there.

use std::time::Duration;

use lookalike_engine::wire::{CheckState, Differences, ErrorCode, Secret, SyncState, Upload};
use lookalike_engine::{Access, Config, Engine};
use lookalike_tests::library::{TestLibrary, make_old, wait_until};
use lookalike_tests::remote::Remote;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::services::Garage;

const PATIENCE: Duration = Duration::from_secs(60);

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
    let library = TestLibrary::with_scenes(5);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
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
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    for round in 0..5 {
        fs_err::copy(library.photos().join("scene-1.jpg"), library.photos().join(format!("a-{round}.jpg"))).unwrap();
        library.index(&engine);
        assert_eq!(engine.status().unwrap().pending_sync, 1, "the outbox is bounded by the library");
    }
    assert_eq!(sync(&engine), 1);
    assert_eq!(differences(&engine), Differences::default());
}

#[test]
fn photos_of_the_same_name_are_two_objects() {
    let Some(remote) = Remote::new("same-name") else { return };
    let library = TestLibrary::new();
    library.add_scene(1, "a/photo.jpg");
    library.add_scene(2, "b/photo.jpg");
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    let rows = remote.rows();
    assert!(rows.values().all(|row| row.file_name == "photo.jpg"));
    let mut found: Vec<_> = rows.values().map(|row| remote.object(&row.object_key).0).collect();
    let mut wanted: Vec<_> = ["a", "b"].map(|dir| fs_err::read(library.photos().join(dir).join("photo.jpg")).unwrap()).into();
    found.sort();
    wanted.sort();
    assert!(found == wanted, "neither has overwritten the other");
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
fn the_bucket_is_private() {
    let Some(remote) = Remote::new("private") else { return };
    let library = TestLibrary::with_scenes(1);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    let key = remote.objects().into_keys().next().unwrap();
    let url = format!("/private/{key}");
    let (port, host) = (remote.garage().port(), "127.0.0.1");
    let mut stream = std::net::TcpStream::connect((host, port)).unwrap();
    std::io::Write::write_all(&mut stream, format!("GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "nobody reads without a signature: {answer}");
}

#[test]
fn previews_are_smaller_and_nothing_is_nothing() {
    let Some(mut remote) = Remote::new("previews") else { return };
    let library = TestLibrary::new();
    library.add("large.jpg", &jpeg(&scene(1, 3000, 2000), 90));
    let engine = library.writer();
    library.index(&engine);
    remote.store().upload = Upload::Previews;
    remote.connect(&engine);
    sync(&engine);
    let row = remote.rows().into_values().next().unwrap();
    assert!(row.object_key.starts_with("previews/") && row.object_key.ends_with(".jpg"), "{}", row.object_key);
    let preview = image::load_from_memory(&remote.object(&row.object_key).0).unwrap();
    assert_eq!((preview.width(), preview.height()), (2048, 1365));
    assert_eq!(differences(&engine), Differences::default());

    remote.store().upload = Upload::None;
    remote.connect(&engine);
    sync(&engine);
    assert_eq!(remote.rows().into_values().next().unwrap().object_key, "", "rows name no object then");
    assert_eq!(differences(&engine), Differences::default());
}

#[test]
fn computers_share_objects_and_remove_only_their_own_rows() {
    let Some(remote) = Remote::new("two-computers") else { return };
    let (here, there) = (TestLibrary::with_scenes(3), TestLibrary::with_scenes(2));
    let engines = [here.writer(), there.writer()];
    for (library, engine) in [&here, &there].into_iter().zip(&engines) {
        library.index(engine);
        remote.connect(engine);
        sync(engine);
    }
    let rows = remote.rows();
    let devices: std::collections::BTreeSet<_> = rows.values().map(|row| row.device.clone()).collect();
    assert_eq!((rows.len(), devices.len()), (5, 2), "each computer has its own rows");
    assert_eq!(remote.objects().len(), 3, "equal pictures are one object");

    fs_err::remove_file(here.photos().join("scene-1.jpg")).unwrap();
    here.index(&engines[0]);
    sync(&engines[0]);
    assert_eq!((remote.row_count(), remote.objects().len()), (4, 3), "the other computer still has it");
    fs_err::remove_file(there.photos().join("scene-1.jpg")).unwrap();
    there.index(&engines[1]);
    sync(&engines[1]);
    assert_eq!((remote.row_count(), remote.objects().len()), (3, 2), "now nobody has it");
    for engine in &engines {
        assert_eq!(differences(engine), Differences::default());
    }
}

#[test]
fn an_object_stays_while_a_row_of_any_collection_names_it() {
    let Some(remote) = Remote::new("two-collections") else { return };
    let mut elsewhere = remote.clone();
    // Say because its model is another one. They share the bucket.
    elsewhere.request.settings.milvus.collection = Some("test_of_another_model".into());
    let (here, there) = (TestLibrary::with_scenes(3), TestLibrary::with_scenes(3));
    let engines = [here.writer(), there.writer()];
    for ((library, engine), remote) in [&here, &there].into_iter().zip(&engines).zip([&remote, &elsewhere]) {
        library.index(engine);
        remote.connect(engine);
        sync(engine);
    }
    assert_eq!((remote.row_count(), elsewhere.row_count(), remote.objects().len()), (3, 3, 3));
    fs_err::remove_file(here.photos().join("scene-1.jpg")).unwrap();
    here.index(&engines[0]);
    sync(&engines[0]);
    assert_eq!((remote.row_count(), remote.objects().len()), (2, 3), "the other collection still names it");
    let report = engines[0].verify_sync(true, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!((report.found, remote.objects().len()), (Differences::default(), 3), "nor does repairing take it: {:?}", report.examples);
    fs_err::remove_file(there.photos().join("scene-1.jpg")).unwrap();
    there.index(&engines[1]);
    sync(&engines[1]);
    assert_eq!((elsewhere.row_count(), remote.objects().len()), (2, 2), "now no row does");
    let claims = remote.claims();
    assert_eq!(claims.len(), 2, "each collection claims the bucket: {claims:?}");
    // Of a collection that was dropped nothing need be asked.
    remote.drop_collection();
    sync(&engines[0]);
    fs_err::remove_file(here.photos().join("scene-2.jpg")).unwrap();
    fs_err::remove_file(there.photos().join("scene-2.jpg")).unwrap();
    there.index(&engines[1]);
    sync(&engines[1]);
    here.index(&engines[0]);
    sync(&engines[0]);
    assert_eq!((remote.row_count(), elsewhere.row_count(), remote.objects().len()), (1, 1, 1), "{:?}", remote.claims());
}

#[test]
fn an_object_stays_while_rows_of_another_database_may_name_it() {
    let Some(remote) = Remote::new("two-databases") else { return };
    let elsewhere = remote.with_other_database("database_of_others");
    let (here, there) = (TestLibrary::with_scenes(3), TestLibrary::with_scenes(4));
    let engines = [here.writer(), there.writer()];
    for ((library, engine), remote) in [&here, &there].into_iter().zip(&engines).zip([&remote, &elsewhere]) {
        library.index(engine);
        remote.connect(engine);
        sync(engine);
    }
    fs_err::remove_file(here.photos().join("scene-1.jpg")).unwrap();
    here.index(&engines[0]);
    sync(&engines[0]);
    assert_eq!((remote.row_count(), remote.objects().len()), (2, 4), "the others' rows cannot be asked, so it stays");
    let report = engines[0].verify_sync(true, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!((report.found, remote.objects().len()), (Differences::default(), 4), "nor does repairing take what only they name");
    assert!(report.examples.iter().any(|example| example.contains("database_of_others")), "and says why: {:?}", report.examples);
    assert_eq!(differences(&engines[1]), Differences::default(), "the others miss nothing");

    let tested = engines[0].test_connection(None, &|_| ()).unwrap();
    let bucket = tested.steps.iter().find(|step| step.step == "bucket").unwrap();
    assert!(tested.ok && bucket.state == CheckState::Warning && bucket.detail.contains("database_of_others"), "{bucket:?}");

    // Gone for good: its claim is removed by hand, and with it what only it named.
    let claims = remote.claims();
    assert_eq!(claims.len(), 2, "{claims:?}");
    remote.delete_object(claims.iter().find(|claim| claim.contains("database_of_others")).unwrap());
    let report = engines[0].verify_sync(true, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!((report.found.surplus, report.left, remote.objects().len()), (2, Differences::default(), 2), "{:?}", report.examples);
    assert!(engines[0].test_connection(None, &|_| ()).unwrap().steps.iter().all(|step| step.state == CheckState::Ok));
}

#[test]
fn a_copy_of_a_library_does_not_pass_for_it() {
    let Some(remote) = Remote::new("copied") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
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
fn objects_of_another_kind_go_when_the_kind_changes() {
    let Some(mut remote) = Remote::new("kinds") else { return };
    let library = TestLibrary::with_scenes(4);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    assert!(remote.objects().keys().all(|key| key.starts_with("originals/")));
    remote.store().upload = Upload::Previews;
    remote.connect(&engine);
    sync(&engine);
    let keys: Vec<_> = remote.objects().into_keys().collect();
    assert!(keys.len() == 4 && keys.iter().all(|key| key.starts_with("previews/")), "no original stays where only previews are wanted: {keys:?}");
    remote.store().upload = Upload::None;
    remote.connect(&engine);
    sync(&engine);
    assert_eq!(remote.objects().len(), 0, "nothing stays where nothing is wanted");
    let orphan = format!("originals/ab/ab{}.jpg", "0".repeat(62));
    remote.put_object(&orphan, b"left over");
    let report = engine.verify_sync(false, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!(report.found, Differences { surplus: 1, ..Differences::default() }, "and comparing still looks there");
}

#[test]
fn a_dropped_collection_is_filled_again() {
    let Some(remote) = Remote::new("dropped") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    drop(engine);
    remote.drop_collection();
    let engine = library.writer();
    assert_eq!(differences(&engine), Differences { missing: 3, ..Differences::default() }, "where there is nothing everything is missing");
    sync(&engine);
    assert_eq!((remote.row_count(), differences(&engine)), (3, Differences::default()), "although nothing was due");
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
fn differences_are_found_and_mended() {
    let Some(remote) = Remote::new("verify") else { return };
    let library = TestLibrary::with_scenes(8);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    let rows: Vec<_> = remote.rows().into_iter().collect();
    // Two rows and an object are gone, an object has other bytes, and there is an object that no row names.
    remote.remove_rows(&format!("id in [\"{}\", \"{}\"]", rows[0].0, rows[1].0));
    remote.delete_object(&rows[2].1.object_key);
    remote.put_object(&rows[3].1.object_key, b"other bytes");
    let orphan = format!("originals/ab/ab{}.jpg", "0".repeat(62));
    remote.put_object(&orphan, b"nobody's");
    remote.put_object("backup/of-somebody-else.zip", b"not ours");
    assert_eq!(differences(&engine), Differences { missing: 3, surplus: 0, different: 1 }, "a fresh object may have its row on the way");
    let report = engine.verify_sync(false, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!(report.found, Differences { missing: 3, surplus: 1, different: 1 }, "{:?}", report.examples);
    assert_eq!(report.examples.len(), 5, "each is told: {:?}", report.examples);

    // A photo that went while the connection was off, its change forgotten: its row is surplus.
    let report = engine.verify_sync(true, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!(report.left, Differences::default(), "{:?}", report.examples);
    let objects = remote.objects();
    assert!(!objects.contains_key(&orphan), "the orphan is collected");
    assert!(objects.contains_key("backup/of-somebody-else.zip"), "what is not ours is left alone");
    assert_eq!((remote.row_count(), objects.len()), (8, 9));
}

#[test]
fn rows_that_the_catalog_does_not_know_are_surplus() {
    let Some(remote) = Remote::new("surplus") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    drop(engine);
    // An older copy of the catalog comes back: it knows nothing of what was indexed since.
    let backup = library.beside("backup.sqlite");
    fs_err::copy(library.data_dir().join("catalog.sqlite"), &backup).unwrap();
    let engine = library.writer();
    library.add_scene(7, "later.jpg");
    library.index(&engine);
    sync(&engine);
    drop(engine);
    for file in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
        let _ = fs_err::remove_file(library.data_dir().join(file));
    }
    fs_err::copy(&backup, library.data_dir().join("catalog.sqlite")).unwrap();
    let engine = library.writer();
    assert_eq!(differences(&engine), Differences { missing: 0, surplus: 1, different: 0 });
    let report = engine.verify_sync(true, Duration::ZERO, PATIENCE).unwrap();
    assert_eq!((report.left, remote.row_count()), (Differences::default(), 3));
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

#[test]
fn a_test_says_what_is_wrong_and_leaves_nothing_behind() {
    let Some(remote) = Remote::new("try-it") else { return };
    let library = TestLibrary::with_scenes(1);
    let engine = library.writer();
    let tested = engine.test_connection(Some(&remote.request), &|_| ()).unwrap();
    assert!(tested.ok, "{tested:?}");
    let names: Vec<_> = tested.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(
        names,
        [
            "name",
            "tcp",
            "tls",
            "sign-in",
            "version",
            "database",
            "collection",
            "upsert",
            "search",
            "delete",
            "name",
            "tcp",
            "tls",
            "bucket",
            "put",
            "get",
            "link",
            "delete"
        ]
    );
    assert!(!engine.connection().unwrap().enabled, "a test connects nothing");
    // Other tests make collections meanwhile; none of them is called like this one's, or like a stand-in.
    let left: Vec<_> = remote.collections().into_iter().filter(|name| name == remote.collection() || name.starts_with("lookalike_test")).collect();
    assert_eq!((left, remote.objects().len()), (vec![], 0), "nothing is left behind");

    type Change = fn(&mut Remote);
    let cases: [(&str, &str, &str, Change); 7] = [
        ("tcp", "unreachable", "wrong port", |remote| remote.request.settings.milvus.address = "http://127.0.0.1:1".into()),
        ("name", "unknown-host", "wrong name", |remote| remote.request.settings.milvus.address = "http://no-such-host.invalid:19530".into()),
        ("tls", "tls", "TLS to a server without it", |remote| {
            let address = remote.request.settings.milvus.address.replace("http://", "https://");
            remote.request.settings.milvus.address = address;
        }),
        ("sign-in", "sign-in", "wrong password", |remote| remote.request.secrets.milvus_token = Some(Secret::new("root:wrong"))),
        ("bucket", "sign-in", "wrong secret key", |remote| remote.request.secrets.s3_secret_key = Some(Secret::new("0".repeat(64)))),
        ("tls", "tls", "TLS to a store without it", |remote| {
            let endpoint = remote.garage().endpoint().replace("http://", "https://");
            remote.store().endpoint = endpoint;
        }),
        ("put", "denied", "a key that may only read", |remote| {
            let (id, secret) = remote.garage().read_only_key("try-it");
            (remote.request.secrets.s3_access_key, remote.request.secrets.s3_secret_key) = (Some(Secret::new(id)), Some(Secret::new(secret)));
        }),
    ];
    for (step, code, what, change) in cases {
        let mut changed = remote.clone();
        change(&mut changed);
        let tested = engine.test_connection(Some(&changed.request), &|_| ()).unwrap();
        let failed = tested.steps.iter().find(|step| step.state == CheckState::Failed).unwrap_or_else(|| panic!("{what} fails: {tested:?}"));
        assert_eq!((failed.step.as_str(), failed.code.as_deref()), (step, Some(code)), "{what}: {failed:?}");
        assert!(failed.hint.is_some() && !tested.ok, "{what}: {failed:?}");
        assert!(!format!("{tested:?}").contains(Garage::secret_key()), "no secret is shown");
    }
}

#[test]
fn settings_travel_without_secrets() {
    let Some(remote) = Remote::new("export") else { return };
    let (here, there) = (TestLibrary::new(), TestLibrary::new());
    let (engine, other) = (here.writer(), there.writer());
    assert_eq!(engine.export_connection().expect_err("there is none").code(), ErrorCode::NotConnected);
    remote.connect(&engine);
    let text = engine.export_connection().unwrap();
    assert!(!text.contains(Garage::secret_key()) && !text.contains(Garage::access_key()) && !text.contains("Milvus\""), "{text}");
    let mut settings = other.import_connection(&text).unwrap();
    assert_ne!(settings.device_name, remote.request.settings.device_name, "every computer has its own name");
    settings.device_name.clone_from(&remote.request.settings.device_name);
    assert_eq!(settings, remote.request.settings);
    other.import_connection("nonsense").expect_err("no settings");
}
