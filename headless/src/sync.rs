//! `lookalike sync`.

use std::process::ExitCode;
use std::time::Duration;

use lookalike_engine::wire::{Differences, SyncStatus};
use lookalike_engine::{Engine, Result};
use serde::Serialize;

use crate::args::SyncArgs;
use crate::output;

/// A run and how it left things, as one object.
#[derive(Serialize)]
struct Flat {
    sent: u64,
    #[serde(flatten)]
    status: SyncStatus,
    seconds: f64,
}

pub(crate) fn run(engine: &Engine, args: &SyncArgs) -> Result<ExitCode> {
    if args.verify { verify(engine, args) } else { drain(engine, args) }
}

fn drain(engine: &Engine, args: &SyncArgs) -> Result<ExitCode> {
    let report = engine.sync(Duration::from_secs(args.patience))?;
    let status = report.status;
    let is_drained = status.pending == 0 && status.parked == 0 && status.problem.is_none();
    for picture in &status.parked_pictures {
        output::note(&format!("parked {}: {}", picture.file_name.as_deref().unwrap_or(&picture.id), picture.message));
    }
    if status.parked > status.parked_pictures.len() as u64 {
        output::note(&format!("… and {} more", status.parked - status.parked_pictures.len() as u64));
    }
    if let Some(problem) = &status.problem {
        output::note(&format!("error: {}", problem.message));
        if let Some(hint) = &problem.hint {
            output::note(&format!("  hint: {hint}"));
        }
    }
    if args.json {
        output::json(&Flat { sent: report.sent, status, seconds: report.seconds })?;
    } else {
        output::line(&format!(
            "{} changes sent in {:.1} s: {} pictures shared, {} changes waiting, {} parked",
            report.sent, report.seconds, status.done, status.pending, status.parked
        ))?;
    }
    Ok(if is_drained { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn verify(engine: &Engine, args: &SyncArgs) -> Result<ExitCode> {
    let report = engine.verify_sync(args.repair, Duration::from_secs(args.grace.saturating_mul(60)), Duration::from_secs(args.patience))?;
    for example in &report.examples {
        output::note(example);
    }
    let found = report.found.missing + report.found.surplus + report.found.different;
    let more = found.saturating_sub(report.examples.len() as u64);
    if more > 0 {
        output::note(&format!("… and {more} more"));
    }
    let left = report.left;
    if args.json {
        output::json(&left)?;
    } else {
        let found = report.found;
        output::line(&format!("{} rows and {} objects compared in {:.1} s", report.rows, report.objects, report.seconds))?;
        output::line(&format!("found  {} missing, {} surplus, {} different", found.missing, found.surplus, found.different))?;
        if args.repair {
            output::line(&format!("left   {} missing, {} surplus, {} different", left.missing, left.surplus, left.different))?;
        }
    }
    Ok(if left == Differences::default() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
