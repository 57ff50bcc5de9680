//! ONNX files whose weights lie in another file beside them, as newer exporters write them: brought into one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use prost::Message;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{ModelProto, TensorProto};

use super::import::LARGEST;

/// The bytes of an ONNX file with all of its weights in it. Unchanged where nothing lies outside. Only files of the same
/// folder are read.
///
/// # Errors
///
/// Says, in words, what cannot be brought together.
pub(super) fn whole(onnx: Vec<u8>, folder: &Path) -> Result<Vec<u8>, String> {
    let mut proto = ModelProto::decode(onnx.as_slice()).map_err(|error| format!("it is no ONNX file: {error}"))?;
    let Some(graph) = &mut proto.graph else { return Ok(onnx) };
    let mut beside = Beside { folder, files: HashMap::new(), left: LARGEST.saturating_sub(onnx.len() as u64) };
    let mut is_changed = false;
    for weights in graph.initializer.iter_mut().filter(|weights| weights.data_location == Some(DataLocation::External.into())) {
        weights.raw_data = beside.read(weights).map_err(|fault| format!("its weights {} lie in another file: {fault}", weights.name))?;
        weights.data_location = None;
        weights.external_data.clear();
        is_changed = true;
    }
    Ok(if is_changed { proto.encode_to_vec() } else { onnx })
}

/// The other files, each opened once, of which only what the weights name is read.
struct Beside<'a> {
    folder: &'a Path,
    files: HashMap<String, (fs_err::File, u64)>,
    /// Bytes that may still be read: more does not belong to a file that would be accepted whole.
    left: u64,
}

impl Beside<'_> {
    fn read(&mut self, weights: &TensorProto) -> Result<Vec<u8>, String> {
        let entry = |key: &str| weights.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
        let number = |key: &str| entry(key).map(|text| text.parse::<u64>().map_err(|_| format!("its {key} {text:?} is no number"))).transpose();
        let location = entry("location").ok_or("it is not said in which")?;
        let name = location.strip_prefix("./").unwrap_or(location);
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':']) {
            return Err(format!("{location:?} is no file of the same folder"));
        }
        let (start, length) = (number("offset")?.unwrap_or(0), number("length")?);
        let left = self.left;
        let (file, size) = self.open(name)?;
        let length = length.unwrap_or(size.saturating_sub(start));
        if start.checked_add(length).is_none_or(|end| end > *size) {
            return Err(format!("{name} is too short"));
        }
        let left = left.checked_sub(length).ok_or_else(|| format!("with {name} it has more than {} GB", LARGEST >> 30))?;
        file.seek(SeekFrom::Start(start)).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        self.left = left;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(format!("{name} is too short")) }
    }

    fn open(&mut self, name: &str) -> Result<&mut (fs_err::File, u64), String> {
        match self.files.entry(name.to_owned()) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(place) => {
                let path = self.folder.join(name);
                // Before it is opened: opening a pipe would wait for whoever writes to it.
                let metadata = fs_err::metadata(&path).map_err(|error| error.to_string())?;
                if !metadata.is_file() {
                    return Err(format!("{} is no file", path.display()));
                }
                let file = fs_err::File::open(&path).map_err(|error| error.to_string())?;
                Ok(place.insert((file, metadata.len())))
            }
        }
    }
}
