//! Pages of a frozen result set: no repeats and no gaps while indexing goes on, honest totals, checked requests.

use std::collections::HashSet;

use lookalike_engine::wire::{ErrorCode, PageRequest, Query, ResultOrder, SearchRequest};
use lookalike_tests::library::{TestLibrary, search};

#[test]
fn pages_neither_repeat_nor_skip_while_indexing_goes_on() {
    let library = TestLibrary::with_scenes(25);
    let engine = library.writer();
    library.index(&engine);
    let query = Query::Path { path: library.photos().join("scene-1.jpg").display().to_string() };
    let first = engine.search(&SearchRequest { page_size: 10, ..SearchRequest::new(query) }).unwrap();
    assert_eq!((first.total, first.total_is_exact), (25, true));
    let mut seen: Vec<String> = first.results.iter().map(|hit| hit.id.clone()).collect();
    for page in 2..=3 {
        // New photos, some of them closer than what is on the pages to come.
        for number in 0..5 {
            library.add_scene(100 * u64::from(page) + number, &format!("more-{page}-{number}.jpg"));
        }
        library.index(&engine);
        let next =
            engine.page(&PageRequest { result_set: first.result_set.clone(), similarity: 0.0, page, page_size: 10, order: ResultOrder::Similarity }).unwrap();
        assert_eq!(next.total, 25, "the set is frozen");
        seen.extend(next.results.iter().map(|hit| hit.id.clone()));
    }
    let distinct: HashSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (25, 25), "every result once");
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total, 35, "a new search sees the new photos");
}

#[test]
fn the_threshold_is_applied_before_paging() {
    let library = TestLibrary::with_scenes(12);
    let engine = library.writer();
    library.index(&engine);
    let all = search(&engine, &library.photos().join("scene-1.jpg")).unwrap();
    let limit = all.results[5].similarity;
    let page = engine.page(&PageRequest { result_set: all.result_set, similarity: limit, page: 2, page_size: 4, order: ResultOrder::Similarity }).unwrap();
    assert_eq!(page.total, 6, "six results reach the sixth one's similarity");
    assert_eq!(page.results.iter().map(|hit| hit.rank).collect::<Vec<_>>(), [5, 6], "the second page has the last two of them");
    assert!(page.results.iter().all(|hit| hit.similarity >= limit));
}

#[test]
fn wrong_requests_say_what_is_wrong() {
    let library = TestLibrary::with_scenes(1);
    let engine = library.writer();
    library.index(&engine);
    let photo = library.photos().join("scene-1.jpg").display().to_string();
    let ask = |path: &str, similarity, page, page_size| {
        let query = Query::Path { path: path.into() };
        engine
            .search(&SearchRequest { similarity, page, page_size, ..SearchRequest::new(query) })
            .map(|_| ())
            .map_err(|error| (error.code(), error.to_string()))
    };
    for (result, part) in [(ask(&photo, 0.0, 0, 10), "page"), (ask(&photo, 0.0, 1, 201), "page size"), (ask(&photo, 1.5, 1, 10), "similarity")] {
        let (code, message) = result.unwrap_err();
        assert_eq!(code, ErrorCode::InvalidRequest);
        assert!(message.contains(part), "{message:?} names {part}");
    }
    let (code, message) = ask("/no/such/photo.jpg", 0.0, 1, 10).unwrap_err();
    assert_eq!(code, ErrorCode::NotFound);
    assert!(message.contains("/no/such/photo.jpg"), "{message:?} names the file");
    let text = library.add("notes.txt", b"not a photo");
    assert_eq!(ask(&text.display().to_string(), 0.0, 1, 10).unwrap_err().0, ErrorCode::NotAPicture);
    let gone = engine.page(&PageRequest { result_set: "none".into(), similarity: 0.0, page: 1, page_size: 10, order: ResultOrder::Similarity });
    assert_eq!(gone.unwrap_err().code(), ErrorCode::ResultSetGone);
}
