//! `lookalike index`.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use lookalike_engine::wire::{Event, Progress, Stage, SwitchState};
use lookalike_engine::{Engine, Error, Result};
use tokio::sync::broadcast::error::RecvError;

use crate::args::IndexArgs;
use crate::{model, output};

pub(crate) fn run(engine: &Engine, args: &IndexArgs) -> Result<ExitCode> {
    if args.folders.is_empty() && engine.status()?.folders.is_empty() {
        return Err(Error::invalid("the library has no folder yet").with_hint("Say which: lookalike index FOLDER"));
    }
    let canceller = engine.canceller()?;
    let is_interrupted = Arc::new(AtomicBool::new(false));
    let interrupt = Arc::clone(&is_interrupted);
    let handler = ctrlc::set_handler(move || {
        // The second Ctrl-C means now. Nothing is lost: what is not committed is done again.
        if interrupt.swap(true, Ordering::AcqRel) {
            std::process::exit(1);
        }
        canceller.cancel();
    });
    if let Err(error) = handler {
        output::note(&format!("Ctrl-C will end the program at once: {error}"));
    }
    let bar = show_progress(engine);
    if args.retry {
        engine.forget_skips(&[])?;
    }
    let report = engine.index(&args.folders, &args.exclude);
    bar.finish_and_clear();
    let report = report?;
    if args.json {
        output::json(&report)?;
    } else {
        output::line(&output::summary(&report))?;
    }
    output::skipped(&report.skipped, 20).iter().for_each(|line| output::note(line));
    for folder in &report.offline {
        output::note(&format!("offline: {folder} cannot be reached; its photos stay searchable"));
    }
    if report.cancelled {
        output::note("cancelled: run it again to go on from here");
        return Ok(ExitCode::from(1));
    }
    // Until done means that too: it may have begun by itself, with an update of the program.
    match engine.switch_info()? {
        Some(switch) if switch.state != SwitchState::Paused => {
            output::note(&model::switch_line(&switch));
            model::await_switch(engine, &is_interrupted)
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// A bar that follows the engine's progress; invisible where stderr is no terminal.
fn show_progress(engine: &Engine) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    let mut events = engine.subscribe();
    let shown = bar.clone();
    thread::spawn(move || {
        loop {
            match events.blocking_recv() {
                Ok(Event::Progress { progress }) => show(&shown, &progress),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    bar
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let template = match progress.stage {
        Stage::Idle => return,
        _ if progress.total == 0 => "{spinner} {msg}",
        _ => "{bar:30} {pos}/{len} {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    bar.set_message(match (progress.stage, progress.seconds_left) {
        (Stage::Scanning, _) if progress.total == 0 => format!("{} photos looked at", progress.scanned),
        (_, Some(left)) => format!("{:.0}/s, {} left", progress.rate, duration(left)),
        _ => format!("{:.0}/s, still looking for more", progress.rate),
    });
}

fn duration(seconds: f64) -> String {
    match seconds.ceil() as u64 {
        s if s < 60 => format!("{s} s"),
        s if s < 3600 => format!("{} min", s.div_ceil(60)),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}
