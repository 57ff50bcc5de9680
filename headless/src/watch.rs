//! `lookalike watch`.

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use lookalike_engine::wire::{ErrorCode, Event, FolderState, IndexReport, SkippedFile};
use lookalike_engine::{Engine, Error, Result};
use tokio::sync::broadcast::error::RecvError;

use crate::output;

pub(crate) fn run(engine: &Engine) -> Result<ExitCode> {
    let status = engine.status()?;
    if status.folders.is_empty() {
        return Err(Error::invalid("the library has no folder yet").with_hint("Add one first: lookalike index FOLDER"));
    }
    for folder in &status.folders {
        let reason = folder.state_reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        output::note(&match folder.state {
            FolderState::Watching | FolderState::Idle => format!("following {}", folder.path),
            FolderState::Polling => format!("looking through {} every half minute{reason}", folder.path),
            FolderState::Paused => format!("paused: {}", folder.path),
            FolderState::Offline => format!("offline: {}{reason}", folder.path),
        });
    }
    if let Some(switch) = &status.switch {
        output::note(&crate::model::switch_line(switch));
    }
    let mut listed: HashSet<SkippedKey> = engine.skipped()?.into_iter().map(key_of).collect();
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver is gone only when the program is ending anyway.
        let _ = stop.send(());
    })
    .map_err(|error| Error::new(ErrorCode::Internal, format!("Ctrl-C cannot be caught: {error}")))?;
    let mut events = engine.subscribe();
    let mut is_switching = status.switch.is_some();
    thread::spawn(move || {
        loop {
            match events.blocking_recv() {
                Ok(Event::RunFinished { report }) => {
                    if has_news(&report) {
                        output::note(&output::summary(&report));
                    }
                    for file in report.skipped {
                        if listed.insert(key_of(file.clone())) {
                            output::skipped(&[file], 1).iter().for_each(|line| output::note(line));
                        }
                    }
                }
                Ok(Event::SwitchChanged { switch }) => {
                    if switch.is_none() && is_switching {
                        output::note("the switch to another model is over: lookalike model list");
                    }
                    is_switching = switch.is_some();
                }
                Ok(Event::Notice { message, .. }) => output::note(&message),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    // An error here would mean that the handler is gone, which it never is.
    let _ = stopped.recv();
    Ok(ExitCode::SUCCESS)
}

/// A file and why it is skipped: said once, and again when the reason is another.
type SkippedKey = (String, String);

fn key_of(file: SkippedFile) -> SkippedKey {
    (file.path, file.message)
}

fn has_news(report: &IndexReport) -> bool {
    report.embedded + report.recognised + report.removed > 0
}
