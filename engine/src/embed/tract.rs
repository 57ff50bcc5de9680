//! Runs a model with tract: one optimised plan, shared by all worker threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::prelude::*;

use super::Embedding;
use super::graph;
use super::model::{Layout, Manifest, Model, Pooling, unusable};
use super::preprocess::input_values;
use crate::media::Rgb8;
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// A loaded model. Cheap to share; `embed` may be called from many threads at once.
pub struct Embedder {
    manifest: Manifest,
    plan: Arc<TypedRunnableModel>,
}

impl Embedder {
    /// Optimises the model and tries it once, so that a model of the wrong shape is refused here and not in the middle of the work.
    pub fn new(model: &Model) -> Result<Self> {
        let manifest = model.manifest.clone();
        let cannot = |fault: Words| unusable(sayings::model_not_run(&manifest.id, &manifest.file, fault));
        let plan = without_panic(|| build(&manifest, &model.onnx).map_err(|error| root_cause(&error).into())).map_err(cannot)?;
        let embedder = Self { manifest: manifest.clone(), plan };
        let grey = Rgb8 { width: 8, height: 8, data: (0..192).map(|value| value as u8).collect() };
        without_panic(|| Ok(embedder.embed(&grey))).map_err(cannot)??;
        Ok(embedder)
    }

    /// What the manifest says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The shorter side, in pixels, that a decoded picture should at least have: twice the input's.
    pub fn wanted_side(&self) -> u32 {
        2 * self.manifest.input.width.max(self.manifest.input.height)
    }

    /// Embeds one picture: `dimension` finite numbers of unit norm.
    pub fn embed(&self, picture: &Rgb8) -> Result<Embedding> {
        let run = || -> TractResult<Tensor> {
            let tensor = Tensor::from_shape(&input_shape(&self.manifest), &input_values(picture, &self.manifest.input))?;
            let outputs = self.plan.run(tvec!(tensor.into()))?;
            Ok(outputs[0].cast_to::<f32>()?.into_owned())
        };
        let output = run().map_err(|error| unusable(sayings::model_failed(&self.manifest.id, root_cause(&error))))?;
        self.unit_vector(&output)
    }

    fn unit_vector(&self, output: &Tensor) -> Result<Embedding> {
        let values = output.try_as_plain_ram().and_then(|plain| plain.as_slice::<f32>()).map_err(|error| self.refused(error.to_string()))?;
        let mut vector = match self.manifest.output.pooling {
            Pooling::None => values.to_vec(),
            Pooling::Mean => {
                let planes = self.planes(output.shape(), values)?;
                planes.iter().map(|plane| plane.iter().sum::<f32>() / plane.len() as f32).collect()
            }
            Pooling::Max => self.planes(output.shape(), values)?.iter().map(|plane| plane.iter().copied().fold(f32::NEG_INFINITY, f32::max)).collect(),
        };
        let dimension = self.manifest.output.dimension;
        if vector.len() != dimension {
            return Err(self.refused(sayings::other_dimension(self.manifest.output.place(), vector.len(), dimension)));
        }
        let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        if !norm.is_finite() || norm < 1e-12 {
            return Err(self.refused(sayings::no_vector()));
        }
        vector.iter_mut().for_each(|value| *value /= norm);
        Ok(vector)
    }

    /// The values of each channel of `[1, channels, height, width]`, or of `[1, height, width, channels]`.
    fn planes(&self, shape: &[usize], values: &[f32]) -> Result<Vec<Vec<f32>>> {
        let &[1, a, b, c] = shape else {
            return Err(self.refused(sayings::no_feature_map(self.manifest.output.place(), format!("{shape:?}"))));
        };
        if a * b * c == 0 {
            return Err(self.refused(sayings::empty_feature_map(format!("{shape:?}"))));
        }
        Ok(match self.manifest.input.layout {
            Layout::Nchw => values.chunks_exact(b * c).map(<[f32]>::to_vec).collect(),
            Layout::Nhwc => (0..c).map(|channel| values.iter().skip(channel).step_by(c).copied().collect()).collect(),
        })
    }

    fn refused(&self, fault: impl Into<Words>) -> Error {
        unusable(sayings::model_refused(&self.manifest.id, fault))
    }
}

/// tract panics over some graphs that it ought to refuse. What was being made of such a graph is dropped.
pub(crate) fn without_panic<T, F: From<Words>>(work: impl FnOnce() -> std::result::Result<T, F>) -> std::result::Result<T, F> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(sayings::graph_faulty().into()))
}

fn build(manifest: &Manifest, onnx: &[u8]) -> TractResult<Arc<TypedRunnableModel>> {
    let mut proto = tract_onnx::onnx().proto_model_for_read(&mut std::io::Cursor::new(onnx))?;
    graph::keep_only(&mut proto, &manifest.output).map_err(TractError::msg)?;
    let model = tract_onnx::onnx().model_for_proto_model(&proto)?;
    // The weights are in the model now; of a large network two copies are one too many.
    drop(proto);
    model.with_input_fact(0, f32::fact(input_shape(manifest)).into())?.into_optimized()?.into_runnable()
}

fn input_shape(manifest: &Manifest) -> [usize; 4] {
    let (width, height) = (manifest.input.width as usize, manifest.input.height as usize);
    match manifest.input.layout {
        Layout::Nchw => [1, 3, height, width],
        Layout::Nhwc => [1, height, width, 3],
    }
}

/// tract chains contexts from the general to the particular; people need both ends.
fn root_cause(error: &TractError) -> String {
    let (outer, inner) = (error.to_string(), error.root_cause().to_string());
    if outer == inner { outer } else { format!("{outer}: {inner}") }
}
