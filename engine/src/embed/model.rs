//! A model's manifest, `model.toml`, and the check that the ONNX file beside it is the one that it names.
//! `models/README.md` explains every field.

use std::path::PathBuf;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::wire::{BandLimits, ErrorCode, ModelInfo};
use crate::{Error, Result};

/// Where a model comes from.
#[derive(Clone, Debug)]
pub enum ModelSource {
    /// Compiled into the program.
    Bundled {
        /// Text of `model.toml`.
        manifest: &'static str,
        /// Bytes of the ONNX file.
        onnx: &'static [u8],
    },
    /// A folder that holds `model.toml` and the ONNX file it names.
    Folder(PathBuf),
}

/// `model.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "models/README.md explains the fields, and is what people read")]
pub struct Manifest {
    pub id: String,
    pub name: String,
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub licence: String,
    pub provenance: String,
    pub input: Input,
    pub output: Output,
    pub bands: Bands,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "models/README.md explains the fields")]
pub struct Input {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub colour: Colour,
    pub resize: Resize,
    #[serde(default)]
    pub trim: bool,
    pub mean: [f32; 3],
    pub std: [f32; 3],
}

/// Order of the input's axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Layout {
    Nchw,
    Nhwc,
}

/// Order of the input's channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Colour {
    Rgb,
    Bgr,
}

/// How a picture of any shape is brought to the input's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// Both sides to size; the aspect is lost.
    Squash,
    /// The shorter side to size, the middle cut out.
    CenterCrop,
    /// The longer side to size, the rest filled with the mean.
    Letterbox,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "models/README.md explains the fields")]
pub struct Output {
    pub node: String,
    pub pooling: Pooling,
    pub dimension: usize,
}

/// What is done with the output node's tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// It is the vector.
    None,
    /// Mean over its two spatial axes.
    Mean,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "models/README.md explains the fields")]
pub struct Bands {
    pub same_picture: f32,
    pub same_scene: f32,
    pub similar: f32,
}

/// A manifest and the verified bytes of its ONNX file.
pub struct Model {
    /// What the manifest says.
    pub manifest: Manifest,
    pub(super) onnx: std::borrow::Cow<'static, [u8]>,
}

impl Manifest {
    /// Reads the manifest of a source, without touching the ONNX file.
    pub fn read(source: &ModelSource) -> Result<Self> {
        match source {
            ModelSource::Bundled { manifest, .. } => Self::parse(manifest, "the bundled model.toml"),
            ModelSource::Folder(folder) => {
                let path = folder.join("model.toml");
                let text = fs_err::read_to_string(&path).map_err(|error| unusable(format!("the model cannot be read: {error}")))?;
                Self::parse(&text, &path.display().to_string())
            }
        }
    }

    fn parse(text: &str, place: &str) -> Result<Self> {
        let manifest: Self = toml::from_str(text).map_err(|error| unusable(format!("{place}: {}", error.message())))?;
        manifest.check().map_err(|fault| unusable(format!("{place}: {fault}")))?;
        Ok(manifest)
    }

    fn check(&self) -> std::result::Result<(), String> {
        let id_is_plain = self.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if self.id.is_empty() || self.id.len() > 48 || !id_is_plain {
            return Err(format!("id {:?} is not 1 to 48 of a-z, 0-9 and -", self.id));
        }
        if self.file.is_empty() || self.file.contains(['/', '\\']) {
            return Err(format!("file {:?} is not a plain file name", self.file));
        }
        if !(16..=2048).contains(&self.input.width) || !(16..=2048).contains(&self.input.height) {
            return Err(format!("input of {} × {} pixels is not within 16 to 2048", self.input.width, self.input.height));
        }
        if !(2..=32_768).contains(&self.output.dimension) {
            return Err(format!("output.dimension {} is not within 2 to 32768", self.output.dimension));
        }
        let numbers = self.input.mean.iter().chain(&self.input.std);
        if !numbers.clone().all(|value| value.is_finite()) || self.input.std.iter().any(|&value| value <= 0.0) {
            return Err("input.mean and input.std must be finite, std above 0".into());
        }
        let bands = self.bands;
        if !(1.0 >= bands.same_picture && bands.same_picture >= bands.same_scene && bands.same_scene >= bands.similar && bands.similar >= 0.2) {
            return Err("bands must fall from same-picture over same-scene to similar, within 1 and 0.2".into());
        }
        Ok(())
    }

    /// What hosts see of the model.
    pub fn info(&self) -> ModelInfo {
        ModelInfo {
            id: self.id.clone(),
            name: self.name.clone(),
            dimension: self.output.dimension,
            bands: BandLimits { same_picture: self.bands.same_picture, same_scene: self.bands.same_scene, similar: self.bands.similar },
            licence: self.licence.clone(),
        }
    }
}

impl Model {
    /// Loads a model and refuses it unless its ONNX file has the size and SHA-256 that the manifest names.
    pub fn load(source: &ModelSource) -> Result<Self> {
        let manifest = Manifest::read(source)?;
        let onnx = match source {
            ModelSource::Bundled { onnx, .. } => std::borrow::Cow::Borrowed(*onnx),
            ModelSource::Folder(folder) => {
                let path = folder.join(&manifest.file);
                fs_err::read(&path).map_err(|error| unusable(format!("model {}: {error}", manifest.id)))?.into()
            }
        };
        if onnx.len() as u64 != manifest.bytes {
            return Err(unusable(format!("model {}: {} has {} bytes, the manifest says {}", manifest.id, manifest.file, onnx.len(), manifest.bytes)));
        }
        let found = Sha256::digest(&onnx).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        if !found.eq_ignore_ascii_case(&manifest.sha256) {
            return Err(unusable(format!("model {}: {} has SHA-256 {found}, the manifest says {}", manifest.id, manifest.file, manifest.sha256)));
        }
        Ok(Self { manifest, onnx })
    }
}

pub(super) fn unusable(message: String) -> Error {
    Error::new(ErrorCode::ModelUnusable, message).with_hint("Choose another model, or put the right files back in the model's folder.")
}
