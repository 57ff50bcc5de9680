//! Where models come from: the one inside the program, the folders of the data directory, a catalogue of files to be
//! fetched, the user's own ONNX files. Knows no library and no window; how a model is run is the business of
//! [`crate::embed`].

mod catalogue;
mod download;
mod external;
mod import;
mod store;

pub use catalogue::{Catalogue, CatalogueEntry};
pub(crate) use download::{Wanted, fetch};
pub use import::{ModelProbe, OutputProbe};
pub(crate) use import::{inspect, read_onnx};
pub(crate) use store::{ModelStore, not_installed};
