//! What a scan notices, and what it leaves alone.

use lookalike_engine::wire::{FolderState, LibraryOrder, LibraryRequest};
use lookalike_tests::library::{TestLibrary, make_old, names, search};
use lookalike_tests::scenes::{jpeg, scene};

#[test]
fn a_second_run_reads_nothing() {
    let library = TestLibrary::with_scenes(4);
    let engine = library.writer();
    let first = library.index(&engine);
    assert_eq!((first.scanned, first.embedded), (4, 4), "all are new");
    let second = library.index(&engine);
    assert_eq!((second.unchanged, second.embedded, second.recognised), (4, 0, 0), "nothing has changed");
}

#[test]
fn a_moved_renamed_or_copied_photo_keeps_its_vector() {
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    let photos = library.photos();
    fs_err::rename(photos.join("scene-1.jpg"), photos.join("renamed.jpg")).unwrap();
    fs_err::create_dir(photos.join("below")).unwrap();
    fs_err::rename(photos.join("scene-2.jpg"), photos.join("below/scene-2.jpg")).unwrap();
    fs_err::copy(photos.join("scene-3.jpg"), photos.join("below/copy.jpg")).unwrap();
    let report = library.index(&engine);
    assert_eq!((report.embedded, report.recognised, report.removed), (0, 3, 2), "contents are recognised, none is embedded again");
    let reply = search(&engine, &photos.join("renamed.jpg")).unwrap();
    assert_eq!(reply.total, 3, "three pictures, however many files");
    assert_eq!(names(&reply)[0], "renamed.jpg", "it is found under its new name");
    let copied = search(&engine, &photos.join("scene-3.jpg")).unwrap();
    assert_eq!(copied.results[0].places.len(), 2, "both places of the copied photo are named");
    assert!(copied.results[0].is_query, "the photo itself is marked, not hidden");
}

#[test]
fn a_changed_photo_is_embedded_anew_and_a_deleted_one_disappears() {
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    library.add("scene-1.jpg", &jpeg(&scene(77, 320, 240), 90));
    fs_err::remove_file(library.photos().join("scene-2.jpg")).unwrap();
    let report = library.index(&engine);
    assert_eq!((report.embedded, report.removed), (1, 1));
    let query = library.beside("query.jpg");
    fs_err::write(&query, jpeg(&scene(77, 320, 240), 60)).unwrap();
    let reply = search(&engine, &query).unwrap();
    assert_eq!(names(&reply).len(), 2, "the deleted photo and the old content are gone");
    assert_eq!(names(&reply)[0], "scene-1.jpg", "the new content is what is found");
}

#[test]
fn junk_hidden_files_and_excluded_ones_are_left_out() {
    let library = TestLibrary::with_scenes(1);
    for junk in ["._scene-1.jpg", "@eaDir/scene.jpg/SYNO.jpg", ".thumbnails/large.jpg", ".hidden/a.jpg", "raw/b.jpg", "c.tmp.jpg"] {
        library.add_scene(9, junk);
    }
    let engine = library.writer();
    let report = engine.index(&[library.photos()], &["raw/".into(), "*.tmp.jpg".into()]).unwrap();
    assert_eq!(report.scanned, 1, "only the photo counts");
    let folder = engine.status().unwrap().folders[0].id;
    engine.set_excludes(folder, &[]).unwrap();
    assert_eq!(library.index(&engine).scanned, 3, "without patterns, what they left out comes in");
}

