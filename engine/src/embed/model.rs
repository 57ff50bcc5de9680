//! A model's manifest, `model.toml`, and the check that the ONNX file beside it is the one that it names.
//! `models/README.md` explains every field.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::wire::{BandLimits, ErrorCode, ModelInfo};
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// Sides of a model's input, in pixels.
pub(crate) const SIDES: std::ops::RangeInclusive<u32> = 16..=2048;

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
#[derive(Clone, Debug, Deserialize, Serialize)]
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

#[derive(Clone, Debug, Deserialize, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Layout {
    Nchw,
    Nhwc,
}

/// Order of the input's channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Colour {
    Rgb,
    Bgr,
}

/// How a picture of any shape is brought to the input's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// Both sides to size; the aspect is lost.
    Squash,
    /// The shorter side to size, the middle cut out.
    CenterCrop,
    /// The longer side to size, the rest filled with the mean.
    Letterbox,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "models/README.md explains the fields")]
pub struct Output {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Landmark>,
    pub pooling: Pooling,
    pub dimension: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<usize>,
}

/// A place in a graph that can be found without knowing a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Landmark {
    /// What the last pooling on the way to the output gives: the features of an image classifier.
    LastPooling,
    /// What the last dense layer on the way to the output is given.
    ClassifierInput,
}

/// What is done with the output node's tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// It is the vector.
    None,
    /// Mean over its two spatial axes.
    Mean,
    /// Largest value over its two spatial axes.
    Max,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "models/README.md explains the fields")]
pub struct Bands {
    pub same_picture: f32,
    pub same_scene: f32,
    pub similar: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_candidate: Option<f32>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub estimated: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Output {
    /// The place in the graph, in words.
    pub(crate) fn place(&self) -> Words {
        match (&self.node, self.after) {
            (Some(node), _) => sayings::node(node),
            (None, Some(Landmark::LastPooling)) => sayings::last_pooling(),
            (None, Some(Landmark::ClassifierInput)) => sayings::classifier_input(),
            (None, None) => sayings::graph_output(),
        }
    }
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
                let text = fs_err::read_to_string(&path).map_err(|error| unusable(sayings::model_not_read(&error)))?;
                Self::parse(&text, &*path)
            }
        }
    }

    /// Reads a manifest from its text; `place` names it in errors.
    pub(crate) fn parse(text: &str, place: impl Into<Words>) -> Result<Self> {
        let place: Words = place.into();
        let manifest: Self = toml::from_str(text).map_err(|error| unusable(sayings::reason_at(&place, error.message())))?;
        manifest.check().map_err(|fault| unusable(sayings::reason_at(place, fault)))?;
        Ok(manifest)
    }

    /// Refuses what cannot be meant.
    pub(crate) fn check(&self) -> std::result::Result<(), Words> {
        if !is_plain_id(&self.id) {
            return Err(sayings::id_not_plain(format!("{:?}", self.id)));
        }
        if self.file.is_empty() || self.file == "model.toml" || self.file.starts_with('.')
            || self.file.contains(['/', '\\', ':', '\0'])
            // What is beside it while it is written, or fetched.
            || [".new", ".part", ".from"].iter().any(|ending| self.file.ends_with(ending))
            || self.file.len() > 200
        {
            return Err(sayings::file_not_plain(format!("{:?}", self.file)));
        }
        if self.output.node.is_some() == self.output.after.is_some() {
            return Err(sayings::output_not_said());
        }
        if !SIDES.contains(&self.input.width) || !SIDES.contains(&self.input.height) {
            return Err(sayings::input_out_of_range(self.input.width, self.input.height, *SIDES.start(), *SIDES.end()));
        }
        if !(2..=32_768).contains(&self.output.dimension) {
            return Err(sayings::dimension_out_of_range(self.output.dimension));
        }
        if let Some(copy) = self.output.copy.filter(|copy| !(1..self.output.dimension).contains(copy)) {
            return Err(sayings::copy_out_of_range(copy, self.output.dimension));
        }
        let numbers = self.input.mean.iter().chain(&self.input.std);
        if !numbers.clone().all(|value| value.is_finite()) || self.input.std.iter().any(|&value| value <= 0.0) {
            return Err(sayings::mean_or_std_unusable());
        }
        let bands = self.bands;
        if !(1.0 >= bands.same_picture && bands.same_picture >= bands.same_scene && bands.same_scene >= bands.similar && bands.similar >= 0.2) {
            return Err(sayings::bands_not_falling());
        }
        if let Some(copy) = bands.copy.filter(|copy| !(0.2..=1.0).contains(copy) || self.output.copy.is_none()) {
            return Err(sayings::copy_band_out_of_range(copy.to_string()));
        }
        if let Some(candidate) = bands.copy_candidate.filter(|candidate| !bands.copy.is_some_and(|copy| (0.2..=copy).contains(candidate))) {
            return Err(sayings::candidate_out_of_range(candidate.to_string()));
        }
        Ok(())
    }

    /// The text of `model.toml`.
    pub(crate) fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::internal(format!("the manifest of {} cannot be written: {error}", self.id)))
    }

    /// What makes the vectors what they are: two manifests with equal fingerprints make the same ones. 64 hexadecimal digits.
    ///
    /// Libraries keep it, so it must never come out otherwise for the same model: a field that is added to the manifest may
    /// only count where it is not at its default.
    pub(crate) fn fingerprint(&self) -> String {
        let Input { width, height, layout, colour, resize, trim, mean, std } = &self.input;
        let Output { pooling, dimension, .. } = self.output;
        let input = format!("{width}x{height} {layout:?} {colour:?} {resize:?} {trim} {mean:?} {std:?}");
        let parts = format!("{} {input} {} {pooling:?} {dimension}", self.sha256.to_ascii_lowercase(), self.output.place());
        blake3::hash(parts.as_bytes()).to_hex().to_string()
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
                fs_err::read(&path).map_err(|error| unusable(sayings::model_file_not_read(&manifest.id, &error)))?.into()
            }
        };
        Self::check(manifest, onnx)
    }

    /// A model from its manifest and the bytes of its file, checked as [`Model::load`] does.
    pub fn of(manifest: Manifest, onnx: Vec<u8>) -> Result<Self> {
        Self::check(manifest, onnx.into())
    }

    /// The bytes of its ONNX file.
    pub fn onnx(&self) -> &[u8] {
        &self.onnx
    }

    fn check(manifest: Manifest, onnx: std::borrow::Cow<'static, [u8]>) -> Result<Self> {
        if onnx.len() as u64 != manifest.bytes {
            return Err(unusable(sayings::model_of_other_size(&manifest.id, &manifest.file, onnx.len(), manifest.bytes)));
        }
        let found = sha256_hex(&onnx);
        if !found.eq_ignore_ascii_case(&manifest.sha256) {
            return Err(unusable(sayings::model_of_other_sha256(&manifest.id, &manifest.file, found, &manifest.sha256)));
        }
        Ok(Self { manifest, onnx })
    }
}

