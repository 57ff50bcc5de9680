//! The catalogue of further models: `models/catalogue.toml`, or another of the same form for a mirror.

use serde::Deserialize;

use crate::embed::Manifest;
use crate::{Error, Result};

/// Models that can be installed.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    entries: Vec<CatalogueEntry>,
}

/// A model that can be installed: its manifest and where its ONNX file is to be had.
#[derive(Clone, Debug)]
pub struct CatalogueEntry {
    /// http or https.
    pub source: String,
    /// What is written beside the file.
    pub manifest: Manifest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    model: Vec<toml::Table>,
}

impl Catalogue {
    /// Reads a catalogue from its text; `place` names it in errors.
    ///
    /// # Errors
    ///
    /// `invalid-request` names the first model that is not described rightly.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let document: Document = toml::from_str(text).map_err(|error| Error::invalid(format!("{place}: {}", error.message())))?;
        let mut entries: Vec<CatalogueEntry> = Vec::new();
        for mut table in document.model {
            let named = table.get("id").and_then(toml::Value::as_str).unwrap_or("without id").to_owned();
            let wrong = |fault: &str| Error::invalid(format!("{place}: model {named}: {fault}"));
            let Some(toml::Value::String(source)) = table.remove("source") else {
                return Err(wrong("source is missing"));
            };
            if !source.starts_with("https://") && !source.starts_with("http://") {
                return Err(wrong("source is neither an http nor an https address"));
            }
            let manifest: Manifest = table.try_into().map_err(|error: toml::de::Error| wrong(error.message()))?;
            manifest.check().map_err(|fault| wrong(fault.as_str()))?;
            if entries.iter().any(|entry| entry.manifest.id == manifest.id) {
                return Err(wrong("it is listed twice"));
            }
            entries.push(CatalogueEntry { source, manifest });
        }
        Ok(Self { entries })
    }

    /// The models in the order of the file.
    pub fn entries(&self) -> &[CatalogueEntry] {
        &self.entries
    }

    /// The model of this id.
    pub fn entry(&self, id: &str) -> Option<&CatalogueEntry> {
        self.entries.iter().find(|entry| entry.manifest.id == id)
    }
}
