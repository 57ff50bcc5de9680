//! What can be done with results: folded, explained, put in another order, taken out as a list and as copies.

use image::RgbImage;
use image::imageops::{self, FilterType};
use lookalike_engine::Engine;
use lookalike_engine::wire::{
    Band, CopyRequest, ErrorCode, ExplainRequest, ExportFormat, ExportRequest, LibraryOrder, LibraryRequest, PageRequest, Query, Reason, ResultOrder,
    SearchReply, SearchRequest, Selection,
};
use lookalike_engine::{Access, Config, SearchTerms};
use lookalike_tests::library::{TestLibrary, names};
use lookalike_tests::mirror::Mirror;
use lookalike_tests::scenes::{captioned, jpeg, rearranged, scene, tilted};

fn ask(engine: &Engine, library: &TestLibrary, name: &str) -> SearchReply {
    let path = library.photos().join(name).display().to_string();
    engine.search(&SearchRequest { fold: true, page_size: 100, ..SearchRequest::new(Query::Path { path }) }).unwrap()
}

fn id_of(reply: &SearchReply, name: &str) -> String {
    reply.results.iter().find(|hit| hit.file_name == name).unwrap_or_else(|| panic!("{name} is found")).id.clone()
}

/// A photo with clear edges that no turn or mirror maps onto itself.
fn photo() -> RgbImage {
    scene(5, 480, 320)
}

#[test]
fn what_was_done_to_a_picture_is_explained() {
    let library = TestLibrary::with_scenes(2);
    let original = photo();
    library.add("original.jpg", &jpeg(&original, 90));
    library.add("mirrored.jpg", &jpeg(&imageops::flip_horizontal(&original), 90));
    library.add("turned.jpg", &jpeg(&imageops::rotate90(&original), 90));
    library.add("part.jpg", &jpeg(&imageops::crop_imm(&original, 40, 30, 300, 220).to_image(), 90));
    library.add("tilted.jpg", &jpeg(&tilted(&original, 7.0), 90));
    library.add("captioned.jpg", &jpeg(&captioned(&original), 90));
    library.add("smaller.jpg", &jpeg(&imageops::resize(&original, 240, 160, FilterType::Triangle), 70));
    let engine = library.writer();
    library.index(&engine);
    let reply = ask(&engine, &library, "original.jpg");
    let explain = |reply: &SearchReply, name: &str| {
        let request = ExplainRequest { result_set: reply.result_set.clone(), ids: vec![id_of(reply, name)] };
        engine.explain(&request).unwrap().remove(0).reasons
    };
    assert_eq!(explain(&reply, "mirrored.jpg"), [Reason::Mirrored]);
    assert_eq!(explain(&reply, "turned.jpg"), [Reason::Turned { degrees: 90 }]);
    assert_eq!(explain(&reply, "part.jpg"), [Reason::PartOfQuery]);
    assert_eq!(explain(&reply, "tilted.jpg"), [Reason::Tilted]);
    assert_eq!(explain(&reply, "captioned.jpg"), [Reason::Covered]);
    assert_eq!(explain(&reply, "smaller.jpg"), [], "nothing but the size was changed");
    assert_eq!(explain(&reply, "scene-1.jpg"), [], "another picture");
    assert_eq!(explain(&reply, "original.jpg"), [], "the query itself");
    let of_part = ask(&engine, &library, "part.jpg");
    assert_eq!(explain(&of_part, "original.jpg"), [Reason::HoldsQuery]);
    let gone = engine.explain(&ExplainRequest { result_set: "none".into(), ids: vec![] });
    assert_eq!(gone.expect_err("no such set").code(), ErrorCode::ResultSetGone);
}

#[test]
fn a_quarter_of_a_photo_finds_the_photo_by_its_pixels() {
    let library = TestLibrary::with_scenes(24);
    let engine = library.writer();
    library.index(&engine);
    let finds_its_photo = |number: &u64| {
        let quarter = imageops::crop_imm(&scene(*number, 320, 240), 70 + 10 * *number as u32, 90, 160, 120).to_image();
        let reply = engine.search_bytes("quarter.jpg", &jpeg(&quarter, 90), &SearchTerms::default()).unwrap();
        assert!(reply.results.is_sorted_by(|a, b| a.similarity >= b.similarity), "the order is that of the similarity shown");
        let first = &reply.results[0];
        first.file_name == format!("scene-{number}.jpg") && first.band == Band::SamePicture && first.similarity >= reply.limits.same_picture
    };
    // By vectors alone, none of them reaches the band; a part with hardly anything in it may be missed.
    assert!((0..8).filter(finds_its_photo).count() >= 7);
}

