//! What a search may find: filters on this computer and on the command line.

use lookalike_engine::wire::{ErrorCode, LibraryOrder, LibraryRequest, Orientation, Query, SearchFilter, SearchRequest};
use lookalike_engine::{Engine, Error};
use lookalike_tests::library::{TestLibrary, names};
use lookalike_tests::scenes::{jpeg, scene};

/// Wide and high JPEGs, a square PNG, one in a folder of its own.
fn library() -> (TestLibrary, Engine) {
    let library = TestLibrary::new();
    for (number, name, (width, height)) in [(1, "wide.jpg", (320, 200)), (2, "high.jpg", (200, 320)), (3, "large.jpg", (1600, 1000))] {
        library.add(name, &jpeg(&scene(number, width, height), 90));
    }
    let mut png = std::io::Cursor::new(Vec::new());
    scene(4, 240, 240).write_to(&mut png, image::ImageFormat::Png).unwrap();
    library.add("square.png", png.get_ref());
    let engine = library.writer();
    library.index(&engine);
    (library, engine)
}

fn found(library: &TestLibrary, engine: &Engine, filter: SearchFilter) -> Result<Vec<String>, Error> {
    let query = Query::Path { path: library.photos().join("wide.jpg").display().to_string() };
    let reply = engine.search(&SearchRequest { filter: Some(filter), page_size: 200, ..SearchRequest::new(query) })?;
    assert_eq!((reply.total, reply.total_is_exact), (reply.results.len() as u64, true), "the total counts what passes");
    let mut names: Vec<String> = names(&reply).into_iter().map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

#[test]
fn only_what_passes_is_found() {
    let (library, engine) = library();
    let found = |filter| found(&library, &engine, filter).unwrap();
    let none = SearchFilter::default;
    assert_eq!(found(none()).len(), 4, "no filter lets all pass");
    let shape = |shape| SearchFilter { orientation: Some(shape), ..none() };
    assert_eq!(found(shape(Orientation::Landscape)), ["large.jpg", "wide.jpg"]);
    assert_eq!(found(shape(Orientation::Portrait)), ["high.jpg"]);
    assert_eq!(found(shape(Orientation::Square)), ["square.png"]);
    assert_eq!(found(SearchFilter { formats: vec!["png".into(), "webp".into()], ..none() }), ["square.png"]);
    let size = |name: &str| fs_err::metadata(library.photos().join(name)).unwrap().len();
    assert_eq!(found(SearchFilter { min_bytes: Some(size("large.jpg")), formats: vec!["jpeg".into()], ..none() }), ["large.jpg"], "the limit itself passes");
    assert!(!found(SearchFilter { max_bytes: Some(size("wide.jpg")), ..none() }).contains(&"large.jpg".to_owned()));
    assert!(found(SearchFilter { min_bytes: Some(u64::MAX), ..none() }).is_empty(), "nothing is that large, and nothing breaks");
    assert!(found(SearchFilter { taken_from: Some("2000-01-01".into()), ..none() }).is_empty(), "photos without a date do not pass");
    let folder = engine.status().unwrap().folders[0].id;
    assert_eq!(found(SearchFilter { folder: Some(folder), ..none() }).len(), 4);
    assert!(found(SearchFilter { folder: Some(folder + 1), ..none() }).is_empty(), "another folder");
}

#[test]
fn a_filter_finds_the_same_as_a_search_of_everything_that_is_then_sifted() {
    let library = TestLibrary::new();
    for number in 0..300 {
        let (width, height) = if number % 3 == 0 { (48, 64) } else { (64, 48) };
        library.add(&format!("{number}.jpg"), &jpeg(&scene(number, width, height), 85));
    }
    let engine = library.writer();
    library.index(&engine);
    let query = Query::Path { path: library.photos().join("7.jpg").display().to_string() };
    let search = |filter| engine.search(&SearchRequest { filter, page_size: 200, ..SearchRequest::new(query.clone()) }).unwrap().results;
    let everything = [search(None), {
        let request = SearchRequest { page: 2, page_size: 200, ..SearchRequest::new(query.clone()) };
        engine.search(&request).unwrap().results
    }]
    .concat();
    let sifted: Vec<_> = everything.iter().filter(|hit| hit.height > hit.width).map(|hit| hit.file_name.clone()).collect();
    let high = search(Some(SearchFilter { orientation: Some(Orientation::Portrait), ..SearchFilter::default() }));
    assert_eq!(high.iter().map(|hit| hit.file_name.clone()).collect::<Vec<_>>(), sifted, "in the same order");
    assert_eq!(sifted.len(), 100);
}

#[test]
fn a_malformed_filter_is_refused_and_named() {
    let (library, engine) = library();
    for (filter, field) in [
        (SearchFilter { taken_from: Some("yesterday".into()), ..SearchFilter::default() }, "taken_from"),
        (SearchFilter { formats: vec!["jpg' OR 1".into()], ..SearchFilter::default() }, "formats"),
    ] {
        let error = found(&library, &engine, filter).expect_err(field);
        assert_eq!(error.code(), ErrorCode::InvalidRequest);
        assert!(error.to_string().contains(field) && error.hint().is_some(), "{error}");
    }
}

#[test]
fn the_command_filters() {
    let (library, engine) = library();
    drop(engine);
    let photos = library.photos().display().to_string();
    let photo = library.photos().join("wide.jpg").display().to_string();
    let run = |filters: &[&str]| {
        let output = library.run(&[&["search", &photo, "--json"], filters].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, out, err) = run(&["--orientation", "portrait", "--format", "jpeg", "--folder", &photos]);
    let reply: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert_eq!((code, &reply["total"], &reply["results"][0]["file_name"]), (Some(0), &1.into(), &"high.jpg".into()));
    let (code, _, err) = run(&["--from", "soon"]);
    assert!(code == Some(1) && err.contains("taken_from"), "{err}");
    let (code, _, err) = run(&["--folder", "/nowhere"]);
    assert!(code == Some(1) && err.contains("/nowhere"), "{err}");
}

/// Names of the library where it is narrowed, the largest first.
fn listed(engine: &Engine, text: &str, filter: Option<SearchFilter>) -> Vec<String> {
    let order = LibraryOrder::Largest;
    let request = LibraryRequest { folder: None, text: text.into(), filter, offset: 0, limit: 100, order };
    let reply = engine.library(&request).unwrap();
    assert_eq!(reply.total, reply.pictures.len() as u64);
    let names: Vec<String> = reply.pictures.into_iter().map(|picture| picture.file_name).collect();
    // Slice by slice it is the same.
    let slices = (0..reply.total).flat_map(|offset| engine.library(&LibraryRequest { offset, limit: 1, ..request.clone() }).unwrap().pictures);
    assert_eq!(slices.map(|picture| picture.file_name).collect::<Vec<_>>(), names);
    names
}

#[test]
fn the_library_is_narrowed_by_names() {
    let library = TestLibrary::new();
    let files = ["Beach/Sunset 1.jpg", "Beach/sunset_2.jpg", "hills/100%.jpg", "hills/a\\b.jpg", "hills/Ärger in KÖLN.jpg", "hills/sunset.jpg"];
    for (number, name) in (1..).zip(files) {
        // Each larger than the next.
        library.add(name, &jpeg(&scene(number, 700 - 100 * u32::try_from(number).unwrap(), 100), 90));
    }
    let engine = library.writer();
    library.index(&engine);
    let listed = |text: &str| listed(&engine, text, None);
    assert_eq!(listed(" ").len(), 6, "no word lets all pass");
    assert_eq!(listed("sunset"), ["Sunset 1.jpg", "sunset_2.jpg", "sunset.jpg"]);
    assert_eq!(listed("BEACH"), ["Sunset 1.jpg", "sunset_2.jpg"], "by the folder");
    assert_eq!(listed("sun beach 2"), ["sunset_2.jpg"], "all of the words, anywhere");
    assert_eq!((listed("%"), listed("_"), listed("\\")), (vec!["100%.jpg".into()], vec!["sunset_2.jpg".into()], vec!["a\\b.jpg".into()]), "as they stand");
    assert_eq!((listed("ärger köln").len(), listed("Köln").len()), (1, 1), "capitals beyond ASCII");
    assert_eq!(listed("photos").len(), 6, "by the name of the library's folder");
    assert!(listed("tmp").is_empty(), "but not by the way to it");
    assert!(listed("beach hills").is_empty(), "both have to be of one file");

    // A copy, a new name, a file that has gone.
    fs_err::copy(library.photos().join("hills/100%.jpg"), library.photos().join("Beach/copy.jpg")).unwrap();
    fs_err::rename(library.photos().join("Beach/Sunset 1.jpg"), library.photos().join("Beach/dawn.jpg")).unwrap();
    fs_err::remove_file(library.photos().join("Beach/sunset_2.jpg")).unwrap();
    library.index(&engine);
    assert_eq!(listed("beach"), ["dawn.jpg", "copy.jpg"]);
    assert_eq!(listed("sunset"), ["sunset.jpg"]);
}

#[test]
fn the_library_is_narrowed_by_what_photos_are() {
    let (library, engine) = library();
    let none = SearchFilter::default;
    let portrait = SearchFilter { orientation: Some(Orientation::Portrait), ..none() };
    assert_eq!(listed(&engine, "", Some(portrait.clone())), ["high.jpg"]);
    assert!(listed(&engine, "wide", Some(portrait)).is_empty(), "both count");
    assert_eq!(listed(&engine, "jpg", Some(SearchFilter { formats: vec!["jpeg".into()], ..none() })).len(), 3);
    let ask = |text: String, filter: SearchFilter, folder| {
        engine.library(&LibraryRequest { folder, text, filter: Some(filter), offset: 0, limit: 10, order: LibraryOrder::Newest })
    };
    let folder = engine.status().unwrap().folders[0].id;
    assert_eq!(ask("large".into(), none(), Some(folder)).unwrap().total, 1);
    assert_eq!(ask("large".into(), none(), Some(folder + 1)).unwrap().total, 0, "another folder");
    for (text, filter) in [("x".repeat(201), none()), (String::new(), SearchFilter { taken_from: Some("yesterday".into()), ..none() })] {
        assert_eq!(ask(text, filter, None).expect_err("malformed").code(), ErrorCode::InvalidRequest);
    }
    drop(library);
}
