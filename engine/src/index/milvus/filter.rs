//! Boolean expressions for Milvus, with every value escaped. Knows the names of our columns and no others.

use std::fmt::Write;

use crate::wire::SearchFilter;

/// Which rows are meant. Parts are joined by *and*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
}

impl Filter {
    /// All rows.
    pub fn all() -> Self {
        Self::default()
    }

    /// Rows of one computer.
    #[must_use]
    pub fn of_device(self, device: &str) -> Self {
        self.and(&format!("device == {}", quoted(device)))
    }

    /// Rows whose primary key is above this one.
    #[must_use]
    pub fn after(self, id: &str) -> Self {
        self.and(&format!("id > {}", quoted(id)))
    }

    /// Rows with one of these primary keys.
    #[must_use]
    pub fn with_ids<'a>(self, ids: impl IntoIterator<Item = &'a str>) -> Self {
        self.and(&format!("id in {}", list(ids)))
    }

    /// Rows of one of these contents.
    #[must_use]
    pub fn with_contents<'a>(self, contents: impl IntoIterator<Item = &'a str>) -> Self {
        self.and(&format!("content in {}", list(contents)))
    }

    /// Rows of pictures that a search may find.
    #[must_use]
    pub fn of_search(mut self, filter: &SearchFilter) -> Self {
        if filter.taken_from.is_some() || filter.taken_until.is_some() {
            // What has no date is written as nothing, which comes before every day.
            self = self.and("taken_at != \"\"");
        }
        if let Some(day) = &filter.taken_from {
            self = self.and(&format!("taken_at >= {}", quoted(day)));
        }
        if let Some(moment) = filter.last_moment() {
            self = self.and(&format!("taken_at <= {}", quoted(&moment)));
        }
        if let Some(bytes) = filter.min_bytes {
            self = self.and(&format!("bytes >= {}", bytes.min(i64::MAX.unsigned_abs())));
        }
        if let Some(bytes) = filter.max_bytes {
            self = self.and(&format!("bytes <= {}", bytes.min(i64::MAX.unsigned_abs())));
        }
        if !filter.formats.is_empty() {
            self = self.and(&format!("format in {}", list(filter.formats.iter().map(String::as_str))));
        }
        match filter.orientation {
            Some(orientation) => self.and(orientation.condition()),
            None => self,
        }
    }

    /// The expression; empty for all rows.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn and(mut self, part: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push_str(" and ");
        }
        self.text.push_str(part);
        self
    }
}

/// A string literal.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => {
                out.push('\\');
                out.push(char);
            }
            char if char.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", values.into_iter().map(quoted).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_and_values_cannot_leave_their_quotes() {
        assert_eq!(Filter::all().as_str(), "");
        let filter = Filter::all().of_device("d\" or \"1\" == \"1").after("a\\");
        assert_eq!(filter.as_str(), r#"device == "d\" or \"1\" == \"1" and id > "a\\""#);
        assert_eq!(Filter::all().with_ids(["a", "b"]).as_str(), r#"id in ["a", "b"]"#);
    }
}
