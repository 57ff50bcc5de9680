//! A model that is not what its manifest says is refused, with a reason, before it does any harm.

use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Access, Config, Engine, ModelSource};
use lookalike_tests::library::{TestLibrary, search};

const BUNDLED: lookalike_models::Bundled = lookalike_models::LOOKALIKE_S;

/// What happens when a library is indexed with a model folder whose manifest has been edited.
fn refusal(edit: impl Fn(&str) -> String, onnx: Option<&[u8]>) -> String {
    let library = TestLibrary::with_scenes(1);
    let folder = library.beside("model");
    fs_err::create_dir(&folder).unwrap();
    fs_err::write(folder.join("model.toml"), edit(BUNDLED.manifest)).unwrap();
    if let Some(onnx) = onnx {
        fs_err::write(folder.join("lookalike-s.onnx"), onnx).unwrap();
    }
    let config = Config { model: ModelSource::Folder(folder), ..library.config(Access::Write, false) };
    let error = Engine::open(config).and_then(|engine| engine.index(&[library.photos()], &[])).expect_err("the model is refused");
    assert_eq!(error.code(), ErrorCode::ModelUnusable, "{error}");
    assert!(error.hint().is_some(), "and says what to do");
    error.to_string()
}

/// Replaces the line that begins with `key`.
fn with_line(manifest: &str, key: &str, line: &str) -> String {
    let is_key = |found: &str| found.split('=').next().is_some_and(|name| name.trim() == key);
    manifest.lines().map(|found| if is_key(found) { line } else { found }).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_missing_file() {
    let message = refusal(str::to_owned, None);
    assert!(message.contains("lookalike-s.onnx"), "{message:?} names the file");
}

#[test]
fn another_file_than_the_manifest_names() {
    let mut other = BUNDLED.onnx.to_vec();
    *other.last_mut().unwrap() ^= 1;
    assert!(refusal(str::to_owned, Some(&other)).contains("SHA-256"));
    assert!(refusal(str::to_owned, Some(&BUNDLED.onnx[1..])).contains("bytes"));
}

#[test]
fn another_shape_than_the_manifest_names() {
    let message = refusal(|manifest| with_line(manifest, "dimension", "dimension = 77"), Some(BUNDLED.onnx));
    assert!(message.contains("77"), "{message:?} names what was expected");
    let message = refusal(|manifest| with_line(manifest, "node", "node = \"nowhere\""), Some(BUNDLED.onnx));
    assert!(message.contains("nowhere"), "{message:?} names the node");
}

#[test]
fn an_output_that_is_no_vector() {
    let message = refusal(|manifest| with_line(manifest, "std", "std = [1e-38, 1e-38, 1e-38]"), Some(BUNDLED.onnx));
    assert!(message.contains("NaN"), "{message:?}");
}

#[test]
fn a_manifest_with_a_wrong_field() {
    let message = refusal(|manifest| with_line(manifest, "id", "id = \"../escape\""), Some(BUNDLED.onnx));
    assert!(message.contains("id"), "{message:?} names the field");
    let message = refusal(|manifest| manifest.replace("[bands]", "[band]"), Some(BUNDLED.onnx));
    assert!(message.contains("model.toml"), "{message:?} names the file");
}

#[test]
fn a_model_folder_works_like_the_bundled_model() {
    let library = TestLibrary::with_scenes(3);
    let folder = library.beside("model");
    fs_err::create_dir(&folder).unwrap();
    fs_err::write(folder.join("model.toml"), BUNDLED.manifest).unwrap();
    fs_err::write(folder.join("lookalike-s.onnx"), BUNDLED.onnx).unwrap();
    let config = Config { model: ModelSource::Folder(folder), ..library.config(Access::Write, false) };
    let engine = Engine::open(config).unwrap();
    assert_eq!(library.index(&engine).embedded, 3);
    assert!(search(&engine, &library.photos().join("scene-2.jpg")).unwrap().results[0].is_query);
}
