//! Another model takes over without an outage: the old one answers until every picture has its new vector.

use std::sync::atomic::{AtomicBool, Ordering};

use lookalike_engine::wire::{CheckState, ErrorCode, Event, ModelState, PageRequest, ResultOrder, SwitchState};
use lookalike_engine::{Access, Config, Engine, ModelSource};
use lookalike_tests::library::{TestLibrary, search, wait_until};
use lookalike_tests::networks::{small, small_manifest};

/// The bundled model, as models/lookalike-s/model.toml names it.
const OWN: &str = "lookalike-s-4";

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
    let library = TestLibrary::with_scenes(150);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
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
    let library = TestLibrary::with_scenes(30);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
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
    let library = TestLibrary::with_scenes(20);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
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
    let library = TestLibrary::with_scenes(12);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
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
    let library = TestLibrary::with_scenes(10);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
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
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    engine.use_model("other").unwrap();
    await_end(&engine);
    library.add_scene(4, "scene-4.jpg");
    during_a_run(&engine, || assert_eq!(engine.use_model(OWN).unwrap(), None, "at once"));
    assert_eq!(engine.status().unwrap().model.id, OWN);
    wait_until("the photo of the run is found", || search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total == 4);
    index_is_whole(&engine);
}

#[test]
fn a_model_that_is_forgotten_during_its_last_run_leaves_no_vectors() {
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    engine.use_model("other").unwrap();
    await_end(&engine);
    library.add_scene(4, "scene-4.jpg");
    library.add_scene(4, "the-same.jpg");
    during_a_run(&engine, || {
        engine.use_model(OWN).unwrap();
        assert_eq!(engine.forget_model("other").unwrap(), 3);
    });
    let vectors = |id: &str| engine.models().unwrap().models.into_iter().find(|model| model.id == id).unwrap().vectors;
    assert_eq!(vectors("other"), 0, "they would be mixed with those of another model of this name");
    wait_until("the model in use knows the photo", || vectors(OWN) == 4);
    assert_eq!(engine.status().unwrap().files, 5);
}

#[test]
fn files_that_come_back_are_used_without_a_restart() {
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    engine.use_model("other").unwrap();
    await_end(&engine);
    drop(engine);
    fs_err::remove_dir_all(library.data_dir().join("models/other")).unwrap();
    let engine = library.writer();
    library.add_scene(4, "scene-4.jpg");
    let error = engine.index(&[], &[]).unwrap_err();
    assert!(
        error.to_string().contains("files of the model other are gone") && error.hint().unwrap().contains("install it again"),
        "{error}: {:?}",
        error.hint()
    );
    library.install_small("other", 1, 32);
    engine.use_model("other").unwrap();
    assert_eq!(engine.index(&[], &[]).unwrap().embedded, 1);
}

#[test]
fn pictures_that_cannot_be_read_are_compared_by_their_thumbnail_and_listed() {
    let library = TestLibrary::with_scenes(6);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    let away = library.beside("away");
    let photos = library.photos();
    fs_err::rename(&photos, &away).unwrap();
    engine.index(&[], &[]).unwrap();
    engine.use_model("other").unwrap();
    await_end(&engine);
    let notes = engine.embedding_notes("other").unwrap();
    assert_eq!((notes.len(), notes.iter().all(|note| note.is_found && note.path.contains("scene-"))), (6, true), "each is listed: {notes:?}");
    let reply = search(&engine, &away.join("scene-2.jpg")).unwrap();
    assert_eq!((reply.total, reply.results[0].file_name.as_str()), (6, "scene-2.jpg"), "they can be found");

    fs_err::rename(&away, &photos).unwrap();
    engine.index(&[], &[]).unwrap();
    assert_eq!(engine.embedding_notes("other").unwrap(), [], "back again, they are embedded from their files");
    assert_eq!(search(&engine, &photos.join("scene-2.jpg")).unwrap().total, 6);
    index_is_whole(&engine);
}

