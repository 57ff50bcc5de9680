//! What images have to be like, as SQL with its values.

use rusqlite::types::ToSql;

use crate::wire::SearchFilter;
use crate::{Error, Result};

/// Conditions on images of the library, all of which hold.
pub(super) struct Conditions {
    sql: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    /// Those of a filter.
    pub(super) fn of(filter: &SearchFilter) -> Result<Self> {
        let mut all = Self { sql: vec!["orphaned_at IS NULL".to_owned()], values: Vec::new() };
        if let Some(day) = &filter.taken_from {
            all.add("taken_at >= ?", day.clone());
        }
        if let Some(moment) = filter.last_moment() {
            all.add("taken_at <= ?", moment);
        }
        if let Some(bytes) = filter.min_bytes {
            all.add("bytes >= ?", i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        if let Some(bytes) = filter.max_bytes {
            all.add("bytes <= ?", i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        if let Some(folder) = filter.folder {
            all.add("id IN (SELECT image FROM file WHERE folder = ?)", folder);
        }
        if !filter.formats.is_empty() {
            all.add("format IN (SELECT value FROM json_each(?))", json(&filter.formats)?);
        }
        all.sql.extend(filter.orientation.map(|orientation| orientation.condition().to_owned()));
        Ok(all)
    }

    /// A further one, in which `?` stands for the value.
    pub(super) fn add(&mut self, sql: &str, value: impl ToSql + 'static) {
        let value = self.hold(value);
        self.sql.push(sql.replace('?', &value));
    }

    /// A further one, of which all values are held.
    pub(super) fn add_held(&mut self, sql: String) {
        self.sql.push(sql);
    }

    /// Holds a value and answers what stands for it.
    pub(super) fn hold(&mut self, value: impl ToSql + 'static) -> String {
        self.values.push(Box::new(value));
        format!("?{}", self.values.len())
    }

    pub(super) fn sql(&self) -> String {
        self.sql.join(" AND ")
    }

    pub(super) fn values(&self) -> impl rusqlite::Params + '_ {
        rusqlite::params_from_iter(&self.values)
    }
}

/// As JSON, any number of values is one.
pub(super) fn json(values: &[impl serde::Serialize]) -> Result<String> {
    serde_json::to_string(values).map_err(|error| Error::internal(error.to_string()))
}