/// Asked by a photo of the library and by one from outside: what is the same picture is not for vectors alone to say.
#[test]
fn another_picture_of_the_same_things_is_not_called_the_same() {
    let library = TestLibrary::with_scenes(8);
    let original = scene(3, 320, 240);
    library.add("rearranged.jpg", &jpeg(&rearranged(&original), 90));
    library.add("mirrored.jpg", &jpeg(&imageops::flip_horizontal(&original), 90));
    let engine = library.writer();
    library.index(&engine);
    let outside = engine.search_bytes("sent.jpg", &jpeg(&original, 60), &SearchTerms::default()).unwrap();
    for reply in [ask(&engine, &library, "scene-3.jpg"), outside] {
        let hit = |name: &str| reply.results.iter().find(|hit| hit.file_name == name).unwrap_or_else(|| panic!("{name} is found"));
        assert_eq!(names(&reply)[0], "scene-3.jpg", "the photo itself, then its copies");
        assert_eq!((hit("mirrored.jpg").rank, hit("mirrored.jpg").band), (2, Band::SamePicture));
        let other = hit("rearranged.jpg");
        assert_eq!((other.rank, other.band), (3, Band::SameScene), "it looks much alike, and is told so: {}", other.similarity);
        assert!(other.similarity < reply.limits.same_picture);
    }
}

#[test]
fn near_identical_results_can_be_folded_and_the_same_picture_never_is() {
    // Scene 25 would be scene 1 with other things laid over it.
    let library = TestLibrary::with_scenes(24);
    let engine = library.writer();
    let burst = |number: u64| {
        for shot in 1..=3 {
            let smaller = imageops::resize(&scene(number, 320, 240), 320 - 8 * shot, 240 - 6 * shot, FilterType::Triangle);
            library.add(&format!("burst-{number}-{shot}.jpg"), &jpeg(&smaller, 85));
        }
        library.index(&engine);
    };
    burst(1);
    let reply = ask(&engine, &library, "scene-1.jpg");
    let same: Vec<_> = reply.results.iter().filter(|hit| matches!(hit.band, Band::SameFile | Band::SamePicture)).collect();
    assert_eq!(same.len(), 4, "its own burst is what was looked for");
    assert!(same.iter().all(|hit| hit.near_identical == 0 && hit.folds_behind.is_none()));

    // A burst of another scene, in the midst of a band, so that all of it lies there.
    let (low, high) = (reply.limits.similar, reply.limits.same_picture);
    let edges = [low, reply.limits.same_scene, high];
    let to_edge = |similarity: f32| edges.iter().map(|edge| (edge - similarity).abs()).fold(f32::INFINITY, f32::min);
    let between = reply.results.iter().filter(|hit| hit.similarity > low && hit.similarity < high);
    let other = between.max_by(|a, b| to_edge(a.similarity).total_cmp(&to_edge(b.similarity))).expect("a similar scene").clone();
    burst(other.file_name.trim_start_matches("scene-").trim_end_matches(".jpg").parse().unwrap());
    let reply = ask(&engine, &library, "scene-1.jpg");
    let stem = other.file_name.replace("scene", "burst").replace(".jpg", "");
    let is_of_burst = |name: &str| name == other.file_name || name.starts_with(&stem);
    let leader = reply.results.iter().find(|hit| is_of_burst(&hit.file_name)).expect("the burst is found");
    assert_eq!(leader.near_identical, 3);
    let folded: Vec<_> = reply.results.iter().filter(|hit| hit.folds_behind == Some(leader.rank)).collect();
    assert!(folded.iter().all(|hit| hit.rank > leader.rank && hit.band == leader.band && hit.near_identical == 0), "{folded:?}");
    let mut group: Vec<&str> = folded.iter().map(|hit| hit.file_name.as_str()).chain([leader.file_name.as_str()]).collect();
    group.sort_unstable();
    let shots: Vec<String> = (1..=3).map(|shot| format!("{stem}-{shot}.jpg")).collect();
    assert_eq!(group, [&shots[0], &shots[1], &shots[2], &other.file_name]);

    let plain = engine.search(&SearchRequest::new(Query::Path { path: library.photos().join("scene-1.jpg").display().to_string() })).unwrap();
    assert!(plain.results.iter().all(|hit| hit.folds_behind.is_none()), "only where it is asked for");
}

