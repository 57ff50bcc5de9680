//! Starts the Lookalike window.
//!
//! `lookalike-desktop [--data-dir DIR]`; `LOOKALIKE_DATA_DIR` does the same.

// No console beside the window in release builds on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::env;
use std::error::Error;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"))).with_writer(std::io::stderr).init();
    lookalike_desktop::run(data_dir()?)?;
    Ok(())
}

fn data_dir() -> Result<PathBuf, lookalike_engine::Error> {
    let arguments: Vec<_> = env::args_os().collect();
    let argument = arguments.windows(2).find(|pair| pair[0] == "--data-dir").map(|pair| PathBuf::from(&pair[1]));
    let variable = || env::var_os("LOOKALIKE_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    argument.or_else(variable).map_or_else(lookalike_engine::default_data_dir, Ok)
}
