//! Another model takes over without an outage: the old one answers until every picture has its new vector.

mod files;
mod updates;

use std::sync::atomic::{AtomicBool, Ordering};

use lookalike_engine::Engine;
use lookalike_engine::wire::{CheckState, ErrorCode, Event, ModelState, PageRequest, ResultOrder, SwitchState};
use lookalike_tests::library::{TestLibrary, search, wait_until};

/// The bundled model, as models/lookalike-s/model.toml names it.
const OWN: &str = "lookalike-s-4";

/// A library of so many photos, indexed, and beside its own model another one that is installed.
fn with_another_model(photos: u64) -> (TestLibrary, Engine) {
    let library = TestLibrary::with_scenes(photos);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    (library, engine)
}

fn state_of(engine: &Engine, id: &str) -> ModelState {
    engine.models().unwrap().models.into_iter().find(|model| model.id == id).expect("it is listed").state
}

fn await_end(engine: &Engine) {
    wait_until("the switch is over", || engine.switch_info().unwrap().is_none());
}

fn index_is_whole(engine: &Engine) {
    let check = engine.doctor().into_iter().find(|check| check.name == "Index").unwrap();
    assert_eq!(check.state, CheckState::Ok, "{}", check.detail);
}

/// Begins a switch that does not go on by itself.
fn begin_paused(engine: &Engine, id: &str) {
    during_a_run(engine, || {
        engine.use_model(id).unwrap();
        engine.pause_switch(true).unwrap();
    });
}

/// Holds a run of the indexer in its beginning while `meanwhile` is done, then lets it end.
fn during_a_run(engine: &Engine, meanwhile: impl FnOnce()) {
    let mut events = engine.subscribe();
    engine.pause().unwrap();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| engine.index(&[], &[]).unwrap());
        while !matches!(events.blocking_recv().unwrap(), Event::Progress { .. }) {}
        meanwhile();
        engine.resume().unwrap();
        run.join().unwrap();
    });
}

#[test]
fn searches_are_answered_all_the_while_and_going_back_is_immediate() {
    let (library, engine) = with_another_model(150);
    let photo = library.photos().join("scene-7.jpg");
    let (is_over, asked) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let reply = search(&engine, &photo).unwrap();
                assert_eq!(reply.total, 150, "{} finds every picture, before and after", reply.model);
                assert!(reply.results[0].is_query && reply.results[0].similarity == 1.0);
                asked.store(true, Ordering::Release);
            }
        });
        let begun = engine.use_model("other").unwrap().expect("it takes some time");
        assert_eq!((begun.target.as_str(), begun.total), ("other", 150));
        await_end(&engine);
        is_over.store(true, Ordering::Release);
    });
    assert!(asked.load(Ordering::Acquire), "else this tests nothing");
    let reply = search(&engine, &photo).unwrap();
    assert_eq!((reply.model.as_str(), reply.total, reply.limits.same_picture), ("other", 150, 0.99), "the new model answers, with its own limits");
    assert_eq!(state_of(&engine, "other"), ModelState::InUse);
    index_is_whole(&engine);

    let own = engine.models().unwrap().models.into_iter().find(|model| model.id == OWN).unwrap();
    assert!(own.is_immediate && own.vectors == 150, "the old vectors are kept");
    library.add_scene(151, "later.jpg");
    library.index(&engine);
    assert_eq!(engine.use_model(OWN).unwrap(), None, "going back takes no switch");
    assert_eq!(search(&engine, &photo).unwrap().model, OWN);
    wait_until("the picture that came since has its old vector too", || search(&engine, &photo).unwrap().total == 151);
    index_is_whole(&engine);
    drop(engine);
    let engine = library.writer();
    assert_eq!(search(&engine, &photo).unwrap().model, OWN, "it is a fact of the library");
    index_is_whole(&engine);
}

#[test]
fn a_frozen_answer_stays_what_it_was() {
    let (library, engine) = with_another_model(30);
    begin_paused(&engine, "other");
    let frozen = search(&engine, &library.photos().join("scene-7.jpg")).unwrap();
    engine.pause_switch(false).unwrap();
    await_end(&engine);
    let page = PageRequest { result_set: frozen.result_set.clone(), similarity: 0.0, page: 2, page_size: 10, order: ResultOrder::Similarity };
    let later = engine.page(&page).unwrap();
    assert_eq!((later.model.as_str(), later.limits), (OWN, frozen.limits), "a frozen set stays what it was");
    let names = |reply: &lookalike_engine::wire::SearchReply| reply.results.iter().map(|hit| hit.id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&later), names(&frozen)[10..20], "its pages join up");
}

