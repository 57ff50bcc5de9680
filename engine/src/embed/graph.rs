//! Finds a place in an ONNX graph, by name or by what is there, and leaves out what lies behind it: the classifier of a
//! network whose features are wanted may be most of its weights. Works on the file's own description, before tract sees it.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::model::{Landmark, Output};

/// Makes the place that the manifest names the only output, and drops every node and weight that it does not need.
///
/// # Errors
///
/// Says, in words, what of the manifest is not in the graph.
pub(super) fn keep_only(proto: &mut ModelProto, output: &Output) -> Result<(), String> {
    let graph = proto.graph.as_mut().ok_or("the file holds no graph")?;
    let tensor = find(graph, output)?;
    if !graph.node.iter().any(has_subgraph) {
        let needed = ancestors(graph, [tensor.as_str()]);
        let mut at = 0;
        graph.node.retain(|_| {
            at += 1;
            needed.contains(&(at - 1))
        });
        let mut used: HashSet<String> = graph.node.iter().flat_map(|node| node.input.iter().chain(&node.output)).cloned().collect();
        used.insert(tensor.clone());
        graph.initializer.retain(|weights| used.contains(&weights.name));
        graph.input.retain(|input| used.contains(&input.name));
        graph.value_info.retain(|info| used.contains(&info.name));
    }
    graph.output = vec![ValueInfoProto { name: tensor, ..ValueInfoProto::default() }];
    let inputs = inputs(graph).len();
    if inputs == 1 { Ok(()) } else { Err(format!("it has {inputs} inputs where one picture is wanted")) }
}

/// The graph's inputs that are no weights: files of old versions list those too.
pub(super) fn inputs(graph: &GraphProto) -> Vec<&ValueInfoProto> {
    graph.input.iter().filter(|input| graph.initializer.iter().all(|weights| weights.name != input.name)).collect()
}

/// The name of the tensor that a manifest's output means.
pub(super) fn find(graph: &GraphProto, output: &Output) -> Result<String, String> {
    match (&output.node, output.after) {
        (Some(name), _) => by_name(graph, name).ok_or_else(|| format!("its graph has no node or tensor named {name:?}")),
        (None, Some(Landmark::LastPooling)) => {
            last(graph, is_pooling).and_then(|node| node.output.first().cloned()).ok_or_else(|| "its graph has no pooling on the way to the output".to_owned())
        }
        (None, Some(Landmark::ClassifierInput)) => {
            last(graph, is_dense).and_then(|node| node.input.first().cloned()).ok_or_else(|| "its graph has no dense layer on the way to the output".to_owned())
        }
        (None, None) => graph.output.first().map(|output| output.name.clone()).ok_or_else(|| "its graph has no output".to_owned()),
    }
}

fn by_name(graph: &GraphProto, name: &str) -> Option<String> {
    let is_tensor = graph.node.iter().any(|node| node.output.iter().any(|output| output == name));
    if is_tensor {
        return Some(name.to_owned());
    }
    graph.node.iter().find(|node| node.name == name)?.output.first().cloned()
}

/// The last node of a kind that the graph's outputs depend on. The nodes of a graph are in the order of their execution.
fn last(graph: &GraphProto, is_wanted: fn(&NodeProto) -> bool) -> Option<&NodeProto> {
    let needed = ancestors(graph, graph.output.iter().map(|output| output.name.as_str()));
    graph.node.iter().enumerate().rev().find(|(at, node)| needed.contains(at) && is_wanted(node)).map(|(_, node)| node)
}

/// Whether something divides by a length behind the last dense layer: the output is made to be compared.
pub(super) fn normalises_after_dense(graph: &GraphProto) -> bool {
    let behind = graph.node.iter().rev().take_while(|node| !is_dense(node));
    behind.into_iter().any(|node| matches!(node.op_type.as_str(), "LpNormalization" | "ReduceL2" | "Div"))
}

fn is_pooling(node: &NodeProto) -> bool {
    match node.op_type.as_str() {
        "GlobalAveragePool" | "GlobalMaxPool" | "AveragePool" | "MaxPool" => true,
        // How some exporters write a global mean: over two axes.
        "ReduceMean" => node.attribute.iter().any(|attribute| attribute.name == "axes" && attribute.ints.len() == 2),
        _ => false,
    }
}

fn is_dense(node: &NodeProto) -> bool {
    matches!(node.op_type.as_str(), "Gemm" | "MatMul")
}

fn has_subgraph(node: &NodeProto) -> bool {
    node.attribute.iter().any(|attribute| attribute.g.is_some() || !attribute.graphs.is_empty())
}

/// Places, in `graph.node`, of the nodes that these tensors depend on.
fn ancestors<'a>(graph: &'a GraphProto, tensors: impl IntoIterator<Item = &'a str>) -> HashSet<usize> {
    let makers: HashMap<&str, usize> =
        graph.node.iter().enumerate().flat_map(|(at, node)| node.output.iter().map(move |output| (output.as_str(), at))).collect();
    let mut wanted: Vec<usize> = tensors.into_iter().filter_map(|tensor| makers.get(tensor).copied()).collect();
    let mut found = HashSet::new();
    while let Some(at) = wanted.pop() {
        if found.insert(at) {
            wanted.extend(graph.node[at].input.iter().filter_map(|input| makers.get(input.as_str()).copied()));
        }
    }
    found
}
