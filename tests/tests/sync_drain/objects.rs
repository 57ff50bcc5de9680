//! What lies in the object store, and for how long.

use std::time::Duration;

use lookalike_engine::wire::{CheckState, Differences, Upload};
use lookalike_tests::library::TestLibrary;
use lookalike_tests::remote::Remote;
use lookalike_tests::scenes::{jpeg, scene};

use crate::{PATIENCE, differences, sync, synced};

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
fn the_bucket_is_private() {
    let Some(remote) = Remote::new("private") else { return };
    let (_library, _engine) = synced(&remote, 1);
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
fn objects_of_another_kind_go_when_the_kind_changes() {
    let Some(mut remote) = Remote::new("kinds") else { return };
    let (_library, engine) = synced(&remote, 4);
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
