//! The models that travel inside the programs, so that the command and the installed application find them from
//! any working directory. Knows nothing of how a model is run: see `lookalike_engine::embed`.

/// A model compiled into the program: its manifest and its ONNX file, byte for byte as they lie in `models/NAME/`.
pub struct Bundled {
    /// Folder name, for messages.
    pub name: &'static str,
    /// Text of `model.toml`.
    pub manifest: &'static str,
    /// Bytes of the ONNX file that the manifest names.
    pub onnx: &'static [u8],
}

/// The model that every new library starts with.
pub const LOOKALIKE_S: Bundled =
    Bundled { name: "lookalike-s", manifest: include_str!("lookalike-s/model.toml"), onnx: include_bytes!("lookalike-s/lookalike-s.onnx") };

/// Text of `catalogue.toml`: the models that can be fetched.
pub const CATALOGUE: &str = include_str!("catalogue.toml");