#[test]
fn other_orders_page_through_the_same_results() {
    let library = TestLibrary::with_scenes(7);
    let engine = library.writer();
    library.index(&engine);
    let reply = ask(&engine, &library, "scene-3.jpg");
    let pages = |order: ResultOrder| {
        let page = |page| engine.page(&PageRequest { result_set: reply.result_set.clone(), similarity: 0.0, page, page_size: 3, order }).unwrap().results;
        [page(1), page(2), page(3)].concat()
    };
    let by_name: Vec<String> = pages(ResultOrder::Name).into_iter().map(|hit| hit.file_name).collect();
    assert_eq!(by_name, (1..=7).map(|number| format!("scene-{number}.jpg")).collect::<Vec<_>>());
    let sizes: Vec<u64> = pages(ResultOrder::Largest).iter().map(|hit| fs_err::metadata(&hit.path).unwrap().len()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes.len() == 7, "{sizes:?}");
    let slice = |order| engine.library(&LibraryRequest { folder: None, text: String::new(), filter: None, offset: 0, limit: 10, order }).unwrap().pictures;
    let newest: Vec<String> = slice(LibraryOrder::Newest).into_iter().map(|picture| picture.id).collect();
    let mut oldest: Vec<String> = slice(LibraryOrder::Oldest).into_iter().map(|picture| picture.id).collect();
    oldest.reverse();
    assert_eq!(newest, oldest);
    let bytes: Vec<u64> = slice(LibraryOrder::Largest).iter().map(|picture| engine.picture(&picture.id).unwrap().bytes).collect();
    assert!(bytes.is_sorted_by(|a, b| a >= b));
}

#[test]
fn results_are_exported_and_their_files_copied() {
    let library = TestLibrary::with_scenes(5);
    library.add("with, comma and \"quote\".jpg", &jpeg(&scene(40, 320, 240), 90));
    let engine = library.writer();
    library.index(&engine);
    let reply = ask(&engine, &library, "scene-3.jpg");
    let export = |format, similarity, ids| engine.export(&ExportRequest { result_set: reply.result_set.clone(), similarity, ids, format }).unwrap();
    let mut lines = csv::Reader::from_reader(export(ExportFormat::Csv, 0.0, vec![]).as_bytes()).into_records().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(lines.iter().map(|line| line[3].to_owned()).collect::<Vec<_>>(), names(&reply), "every result, in the order of ranks");
    assert_eq!(&lines.remove(0)[1], reply.query_id);
    let json: Vec<serde_json::Value> = serde_json::from_str(&export(ExportFormat::Json, 0.0, vec![reply.results[2].id.clone()])).unwrap();
    assert_eq!((json.len(), json[0]["rank"].as_u64(), json[0]["band"].is_string()), (1, Some(3), true), "only the chosen one");
    assert_eq!(csv::Reader::from_reader(export(ExportFormat::Csv, 0.999, vec![]).as_bytes()).into_records().count(), 1, "the threshold counts");

    let target = library.beside("chosen");
    fs_err::create_dir_all(&target).unwrap();
    let folder = target.display().to_string();
    let all = Selection::Results { result_set: reply.result_set.clone(), similarity: 0.0 };
    let report = engine.copy_files(&CopyRequest { selection: all.clone(), folder: folder.clone() }).unwrap();
    assert_eq!((report.copied, report.failed.len()), (6, 0));
    let report = engine.copy_files(&CopyRequest { selection: all, folder: folder.clone() }).unwrap();
    assert_eq!((report.copied, report.there_already), (0, 6));
    // What has changed since it was indexed is not the photo that was chosen.
    fs_err::write(library.photos().join("scene-1.jpg"), "changed").unwrap();
    fs_err::remove_file(target.join("scene-1.jpg")).unwrap();
    let one = Selection::Pictures { ids: vec![id_of(&reply, "scene-1.jpg")] };
    let report = engine.copy_files(&CopyRequest { selection: one, folder }).unwrap();
    assert!(report.copied == 0 && report.failed[0].code == "changed" && report.failed[0].path.ends_with("scene-1.jpg"), "{report:?}");
}

#[test]
fn a_picture_on_the_web_is_searched_by() {
    let library = TestLibrary::with_scenes(4);
    library.index(&library.writer());
    let server = Mirror::of(fs_err::read(library.photos().join("scene-2.jpg")).unwrap());
    let request = SearchRequest::new(Query::Url { url: server.url("holiday.jpg?token=secret") });
    let config = Config { fetch_private: true, ..library.config(Access::Read, false) };
    let reply = Engine::open(config).unwrap().search(&request).unwrap();
    assert_eq!(names(&reply)[0], "scene-2.jpg");
    assert!(reply.results[0].is_query && !reply.query.contains("secret"), "{}", reply.query);
    let error = library.reader().search(&request).expect_err("this computer's own network");
    assert!(error.code() == ErrorCode::InvalidRequest && error.to_string().contains("public internet"), "{error}");
}
