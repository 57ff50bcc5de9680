//! Starts the Lookalike window.
//!
//! `lookalike-desktop [--data-dir DIR]`; `LOOKALIKE_DATA_DIR` does the same.

// No console beside the window in release builds on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"))).with_writer(std::io::stderr).init();
    match lookalike_desktop::run(data_dir()?) {
        Err(tauri::Error::PluginInitialization(plugin, fault)) if plugin == "single-instance" => start_over(&fault),
        result => Ok(result?),
    }
}

/// Another window was closing at the moment when this start was to be handed over to it: waits and starts again.
/// A new process, because a window system cannot be set up twice in one.
fn start_over(fault: &str) -> Result<(), Box<dyn Error>> {
    const TRIES: &str = "LOOKALIKE_START_TRIES";
    let tries = env::var(TRIES).ok().and_then(|tries| tries.parse().ok()).unwrap_or(0);
    if tries >= 10 {
        return Err(format!("the window that is already open does not answer: {fault}").into());
    }
    std::thread::sleep(Duration::from_millis(300));
    let mut again = Command::new(env::current_exe()?);
    again.args(env::args_os().skip(1)).env(TRIES, (tries + 1).to_string());
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut again).into());
    #[cfg(not(unix))]
    std::process::exit(again.status()?.code().unwrap_or(1));
}

fn data_dir() -> Result<PathBuf, lookalike_engine::Error> {
    let arguments: Vec<_> = env::args_os().collect();
    let argument = arguments.windows(2).find(|pair| pair[0] == "--data-dir").map(|pair| PathBuf::from(&pair[1]));
    let variable = || env::var_os("LOOKALIKE_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    argument.or_else(variable).map_or_else(lookalike_engine::default_data_dir, Ok)
}
