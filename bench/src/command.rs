//! Runs programs and says what they took: wall time from start to end, and peak memory where the system tells it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lookalike_engine::wire::IndexReport;

use crate::{Bench, Result};

/// What a run took, and what it said.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    /// Peak resident memory; none where the system does not tell it.
    pub(crate) peak_bytes: Option<u64>,
    pub(crate) stdout: String,
}

/// Runs a program to its end. One that fails is a failure with its own words.
pub(crate) fn run(command: &mut Command) -> Result<Run> {
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.map_err(|error| format!("{} does not start: {error}", command.get_program().display()))?;
    let watch = PeakWatch::start(child.id());
    let output = child.wait_with_output()?;
    let seconds = started.elapsed().as_secs_f64();
    let peak_bytes = watch.stop();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} ended with {}: {}", command.get_program().display(), output.status, said.trim()).into());
    }
    Ok(Run { seconds, peak_bytes, stdout: String::from_utf8(output.stdout)? })
}

/// `lookalike index`, on a folder or, without one, on those that the library knows.
pub(crate) fn index(bench: &Bench, folder: Option<&Path>, data: &Path) -> Result<(Run, IndexReport)> {
    let run = run(Command::new(&bench.lookalike).arg("index").args(folder).arg("--json").arg("--data-dir").arg(data))?;
    let report: IndexReport = serde_json::from_str(&run.stdout)?;
    if let Some(file) = report.skipped.first() {
        return Err(format!("{} files were skipped, such as {}: {}", report.skipped.len(), file.path, file.message).into());
    }
    Ok((run, report))
}

/// `lookalike index` of a folder into a fresh data directory, which is left there.
pub(crate) fn index_afresh(bench: &Bench, folder: &Path, data: &Path) -> Result<(Run, IndexReport)> {
    if data.exists() {
        fs_err::remove_dir_all(data)?;
    }
    index(bench, Some(folder), data)
}

/// Waits until what was written lies on the disk, so that it is not written while something is being measured.
pub(crate) fn settle_disk() {
    // Where there is no such program the figures are a little worse, no more.
    let _ = Command::new("sync").status();
}

/// Reads a process's peak memory while it runs: it is gone when the process is.
struct PeakWatch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Option<u64>>,
}

impl PeakWatch {
    fn start(pid: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let mut peak = None;
            while !seen.load(Ordering::Acquire) {
                peak = status_bytes(&pid.to_string(), "VmHWM:").or(peak);
                thread::sleep(Duration::from_millis(10));
            }
            peak
        });
        Self { is_over, thread }
    }

    fn stop(self) -> Option<u64> {
        self.is_over.store(true, Ordering::Release);
        self.thread.join().ok().flatten()
    }
}

/// A field of `/proc/PROCESS/status`, in bytes.
pub(crate) fn status_bytes(process: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = text.lines().find_map(|line| line.strip_prefix(field))?;
    Some(kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Lets this process's peak memory begin anew. Returns what it takes now; none where the system does not tell.
pub(crate) fn forget_peak() -> Option<u64> {
    // proc(5): 5 resets VmHWM.
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status_bytes("self", "VmRSS:")
}
