//! Searching the shared library on real servers: the same answer as here, everybody's pictures, once, and a way out when the
//! servers are away.

use std::time::Duration;

use lookalike_engine::Engine;
use lookalike_engine::wire::{Band, Crop, ErrorCode, Orientation, PageRequest, Query, ResultOrder, Scope, SearchFilter, SearchReply, SearchRequest};
use lookalike_tests::library::{TestLibrary, names};
use lookalike_tests::remote::Remote;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::services::{FaultProxy, Mode};

fn sync(engine: &Engine) {
    let status = engine.sync(Duration::from_secs(60)).unwrap().status;
    assert_eq!((status.pending, status.parked), (0, 0), "{status:?}");
}

fn search(engine: &Engine, photo: &std::path::Path, scope: Scope) -> SearchReply {
    let query = Query::Path { path: photo.display().to_string() };
    engine.search(&SearchRequest { scope, page_size: 200, ..SearchRequest::new(query) }).unwrap()
}

#[test]
fn the_shared_library_answers_as_this_computer_does() {
    let Some(remote) = Remote::new("same-answer") else { return };
    let library = TestLibrary::with_scenes(25);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    let photo = library.photos().join("scene-4.jpg");
    let (here, there) = (search(&engine, &photo, Scope::Local), search(&engine, &photo, Scope::Shared));
    assert_eq!((there.scope, &there.fallback), (Scope::Shared, &None));
    assert_eq!((there.total, there.total_is_exact, there.bands), (25, true, here.bands));
    assert_eq!(names(&there), names(&here), "the same ranking");
    for (ours, theirs) in here.results.iter().zip(&there.results) {
        assert!((ours.similarity - theirs.similarity).abs() <= 1e-3, "{}: {} here, {} there", ours.file_name, ours.similarity, theirs.similarity);
    }
    assert_eq!((there.results[0].band, there.results[0].similarity), (Band::SameFile, 1.0), "the photo itself is at no distance");
    assert_eq!(there.results[0].places, here.results[0].places, "what is here is named by its path here");
}

#[test]
fn filters_find_in_the_shared_library_what_they_find_here() {
    let Some(remote) = Remote::new("filters") else { return };
    let library = TestLibrary::new();
    for number in 0..24 {
        let (width, height) = [(64, 48), (48, 64), (56, 56)][number as usize % 3];
        library.add(&format!("{number}.jpg"), &jpeg(&scene(number, width, height), 60 + number as u8));
    }
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    let photo = library.photos().join("1.jpg");
    let middle = fs_err::metadata(&photo).unwrap().len();
    let shape = |orientation| SearchFilter { orientation: Some(orientation), ..SearchFilter::default() };
    let filters = [
        (shape(Orientation::Landscape), Some(8)),
        (shape(Orientation::Portrait), Some(8)),
        (shape(Orientation::Square), Some(8)),
        (SearchFilter { min_bytes: Some(middle), ..shape(Orientation::Portrait) }, None),
        (SearchFilter { max_bytes: Some(middle), ..SearchFilter::default() }, None),
        (SearchFilter { formats: vec!["png".into()], ..SearchFilter::default() }, Some(0)),
        (SearchFilter { formats: vec!["png".into(), "jpeg".into()], ..SearchFilter::default() }, Some(24)),
        (SearchFilter { taken_until: Some("2030-01-01".into()), ..SearchFilter::default() }, Some(0)),
    ];
    for (filter, count) in filters {
        let find = |scope| {
            let query = Query::Path { path: photo.display().to_string() };
            let request = SearchRequest { scope, filter: Some(filter.clone()), page_size: 200, ..SearchRequest::new(query) };
            let reply = engine.search(&request).unwrap();
            assert!(reply.fallback.is_none(), "{filter:?}: {:?}", reply.fallback);
            reply.results.into_iter().map(|hit| hit.id).collect::<std::collections::BTreeSet<_>>()
        };
        let (here, shared) = (find(Scope::Local), find(Scope::Shared));
        assert_eq!(here, shared, "{filter:?}");
        assert!(count.is_none_or(|count| here.len() == count), "{filter:?} lets {} pass", here.len());
    }
}

#[test]
fn pages_of_a_shared_answer_are_frozen() {
    let Some(remote) = Remote::new("frozen-pages") else { return };
    let library = TestLibrary::with_scenes(23);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    let first = search(&engine, &library.photos().join("scene-1.jpg"), Scope::Shared);
    // What others do meanwhile changes nothing in it.
    remote.remove_rows("file_name == \"scene-2.jpg\"");
    let mut ranks = Vec::new();
    for page in 1..=5 {
        let request = PageRequest { result_set: first.result_set.clone(), similarity: 0.0, page, page_size: 5, order: ResultOrder::Similarity };
        ranks.extend(engine.page(&request).unwrap().results.into_iter().map(|hit| (hit.rank, hit.id)));
    }
    let wanted: Vec<_> = first.results.into_iter().map(|hit| (hit.rank, hit.id)).collect();
    assert_eq!(ranks, wanted, "every result once, none skipped");
}

