//! Networks of published shapes with random weights, written as ONNX by code: what they see means nothing, but their graphs
//! are built as those of the real files are, so that loading them, the chosen output and its dimension are the same matter.

use std::slice::SliceIndex;

use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::type_proto::{self, Tensor};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto,
};

use crate::scenes::Numbers;

const FLOAT: i32 = 1;
const INT64: i32 = 7;

/// Inverted residuals with depthwise convolutions, as MobileNet v2: 1,280 features, then a classifier behind a reshape whose
/// shape is computed. Operator set 12, symbolic batch.
pub fn mobilenet_like(seed: u64) -> Vec<u8> {
    let mut net = Net::new(seed, 12, "input", 224);
    let mut x = net.conv("input", 3, 8, 7, 4, 1);
    x = net.clip(&x);
    for stride in [2, 2, 1, 2] {
        let wide = net.conv(&x, 8, 24, 1, 1, 1);
        let wide = net.clip(&wide);
        let deep = net.conv(&wide, 24, 24, 3, stride, 24);
        let deep = net.clip(&deep);
        let narrow = net.conv(&deep, 24, 8, 1, 1, 1);
        x = if stride == 1 { net.op("Add", &[&x, &narrow], &[]) } else { narrow };
    }
    x = net.conv(&x, 8, 1280, 1, 1, 1);
    x = net.clip(&x);
    let pooled = net.op("GlobalAveragePool", &[&x], &[]);
    let shape = net.op("Shape", &[&pooled], &[]);
    let zero = net.numbers64("zero", &[], &[0]);
    let batch = net.op("Gather", &[&shape, &zero], &[int("axis", 0)]);
    let batch = net.op("Unsqueeze", &[&batch], &[ints("axes", &[0])]);
    let rest = net.numbers64("rest", &[1], &[-1]);
    let flat = net.op("Concat", &[&batch, &rest], &[int("axis", 0)]);
    let features = net.op("Reshape", &[&pooled, &flat], &[]);
    let output = net.dense(&features, 1280, 10);
    net.finish(&output)
}

/// Bottleneck residuals with normalisation first, as ResNet-50 v2: 2,048 features after the last pooling, under the name that
/// the real file gives it. Operator set 7, weights listed among the inputs, as files of that time do.
pub fn resnet_like(seed: u64) -> Vec<u8> {
    let mut net = Net::new(seed, 7, "data", 224);
    let normal = net.normalise("data", 3);
    let mut x = net.conv(&normal, 3, 8, 7, 2, 1);
    x = net.normalise(&x, 8);
    x = net.op("Relu", &[&x], &[]);
    x = net.op("MaxPool", &[&x], &[ints("kernel_shape", &[3, 3]), ints("strides", &[2, 2]), ints("pads", &[1, 1, 1, 1])]);
    let mut width = 8;
    for (next, stride) in [(16, 2), (16, 1), (32, 2), (2048, 2)] {
        let mut y = net.activate(&x, width);
        let straight = if next == width { x.clone() } else { net.conv(&y, width, next, 1, stride, 1) };
        y = net.conv(&y, width, 8, 1, 1, 1);
        y = net.activate(&y, 8);
        y = net.conv(&y, 8, 8, 3, stride, 1);
        y = net.activate(&y, 8);
        y = net.conv(&y, 8, next, 1, 1, 1);
        x = net.op("Add", &[&y, &straight], &[]);
        width = next;
    }
    x = net.activate(&x, width);
    x = net.named("GlobalAveragePool", "resnetv24_pool1_fwd", &[&x]);
    let flat = net.op("Flatten", &[&x], &[]);
    let output = net.dense(&flat, 2048, 10);
    net.list_weights_among_inputs();
    net.finish(&output)
}

/// Blocks of convolutions and max pooling, as VGG-16: 512 maps of 7 × 7 after the last block, then dense layers with dropout.
pub fn vgg_like(seed: u64) -> Vec<u8> {
    let mut net = Net::new(seed, 12, "data", 224);
    let (mut x, mut width) = ("data".to_owned(), 3);
    for block in [&[4][..], &[4], &[8, 8], &[8, 8], &[8, 8, 512]] {
        for next in block {
            x = net.conv(&x, width, *next, 3, 1, 1);
            x = net.op("Relu", &[&x], &[]);
            width = *next;
        }
        x = net.op("MaxPool", &[&x], &[ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])]);
    }
    x = net.op("Flatten", &[&x], &[]);
    x = net.dense(&x, 512 * 7 * 7, 16);
    x = net.op("Relu", &[&x], &[]);
    x = net.op("Dropout", &[&x], &[]);
    let output = net.dense(&x, 16, 10);
    net.finish(&output)
}

/// Both sides of the input of [`small`], in pixels.
pub const SMALL_SIDE: i64 = 48;

