//! Ways to ask: by a part of a photo, more like one and less like another, and why what is found belongs together.

use image::{RgbImage, imageops};
use lookalike_engine::Engine;
use lookalike_engine::wire::{Band, Crop, ErrorCode, ExplainRequest, Query, Reason, SearchReply, SearchRequest};
use lookalike_tests::library::{TestLibrary, names};
use lookalike_tests::scenes::{jpeg, scene};

fn by(library: &TestLibrary, name: &str) -> SearchRequest {
    SearchRequest { page_size: 50, ..SearchRequest::new(Query::Path { path: library.photos().join(name).display().to_string() }) }
}

fn id_of(engine: &Engine, library: &TestLibrary, name: &str) -> String {
    engine.search(&by(library, name)).unwrap().query_id
}

fn at(reply: &SearchReply, name: &str) -> usize {
    names(reply).iter().position(|found| *found == name).unwrap_or_else(|| panic!("{name} is found"))
}

#[test]
fn a_part_is_found_and_not_the_whole() {
    let library = TestLibrary::with_scenes(12);
    // Two scenes side by side; each half is also a photo of its own.
    let mut both = RgbImage::new(640, 240);
    imageops::replace(&mut both, &scene(3, 320, 240), 0, 0);
    imageops::replace(&mut both, &scene(7, 320, 240), 320, 0);
    library.add("both.jpg", &jpeg(&both, 90));
    let engine = library.writer();
    library.index(&engine);
    let half = |x| Some(Crop { x, y: 0.0, width: 0.5, height: 1.0 });
    for (crop, name) in [(half(0.0), "scene-3.jpg"), (half(0.5), "scene-7.jpg")] {
        let by_path = SearchRequest { crop, ..by(&library, "both.jpg") };
        let by_id = SearchRequest { query: Query::Image { id: id_of(&engine, &library, "both.jpg") }, ..by_path.clone() };
        for request in [by_path, by_id] {
            let reply = engine.search(&request).unwrap();
            assert_eq!(names(&reply)[0], name, "{:?}", names(&reply));
            let whole = &reply.results[at(&reply, "both.jpg")];
            assert!(!whole.is_query && whole.band == Band::SamePicture, "the whole holds what was asked for: {:?}", whole.band);
            let ids = vec![whole.id.clone()];
            let told = engine.explain(&ExplainRequest { result_set: reply.result_set.clone(), ids }).unwrap();
            assert_eq!(told[0].reasons, [Reason::HoldsQuery]);
        }
    }
    let error = engine.search(&SearchRequest { crop: Some(Crop { x: 0.8, y: 0.0, width: 0.5, height: 1.0 }), ..by(&library, "both.jpg") });
    assert_eq!(error.expect_err("beyond the edge").code(), ErrorCode::InvalidRequest);
}

#[test]
fn more_and_less_move_what_is_found() {
    let library = TestLibrary::with_scenes(20);
    let engine = library.writer();
    library.index(&engine);
    let plain = engine.search(&by(&library, "scene-1.jpg")).unwrap();
    let (far, near) = (names(&plain)[19].to_owned(), names(&plain)[2].to_owned());
    let more = engine.search(&SearchRequest { more: vec![id_of(&engine, &library, &far)], ..by(&library, "scene-1.jpg") }).unwrap();
    assert!(at(&more, &far) <= 1, "{far}, that it shall be more like, comes to the top: {:?}", names(&more));
    let less = engine.search(&SearchRequest { less: vec![id_of(&engine, &library, &near)], ..by(&library, "scene-1.jpg") }).unwrap();
    let similarity = |reply: &SearchReply| reply.results[at(reply, &near)].similarity;
    assert!(similarity(&less) < similarity(&plain) && at(&less, &near) >= at(&plain, &near), "what it shall be less like falls");
    let unknown = engine.search(&SearchRequest { more: vec!["0".repeat(64)], ..by(&library, "scene-1.jpg") });
    assert_eq!(unknown.expect_err("no such picture").code(), ErrorCode::NotFound);
}

#[test]
fn every_similarity_is_told_for_a_threshold_that_counts_before_it_is_let_go() {
    let library = TestLibrary::with_scenes(15);
    let engine = library.writer();
    library.index(&engine);
    let reply = engine.search(&SearchRequest { page_size: 3, ..by(&library, "scene-4.jpg") }).unwrap();
    assert_eq!((reply.similarities.len(), reply.results.len()), (15, 3), "of the whole set, not of the page");
    assert!(reply.similarities.is_sorted_by(|a, b| a >= b));
    let threshold = (reply.similarities[5] + reply.similarities[6]) / 2.0;
    let cut = engine.search(&SearchRequest { similarity: threshold, ..by(&library, "scene-4.jpg") }).unwrap();
    assert_eq!(cut.total, 6, "the count that the slider shows is the count that comes");
}
