//! What a switch reads: a model's files that go, come back or do not fit, and pictures of which little is left.

use lookalike_engine::wire::{ErrorCode, ModelState};
use lookalike_tests::library::{TestLibrary, search, wait_until};

use crate::{OWN, await_end, during_a_run, index_is_whole, state_of, with_another_model};

#[test]
fn a_model_that_is_forgotten_during_its_last_run_leaves_no_vectors() {
    let (library, engine) = with_another_model(3);
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
    let (library, engine) = with_another_model(3);
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
    let (library, engine) = with_another_model(6);
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
    let (library, engine) = with_another_model(5);
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
    let (library, engine) = with_another_model(4);
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
    let (library, engine) = with_another_model(2);
    let file = library.data_dir().join("models/other/other.onnx");
    let mut bytes = fs_err::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs_err::write(&file, bytes).unwrap();
    assert_eq!(engine.use_model("other").unwrap_err().code(), ErrorCode::ModelUnusable);
    assert_eq!(engine.switch_info().unwrap(), None);
    assert_eq!(engine.use_model("nowhere").unwrap_err().code(), ErrorCode::NotFound);
}
