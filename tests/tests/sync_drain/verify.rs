//! Comparing what is there with what is here, and mending it.

use std::time::Duration;

use lookalike_engine::wire::Differences;
use lookalike_tests::remote::Remote;

use crate::{PATIENCE, differences, sync, synced};

#[test]
fn differences_are_found_and_mended() {
    let Some(remote) = Remote::new("verify") else { return };
    let (_library, engine) = synced(&remote, 8);
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
    let (library, engine) = synced(&remote, 3);
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
