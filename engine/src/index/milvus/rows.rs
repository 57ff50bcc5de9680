//! The rows of a shared collection, and their columns on the wire.

use milvus::v2::prelude::{self as sdk, FieldData};

/// A picture of one computer, as others see it.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedRow {
    /// Primary key: see [`SharedRow::id_of`].
    pub id: String,
    /// BLAKE3 of the picture's bytes: 64 hexadecimal digits.
    pub content: String,
    /// Which computer's row it is.
    pub device: String,
    /// What that computer is called.
    pub device_name: String,
    /// A name of the picture's file there.
    pub file_name: String,
    /// Where its object lies; empty: nowhere.
    pub object_key: String,
    /// Pixels, after orientation.
    pub width: i64,
    /// Pixels, after orientation.
    pub height: i64,
    /// Size of the file.
    pub bytes: i64,
    /// `YYYY-MM-DDTHH:MM:SS`, or empty.
    pub taken_at: String,
    /// `jpeg`, `png`, …
    pub format: String,
    /// Unit norm; empty where it was not asked for.
    pub embedding: Vec<f32>,
}

/// What of a row is shown among the results of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedHit {
    /// BLAKE3 of the picture's bytes: 64 hexadecimal digits.
    pub content: String,
    /// Which computer's row it is.
    pub device: String,
    /// What that computer is called.
    pub device_name: String,
    /// A name of the picture's file there.
    pub file_name: String,
    /// Pixels, after orientation.
    pub width: u32,
    /// Pixels, after orientation.
    pub height: u32,
}

impl SharedRow {
    /// The primary key of a content on a computer: both can be had from it by nobody, and it never changes.
    pub fn id_of(device: &str, content: &str) -> String {
        blake3::hash(format!("{device}\n{content}").as_bytes()).to_hex().to_string()
    }

    /// Whether the two say the same, but for rounding in the vector.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5;
        let vectors_agree = self.embedding.len() == other.embedding.len() && self.embedding.iter().zip(&other.embedding).all(close);
        let facts = |row: &Self| Self { embedding: Vec::new(), ..row.clone() };
        vectors_agree && facts(self) == facts(other)
    }
}

/// Columns without the vector.
pub(super) const FACTS: [&str; 11] = ["id", "content", "device", "device_name", "file_name", "object_key", "width", "height", "bytes", "taken_at", "format"];
pub(super) const EMBEDDING: &str = "embedding";

/// Columns of a [`SharedHit`].
pub(super) const HIT: [&str; 6] = ["content", "device", "device_name", "file_name", "width", "height"];

/// Longest values in bytes, which is what Milvus counts.
const DEVICE_NAME: u32 = 256;
const FILE_NAME: u32 = 1024;

/// The schema of a collection of vectors of this length.
pub(super) fn schema(dimension: usize) -> sdk::CollectionSchema {
    let text = |name: &str, longest: u32| sdk::FieldSchema::new().name(name).data_type(sdk::DataType::VarChar).max_length(longest);
    let number = |name: &str| sdk::FieldSchema::new().name(name).data_type(sdk::DataType::Int64);
    sdk::CollectionSchema::new()
        // A misspelt column in a filter is an error then, and does not silently match nothing.
        .enable_dynamic_field(false)
        .add_field(text("id", 64).primary_key(true).auto_id(false))
        .add_field(text("content", 64))
        .add_field(text("device", 64))
        .add_field(text("device_name", DEVICE_NAME))
        .add_field(text("file_name", FILE_NAME))
        .add_field(text("object_key", 512))
        .add_field(number("width"))
        .add_field(number("height"))
        .add_field(number("bytes"))
        .add_field(text("taken_at", 32))
        .add_field(text("format", 32))
        .add_field(sdk::FieldSchema::new().name(EMBEDDING).data_type(sdk::DataType::FloatVector).dimension(dimension as u32))
}

