//! What an unknown ONNX file says of itself: its input, and the places that may serve as output.

use tract_onnx::pb::GraphProto;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Size;
use tract_onnx::pb::type_proto::Value as Kind;
use tract_onnx::prelude::*;

use super::graph;
use super::model::{Landmark, Layout, Output, Pooling};

/// ONNX's number for 32-bit floats.
const FLOAT: i32 = 1;

/// A graph as far as it can be read without running it.
pub(crate) struct Found {
    pub(crate) layout: Option<Layout>,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    /// Outputs first, then landmarks; pooling and dimension are not known yet.
    pub(crate) candidates: Vec<Output>,
    /// Whether a dense layer leads to the output and a pooling to that, and nothing is brought to unit length: it names things
    /// rather than describes them.
    pub(crate) ends_in_classifier: bool,
}

/// Reads an ONNX file's graph, without looking whether it can be run.
pub(crate) fn read(onnx: &[u8]) -> Result<GraphProto, String> {
    let proto = tract_onnx::onnx().proto_model_for_read(&mut std::io::Cursor::new(onnx)).map_err(|error| format!("it is no ONNX file: {error}"))?;
    proto.graph.filter(|graph| !graph.node.is_empty()).ok_or_else(|| "it is no ONNX file: it holds no graph".into())
}

/// A graph's input and the places that may serve as output.
pub(crate) fn look(graph: &GraphProto) -> Result<Found, String> {
    let inputs = graph::inputs(graph);
    let [input] = inputs.as_slice() else {
        return Err(format!("it has {} inputs where one picture is wanted", inputs.len()));
    };
    let Some(Kind::TensorType(tensor)) = input.r#type.as_ref().and_then(|kind| kind.value.as_ref()) else {
        return Err("its input has no type".into());
    };
    if tensor.elem_type != FLOAT {
        return Err("its input is not of 32-bit floats".into());
    }
    let sizes: Vec<Option<u32>> = tensor.shape.iter().flat_map(|shape| &shape.dim).map(|dim| known(dim.value.as_ref())).collect();
    if let Some(Some(batch @ 2..)) = sizes.first() {
        return Err(format!("its input takes {batch} pictures at a time and no other number: export it with a batch of 1, or an open one"));
    }
    let (layout, height, width) = match sizes.as_slice() {
        [] => (None, None, None),
        [_, Some(3), height, width] => (Some(Layout::Nchw), *height, *width),
        [_, height, width, Some(3)] => (Some(Layout::Nhwc), *height, *width),
        [_, None, _, _] => (None, None, None),
        _ => return Err("its input is no colour picture (batch, 3 channels, height, width, or batch, height, width, 3 channels)".into()),
    };
    let place = |node: Option<&str>, after| Output { node: node.map(str::to_owned), after, pooling: Pooling::None, dimension: 0, copy: None };
    let mut candidates: Vec<Output> = graph.output.iter().map(|output| place(Some(&output.name), None)).collect();
    let landmarks = [Landmark::LastPooling, Landmark::ClassifierInput].map(|landmark| place(None, Some(landmark)));
    let found: Vec<Output> = landmarks.into_iter().filter(|output| graph::find(graph, output).is_ok()).collect();
    let ends_in_classifier = found.len() == 2 && !graph::normalises_after_dense(graph);
    candidates.extend(found);
    Ok(Found { layout, width, height, candidates, ends_in_classifier })
}

fn known(size: Option<&Size>) -> Option<u32> {
    match size {
        Some(Size::DimValue(value)) => u32::try_from(*value).ok().filter(|value| *value > 0),
        _ => None,
    }
}

/// The shape that a place has for one picture, by running the graph up to there.
pub(crate) fn shape(onnx: &[u8], output: &Output, layout: Layout, width: u32, height: u32) -> Result<Vec<usize>, String> {
    let run = || -> TractResult<Vec<usize>> {
        let mut proto = tract_onnx::onnx().proto_model_for_read(&mut std::io::Cursor::new(onnx))?;
        graph::keep_only(&mut proto, output).map_err(TractError::msg)?;
        let model = tract_onnx::onnx().model_for_proto_model(&proto)?;
        let (width, height) = (width as usize, height as usize);
        let shape = match layout {
            Layout::Nchw => [1, 3, height, width],
            Layout::Nhwc => [1, height, width, 3],
        };
        let plan = model.with_input_fact(0, f32::fact(shape).into())?.into_optimized()?.into_runnable()?;
        let outputs = plan.run(tvec!(Tensor::zero::<f32>(&shape)?.into()))?;
        Ok(outputs[0].shape().to_vec())
    };
    run().map_err(|error| error.root_cause().to_string())
}
