//! ONNX files whose weights lie in another file beside them, as newer exporters write them: brought into one.

use std::path::Path;

use prost::Message;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{ModelProto, TensorProto};

/// The bytes of an ONNX file with all of its weights in it. Unchanged where nothing lies outside. Only files of the same
/// folder are read.
///
/// # Errors
///
/// Says, in words, what cannot be brought together.
pub(super) fn whole(onnx: Vec<u8>, folder: &Path) -> Result<Vec<u8>, String> {
    let mut proto = ModelProto::decode(onnx.as_slice()).map_err(|error| format!("it is no ONNX file: {error}"))?;
    let Some(graph) = &mut proto.graph else { return Ok(onnx) };
    let mut is_changed = false;
    for weights in graph.initializer.iter_mut().filter(|weights| weights.data_location == Some(DataLocation::External.into())) {
        weights.raw_data = read(weights, folder).map_err(|fault| format!("its weights {} lie in another file: {fault}", weights.name))?;
        weights.data_location = None;
        weights.external_data.clear();
        is_changed = true;
    }
    Ok(if is_changed { proto.encode_to_vec() } else { onnx })
}

fn read(weights: &TensorProto, folder: &Path) -> Result<Vec<u8>, String> {
    let entry = |key: &str| weights.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
    let number = |key: &str| entry(key).map(|text| text.parse::<usize>().map_err(|_| format!("its {key} {text:?} is no number"))).transpose();
    let name = entry("location").ok_or("it is not said in which")?;
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':']) {
        return Err(format!("{name:?} is no file of the same folder"));
    }
    let bytes = fs_err::read(folder.join(name)).map_err(|error| error.to_string())?;
    let start = number("offset")?.unwrap_or(0);
    let end = match number("length")? {
        Some(length) => start.saturating_add(length),
        None => bytes.len(),
    };
    bytes.get(start..end).map(<[u8]>::to_vec).ok_or_else(|| format!("{name} is too short"))
}