/// Rows as columns.
pub(super) fn columns(rows: &[SharedRow]) -> Vec<FieldData> {
    let text = |name: &str, of: fn(&SharedRow) -> String| FieldData::varchar(name, rows.iter().map(of).collect());
    let number = |name: &str, of: fn(&SharedRow) -> i64| FieldData::int64(name, rows.iter().map(of).collect());
    vec![
        text("id", |row| row.id.clone()),
        text("content", |row| row.content.clone()),
        text("device", |row| row.device.clone()),
        text("device_name", |row| shortened(&row.device_name, DEVICE_NAME)),
        text("file_name", |row| shortened(&row.file_name, FILE_NAME)),
        text("object_key", |row| row.object_key.clone()),
        number("width", |row| row.width),
        number("height", |row| row.height),
        number("bytes", |row| row.bytes),
        text("taken_at", |row| row.taken_at.clone()),
        text("format", |row| row.format.clone()),
        FieldData::float_vector(EMBEDDING, rows.iter().map(|row| row.embedding.clone()).collect()),
    ]
}

/// Columns as rows; none where a column is missing or of another length. `count`: how many rows there must be.
pub(super) fn rows(fields: &[FieldData], count: usize, with_vectors: bool) -> Option<Vec<SharedRow>> {
    let field = |name: &str| fields.iter().find(|field| field.name() == name);
    let text = |name: &str| field(name)?.as_varchar().filter(|values| values.len() == count);
    let number = |name: &str| field(name)?.as_int64().filter(|values| values.len() == count);
    let vectors = if with_vectors { Some(field(EMBEDDING)?.as_float_vectors().filter(|values| values.len() == count)?) } else { None };
    let [id, content, device, device_name, file_name, object_key, taken_at, format] =
        ["id", "content", "device", "device_name", "file_name", "object_key", "taken_at", "format"].map(text);
    let (id, content, device, device_name) = (id?, content?, device?, device_name?);
    let (file_name, object_key, taken_at, format) = (file_name?, object_key?, taken_at?, format?);
    let (width, height, bytes) = (number("width")?, number("height")?, number("bytes")?);
    let row = |at: usize| SharedRow {
        id: id[at].clone(),
        content: content[at].clone(),
        device: device[at].clone(),
        device_name: device_name[at].clone(),
        file_name: file_name[at].clone(),
        object_key: object_key[at].clone(),
        width: width[at],
        height: height[at],
        bytes: bytes[at],
        taken_at: taken_at[at].clone(),
        format: format[at].clone(),
        embedding: vectors.map_or_else(Vec::new, |vectors| vectors[at].clone()),
    };
    Some((0..count).map(row).collect())
}

/// Columns as hits; none where a column is missing or of another length.
pub(super) fn hits(fields: &[FieldData], count: usize) -> Option<Vec<SharedHit>> {
    let field = |name: &str| fields.iter().find(|field| field.name() == name);
    let text = |name: &str| field(name)?.as_varchar().filter(|values| values.len() == count);
    let number = |name: &str| field(name)?.as_int64().filter(|values| values.len() == count);
    let [content, device, device_name, file_name] = [text("content")?, text("device")?, text("device_name")?, text("file_name")?];
    let (width, height) = (number("width")?, number("height")?);
    let hit = |at: usize| SharedHit {
        content: content[at].clone(),
        device: device[at].clone(),
        device_name: device_name[at].clone(),
        file_name: file_name[at].clone(),
        width: u32::try_from(width[at]).unwrap_or(0),
        height: u32::try_from(height[at]).unwrap_or(0),
    };
    Some((0..count).map(hit).collect())
}

/// The beginning of a text that fits, cut between characters.
fn shortened(text: &str, longest: u32) -> String {
    let mut end = text.len().min(longest as usize);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(shortened("ab", 5), "ab");
        assert_eq!(shortened("日本語", 7), "日本", "seven bytes hold two characters of three");
    }

    #[test]
    fn keys_tell_computers_and_contents_apart() {
        let id = SharedRow::id_of("a", "b");
        assert_eq!(id.len(), 64);
        assert_ne!(id, SharedRow::id_of("b", "a"));
        assert_ne!(id, SharedRow::id_of("a\nb", ""), "no two pairs run together");
    }
}
