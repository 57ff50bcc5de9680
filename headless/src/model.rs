//! `lookalike model`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use lookalike_engine::wire::{ErrorCode, ModelEntry, ModelState, ModelsReply, SwitchInfo, SwitchState};
use lookalike_engine::{Engine, Error, Result};

use crate::args::ModelCommand;
use crate::{install, output};

/// How often progress is shown and Ctrl-C is looked for.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) fn run(engine: &Engine, command: &ModelCommand) -> Result<ExitCode> {
    match command {
        ModelCommand::List(args) => list(engine, args.json),
        ModelCommand::Install(args) => install::install(engine, args),
        ModelCommand::Add(args) => install::add(engine, args),
        ModelCommand::Use(args) => put_to_use(engine, &args.name),
        ModelCommand::Pause => said(engine.pause_switch(true), "paused; the old model stays in use: lookalike model resume"),
        ModelCommand::Resume => {
            engine.pause_switch(false)?;
            await_switch(engine, &on_interrupt())
        }
        ModelCommand::Cancel => {
            let is_none = engine.switch_info()?.is_none();
            said(engine.cancel_switch(), if is_none { "no switch is under way" } else { "given up; the model in use stays" })
        }
        ModelCommand::Forget(args) => {
            let count = engine.forget_model(&args.name)?;
            output::line(&format!("{count} vectors of {} deleted", args.name))?;
            Ok(ExitCode::SUCCESS)
        }
        ModelCommand::Remove(args) => {
            said(engine.remove_model(&args.name), "its files are deleted; vectors that there are stay, until: lookalike model forget")
        }
    }
}

fn said(result: Result<()>, text: &str) -> Result<ExitCode> {
    result?;
    output::line(text)?;
    Ok(ExitCode::SUCCESS)
}

fn list(engine: &Engine, json: bool) -> Result<ExitCode> {
    let reply = engine.models()?;
    if json {
        output::json(&reply)?;
        return Ok(ExitCode::SUCCESS);
    }
    for model in &reply.models {
        output::line(&line(model, &reply))?;
    }
    for fault in &reply.faulty {
        output::line(&format!("{}  cannot be used: {}", fault.id, fault.reason.message))?;
    }
    if let Some(switch) = &reply.switch {
        output::line(&switch_line(switch))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(model: &ModelEntry, reply: &ModelsReply) -> String {
    let state = match model.state {
        ModelState::InUse => "in use".to_owned(),
        ModelState::Coming => "coming".to_owned(),
        ModelState::Ready if model.is_immediate => "ready, its vectors are kept".to_owned(),
        ModelState::Ready => "ready".to_owned(),
        ModelState::Available => format!("to be fetched, {} MB", model.bytes.div_ceil(1_000_000)),
        ModelState::VectorsOnly if model.source.is_some() => {
            format!("only its vectors are here, its files can be fetched: lookalike model install {}", model.id)
        }
        ModelState::VectorsOnly => "only its vectors are here".to_owned(),
    };
    let width = reply.models.iter().map(|model| model.id.len()).max().unwrap_or(0);
    let missing = if model.missing > 0 { format!(", {} missing", model.missing) } else { String::new() };
    let vectors = if model.vectors > 0 { format!(", {} vectors{missing}", model.vectors) } else { String::new() };
    let bands = if model.bands_are_estimates { ", bands are estimates" } else { "" };
    format!("{:width$}  {state}  ({}, {} numbers, {}{vectors}{bands})", model.id, model.name, model.dimension, model.licence)
}

/// The switch under way, in a sentence.
pub(crate) fn switch_line(switch: &SwitchInfo) -> String {
    let state = match switch.state {
        SwitchState::Building | SwitchState::Elsewhere => "",
        SwitchState::Waiting => ", after the photos that are being indexed",
        SwitchState::Paused => ", paused (lookalike model resume)",
        SwitchState::Failed => ", stopped",
    };
    let reason = switch.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("Switch    to {}, {} of {} pictures{state}{reason}", switch.target, switch.done, switch.total)
}

fn put_to_use(engine: &Engine, id: &str) -> Result<ExitCode> {
    if engine.use_model(id)?.is_some() {
        return await_switch(engine, &on_interrupt());
    }
    output::line(&format!("{id} is in use"))?;
    // What came while it was laid aside; pictures that it cannot have a vector of do not count.
    let left = || -> Result<u64> {
        let left_out = engine.embedding_notes(id)?.iter().filter(|note| !note.is_found).count() as u64;
        Ok(engine.status()?.not_embedded.saturating_sub(left_out))
    };
    let total = left()?;
    if total == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let is_interrupted = on_interrupt();
    let bar = bar(total);
    bar.set_message("pictures that came since");
    loop {
        let left = left()?;
        if left > 0
            && let Some(fault) = engine.catch_up_fault()?
        {
            bar.finish_and_clear();
            output::note(&format!("{left} pictures have no vector of it and cannot be found"));
            return Err(fault);
        }
        if left == 0 || is_interrupted.load(Ordering::Acquire) {
            bar.finish_and_clear();
            if left > 0 {
                output::note(&format!("{left} pictures have no vector of it yet and cannot be found: lookalike index"));
            }
            return Ok(if left > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS });
        }
        bar.set_position(total.saturating_sub(left));
        thread::sleep(LOOK);
    }
}

fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar
}

/// Waits until the switch under way is complete, showing how far it is. Ctrl-C leaves it for later.
pub(crate) fn await_switch(engine: &Engine, is_interrupted: &AtomicBool) -> Result<ExitCode> {
    let bar = bar(0);
    let before = engine.status()?.model.id;
    let mut target = None;
    while let Some(switch) = engine.switch_info()? {
        if is_interrupted.load(Ordering::Acquire) {
            bar.finish_and_clear();
            output::note(&format!("interrupted: {before} stays in use; go on with: lookalike model resume"));
            return Ok(ExitCode::from(1));
        }
        match switch.state {
            SwitchState::Failed => {
                bar.finish_and_clear();
                let message = format!("the switch to {} stopped: {}", switch.target, switch.reason.map(|reason| reason.to_string()).unwrap_or_default());
                return Err(Error::new(ErrorCode::ModelUnusable, message)
                    .with_hint("The old model stays in use. Try again: lookalike model resume; or give it up: lookalike model cancel"));
            }
            SwitchState::Paused => {
                bar.finish_and_clear();
                output::note(&switch_line(&switch));
                return Ok(ExitCode::SUCCESS);
            }
            _ => {
                bar.set_length(switch.total);
                bar.set_position(switch.done);
                bar.set_message(format!("{:.0}/s, {before} answers until then", switch.rate));
            }
        }
        target = Some(switch.target);
        thread::sleep(LOOK);
    }
    bar.finish_and_clear();
    let id = engine.status()?.model.id;
    output::note(&format!("{id} is in use"));
    if target.as_deref() == Some(id.as_str()) {
        for note in engine.embedding_notes(&id)? {
            let how = if note.is_found { "compared by its thumbnail" } else { "cannot be found with it" };
            output::note(&format!("{how}: {}: {}", note.path, note.reason));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Becomes true with Ctrl-C; a second one ends the program at once, which loses nothing.
fn on_interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    let handler = ctrlc::set_handler(move || {
        if set.swap(true, Ordering::AcqRel) {
            std::process::exit(1);
        }
    });
    if let Err(error) = handler {
        output::note(&format!("Ctrl-C will end the program at once: {error}"));
    }
    flag
}
