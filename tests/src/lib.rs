//! What the suites share: pictures made by code, and libraries in temporary folders.

pub mod library;
pub mod scenes;