#[test]
fn non_ascii_names_are_found() {
    let library = TestLibrary::new();
    for (number, name) in ["Grüße aus Köln.jpg", "東京/夜 🗼.jpg", "a 'b' \"c\".jpg"].iter().enumerate() {
        library.add_scene(number as u64 + 1, name);
    }
    let engine = library.writer();
    assert_eq!(library.index(&engine).embedded, 3);
    let reply = search(&engine, &library.photos().join("東京/夜 🗼.jpg")).unwrap();
    assert_eq!(names(&reply)[0], "夜 🗼.jpg");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_unicode_is_indexed_all_the_same() {
    use std::os::unix::ffi::OsStrExt;
    let library = TestLibrary::with_scenes(1);
    let odd = library.photos().join(std::ffi::OsStr::from_bytes(b"caf\xe9.jpg"));
    fs_err::write(&odd, jpeg(&scene(5, 320, 240), 90)).unwrap();
    let engine = library.writer();
    assert_eq!(library.index(&engine).embedded, 2);
    assert_eq!(library.index(&engine).unchanged, 2, "it is recognised again");
}

#[cfg(unix)]
#[test]
fn links_neither_loop_nor_double() {
    use std::os::unix::fs::symlink;
    let library = TestLibrary::with_scenes(2);
    let photos = library.photos();
    symlink(&photos, photos.join("loop")).unwrap();
    symlink(photos.join("scene-1.jpg"), photos.join("again.jpg")).unwrap();
    // A hidden store that links lead into, as git-annex has it.
    symlink(library.add_scene(9, ".store/hidden.jpg"), photos.join("stored.jpg")).unwrap();
    let outside = library.beside("outside");
    fs_err::create_dir(&outside).unwrap();
    fs_err::write(outside.join("far.jpg"), jpeg(&scene(8, 320, 240), 90)).unwrap();
    symlink(&outside, photos.join("linked")).unwrap();
    symlink(&outside, outside.join("self")).unwrap();
    let report = library.index(&library.writer());
    assert_eq!(report.scanned, 4, "two photos here, one in the store, one behind the link, none twice");
}

/// As somebody who may see one share, and may write there, would try it.
#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_confined_folder() {
    use std::os::unix::fs::symlink;
    let library = TestLibrary::with_scenes(2);
    let (photos, outside) = (fs_err::canonicalize(library.photos()).unwrap(), library.beside("outside"));
    fs_err::create_dir(&outside).unwrap();
    fs_err::write(outside.join("far.jpg"), jpeg(&scene(8, 320, 240), 90)).unwrap();
    symlink(&outside, photos.join("linked")).unwrap();
    symlink(outside.join("far.jpg"), photos.join("far.jpg")).unwrap();
    symlink(photos.join("scene-1.jpg"), photos.join("again.jpg")).unwrap();
    let engine = library.writer();
    let folder = engine.add_confined_folder(&photos, &[], &[photos.display().to_string()]).unwrap();
    assert_eq!(engine.index(&[], &[]).unwrap().scanned, 2, "what lies outside is not there");
    // A photo that has become a link shows nothing of where it leads.
    let id = engine
        .library(&LibraryRequest { folder: None, text: String::new(), filter: None, offset: 0, limit: 1, order: LibraryOrder::Largest })
        .unwrap()
        .pictures
        .remove(0)
        .id;
    let place = engine.locate(&id).unwrap();
    fs_err::remove_file(&place).unwrap();
    symlink(outside.join("far.jpg"), &place).unwrap();
    assert_eq!(engine.preview(&id, 1024).unwrap(), engine.thumbnail(&id).unwrap(), "only what it was");
    engine.original(&id).expect_err("it is another photo now");
    engine.locate(&id).expect_err("it leads out");
    // Nor does the folder itself, exchanged for a link.
    fs_err::rename(&photos, library.beside("moved")).unwrap();
    symlink(&outside, &photos).unwrap();
    engine.index(&[], &[]).unwrap();
    let after = engine.status().unwrap().folders.into_iter().find(|other| other.id == folder.id).unwrap();
    assert_eq!((after.state, after.files), (FolderState::Offline, 2), "{:?}", after.state_reason);
}

#[test]
fn what_was_handed_in_stays_dropped() {
    let library = TestLibrary::new();
    let engine = library.writer();
    let patience = std::time::Duration::from_secs(60);
    let add = |number| engine.add_picture("photo.jpg", &jpeg(&scene(number, 320, 240), 90), patience).unwrap();
    (1..=3).for_each(|number| drop(add(number)));
    assert_eq!(engine.count().unwrap(), 3);
    engine.clear_library().unwrap();
    assert_eq!(engine.count().unwrap(), 0);
    assert!(add(4).is_indexed && engine.count().unwrap() == 1, "the next one does not bring the others back");
    assert!(add(1).is_new && engine.count().unwrap() == 2, "and each can be handed in again");
}

#[test]
fn nested_folders_are_one() {
    let library = TestLibrary::with_scenes(2);
    library.add_scene(3, "inner/scene-3.jpg");
    let engine = library.writer();
    engine.index(&[library.photos().join("inner")], &[]).unwrap();
    let report = library.index(&engine);
    assert_eq!((report.scanned, report.embedded, report.unchanged), (3, 2, 1), "what the inner folder had is kept");
    engine.index(&[library.photos().join("inner")], &[]).unwrap();
    let folders = engine.status().unwrap().folders;
    assert_eq!(folders.len(), 1, "the inner folder is covered by the outer one");
    assert_eq!(folders[0].files, 3);
}