/// A small network without a classifier: its output is the vector. Fast, for tests that only need some model.
pub fn small(seed: u64, dimension: i64) -> Vec<u8> {
    let mut net = Net::new(seed, 12, "picture", SMALL_SIDE);
    let mut x = net.conv("picture", 3, 8, 7, 4, 1);
    x = net.op("Relu", &[&x], &[]);
    x = net.conv(&x, 8, dimension, 3, 2, 1);
    x = net.op("GlobalAveragePool", &[&x], &[]);
    let output = net.op("Flatten", &[&x], &[]);
    net.finish(&output)
}

/// The network with a stride of 0 in its convolutions: it can be read and not be run.
pub fn without_stride(onnx: &[u8]) -> Vec<u8> {
    let mut proto = ModelProto::decode(onnx).expect("a network");
    for attribute in proto.graph.iter_mut().flat_map(|graph| &mut graph.node).flat_map(|node| &mut node.attribute) {
        if attribute.name == "strides" {
            attribute.ints = vec![0, 0];
        }
    }
    proto.encode_to_vec()
}

/// The network for pictures of another size.
pub fn with_side(onnx: &[u8], side: i64) -> Vec<u8> {
    with_input(onnx, 2.., side)
}

/// The network for so many pictures at a time.
pub fn with_batch(onnx: &[u8], batch: i64) -> Vec<u8> {
    with_input(onnx, ..1, batch)
}

/// The network with other sizes for some axes of its input.
fn with_input(onnx: &[u8], axes: impl SliceIndex<[Dimension], Output = [Dimension]> + Clone, size: i64) -> Vec<u8> {
    let mut proto = ModelProto::decode(onnx).expect("a network");
    for kind in proto.graph.iter_mut().flat_map(|graph| &mut graph.input).filter_map(|input| input.r#type.as_mut()?.value.as_mut()) {
        if let type_proto::Value::TensorType(Tensor { shape: Some(shape), .. }) = kind {
            shape.dim[axes.clone()].iter_mut().for_each(|dim| dim.value = Some(dimension::Value::DimValue(size)));
        }
    }
    proto.encode_to_vec()
}

/// A network with its weights in another file, of this name, and that file: as newer exporters write them.
pub fn split(onnx: &[u8], name: &str) -> (Vec<u8>, Vec<u8>) {
    let mut proto = ModelProto::decode(onnx).expect("a network");
    let mut data = Vec::new();
    for weights in proto.graph.iter_mut().flat_map(|graph| &mut graph.initializer).filter(|weights| weights.data_type == FLOAT) {
        let bytes: Vec<u8> = weights.float_data.drain(..).flat_map(f32::to_le_bytes).collect();
        let entry = |key: &str, value: String| StringStringEntryProto { key: key.into(), value };
        weights.external_data = vec![entry("location", name.into()), entry("offset", data.len().to_string()), entry("length", bytes.len().to_string())];
        weights.data_location = Some(1);
        data.extend(bytes);
    }
    (proto.encode_to_vec(), data)
}

