//! Looking through a library in which nothing has changed, beside `find` on the same tree.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::table::{at_most, best, heading, line};
use crate::{Bench, Result, command, tiny};

/// How many times as long as `find` it may take.
const BAR: f64 = 3.0;
const ROUNDS: usize = 3;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    heading(&format!("Rescan of an unchanged library (lookalike index, whole process; best of {ROUNDS}, warm cache)"));
    let library = tiny::library(bench)?;
    let (mut ours, mut finds) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        finds.push(find(&library.folder.dir)?);
        let (run, report) = command::index(bench, None, &library.data)?;
        if report.unchanged != library.folder.files as u64 {
            return Err(format!("{} of {} files were found unchanged: not a rescan; start without --keep", report.unchanged, library.folder.files).into());
        }
        ours.push(run.seconds);
    }
    let (ours, find) = (best(&ours), best(&finds));
    let (files, ratio) = (library.folder.files, ours / find);
    line(&format!("{files} files"), &format!("{:.0} ms", ours * 1e3), "");
    line("peer: find -printf '%s %T@\\n'", &format!("{:.0} ms", find * 1e3), "");
    line("ours / find", &format!("{ratio:.2}"), &at_most(ratio, BAR, " at 100,000 files"));
    Ok(())
}

fn find(dir: &Path) -> Result<f64> {
    let started = Instant::now();
    let status =
        Command::new("find").arg(dir).args(["-printf", r"%s %T@\n"]).stdout(Stdio::null()).status().map_err(|error| format!("find does not start: {error}"))?;
    if !status.success() {
        return Err(format!("find ended with {status}").into());
    }
    Ok(started.elapsed().as_secs_f64())
}