#[test]
fn a_bad_file_is_listed_with_its_reason_and_can_be_retried() {
    let library = TestLibrary::with_scenes(2);
    let good = jpeg(&scene(3, 320, 240), 90);
    for (name, bytes) in [("empty.jpg", &b""[..]), ("text.jpg", b"no picture at all"), ("half.jpg", &good[..good.len() / 2])] {
        make_old(&library.add(name, bytes));
    }
    let engine = library.writer();
    let report = library.index(&engine);
    assert_eq!(report.embedded, 2, "the good ones are indexed");
    let reasons: Vec<_> = report.skipped.iter().map(|file| (file.path.rsplit('/').next().unwrap(), file.code.as_str())).collect();
    assert_eq!(reasons, [("empty.jpg", "empty"), ("half.jpg", "truncated"), ("text.jpg", "not-a-picture")]);
    assert!(report.skipped.iter().all(|file| !file.message.is_empty()), "each has a reason in words");
    assert_eq!(library.index(&engine).skipped.len(), 3, "an unchanged bad file is not read again, but stays listed");

    fs_err::write(library.photos().join("half.jpg"), &good).unwrap();
    engine.retry(&[]).unwrap();
    let report = library.index(&engine);
    assert_eq!(report.skipped.len(), 2, "the mended file is no longer skipped");
    assert_eq!(engine.status().unwrap().images, 3);
}

#[test]
fn one_photo_in_many_files_is_embedded_once() {
    let library = TestLibrary::new();
    for copy in 0..40 {
        library.add_scene(1, &format!("copy-{copy}.jpg"));
    }
    let engine = library.writer();
    let report = library.index(&engine);
    assert_eq!((report.embedded, report.recognised), (1, 39), "equal files, also ones read at the same time, share one embedding");
    let reply = search(&engine, &library.photos().join("copy-7.jpg")).unwrap();
    assert_eq!((reply.total, reply.results[0].places.len()), (1, 40), "one entry with forty places");
    assert_eq!(reply.results[0].file_name, "copy-7.jpg", "the copy that was asked for speaks for all");
}

#[test]
fn what_is_left_out_of_a_folder_stays_left_out_of_the_one_above() {
    let library = TestLibrary::new();
    library.add_scene(1, "inner/open.jpg");
    library.add_scene(2, "inner/private/secret.jpg");
    let engine = library.writer();
    engine.index(&[library.photos().join("inner")], &["private/".into()]).unwrap();
    assert_eq!(library.index(&engine).scanned, 1, "the larger folder keeps the pattern of the smaller");
    library.add_scene(3, "other/draft.jpg");
    library.add_scene(4, "other/final.jpg");
    let report = engine.index(&[library.photos().join("other")], &["draft.*".into()]).unwrap();
    assert_eq!(report.scanned, 2, "a pattern given for a part of a watched folder holds there");
}

#[test]
fn a_file_that_never_stops_growing_does_not_hold_up_the_run() {
    let library = TestLibrary::with_scenes(2);
    let growing = library.add("growing.jpg", b"\xff\xd8\xff");
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = std::thread::spawn({
        let stop = std::sync::Arc::clone(&stop);
        move || {
            use std::io::Write;
            let mut file = fs_err::OpenOptions::new().append(true).open(growing).unwrap();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(b"more").unwrap();
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    });
    let engine = library.writer();
    let report = library.index(&engine);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writer.join().unwrap();
    assert_eq!(report.embedded, 2, "the others are indexed");
    assert_eq!(report.skipped.len(), 1, "and it is listed: {:?}", report.skipped);
}

#[test]
fn a_folder_removed_while_it_is_indexed_leaves_nothing_behind() {
    let library = TestLibrary::with_scenes(60);
    let engine = library.writer();
    let id = engine.add_folder(&library.photos(), &[]).unwrap().id;
    lookalike_tests::library::wait_until("indexing has begun", || engine.status().unwrap().progress.done > 0 || engine.status().unwrap().images > 0);
    engine.remove_folder(id).unwrap();
    engine.index(&[], &[]).unwrap();
    lookalike_tests::library::wait_until("the run is over", || engine.status().unwrap().progress.stage == lookalike_engine::wire::Stage::Idle);
    let status = engine.status().unwrap();
    assert_eq!((status.files, status.images), (0, 0), "no picture without a file");
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total, 0);
}