/// Whether this can be a model's id, and so the name of its folder: 1 to 48 of a-z, 0-9 and -.
pub(crate) fn is_plain_id(id: &str) -> bool {
    (1..=48).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unusable(message: impl Into<Words>) -> Error {
    Error::new(ErrorCode::ModelUnusable, message).with_hint(sayings::put_files_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        id = "m-1"
        name = "M"
        file = "m.onnx"
        sha256 = "00"
        bytes = 1
        licence = "MIT"
        provenance = "Nobody knows."
        input = { width = 96, height = 64, layout = "nchw", colour = "rgb", resize = "squash", trim = true, mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225] }
        output = { after = "last-pooling", pooling = "mean", dimension = 256 }
        bands = { same-picture = 0.8, same-scene = 0.7, similar = 0.5 }
    "#;

    #[test]
    fn a_fingerprint_is_for_ever() {
        let manifest = Manifest::parse(TEXT, "test").unwrap();
        assert_eq!(manifest.fingerprint(), "211652141566865b308252cdb4a54fbff2111ce63597a25142305e66d9d179d6", "libraries remember it");
        let mut other = manifest.clone();
        (other.name, other.bands.similar) = ("Another name".into(), 0.3);
        assert_eq!(other.fingerprint(), manifest.fingerprint(), "what does not change the vectors does not count");
        other.input.trim = !other.input.trim;
        assert_ne!(other.fingerprint(), manifest.fingerprint());
    }

    #[test]
    fn some_of_the_numbers_tell_copies_but_never_all() {
        let with = |copy: &str| Manifest::parse(&TEXT.replace("dimension = 256", &format!("dimension = 256, copy = {copy}")), "test");
        assert_eq!((with("64").unwrap().output.copy, Manifest::parse(TEXT, "test").unwrap().output.copy), (Some(64), None));
        for copy in ["0", "256"] {
            let error = with(copy).unwrap_err().to_string();
            assert!(error.contains("output.copy"), "{error}");
        }
        let with = |output: &str, band: &str| {
            let text = TEXT.replace("dimension = 256", &format!("dimension = 256{output}"));
            Manifest::parse(&text.replace("similar = 0.5", &format!("similar = 0.5, copy = {band}")), "test")
        };
        assert_eq!(with(", copy = 64", "0.7").unwrap().bands.copy, Some(0.7));
        assert_eq!(with(", copy = 64", "0.7, copy-candidate = 0.6").unwrap().bands.copy_candidate, Some(0.6));
        for (output, band) in [("", "0.7"), (", copy = 64", "1.1"), (", copy = 64", "0.1"), (", copy = 64", "0.7, copy-candidate = 0.8")] {
            let error = with(output, band).unwrap_err().to_string();
            assert!(error.contains("bands.copy"), "{error}");
        }
    }

    #[test]
    fn a_manifest_survives_being_written() {
        let manifest = Manifest::parse(TEXT, "test").unwrap();
        let back = Manifest::parse(&manifest.to_toml().unwrap(), "test").unwrap();
        assert_eq!(format!("{back:?}"), format!("{manifest:?}"));
    }
}