#[test]
fn pictures_of_which_nothing_is_left_do_not_hold_the_switch_up() {
    let library = TestLibrary::with_scenes(4);
    library.index(&library.writer());
    library.install_small("other", 1, 32);
    let away = library.beside("away");
    fs_err::rename(library.photos(), &away).unwrap();
    fs_err::remove_file(library.data_dir().join("thumbnails.sqlite")).unwrap();
    let engine = library.writer();
    engine.use_model("other").unwrap();
    await_end(&engine);
    let notes = engine.embedding_notes("other").unwrap();
    assert_eq!((notes.len(), notes.iter().any(|note| note.is_found)), (4, false), "they are listed: {notes:?}");
    assert_eq!(engine.status().unwrap().not_embedded, 4);
    fs_err::rename(&away, library.beside("photos")).unwrap();
    engine.index(&[], &[]).unwrap();
    assert_eq!((engine.status().unwrap().not_embedded, engine.embedding_notes("other").unwrap().len()), (0, 0), "and made up for");
}

#[test]
fn forgetting_is_asked_for_and_refused_where_it_would_hurt() {
    let library = TestLibrary::with_scenes(5);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    assert_eq!(engine.forget_model(OWN).unwrap_err().code(), ErrorCode::InvalidRequest, "it is in use");
    assert_eq!(engine.forget_model("othre").unwrap_err().code(), ErrorCode::NotFound, "a slip of the pen deletes nothing, and is told");
    engine.use_model("other").unwrap();
    await_end(&engine);
    assert_eq!(engine.remove_model("other").unwrap_err().code(), ErrorCode::InvalidRequest, "it is in use");
    assert!(library.data_dir().join("index").join(OWN).exists());
    assert_eq!(engine.forget_model(OWN).unwrap(), 5);
    assert!(!library.data_dir().join("index").join(OWN).exists(), "its index goes too");
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().total, 5);
    assert!(engine.use_model(OWN).unwrap().is_some(), "now going back takes a switch again");
    await_end(&engine);
    engine.remove_model("other").unwrap();
    assert_eq!(state_of(&engine, "other"), ModelState::VectorsOnly);
    assert_eq!(engine.use_model("other").unwrap_err().code(), ErrorCode::NotFound);
    for outside in ["../index", "", "A", "a/b"] {
        assert_eq!(engine.remove_model(outside).unwrap_err().code(), ErrorCode::InvalidRequest, "{outside:?} is no name");
        assert_eq!(engine.use_model(outside).unwrap_err().code(), ErrorCode::InvalidRequest, "{outside:?} is no name");
    }
}

#[test]
fn another_model_under_an_old_name_is_not_mixed_in() {
    let library = TestLibrary::with_scenes(4);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    engine.use_model("other").unwrap();
    await_end(&engine);
    engine.use_model(OWN).unwrap();
    library.install_small("other", 2, 32);
    let error = engine.use_model("other").unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelUnusable, "{error}");
    assert!(error.hint().unwrap().contains("forget"));
    engine.forget_model("other").unwrap();
    engine.use_model("other").unwrap();
    await_end(&engine);
    assert_eq!(search(&engine, &library.photos().join("scene-1.jpg")).unwrap().model, "other");
}

#[test]
fn a_model_that_does_not_run_is_refused_before_anything_is_begun() {
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    library.install_small("other", 1, 32);
    let file = library.data_dir().join("models/other/other.onnx");
    let mut bytes = fs_err::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs_err::write(&file, bytes).unwrap();
    assert_eq!(engine.use_model("other").unwrap_err().code(), ErrorCode::ModelUnusable);
    assert_eq!(engine.switch_info().unwrap(), None);
    assert_eq!(engine.use_model("nowhere").unwrap_err().code(), ErrorCode::NotFound);
}

/// A model as if it were inside the program.
fn bundled(id: &str, seed: u64) -> ModelSource {
    let onnx: &'static [u8] = small(seed, 32).leak();
    ModelSource::Bundled { manifest: small_manifest(id, onnx, 32).leak(), onnx }
}

fn with_own(library: &TestLibrary, model: ModelSource) -> Engine {
    Engine::open(Config { model, ..library.config(Access::Write, false) }).unwrap()
}

