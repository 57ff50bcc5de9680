//! `lookalike check`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use lookalike_engine::wire::{CopyNewRequest, CopyReport, ErrorCode, ImportFile, ImportRequest, ImportState, ImportStatus, ImportVerdict, NewFiles};
use lookalike_engine::{Engine, Error, Result};

use crate::args::CheckArgs;
use crate::output;

const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Files that are asked for at a time.
const SLICE: u32 = 200;

pub(crate) fn run(engine: &Engine, args: &CheckArgs) -> Result<ExitCode> {
    // A folder that cannot be written to is told before the work, not after it.
    let target = args.copy_new.as_deref().map(|folder| target(engine, folder)).transpose()?;
    let status = finished(engine, &args.folder)?;
    if args.json {
        for verdict in [ImportVerdict::SameFile, ImportVerdict::SamePicture, ImportVerdict::New, ImportVerdict::Unreadable] {
            each(engine, verdict, output::json)?;
        }
    } else {
        each(engine, ImportVerdict::SameFile, |file| output::line(&format!("same file     {}  =  {}", file.path, known(file))))?;
        each(engine, ImportVerdict::SamePicture, |file| output::line(&format!("same picture  {}  ~  {}", file.path, known(file))))?;
        each(engine, ImportVerdict::New, |file| output::line(&format!("new           {}", file.path)))?;
        let counts = format!("{} files: {} here already, {} in another file, {} new", status.total, status.same_file, status.same_picture, status.new);
        output::note(&counts);
    }
    each(engine, ImportVerdict::Unreadable, |file| {
        output::note(&format!("unreadable: {}: {}", file.path, file.reason.as_deref().unwrap_or_default()));
        Ok(())
    })?;
    let copied = target.map(|folder| engine.copy_new(&CopyNewRequest { folder, files: NewFiles::default() })).transpose()?;
    if let Some(report) = &copied {
        tell(report, args.json)?;
    }
    let is_whole = status.unreadable == 0 && copied.is_none_or(|report| report.failed.is_empty());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Waits for the check, with a bar on a terminal.
fn finished(engine: &Engine, folder: &Path) -> Result<ImportStatus> {
    let mut status = engine.check_folder(folder)?;
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}") {
        bar.set_style(style);
    }
    while status.state == ImportState::Running {
        std::thread::sleep(LOOK_AGAIN);
        status = engine.check_status()?.ok_or_else(|| Error::new(ErrorCode::Internal, "the check is gone"))?;
        bar.set_length(status.total);
        bar.set_position(status.done);
    }
    bar.finish_and_clear();
    match status.state {
        ImportState::Done => Ok(status),
        _ => Err(Error::new(ErrorCode::Io, status.reason.map_or_else(|| "the check was stopped".into(), |reason| reason.message))),
    }
}

fn each(engine: &Engine, verdict: ImportVerdict, mut show: impl FnMut(&ImportFile) -> Result<()>) -> Result<()> {
    let mut offset = 0;
    loop {
        let reply = engine.checked(&ImportRequest { verdict, offset, limit: SLICE })?;
        reply.files.iter().try_for_each(&mut show)?;
        offset += reply.files.len() as u64;
        if reply.files.is_empty() || offset >= reply.total {
            return Ok(());
        }
    }
}

/// Where copies go to, as the engine is told it.
fn target(engine: &Engine, folder: &Path) -> Result<String> {
    let absolute = std::path::absolute(folder)?;
    let text = absolute.to_str().ok_or_else(|| Error::invalid(format!("{} is no valid Unicode", folder.display())))?;
    engine.copy_target(text)?;
    Ok(text.to_owned())
}

fn tell(report: &CopyReport, is_json: bool) -> Result<()> {
    for file in &report.failed {
        output::note(&format!("not copied: {}: {}", file.path, file.message));
    }
    if is_json {
        return output::json(report);
    }
    output::note(&format!("{} copied, {} were there already", report.copied, report.there_already));
    Ok(())
}

fn known(file: &ImportFile) -> &str {
    file.match_path.as_deref().unwrap_or_default()
}
