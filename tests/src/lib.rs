//! What the suites share: pictures made by code, libraries in temporary folders, real servers.

pub mod library;
pub mod mirror;
pub mod networks;
pub mod remote;
pub mod scenes;
pub mod server;
pub mod services;
pub mod shop;
