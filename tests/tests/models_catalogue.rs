//! Models from the catalogue and the user's own: fetched whole, in pieces, or not at all; the zoo's graphs load, and what
//! the catalogue says of their output is so.

use std::time::{Duration, Instant};

use lookalike_engine::embed::{Embedder, Landmark, Manifest, Model, ModelSource, Pooling};
use lookalike_engine::media::Rgb8;
use lookalike_engine::wire::{ErrorCode, ModelState};
use lookalike_engine::{Catalogue, Engine};
use lookalike_tests::library::{TestLibrary, search, wait_until};
use lookalike_tests::mirror::Manner;
use lookalike_tests::networks::{mobilenet_like, resnet_like, sha256, small, vgg_like};
use lookalike_tests::shop::Shop;

fn catalogue() -> Catalogue {
    Catalogue::parse(lookalike_models::CATALOGUE, "catalogue.toml").unwrap()
}

/// The catalogue's manifest of a model, for another file of the same shape.
fn manifest_for(id: &str, onnx: &[u8]) -> Manifest {
    let manifest = catalogue().entry(id).unwrap_or_else(|| panic!("{id} is listed")).manifest.clone();
    Manifest { sha256: sha256(onnx), bytes: onnx.len() as u64, ..manifest }
}

#[test]
fn networks_of_the_catalogues_shapes_load_and_give_the_features_that_it_says() {
    let picture = Rgb8 { width: 64, height: 48, data: (0..64 * 48 * 3).map(|value| (value * 7 % 256) as u8).collect() };
    for (id, onnx, dimension) in [("mobilenetv2-12", mobilenet_like(1), 1280), ("resnet50-v2-7", resnet_like(2), 2048), ("vgg16-12", vgg_like(3), 512)] {
        let manifest = manifest_for(id, &onnx);
        assert_eq!(manifest.output.dimension, dimension, "{id}");
        let by_place = Embedder::new(&Model::of(manifest.clone(), onnx.clone()).unwrap()).unwrap_or_else(|error| panic!("{id}: {error}"));
        let vector = by_place.embed(&picture).unwrap();
        assert_eq!(vector.len(), dimension, "{id}");
        assert!((vector.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < 1e-4, "{id}: unit norm");
        if id == "resnet50-v2-7" {
            let mut named = manifest.clone();
            (named.output.after, named.output.node) = (None, Some("resnetv24_pool1_fwd".into()));
            let by_name = Embedder::new(&Model::of(named, onnx.clone()).unwrap()).unwrap();
            assert_eq!(by_name.embed(&picture).unwrap(), vector, "the last pooling is the node of this name");
        }
        if id != "vgg16-12" {
            let mut before = manifest;
            (before.output.after, before.output.pooling) = (Some(Landmark::ClassifierInput), Pooling::None);
            let before = Embedder::new(&Model::of(before, onnx).unwrap()).unwrap();
            assert_eq!(before.embed(&picture).unwrap(), vector, "{id}: nothing lies between the last pooling and the classifier");
        }
    }
}

#[test]
fn the_catalogue_lists_the_zoos_models_by_size_and_hash() {
    let catalogue = catalogue();
    let found: Vec<_> = catalogue.entries().iter().map(|entry| (entry.manifest.id.as_str(), entry.manifest.bytes, &entry.manifest.sha256[..8])).collect();
    assert_eq!(found, [("mobilenetv2-12", 13_964_571, "c0c3f76d"), ("resnet50-v2-7", 102_442_452, "79102261"), ("vgg16-12", 553_437_752, "722c42f5")]);
    for entry in catalogue.entries() {
        assert!(entry.source.starts_with("https://github.com/onnx/models/"), "{}", entry.source);
        assert!(entry.source.ends_with(&entry.manifest.file), "{}", entry.source);
        assert_eq!(entry.manifest.sha256.len(), 64);
        assert_eq!(entry.manifest.licence, "Apache-2.0");
    }
}

#[test]
fn a_catalogue_with_a_fault_is_refused_with_the_model_named() {
    for (from, to, named) in [
        ("https://github.com/onnx", "file:///etc", "mobilenetv2-12"),
        ("id = \"vgg16-12\"", "id = \"../vgg\"", "../vgg"),
        ("id = \"vgg16-12\"", "id = \"mobilenetv2-12\"", "twice"),
        ("dimension = 2048", "dimension = 1", "resnet50-v2-7"),
        ("after = \"last-pooling\"\npooling = \"mean\"", "pooling = \"mean\"", "node or after"),
    ] {
        let error = Catalogue::parse(&lookalike_models::CATALOGUE.replacen(from, to, 1), "c.toml").unwrap_err();
        assert!(error.to_string().contains(named), "{error} names {named}");
    }
}

fn state(engine: &Engine, id: &str) -> ModelState {
    engine.models().unwrap().models.into_iter().find(|model| model.id == id).expect("it is listed").state
}

#[test]
fn a_model_is_fetched_verified_and_put_to_use() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.library.index(&engine);
    assert_eq!(state(&engine, "tiny"), ModelState::Available);
    engine.install_model("tiny").unwrap();
    assert_eq!(state(&engine, "tiny"), ModelState::Ready);
    assert!(!shop.part().exists(), "nothing is left of the download");
    engine.use_model("tiny").unwrap();
    wait_until("the switch is over", || engine.switch_info().unwrap().is_none());
    assert_eq!(search(&engine, &shop.library.photos().join("scene-1.jpg")).unwrap().model, "tiny");
    engine.install_model("tiny").unwrap();
    assert_eq!(shop.mirror.requests().len(), 1, "what is here is not fetched again");
    assert_eq!(engine.install_model("unheard-of").unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(engine.install_model("../tiny").unwrap_err().code(), ErrorCode::InvalidRequest);
}

#[test]
fn a_broken_connection_goes_on_where_it_stopped() {
    let shop = Shop::new();
    let engine = shop.engine();
    // So often that one call does not get through.
    shop.mirror.serve(Manner { cut_after: Some(1000), ..shop.manner() });
    let error = engine.install_model("tiny").unwrap_err();
    assert_eq!(error.code(), ErrorCode::DownloadFailed, "{error}");
    assert!(error.to_string().contains("broke off") && error.hint().unwrap().contains("goes on"), "{error}");
    assert_eq!(state(&engine, "tiny"), ModelState::Available, "half a model is none");
    let have = fs_err::metadata(shop.part()).unwrap().len();
    assert_eq!(have, 4000, "a try and three more, each with what came");
    drop(engine);

    shop.mirror.serve(shop.manner());
    let engine = shop.engine();
    engine.install_model("tiny").unwrap();
    let last = shop.mirror.requests().pop().unwrap();
    assert!(last.contains(&format!("range: bytes={have}-")) && last.contains("if-range: \"one\""), "{last}");
    assert_eq!(state(&engine, "tiny"), ModelState::Ready);
}

#[test]
fn another_version_or_a_server_without_ranges_begins_anew() {
    for manner in [Manner { tag: "\"two\"", ..Manner::default() }, Manner { ignores_ranges: true, tag: "\"one\"", ..Manner::default() }] {
        let shop = Shop::new();
        let engine = shop.engine();
        shop.mirror.serve(Manner { cut_after: Some(1000), ..shop.manner() });
        engine.install_model("tiny").unwrap_err();
        shop.mirror.serve(manner);
        engine.install_model("tiny").unwrap();
        assert_eq!(state(&engine, "tiny"), ModelState::Ready);
    }
}

#[test]
fn a_wrong_file_is_never_installed() {
    let shop = Shop::new();
    let engine = shop.engine();
    let mut altered = shop.onnx.clone();
    altered[2000] ^= 1;
    shop.mirror.replace(altered);
    let error = engine.install_model("tiny").unwrap_err();
    assert_eq!(error.code(), ErrorCode::DownloadFailed);
    assert!(error.to_string().contains("SHA-256"), "{error}");
    assert!(!shop.part().exists(), "it is deleted");
    assert_eq!(state(&engine, "tiny"), ModelState::Available);

    shop.mirror.replace(shop.onnx[1..].to_vec());
    let error = engine.install_model("tiny").unwrap_err();
    assert!(error.to_string().contains(&format!("{} bytes", shop.onnx.len() - 1)), "{error} says the size");

    shop.mirror.serve(Manner { status: Some("404 Not Found"), ..shop.manner() });
    let error = engine.install_model("tiny").unwrap_err();
    assert!(error.to_string().contains("404") && error.hint().is_some(), "{error}");
}

#[test]
fn a_download_can_be_cancelled_and_goes_on_later() {
    let shop = Shop::selling(small(5, 2048), 2048);
    shop.mirror.serve(Manner { is_slow: true, ..shop.manner() });
    let engine = shop.engine();
    std::thread::scope(|scope| {
        let fetching = scope.spawn(|| engine.install_model("tiny"));
        wait_until("something has come", || engine.models().unwrap().install.is_some_and(|install| install.done > 0));
        let second = engine.install_model("mobilenetv2-12").unwrap_err();
        assert_eq!(second.code(), ErrorCode::NotFound, "this catalogue lists one");
        engine.cancel_install().unwrap();
        assert_eq!(fetching.join().unwrap().unwrap_err().code(), ErrorCode::Cancelled);
    });
    assert!(engine.models().unwrap().install.is_none());
    let have = fs_err::metadata(shop.part()).unwrap().len();
    assert!(have > 0 && have < shop.onnx.len() as u64, "{have} bytes are kept");
    shop.mirror.serve(shop.manner());
    engine.install_model("tiny").unwrap();
    assert!(shop.mirror.requests().pop().unwrap().contains("range: bytes="), "it goes on from there");
}

#[test]
fn a_silent_server_does_not_hold_up_a_cancellation() {
    for stalls_after in [0, 4096] {
        let shop = Shop::new();
        shop.mirror.serve(Manner { stalls_after: Some(stalls_after), ..shop.manner() });
        let engine = shop.engine();
        std::thread::scope(|scope| {
            let fetching = scope.spawn(|| engine.install_model("tiny"));
            wait_until("it waits", || !shop.mirror.requests().is_empty());
            wait_until("what there is has come", || fs_err::metadata(shop.part()).map_or(0, |part| part.len()) == stalls_after as u64);
            let asked = Instant::now();
            engine.cancel_install().unwrap();
            assert_eq!(fetching.join().unwrap().unwrap_err().code(), ErrorCode::Cancelled);
            assert!(asked.elapsed() < Duration::from_secs(5), "silence lasts a minute; it took {:?}", asked.elapsed());
        });
        shop.mirror.serve(shop.manner());
        engine.install_model("tiny").unwrap();
        assert_eq!(state(&engine, "tiny"), ModelState::Ready);
    }
}

#[test]
fn an_installed_model_is_verified_and_fetched_again_where_it_is_damaged() {
    let shop = Shop::new();
    let engine = shop.engine();
    shop.library.index(&engine);
    engine.install_model("tiny").unwrap();
    let file = shop.library.data_dir().join("models/tiny/tiny.onnx");
    let mut damaged = shop.onnx.clone();
    damaged[2000] ^= 1;
    fs_err::write(&file, damaged).unwrap();
    engine.install_model("tiny").unwrap();
    assert_eq!(fs_err::read(&file).unwrap(), shop.onnx);
    fs_err::remove_file(&file).unwrap();
    engine.install_model("tiny").unwrap();
    assert_eq!((fs_err::read(&file).unwrap(), shop.mirror.requests().len()), (shop.onnx.clone(), 3));
    engine.use_model("tiny").unwrap();
    wait_until("the switch is over", || engine.switch_info().unwrap().is_none());
    drop(engine);

    fs_err::remove_dir_all(shop.library.data_dir().join("models/tiny")).unwrap();
    let engine = shop.engine();
    let outside = shop.library.beside("outside.jpg");
    fs_err::write(&outside, lookalike_tests::scenes::jpeg(&lookalike_tests::scenes::scene(9, 64, 64), 80)).unwrap();
    search(&engine, &outside).unwrap_err();
    engine.install_model("tiny").unwrap();
    assert_eq!(search(&engine, &outside).unwrap().total, 3, "without a restart");

    shop.library.install_small("tiny", 6, 64);
    let error = engine.install_model("tiny").unwrap_err();
    assert!(error.to_string().contains("another model") && error.hint().unwrap().contains("model remove tiny"), "{error}");
    shop.library.install_small("own", 6, 64);
    fs_err::write(shop.library.data_dir().join("models/own/own.onnx"), b"").unwrap();
    let error = engine.install_model("own").unwrap_err();
    assert!(error.code() == ErrorCode::ModelUnusable && error.hint().unwrap().contains("model remove own"), "{error}");
}

#[test]
fn a_full_disk_is_told_before_anything_is_asked_of_the_server() {
    let shop = Shop::new();
    let text = shop.catalogue_text().replace(&format!("bytes = {}", shop.onnx.len()), "bytes = 1000000000000000000");
    let error = shop.engine_with(&text).install_model("tiny").unwrap_err();
    assert_eq!(error.code(), ErrorCode::Io, "{error}");
    assert!(error.to_string().contains("MB free") && error.hint().is_some(), "{error}");
    assert!(shop.mirror.requests().is_empty());
}

#[test]
fn an_unreachable_server_is_named() {
    let shop = Shop::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = shop.catalogue_text().replace(&shop.mirror.url(""), &format!("http://{free}/"));
    let error = shop.engine_with(&text).install_model("tiny").unwrap_err();
    assert_eq!(error.code(), ErrorCode::DownloadFailed, "{error}");
    assert!(error.to_string().contains(&free.to_string()) && error.hint().unwrap().contains("HTTPS_PROXY"), "{error}: {:?}", error.hint());
}

#[test]
fn a_graph_says_where_its_vector_may_be_taken() {
    let library = TestLibrary::new();
    let engine = library.writer();
    let probe = |name: &str, onnx: Vec<u8>| {
        let path = library.beside(name);
        fs_err::write(&path, onnx).unwrap();
        engine.inspect_model(&path, None).unwrap()
    };
    let vgg = probe("vgg.onnx", vgg_like(1));
    assert_eq!((vgg.width, vgg.height), (Some(224), Some(224)));
    let found: Vec<_> = vgg.outputs.iter().map(|output| (output.output.dimension, output.output.pooling)).collect();
    assert_eq!(found, [(10, Pooling::None), (512, Pooling::Mean), (16, Pooling::None)], "classes, the last block, the last dense layer's input");
    assert_eq!(vgg.outputs[vgg.suggested].output.after, Some(Landmark::LastPooling));
    let plain = probe("plain.onnx", small(1, 32));
    assert_eq!(plain.outputs[plain.suggested].output.dimension, 32, "without a classifier the output is the vector");
    assert!(plain.outputs[plain.suggested].output.node.is_some());
    let own = probe("own.onnx", lookalike_models::LOOKALIKE_S.onnx.to_vec());
    assert_eq!(own.outputs[own.suggested].output.node.as_deref(), Some("embedding"), "a dense layer whose output is brought to unit length is no classifier");
}

#[test]
fn a_model_folder_is_read_as_a_source() {
    let library = TestLibrary::new();
    library.install_small("other", 1, 32);
    let model = Model::load(&ModelSource::Folder(library.data_dir().join("models/other"))).unwrap();
    assert_eq!(model.manifest.output.after, Some(Landmark::LastPooling));
}