#[test]
fn pictures_of_several_computers_are_one_result_that_names_its_places() {
    let Some(mut remote) = Remote::new("places") else { return };
    let (here, there) = (TestLibrary::with_scenes(2), TestLibrary::new());
    let copy = there.add_scene(1, "their-copy.jpg");
    let own = there.add("only-theirs.jpg", &jpeg(&scene(9, 640, 480), 90));
    let engines = [here.writer(), there.writer()];
    for (library, engine, name) in [(&here, &engines[0], "desk"), (&there, &engines[1], "notebook")] {
        library.index(engine);
        remote.request.settings.device_name = name.into();
        remote.connect(engine);
        sync(engine);
    }
    let reply = search(&engines[0], &copy, Scope::Shared);
    assert_eq!(reply.total, 3, "equal pictures are one result");
    let first = &reply.results[0];
    assert_eq!(first.band, Band::SameFile);
    let places: Vec<_> = first.places.iter().map(|place| (place.path.as_str(), place.device.as_deref())).collect();
    let path = here.photos().join("scene-1.jpg").display().to_string();
    assert_eq!(places, [(path.as_str(), None), ("their-copy.jpg", Some("notebook"))]);

    // A picture that only the other computer has: its facts, its thumbnail, a larger one, a link.
    let theirs = reply.results.iter().find(|hit| hit.file_name == "only-theirs.jpg").expect("it is found");
    assert_eq!((theirs.width, theirs.height, theirs.places.len()), (640, 480, 1));
    let thumbnail = image::load_from_memory(&engines[0].thumbnail(&theirs.id).unwrap()).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (320, 240));
    let preview = image::load_from_memory(&engines[0].preview(&theirs.id, 1024).unwrap()).unwrap();
    assert_eq!((preview.width(), preview.height()), (640, 480));
    assert!(engines[0].links(&[&theirs.id]).unwrap()[0].as_ref().unwrap().contains("X-Amz-Signature="), "a link for others");
    // It can be searched by, as a whole, by a part, and as what to be more like.
    let query = Query::Image { id: theirs.id.clone() };
    let by_it = SearchRequest { scope: Scope::Shared, page_size: 50, ..SearchRequest::new(query) };
    let found = engines[0].search(&by_it).unwrap();
    assert!(found.fallback.is_none() && found.results[0].is_query && found.results[0].id == theirs.id, "{:?}", found.results[0]);
    let crop = Some(Crop { x: 0.0, y: 0.0, width: 0.5, height: 0.5 });
    let part = engines[0].search(&SearchRequest { crop, ..by_it.clone() }).unwrap();
    assert!(part.fallback.is_none() && part.results.iter().all(|hit| !hit.is_query));
    let more = engines[0].search(&SearchRequest { more: vec![theirs.id.clone()], ..by_it }).unwrap();
    assert_eq!((more.fallback, &more.results[0].id), (None, &theirs.id));
    remote.delete_object(&remote.rows().into_values().find(|row| row.file_name == "only-theirs.jpg").unwrap().object_key);
    assert!(engines[0].thumbnail(&theirs.id).is_ok(), "what was looked at is kept");
    assert_eq!(engines[0].thumbnail(&"0".repeat(64)).expect_err("nobody has it").code(), ErrorCode::NotFound);
    drop(own);
}

#[test]
fn an_object_that_is_not_what_its_name_says_is_not_shown() {
    let Some(remote) = Remote::new("forged") else { return };
    let (here, there) = (TestLibrary::new(), TestLibrary::with_scenes(1));
    let engines = [here.writer(), there.writer()];
    there.index(&engines[1]);
    for engine in &engines {
        remote.connect(engine);
        sync(engine);
    }
    let row = remote.rows().into_values().next().unwrap();
    remote.put_object(&row.object_key, &jpeg(&scene(2, 64, 48), 90));
    assert_eq!(engines[0].thumbnail(&row.content).expect_err("another picture").code(), ErrorCode::NotAPicture);
}