/// The manifest of a [`small`] network.
pub fn small_manifest(id: &str, onnx: &[u8], dimension: i64) -> String {
    format!(
        r#"id = "{id}"
name = "Small {id}"
file = "{id}.onnx"
sha256 = "{}"
bytes = {}
licence = "MIT"
provenance = "Random weights."
[input]
width = {SMALL_SIDE}
height = {SMALL_SIDE}
layout = "nchw"
colour = "rgb"
resize = "squash"
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
[output]
after = "last-pooling"
pooling = "mean"
dimension = {dimension}
[bands]
same-picture = 0.99
same-scene = 0.98
similar = 0.97
"#,
        sha256(onnx),
        onnx.len()
    )
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A graph that is being written.
struct Net {
    graph: GraphProto,
    opset: i64,
    numbers: Numbers,
}

impl Net {
    /// With one input of `[N, 3, size, size]`, N symbolic.
    fn new(seed: u64, opset: i64, input: &str, size: i64) -> Self {
        let dim = |value| Dimension { value: Some(value), ..Dimension::default() };
        let sizes = [dimension::Value::DimParam("N".into()), dimension::Value::DimValue(3), dimension::Value::DimValue(size), dimension::Value::DimValue(size)];
        let tensor = Tensor { elem_type: FLOAT, shape: Some(TensorShapeProto { dim: sizes.map(dim).to_vec() }) };
        let graph = GraphProto { name: "net".into(), input: vec![value(input, Some(tensor))], ..GraphProto::default() };
        Self { graph, opset, numbers: Numbers::new(seed) }
    }

    fn op(&mut self, op_type: &str, inputs: &[&str], attributes: &[AttributeProto]) -> String {
        let name = format!("{op_type}_{}", self.graph.node.len());
        self.push(op_type, &name, inputs, attributes)
    }

    fn named(&mut self, op_type: &str, name: &str, inputs: &[&str]) -> String {
        self.push(op_type, name, inputs, &[])
    }

    fn push(&mut self, op_type: &str, name: &str, inputs: &[&str], attributes: &[AttributeProto]) -> String {
        self.graph.node.push(NodeProto {
            name: name.into(),
            op_type: op_type.into(),
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![name.into()],
            attribute: attributes.to_vec(),
            ..NodeProto::default()
        });
        name.into()
    }

    /// Same padding; weights scaled so that values keep their size.
    fn conv(&mut self, from: &str, inputs: i64, outputs: i64, kernel: i64, stride: i64, groups: i64) -> String {
        let taps = inputs / groups * kernel * kernel;
        let weights = self.weights(&[outputs, inputs / groups, kernel, kernel], (2.0 / taps as f32).sqrt());
        let bias = self.weights(&[outputs], 0.1);
        let pad = kernel / 2;
        let attributes = [
            ints("kernel_shape", &[kernel, kernel]),
            ints("strides", &[stride, stride]),
            ints("pads", &[pad, pad, pad, pad]),
            ints("dilations", &[1, 1]),
            int("group", groups),
        ];
        self.op("Conv", &[from, &weights, &bias], &attributes)
    }

    fn dense(&mut self, from: &str, inputs: i64, outputs: i64) -> String {
        let weights = self.weights(&[outputs, inputs], (1.0 / inputs as f32).sqrt());
        let bias = self.weights(&[outputs], 0.1);
        self.op("Gemm", &[from, &weights, &bias], &[int("transB", 1)])
    }

    fn normalise(&mut self, from: &str, channels: i64) -> String {
        let constant = |net: &mut Self, value: f32| net.tensor(&[channels], vec![value; channels as usize]);
        let (scale, bias, mean, variance) = (constant(self, 1.0), constant(self, 0.0), constant(self, 0.0), constant(self, 1.0));
        self.op("BatchNormalization", &[from, &scale, &bias, &mean, &variance], &[])
    }

    fn activate(&mut self, from: &str, channels: i64) -> String {
        let normal = self.normalise(from, channels);
        self.op("Relu", &[&normal], &[])
    }

    /// Between 0 and 6, whose limits are inputs since operator set 11.
    fn clip(&mut self, from: &str) -> String {
        let (low, high) = (self.tensor(&[], vec![0.0]), self.tensor(&[], vec![6.0]));
        self.op("Clip", &[from, &low, &high], &[])
    }

    fn weights(&mut self, dims: &[i64], scale: f32) -> String {
        let count = dims.iter().product::<i64>();
        let values = (0..count).map(|_| (self.numbers.below(2_000_001) as f32 / 1e6 - 1.0) * scale * 1.7).collect();
        self.tensor(dims, values)
    }

    fn tensor(&mut self, dims: &[i64], values: Vec<f32>) -> String {
        let name = format!("w{}", self.graph.initializer.len());
        self.graph.initializer.push(TensorProto { name: name.clone(), dims: dims.to_vec(), data_type: FLOAT, float_data: values, ..TensorProto::default() });
        name
    }

    fn numbers64(&mut self, name: &str, dims: &[i64], values: &[i64]) -> String {
        self.graph.initializer.push(TensorProto {
            name: name.into(),
            dims: dims.to_vec(),
            data_type: INT64,
            int64_data: values.to_vec(),
            ..TensorProto::default()
        });
        name.into()
    }

    fn list_weights_among_inputs(&mut self) {
        for weights in &self.graph.initializer {
            let dim = weights.dims.iter().map(|size| Dimension { value: Some(dimension::Value::DimValue(*size)), ..Dimension::default() }).collect();
            let tensor = Tensor { elem_type: weights.data_type, shape: Some(TensorShapeProto { dim }) };
            self.graph.input.push(value(&weights.name, Some(tensor)));
        }
    }

    fn finish(mut self, output: &str) -> Vec<u8> {
        self.graph.output.push(value(output, None));
        let opset = OperatorSetIdProto { version: self.opset, ..OperatorSetIdProto::default() };
        ModelProto { ir_version: 3, opset_import: vec![opset], graph: Some(self.graph), ..ModelProto::default() }.encode_to_vec()
    }
}

fn value(name: &str, tensor: Option<Tensor>) -> ValueInfoProto {
    let kind = tensor.map(|tensor| TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() });
    ValueInfoProto { name: name.into(), r#type: kind, ..ValueInfoProto::default() }
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int.into(), i: value, ..AttributeProto::default() }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Ints.into(), ints: values.to_vec(), ..AttributeProto::default() }
}
