//! Duplicates: found in the background, grouped, remembered as no match; files to the trash and back.

use image::imageops::{self, FilterType};
use lookalike_engine::Engine;
use lookalike_engine::wire::{DuplicateKind, DuplicatesReply, DuplicatesRequest, KeepReason};
use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{captioned, jpeg, rearranged, scene};
use lookalike_tests::server::Server;
use serde_json::{Value, json};

/// Four scenes, no two alike; of the first there is a smaller one, of the second a copy.
fn library() -> TestLibrary {
    let library = TestLibrary::with_scenes(4);
    library.add("small.jpg", &jpeg(&image::imageops::resize(&scene(1, 320, 240), 160, 120, FilterType::Triangle), 80));
    fs_err::copy(library.photos().join("scene-2.jpg"), library.photos().join("again.jpg")).unwrap();
    library
}

fn find(engine: &Engine) -> DuplicatesReply {
    engine.find_duplicates().unwrap();
    wait_until("every picture is compared", || !engine.duplicates_progress().unwrap().is_running);
    list(engine)
}

fn list(engine: &Engine) -> DuplicatesReply {
    engine.duplicates(&DuplicatesRequest { folders: vec![], kind: None, offset: 0, limit: 50 }).unwrap()
}

fn names(reply: &DuplicatesReply) -> Vec<Vec<&str>> {
    let mut groups: Vec<Vec<&str>> = reply.groups.iter().map(|group| group.members.iter().map(|member| member.file_name.as_str()).collect()).collect();
    groups.sort();
    groups
}

#[test]
fn the_same_file_and_the_same_picture_are_found_and_the_better_one_is_kept() {
    let library = library();
    let engine = library.writer();
    library.index(&engine);
    assert_eq!(names(&list(&engine)), [["scene-2.jpg", "again.jpg"]], "copies need no comparing");
    let reply = find(&engine);
    assert_eq!((reply.progress.done, reply.progress.total, reply.progress.is_running), (5, 5, false));
    assert_eq!(names(&reply), [["scene-1.jpg", "small.jpg"], ["scene-2.jpg", "again.jpg"]]);
    let same_picture = reply.groups.iter().find(|group| group.kind == DuplicateKind::SamePicture).unwrap();
    assert_eq!(same_picture.members[0].keep, Some(KeepReason::MostPixels));
    assert!(same_picture.members[1].keep.is_none() && same_picture.members[1].similarity < 1.0);
    let bytes = |name: &str| fs_err::metadata(library.photos().join(name)).unwrap().len();
    assert_eq!((reply.total, reply.spare_files, reply.spare_bytes), (2, 2, bytes("small.jpg") + bytes("again.jpg")));

    // A copy that comes later is known with its file.
    fs_err::copy(library.photos().join("scene-4.jpg"), library.photos().join("scene-4 (1).jpg")).unwrap();
    library.index(&engine);
    assert_eq!(names(&list(&engine)).len(), 3);
    fs_err::remove_file(library.photos().join("scene-4 (1).jpg")).unwrap();
    library.index(&engine);
    assert_eq!(names(&list(&engine)).len(), 2);

    // Only what is new costs anything, and it is found.
    library.add("smaller.jpg", &jpeg(&image::imageops::resize(&scene(1, 320, 240), 120, 90, FilterType::Triangle), 80));
    library.index(&engine);
    assert_eq!(list(&engine).progress.done, 5, "what was compared stays known");
    assert_eq!(find(&engine).groups.iter().map(|group| group.members.len()).max(), Some(3));
}

/// Vectors know what is on a picture and hardly where; what is thrown away must be a copy.
#[test]
fn another_picture_of_the_same_things_is_no_duplicate_and_an_edited_copy_is_one() {
    let library = TestLibrary::with_scenes(4);
    for number in 1..=4 {
        library.add(&format!("rearranged-{number}.jpg"), &jpeg(&rearranged(&scene(number, 320, 240)), 90));
    }
    let original = scene(2, 320, 240);
    library.add("captioned.jpg", &jpeg(&captioned(&original), 85));
    library.add("mirrored-part.jpg", &jpeg(&imageops::flip_horizontal(&imageops::crop_imm(&original, 20, 15, 260, 200).to_image()), 85));
    let engine = library.writer();
    library.index(&engine);
    let reply = find(&engine);
    assert_eq!(names(&reply), [["scene-2.jpg", "captioned.jpg", "mirrored-part.jpg"]]);
}

#[test]
fn the_same_file_is_told_from_other_versions_of_its_picture() {
    let library = library();
    fs_err::copy(library.photos().join("scene-1.jpg"), library.photos().join("scene-1 copy.jpg")).unwrap();
    let engine = library.writer();
    library.index(&engine);
    assert_eq!(names(&find(&engine)), [vec!["scene-1.jpg", "scene-1 copy.jpg", "small.jpg"], vec!["scene-2.jpg", "again.jpg"]]);
    let of_kind = |kind| engine.duplicates(&DuplicatesRequest { folders: vec![], kind: Some(kind), offset: 0, limit: 50 }).unwrap();
    assert_eq!(names(&of_kind(DuplicateKind::SamePicture)), [["scene-1.jpg", "scene-1 copy.jpg", "small.jpg"]]);
    let identical = of_kind(DuplicateKind::SameFile);
    assert_eq!(names(&identical), [["scene-1.jpg", "scene-1 copy.jpg"], ["scene-2.jpg", "again.jpg"]], "no copy is missed, and nothing else is among them");
    assert_eq!((identical.total, identical.spare_files), (2, 2));
    let keep: Vec<_> = identical.groups.iter().map(|group| group.members[0].keep).collect();
    assert!(keep.iter().all(Option::is_some) && keep.contains(&Some(KeepReason::PlainName)), "each has its own to keep: {keep:?}");
}

