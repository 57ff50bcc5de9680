//! `lookalike watch`.

use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use lookalike_engine::wire::{ErrorCode, Event, IndexReport};
use lookalike_engine::{Engine, Error, Result};
use tokio::sync::broadcast::error::RecvError;

use crate::output;

pub(crate) fn run(engine: &Engine) -> Result<ExitCode> {
    let status = engine.status()?;
    if status.folders.is_empty() {
        return Err(Error::invalid("the library has no folder yet").with_hint("Add one first: lookalike index FOLDER"));
    }
    for folder in &status.folders {
        output::note(&format!("following {}", folder.path));
    }
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        // The receiver is gone only when the program is ending anyway.
        let _ = stop.send(());
    })
    .map_err(|error| Error::new(ErrorCode::Internal, format!("Ctrl-C cannot be caught: {error}")))?;
    let mut events = engine.subscribe();
    thread::spawn(move || {
        loop {
            match events.blocking_recv() {
                Ok(Event::RunFinished { report }) if has_news(&report) => output::note(&output::summary(&report)),
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

fn has_news(report: &IndexReport) -> bool {
    report.embedded + report.recognised + report.removed > 0
}