#[test]
fn photos_that_come_and_go_meanwhile_are_in_both() {
    let (library, engine) = with_another_model(20);
    begin_paused(&engine, "other");
    for number in 21..=25 {
        library.add_scene(number, &format!("scene-{number}.jpg"));
    }
    fs_err::remove_file(library.photos().join("scene-1.jpg")).unwrap();
    library.index(&engine);
    let photo = library.photos().join("scene-22.jpg");
    assert_eq!((search(&engine, &photo).unwrap().model.as_str(), search(&engine, &photo).unwrap().total), (OWN, 24), "the old index follows");
    engine.pause_switch(false).unwrap();
    // And while it works.
    for number in 26..=30 {
        library.add_scene(number, &format!("scene-{number}.jpg"));
        library.index(&engine);
    }
    await_end(&engine);
    assert_eq!((search(&engine, &photo).unwrap().model.as_str(), search(&engine, &photo).unwrap().total), ("other", 29));
    assert_eq!(engine.status().unwrap().not_embedded, 0, "every picture can be found at once");
    index_is_whole(&engine);
}

#[test]
fn pause_cancel_and_restart() {
    let (library, engine) = with_another_model(12);
    begin_paused(&engine, "other");
    let check = |engine: &Engine| engine.doctor().into_iter().find(|check| check.name == "Model switch");
    assert_eq!(check(&engine).unwrap().state, CheckState::Warning, "doctor tells of it");
    drop(engine);

    let engine = library.writer();
    let info = engine.switch_info().unwrap().expect("it outlives the process");
    assert_eq!((info.state, info.target.as_str()), (SwitchState::Paused, "other"));
    assert_eq!(library.reader().status().unwrap().switch.unwrap().state, SwitchState::Paused, "readers know of it");
    engine.cancel_switch().unwrap();
    assert_eq!(engine.switch_info().unwrap(), None);
    assert!(check(&engine).is_none());
    assert_eq!(engine.status().unwrap().model.id, OWN);
    assert_eq!(engine.pause_switch(false).unwrap_err().code(), ErrorCode::InvalidRequest, "there is nothing to resume");

    begin_paused(&engine, "other");
    assert_eq!(engine.use_model(OWN).unwrap(), None, "naming the model in use ends it too");
    assert_eq!(engine.switch_info().unwrap(), None);
    begin_paused(&engine, "other");
    drop(engine);
    let engine = library.writer();
    engine.pause_switch(false).unwrap();
    await_end(&engine);
    assert_eq!(engine.status().unwrap().model.id, "other");
}

#[test]
fn a_reader_beside_the_writer_follows() {
    let (library, engine) = with_another_model(10);
    let reader = library.reader();
    let photo = library.photos().join("scene-3.jpg");
    assert_eq!(search(&reader, &photo).unwrap().model, OWN);
    engine.use_model("other").unwrap();
    await_end(&engine);
    let reply = search(&reader, &photo).unwrap();
    assert_eq!((reply.model.as_str(), reply.total), ("other", 10));
    library.add_scene(11, "scene-11.jpg");
    library.index(&engine);
    assert_eq!(search(&reader, &photo).unwrap().total, 11, "and goes on following");
    engine.use_model(OWN).unwrap();
    await_end(&engine);
    assert_eq!(search(&reader, &photo).unwrap().model, OWN);
}

#[test]
fn going_back_is_not_immediate_where_much_is_missing() {
    let library = TestLibrary::new();
    let engine = library.writer();
    library.install_small("other", 1, 32);
    engine.use_model("other").unwrap();
    await_end(&engine);
    assert_eq!(engine.use_model(OWN).unwrap(), None, "of no picture none is missing");
    (1..=5).for_each(|number| drop(library.add_scene(number, &format!("scene-{number}.jpg"))));
    library.index(&engine);
    let entry = |id: &str| engine.models().unwrap().models.into_iter().find(|model| model.id == id).unwrap();
    assert!(!entry("other").is_immediate, "else searches would find nothing");
    begin_paused(&engine, "other");
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total, 5, "the old model answers until then");
    engine.pause_switch(false).unwrap();
    await_end(&engine);
    (6..=7).for_each(|number| drop(library.add_scene(number, &format!("scene-{number}.jpg"))));
    library.index(&engine);
    assert_eq!((entry(OWN).missing, entry(OWN).is_immediate, entry("other").missing), (2, false, 0), "the list says how many");
}

#[test]
fn photos_of_a_run_that_began_with_the_model_before_are_made_up_for() {
    let (library, engine) = with_another_model(3);
    engine.use_model("other").unwrap();
    await_end(&engine);
    library.add_scene(4, "scene-4.jpg");
    during_a_run(&engine, || assert_eq!(engine.use_model(OWN).unwrap(), None, "at once"));
    assert_eq!(engine.status().unwrap().model.id, OWN);
    wait_until("the photo of the run is found", || search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total == 4);
    index_is_whole(&engine);
}
