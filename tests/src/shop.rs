//! A library with a catalogue that lists one small network, and the server that it is fetched from.

use std::path::PathBuf;

use lookalike_engine::{Access, Catalogue, Config, Engine};

use crate::library::TestLibrary;
use crate::mirror::{Manner, Mirror};
use crate::networks::{small, small_manifest};

/// The catalogue lists `tiny`, which the mirror serves.
pub struct Shop {
    /// Three scenes, not indexed yet.
    pub library: TestLibrary,
    /// Serves well until it is told otherwise.
    pub mirror: Mirror,
    /// What `tiny` should be.
    pub onnx: Vec<u8>,
    dimension: i64,
}

impl Default for Shop {
    fn default() -> Self {
        Self::new()
    }
}

impl Shop {
    /// With a network of some kilobytes.
    pub fn new() -> Self {
        Self::selling(small(5, 64), 64)
    }

    /// With this network, whose vectors are of this dimension.
    pub fn selling(onnx: Vec<u8>, dimension: i64) -> Self {
        Self { library: TestLibrary::with_scenes(3), mirror: Mirror::of(onnx.clone()), onnx, dimension }
    }

    /// The catalogue.
    pub fn catalogue_text(&self) -> String {
        let source = format!("source = \"{}\"\n", self.mirror.url("tiny.onnx"));
        let manifest = small_manifest("tiny", &self.onnx, self.dimension);
        let manifest = ["input", "output", "bands"].iter().fold(manifest, |text, part| text.replace(&format!("[{part}]"), &format!("[model.{part}]")));
        format!("[[model]]\n{source}{manifest}")
    }

    /// An engine that may write, with the catalogue.
    pub fn engine(&self) -> Engine {
        self.engine_with(&self.catalogue_text())
    }

    /// An engine that may write, with this catalogue.
    pub fn engine_with(&self, catalogue: &str) -> Engine {
        let catalogue = Catalogue::parse(catalogue, "the test's catalogue").expect("a catalogue");
        Engine::open(Config { catalogue, ..self.library.config(Access::Write, false) }).expect("the library opens for writing")
    }

    /// Where the beginning of an unfinished download lies.
    pub fn part(&self) -> PathBuf {
        self.library.data_dir().join("models/tiny/tiny.onnx.part")
    }

    /// How the mirror serves at first.
    pub fn manner(&self) -> Manner {
        Manner { tag: "\"one\"", ..Manner::default() }
    }
}