#[test]
fn this_computer_answers_when_the_servers_are_away_and_says_so() {
    let Some(mut remote) = Remote::new("fallback") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    let photo = library.photos().join("scene-1.jpg");
    let query = Query::Path { path: photo.display().to_string() };
    let request = SearchRequest { scope: Scope::Shared, page_size: 10, ..SearchRequest::new(query) };
    assert_eq!(engine.search(&request).expect_err("nothing is connected").code(), ErrorCode::NotConnected);
    let proxy = FaultProxy::new(remote.milvus().port());
    remote.request.settings.milvus.address = proxy.address();
    remote.connect(&engine);
    let early = engine.search(&request).unwrap();
    assert!(early.fallback.is_some_and(|reason| reason.message.contains("nothing has been shared")), "nothing was sent yet");
    sync(&engine);
    let shared = engine.search(&SearchRequest { page_size: 2, ..request.clone() }).unwrap();
    assert_eq!((shared.scope, shared.results.len()), (Scope::Shared, 2));
    proxy.set(Mode::Refuse);
    let page = PageRequest { result_set: shared.result_set, similarity: 0.0, page: 2, page_size: 2, order: ResultOrder::Similarity };
    assert_eq!(engine.page(&page).unwrap().results.len(), 1, "a set that was answered needs no server for its pages");
    let reply = engine.search(&request).unwrap();
    assert_eq!((reply.scope, reply.total), (Scope::Local, 3));
    assert!(reply.fallback.is_some_and(|reason| reason.hint.is_some()), "with the reason and what to do");
    proxy.set(Mode::Pass);
    assert_eq!(engine.search(&request).unwrap().scope, Scope::Shared, "and back again by itself");
    // Half-open: it takes the connection and never answers.
    proxy.set(Mode::Hang);
    for _ in 0..3 {
        let reply = engine.search(&request).unwrap();
        assert_eq!((reply.scope, reply.total), (Scope::Local, 3), "nobody waits for it for long");
    }
}

#[test]
fn settings_that_cannot_be_read_keep_nothing_local_from_working_and_can_be_given_anew() {
    let Some(remote) = Remote::new("unreadable") else { return };
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    sync(&engine);
    drop(engine);
    let query = Query::Path { path: library.photos().join("scene-1.jpg").display().to_string() };
    let request = SearchRequest { scope: Scope::Shared, page_size: 10, ..SearchRequest::new(query) };
    for file in ["connection.toml", "secrets.toml"] {
        fs_err::write(library.data_dir().join(file), "no = TOML = at all").unwrap();
        let engine = library.writer();
        let reply = engine.search(&request).unwrap();
        assert_eq!((reply.scope, reply.total), (Scope::Local, 2), "{file}");
        assert!(reply.fallback.unwrap().message.contains(file), "it says which file");
        assert!(engine.connection().unwrap().problem.unwrap().message.contains(file));
        assert_eq!(engine.status().unwrap().images, 2, "{file}");
        engine.sync_status().unwrap();
        remote.connect(&engine);
        assert_eq!(engine.search(&request).unwrap().scope, Scope::Shared, "{file} is written anew");
    }
}

#[test]
fn the_command_searches_the_shared_library() {
    let Some(remote) = Remote::new("command") else { return };
    let library = TestLibrary::with_scenes(3);
    let (photos, milvus, s3) = (library.photos().display().to_string(), remote.milvus().address(), remote.garage().endpoint());
    let photo = library.photos().join("scene-2.jpg").display().to_string();
    let run = |arguments: &[&str]| {
        let output = remote.with_secrets(&mut library.command(arguments)).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(run(&["sync"]).0, Some(1), "there is nothing to send to");
    assert_eq!(run(&["index", &photos]).0, Some(0));
    let connect = [
        "connect",
        "--milvus",
        &milvus,
        "--s3",
        &s3,
        "--bucket",
        "command",
        "--database",
        remote.database(),
        "--collection",
        remote.collection(),
        "--test",
        "--json",
    ];
    let (code, out, err) = run(&connect);
    assert_eq!(code, Some(0), "{out} {err}");
    assert!(out.contains("\"ok\":true"), "{out}");
    let (code, out, err) = run(&["sync", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["sent"], &report["pending"], &report["done"]), (Some(0), &3.into(), &0.into(), &3.into()), "{out} {err}");
    let (code, out, _) = run(&["sync", "--verify", "--json"]);
    assert_eq!((code, out.trim()), (Some(0), r#"{"missing":0,"surplus":0,"different":0}"#));
    let (code, out, err) = run(&["search", &photo, "--scope", "shared", "--json"]);
    let reply: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &reply["scope"], &reply["results"][0]["file_name"]), (Some(0), &"shared".into(), &"scene-2.jpg".into()), "{out} {err}");
    remote.remove_rows(&format!("file_name == \"{}\"", "scene-2.jpg"));
    let (code, out, _) = run(&["sync", "--verify", "--json"]);
    assert_eq!((code, out.trim()), (Some(1), r#"{"missing":1,"surplus":0,"different":0}"#));
    let (code, out, err) = run(&["sync", "--verify", "--repair", "--json"]);
    assert_eq!((code, out.trim()), (Some(0), r#"{"missing":0,"surplus":0,"different":0}"#), "{err}");
    assert!(run(&["doctor"]).1.contains("ok    Milvus"), "doctor looks at the servers");
    assert_eq!(run(&["disconnect"]).0, Some(0));
    assert_eq!(run(&["sync"]).0, Some(1));
    assert_eq!(run(&["search", &photo]).0, Some(0), "everything local goes on");
    assert_eq!(run(&["sync", "--repair"]).0, Some(2), "repairing needs comparing");
}