#[test]
fn no_match_is_remembered_by_content() {
    let library = library();
    let engine = library.writer();
    library.index(&engine);
    let ids: Vec<String> =
        find(&engine).groups.iter().find(|group| group.kind == DuplicateKind::SamePicture).unwrap().members.iter().map(|member| member.id.clone()).collect();
    engine.dismiss(&ids, false).unwrap();
    assert_eq!(names(&list(&engine)), [["scene-2.jpg", "again.jpg"]]);
    fs_err::rename(library.photos().join("small.jpg"), library.photos().join("moved.jpg")).unwrap();
    library.index(&engine);
    assert_eq!(names(&find(&engine)).len(), 1, "a move changes nothing about it");
    engine.dismiss(&ids, true).unwrap();
    assert_eq!(names(&list(&engine)).len(), 2, "and it can be taken back");
    engine.dismiss(&ids[..1], false).expect_err("one picture alone is no pair");
}

#[test]
fn each_file_of_a_picture_is_told_with_its_place() {
    let library = library();
    let engine = library.writer();
    library.index(&engine);
    let group = list(&engine).groups.remove(0);
    let folder = engine.status().unwrap().folders[0].id;
    let files = || engine.files_of(&group.members[0].id).unwrap();
    let told: Vec<_> = files().into_iter().map(|file| (file.file, file.path)).collect();
    let mut members: Vec<_> = group.members.iter().map(|member| (member.file, member.path.clone())).collect();
    members.sort_by(|a, b| a.1.cmp(&b.1));
    assert_eq!(told, members);
    engine.protect_folder(folder, true).unwrap();
    assert!(files().iter().all(|file| file.is_protected && !file.is_offline), "{:?}", files());
}

fn asked(server: &Server, path: &str, body: &Value) -> Value {
    server.json("POST", &format!("/api/v1{path}"), body).expect(200).json()
}

/// Over HTTP, by a program with a home of its own: the user's trash has no part in the tests.
#[cfg(target_os = "linux")]
#[test]
fn files_go_to_the_trash_and_come_back() {
    let library = library();
    let photos = library.photos();
    assert!(library.run(&["index", &photos.display().to_string()]).status.success());
    let server = Server::start(&library, &[]);
    asked(&server, "/duplicates/find", &json!({}));
    let groups = || asked(&server, "/duplicates", &json!({ "limit": 50 }));
    wait_until("every picture is compared", || groups()["progress"]["is_running"] == false);
    let file = |name: &str| {
        let found = groups()["groups"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| group["members"].as_array().unwrap().clone())
            .find(|member| member["file_name"] == name);
        found.unwrap_or_else(|| panic!("{name} is in a group"))["file"].clone()
    };
    let before = fs_err::read(photos.join("small.jpg")).unwrap();
    let (small, large, again, copied) = (file("small.jpg"), file("scene-1.jpg"), file("again.jpg"), file("scene-2.jpg"));

    let refused = asked(&server, "/trash", &json!({ "files": [small] }));
    assert_eq!(refused["kept"][0]["code"], "last-copy", "an edited copy is none, unless it was chosen to be kept: {refused}");
    let report = asked(&server, "/trash", &json!({ "files": [small, again], "keeping": [large, copied] }));
    assert_eq!((&report["moved"], report["kept"].as_array().unwrap().len()), (&2.into(), 0), "{report}");
    assert!(!photos.join("small.jpg").exists() && !photos.join("again.jpg").exists());
    assert_eq!(groups()["total"], 0, "nothing is double any more");
    let refused = asked(&server, "/trash", &json!({ "files": [large, copied, 999_999], "keeping": [large, copied] }));
    let codes: Vec<_> = refused["kept"].as_array().unwrap().iter().map(|kept| kept["code"].clone()).collect();
    assert_eq!((&refused["moved"], codes), (&0.into(), vec![json!("last-copy"), json!("last-copy"), json!("unknown")]), "{refused}");

    let undone = asked(&server, &format!("/trash/{}/undo", report["batch"]), &json!({}));
    assert_eq!((&undone["back"], undone["kept"].as_array().unwrap().len()), (&2.into(), 0), "{undone}");
    assert_eq!(fs_err::read(photos.join("small.jpg")).unwrap(), before, "where it was, as it was");
    assert_eq!(groups()["total"], 2);

    // Changed since, and protected.
    fs_err::write(photos.join("small.jpg"), b"something else").unwrap();
    assert_eq!(asked(&server, "/trash", &json!({ "files": [file("small.jpg")] }))["kept"][0]["code"], "changed");
    let folder = server.get("/api/v1/status").expect(200).json()["folders"][0]["id"].clone();
    server.json("PATCH", &format!("/api/v1/folders/{folder}"), &json!({ "protected": true })).expect(204);
    assert_eq!(asked(&server, "/trash", &json!({ "files": [file("again.jpg")], "even_last": true }))["kept"][0]["code"], "protected");
    assert!(photos.join("again.jpg").exists());
}
