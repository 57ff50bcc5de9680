//! The user's own ONNX file: what its graph says of itself, and what must be asked.

use std::path::Path;

use super::external;
use crate::embed::{Layout, Output, Pooling, SIDES, probe, sha256_hex, unusable, without_panic};
use crate::{Error, Result};

/// Largest file that is looked at, in bytes: it is read into memory.
pub(super) const LARGEST: u64 = 4 << 30;

/// What an ONNX file says of itself.
#[derive(Clone, Debug)]
pub struct ModelProbe {
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Width of the input in pixels; none where the graph leaves it open.
    pub width: Option<u32>,
    /// Height of the input in pixels; none where the graph leaves it open.
    pub height: Option<u32>,
    /// Order of the input's axes; none where the graph leaves it open.
    pub layout: Option<Layout>,
    /// Places that can serve as output. Empty while the input's size is open.
    pub outputs: Vec<OutputProbe>,
    /// Which of them is most likely meant: the features of a classifier, else the first output.
    pub suggested: usize,
}

/// A place in the graph that can serve as output.
#[derive(Clone, Debug)]
pub struct OutputProbe {
    /// For the manifest: the place, the pooling that its shape asks for, the dimension that comes of it.
    pub output: Output,
    /// The place, in words.
    pub place: String,
    /// Shape of the tensor there, for one picture.
    pub shape: Vec<usize>,
}

/// Reads an ONNX file and finds out what its graph tells. `size`, width and height, stands in where the graph leaves the
/// input's open. Returns the file's bytes too.
///
/// # Errors
///
/// `model-unusable` when it is no ONNX file, or nothing of it can be run on one picture.
pub(crate) fn inspect(path: &Path, size: Option<(u32, u32)>) -> Result<(Vec<u8>, ModelProbe)> {
    let onnx = read_onnx(path)?;
    let refused = |fault: &str| {
        unusable(format!("{}: {fault}", path.display()))
            .with_hint("Lookalike needs one picture as input and one vector, or a feature map, as output, in operators that tract knows.")
    };
    let graph = without_panic(|| probe::read(&onnx)).map_err(|fault| broken(path, &fault))?;
    let found = without_panic(|| probe::look(&graph)).map_err(|fault| refused(&fault))?;
    // Its weights are in memory twice until here.
    drop(graph);
    let layout = found.layout.unwrap_or(Layout::Nchw);
    let mut outputs = Vec::new();
    if let (Some(width), Some(height)) = (found.width.or(size.map(|size| size.0)), found.height.or(size.map(|size| size.1))) {
        if !SIDES.contains(&width) || !SIDES.contains(&height) {
            return Err(refused(&format!("its input of {width} × {height} pixels is not within {} to {}", SIDES.start(), SIDES.end())));
        }
        let mut faults = Vec::new();
        for candidate in &found.candidates {
            match without_panic(|| probe::shape(&onnx, candidate, layout, width, height)) {
                Ok(shape) => outputs.extend(offer(candidate, shape, layout)),
                Err(fault) => faults.push(fault),
            }
        }
        if outputs.is_empty() {
            let fault = faults.first().map_or("none of its outputs is a vector or a feature map", String::as_str);
            return Err(refused(fault));
        }
    }
    // Naming things needs the classifier, comparing them what comes before.
    let features = outputs.iter().position(|output: &OutputProbe| output.output.after.is_some());
    let suggested = if found.ends_in_classifier { features.unwrap_or(0) } else { 0 };
    let probe =
        ModelProbe { bytes: onnx.len() as u64, sha256: sha256_hex(&onnx), width: found.width, height: found.height, layout: found.layout, outputs, suggested };
    Ok((onnx, probe))
}

/// Reads an ONNX file, with the weights that lie in other files beside it.
pub(crate) fn read_onnx(path: &Path) -> Result<Vec<u8>> {
    let metadata = fs_err::metadata(path).map_err(|_| Error::missing(path))?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(Error::invalid(format!("{} is no file of at most {} GB", path.display(), LARGEST >> 30)));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    external::whole(fs_err::read(path)?, folder).map_err(|fault| broken(path, &fault))
}

fn broken(path: &Path, fault: &str) -> Error {
    unusable(format!("{}: {fault}", path.display()))
        .with_hint("Give the whole file, with those beside it that hold its weights. A download may have been cut short: fetch it again.")
}

/// How a tensor of this shape can be a vector.
fn offer(candidate: &Output, shape: Vec<usize>, layout: Layout) -> Option<OutputProbe> {
    let (pooling, dimension) = match (shape.as_slice(), layout) {
        ([1, channels, 1, 1], Layout::Nchw) | ([1, 1, 1, channels], Layout::Nhwc) | ([1, channels] | [channels], _) => (Pooling::None, *channels),
        ([1, channels, _, _], Layout::Nchw) | ([1, _, _, channels], Layout::Nhwc) => (Pooling::Mean, *channels),
        _ => return None,
    };
    let output = Output { pooling, dimension, ..candidate.clone() };
    (dimension >= 2).then(|| OutputProbe { place: candidate.place().into(), output, shape })
}
