//! A new program that brings a new model of its own.

use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Access, Config, Engine, ModelSource};
use lookalike_tests::library::{TestLibrary, search, wait_until};
use lookalike_tests::networks::{small, small_manifest};

use crate::{await_end, begin_paused};

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
