//! The peer: `peer.py`, in a virtual environment with pinned packages that is made when it is first wanted.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::{Bench, Result, command};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peer.py");
const LOCK: &str = include_str!("../requirements.lock");
const LOCK_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/requirements.lock");

/// What the loop over photos took.
#[derive(Deserialize)]
pub(crate) struct Loop {
    pub(crate) photos: usize,
    pub(crate) processes: usize,
    pub(crate) seconds: f64,
    /// Of the features alone, which is what is run.
    pub(crate) parameters: u64,
}

/// Milliseconds a picture under ONNX Runtime, on one thread.
#[derive(Deserialize)]
pub(crate) struct Inference {
    pub(crate) same_model_ms: f64,
    pub(crate) mobilenet_ms: f64,
}

/// Embeds every JPEG of a folder, with as many processes as there are cores.
pub(crate) fn index(bench: &Bench, photos: &Path) -> Result<Loop> {
    let run = command::run(Command::new(python(bench)?).arg(SCRIPT).arg("index").arg(photos))?;
    Ok(serde_json::from_str(&run.stdout)?)
}

/// Runs a model, given as bytes of ONNX, on inputs of `side` × `side`.
pub(crate) fn inference(bench: &Bench, onnx: &[u8], side: u32) -> Result<Inference> {
    let file = bench.work.join("model.onnx");
    fs_err::write(&file, onnx)?;
    let run = command::run(Command::new(python(bench)?).arg(SCRIPT).arg("model").arg(&file).arg(side.to_string()))?;
    Ok(serde_json::from_str(&run.stdout)?)
}

/// The Python of the virtual environment.
fn python(bench: &Bench) -> Result<PathBuf> {
    let venv = bench.lasting.join("venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let note = venv.join("requirements.lock");
    if fs_err::read_to_string(&note).is_ok_and(|text| text == LOCK) {
        return Ok(python);
    }
    let base = if cfg!(windows) { "python" } else { "python3" };
    command::run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&venv))?;
    command::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement", LOCK_FILE]))?;
    fs_err::write(note, LOCK)?;
    Ok(python)
}
