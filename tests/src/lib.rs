//! What the suites share: pictures made by code, and libraries in temporary folders.

pub mod library;
pub mod mirror;
pub mod networks;
pub mod scenes;
pub mod shop;
