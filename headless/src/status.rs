//! `lookalike status` and `lookalike doctor`.

use std::process::ExitCode;

use lookalike_engine::wire::{CheckState, FolderState, SkippedFile, Status};
use lookalike_engine::{Engine, Result};
use serde::Serialize;

use crate::output;

/// The status with the list that a window would ask for separately.
#[derive(Serialize)]
struct FullStatus {
    #[serde(flatten)]
    status: Status,
    skipped_files: Vec<SkippedFile>,
}

pub(crate) fn status(engine: &Engine, json: bool) -> Result<ExitCode> {
    let full = FullStatus { status: engine.status()?, skipped_files: engine.skipped()? };
    if json {
        output::json(&full)?;
        return Ok(ExitCode::SUCCESS);
    }
    let status = &full.status;
    output::line(&format!("Library   {}", status.data_dir))?;
    output::line(&format!("Model     {} ({} numbers)", status.model.id, status.model.dimension))?;
    if let Some(switch) = &status.switch {
        output::line(&crate::model::switch_line(switch))?;
    }
    output::line(&format!("Photos    {} files, {} pictures, {} skipped", status.files, status.images, status.skipped))?;
    if status.pending_sync > 0 {
        output::line(&format!("Sharing   {} changes wait for: lookalike sync", status.pending_sync))?;
    }
    for folder in &status.folders {
        let state = match folder.state {
            FolderState::Watching | FolderState::Idle => "",
            FolderState::Polling => "  (polled)",
            FolderState::Paused => "  (paused)",
            FolderState::Offline => "  (offline)",
        };
        let reason = folder.state_reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        output::line(&format!("Folder    {}  {} files{state}{reason}", folder.path, folder.files))?;
    }
    for line in output::skipped(&full.skipped_files, usize::MAX) {
        output::line(&line)?;
    }
    if status.not_embedded > 0 {
        output::line(&format!("{} pictures have no vector of {} yet and cannot be found: lookalike index", status.not_embedded, status.model.id))?;
    }
    for note in engine.embedding_notes(&status.model.id)? {
        let how = if note.is_found { "by its thumbnail" } else { "not compared" };
        output::line(&format!("{how} {}: {}", note.path, note.reason))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn doctor(engine: &Engine, json: bool) -> Result<ExitCode> {
    let checks = engine.doctor();
    if json {
        output::json(&checks)?;
    } else {
        for check in &checks {
            let mark = match check.state {
                CheckState::Ok => "ok  ",
                CheckState::Warning => "warn",
                CheckState::Failed => "FAIL",
                CheckState::Off => "off ",
            };
            output::line(&format!("{mark}  {}: {}", check.name, check.detail))?;
            if let Some(hint) = &check.hint {
                output::line(&format!("      {hint}"))?;
            }
        }
    }
    let has_failed = checks.iter().any(|check| check.state == CheckState::Failed);
    Ok(if has_failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