#[test]
fn a_new_program_brings_a_new_model_and_the_library_goes_over_by_itself() {
    let library = TestLibrary::with_scenes(8);
    let outside = library.beside("outside.jpg");
    fs_err::copy(library.photos().join("scene-5.jpg"), &outside).unwrap();
    let mut bytes = fs_err::read(&outside).unwrap();
    bytes.push(0);
    fs_err::write(&outside, bytes).unwrap();
    let engine = with_own(&library, bundled("own-1", 1));
    library.index(&engine);
    wait_until("a copy of the program's model is kept", || library.data_dir().join("models/own-1/model.toml").exists());
    drop(engine);

    let reader = Engine::open(Config { model: bundled("own-2", 2), ..library.config(Access::Read, false) }).unwrap();
    let reply = search(&reader, &outside).unwrap();
    assert_eq!((reply.model.as_str(), reply.total), ("own-1", 8), "until then the old model answers, also to photos from outside");
    let engine = with_own(&library, bundled("own-2", 2));
    await_end(&engine);
    assert_eq!(search(&engine, &outside).unwrap().model, "own-2");
    assert_eq!(search(&reader, &outside).unwrap().model, "own-2");
    assert_eq!(engine.use_model("own-1").unwrap(), None, "going back is possible");
    drop((engine, reader));
    let engine = with_own(&library, bundled("own-2", 2));
    assert_eq!((engine.switch_info().unwrap(), engine.status().unwrap().model.id), (None, "own-1".to_owned()), "who went back is left alone");
}

#[test]
fn an_update_does_not_meddle_with_what_the_user_chose() {
    let library = TestLibrary::with_scenes(4);
    let engine = with_own(&library, bundled("own-1", 1));
    library.index(&engine);
    library.install_small("other", 3, 32);
    begin_paused(&engine, "other");
    drop(engine);
    let engine = with_own(&library, bundled("own-2", 2));
    assert_eq!(engine.switch_info().unwrap().unwrap().target, "other", "a switch that the user began goes on");
    engine.pause_switch(false).unwrap();
    await_end(&engine);
    drop(engine);
    let engine = with_own(&library, bundled("own-3", 3));
    assert_eq!(
        (engine.switch_info().unwrap(), engine.status().unwrap().model.id),
        (None, "other".to_owned()),
        "and another model than the program's own stays"
    );
}

#[test]
fn an_older_program_beside_a_newer_one_does_not_switch_back_and_forth() {
    let library = TestLibrary::with_scenes(4);
    library.index(&with_own(&library, bundled("own-1", 1)));
    let newer = with_own(&library, bundled("own-2", 2));
    await_end(&newer);
    wait_until("a copy of the program's model is kept", || library.data_dir().join("models/own-2/model.toml").exists());
    drop(newer);
    let older = with_own(&library, bundled("own-1", 1));
    assert_eq!((older.switch_info().unwrap(), older.status().unwrap().model.id), (None, "own-2".to_owned()));
    library.add_scene(5, "scene-5.jpg");
    assert_eq!(library.index(&older).embedded, 1, "it goes on with the newer model");
}

#[test]
fn without_the_old_files_photos_of_the_library_are_still_answered() {
    let library = TestLibrary::with_scenes(5);
    let outside = library.beside("outside.jpg");
    fs_err::write(&outside, lookalike_tests::scenes::jpeg(&lookalike_tests::scenes::scene(9, 64, 64), 80)).unwrap();
    library.index(&with_own(&library, bundled("own-1", 1)));
    fs_err::remove_dir_all(library.data_dir().join("models")).unwrap();
    let reader = Engine::open(Config { model: bundled("own-2", 2), ..library.config(Access::Read, false) }).unwrap();
    let reply = search(&reader, &library.photos().join("scene-2.jpg")).unwrap();
    assert_eq!((reply.model.as_str(), reply.total), ("own-1", 5));
    let error = search(&reader, &outside).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelUnusable, "{error}");
    assert!(error.to_string().contains("own-1") && error.hint().is_some(), "{error}");
    let engine = with_own(&library, bundled("own-2", 2));
    library.add_scene(6, "scene-6.jpg");
    library.index(&engine);
    await_end(&engine);
    assert_eq!(search(&reader, &outside).unwrap().total, 6, "and everything is well when the new vectors are made");
}
