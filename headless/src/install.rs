//! `lookalike model install` and `lookalike model add`.

use std::cell::RefCell;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use lookalike_engine::embed::{Bands, Input, Layout, Manifest, Output};
use lookalike_engine::models::ModelProbe;
use lookalike_engine::wire::Event;
use lookalike_engine::{Engine, Error, Result};
use tokio::sync::broadcast::error::RecvError;

use crate::args::{AddArgs, ModelArgs};
use crate::output;

/// Mean and spread of ImageNet's colours: what most published networks were trained with.
const IMAGENET: ([f32; 3], [f32; 3]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
/// Estimates for features that nobody has calibrated.
const BANDS: [f32; 3] = [0.83, 0.70, 0.58];

pub(crate) fn install(engine: &Engine, args: &ModelArgs) -> Result<ExitCode> {
    let canceller = engine.clone();
    let is_interrupted = AtomicBool::new(false);
    let handler = ctrlc::set_handler(move || {
        // The second Ctrl-C means now; what has come is kept either way.
        if is_interrupted.swap(true, Ordering::AcqRel) {
            std::process::exit(1);
        }
        let _ = canceller.cancel_install();
    });
    if let Err(error) = handler {
        output::note(&format!("Ctrl-C will end the program at once: {error}"));
    }
    let bar = show_progress(engine);
    let result = engine.install_model(&args.name);
    bar.finish_and_clear();
    result?;
    output::line(&format!("{} is installed: lookalike model use {}", args.name, args.name))?;
    Ok(ExitCode::SUCCESS)
}

fn show_progress(engine: &Engine) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let (mut events, shown) = (engine.subscribe(), bar.clone());
    thread::spawn(move || {
        loop {
            match events.blocking_recv() {
                Ok(Event::InstallChanged { install: Some(install) }) => {
                    shown.set_length(install.total);
                    shown.set_position(install.done);
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    });
    bar
}

pub(crate) fn add(engine: &Engine, args: &AddArgs) -> Result<ExitCode> {
    let are_asked = !args.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let questions = Questions { answers: are_asked.then(|| RefCell::new(std::io::stdin().lock())) };
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let id = match &args.name {
        Some(name) => name.clone(),
        None => questions.ask("name, of a-z, 0-9 and -", &plain(&stem), |text| Ok(text.to_owned()))?,
    };
    if id.is_empty() {
        return Err(Error::invalid(format!("no name can be made of {}", args.file.display())).with_hint("Say what to call it: --name NAME, of a-z, 0-9 and -"));
    }
    let mut probe = engine.inspect_model(&args.file, None)?;
    let (width, height) = size(&questions, args, &probe)?;
    if probe.outputs.is_empty() {
        probe = engine.inspect_model(&args.file, Some((width, height)))?;
    }
    let layout = args.layout.map(Into::into).or(probe.layout).unwrap_or(Layout::Nchw);
    let manifest = Manifest {
        file: format!("{id}.onnx"),
        sha256: probe.sha256.clone(),
        bytes: probe.bytes,
        licence: match &args.licence {
            Some(licence) => printable(licence),
            None => questions.ask("licence of the weights", "unknown", |text| Ok(text.to_owned()))?,
        },
        provenance: format!("Added by the user from {stem}.onnx."),
        input: Input {
            width,
            height,
            layout,
            colour: args.colour.into(),
            resize: match args.resize {
                Some(resize) => resize.into(),
                None => questions.ask("how a picture is brought to that size: squash, center-crop or letterbox", "squash", named)?,
            },
            trim: args.trim,
            mean: match args.mean {
                Some(mean) => mean,
                None => questions.ask("mean of the input's channels, of 1", &joined(IMAGENET.0), three)?,
            },
            std: match args.std {
                Some(std) => std,
                None => questions.ask("standard deviation of the input's channels, of 1", &joined(IMAGENET.1), three)?,
            },
        },
        output: output_of(&questions, args, &probe)?,
        bands: match args.bands.unwrap_or(BANDS) {
            [same_picture, same_scene, similar] => Bands { same_picture, same_scene, similar, copy: None, copy_candidate: None, estimated: true },
        },
        name: args.title.as_deref().map_or_else(|| id.clone(), printable),
        id,
    };
    engine.add_model(&args.file, &manifest)?;
    if args.json {
        let entry = engine.models()?.models.into_iter().find(|model| model.id == manifest.id);
        output::json(&entry)?;
    } else {
        output::line(&format!("{} is added, {} numbers a picture: lookalike model use {}", manifest.id, manifest.output.dimension, manifest.id))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn size(questions: &Questions<impl BufRead>, args: &AddArgs, probe: &ModelProbe) -> Result<(u32, u32)> {
    match (args.size, probe.width, probe.height) {
        (Some(size), ..) => Ok(size),
        (None, Some(width), Some(height)) => Ok((width, height)),
        (None, width, height) => {
            let asked = questions.ask("size of the input in pixels, WIDTHxHEIGHT", "224x224", crate::args::size)?;
            Ok((width.unwrap_or(asked.0), height.unwrap_or(asked.1)))
        }
    }
}

/// The output that is named, or the one of those found that is chosen.
fn output_of(questions: &Questions<impl BufRead>, args: &AddArgs, probe: &ModelProbe) -> Result<Output> {
    let mut output = if let Some(node) = &args.node {
        let found = probe.outputs.iter().find(|found| found.output.node.as_ref() == Some(node)).map(|found| found.output.clone());
        // An inner node's dimension is not in the list: it must be said.
        match (found, args.dimension) {
            (Some(found), _) => found,
            (None, Some(dimension)) => Output {
                node: Some(node.clone()),
                after: None,
                pooling: args.pooling.map_or(lookalike_engine::embed::Pooling::None, Into::into),
                dimension,
                copy: None,
            },
            (None, None) => {
                return Err(Error::invalid(format!("{node} is none of the graph's outputs, so its dimension must be said"))
                    .with_hint("Add --dimension N, and --pooling mean for a feature map."));
            }
        }
    } else if let Some(after) = args.after {
        let after = after.into();
        let found = probe.outputs.iter().find(|found| found.output.after == Some(after));
        found.map(|found| found.output.clone()).ok_or_else(|| Error::invalid("the graph has no such place, or no vector comes of it"))?
    } else {
        if questions.answers.is_some() && probe.outputs.len() > 1 {
            for (at, found) in probe.outputs.iter().enumerate() {
                output::note(&format!("  {}: {}, shape {:?}, gives {} numbers", at + 1, found.place, found.shape, found.output.dimension));
            }
        }
        let count = probe.outputs.len();
        let choice = |text: &str| match text.parse::<usize>() {
            Ok(number) if (1..=count).contains(&number) => Ok(number - 1),
            _ => Err(format!("a number from 1 to {count}")),
        };
        let at = if count > 1 { questions.ask("where the vector is taken", &(probe.suggested + 1).to_string(), choice)? } else { 0 };
        probe.outputs.get(at).map(|found| found.output.clone()).ok_or_else(|| Error::invalid("the graph has no output"))?
    };
    if let Some(pooling) = args.pooling {
        output.pooling = pooling.into();
    }
    if let Some(dimension) = args.dimension {
        output.dimension = dimension;
    }
    Ok(output)
}

/// Asks on a terminal; elsewhere, and with --yes, the proposed answers count.
struct Questions<R> {
    answers: Option<RefCell<R>>,
}

impl<R: BufRead> Questions<R> {
    /// Asks until the answer can be read; an empty one takes what is proposed.
    fn ask<T>(&self, what: &str, proposed: &str, read: impl Fn(&str) -> std::result::Result<T, String>) -> Result<T> {
        let Some(answers) = &self.answers else {
            return read(proposed).map_err(|wanted| Error::invalid(format!("{what}: {proposed:?} is not {wanted}")));
        };
        loop {
            write!(std::io::stderr(), "{what} [{proposed}]: ")?;
            let mut answer = String::new();
            if answers.borrow_mut().read_line(&mut answer)? == 0 {
                return Err(Error::invalid("the questions were not answered").with_hint("Use --yes to take what is proposed."));
            }
            let answer = answer.trim();
            match read(if answer.is_empty() { proposed } else { answer }) {
                Ok(value) => return Ok(value),
                Err(wanted) => output::note(&format!("  {wanted}, please")),
            }
        }
    }
}

/// A word that the manifest knows.
fn named<T: serde::de::DeserializeOwned>(text: &str) -> std::result::Result<T, String> {
    serde_json::from_value(text.into()).map_err(|_| "one of these words".to_owned())
}

pub(crate) fn three(text: &str) -> std::result::Result<[f32; 3], String> {
    let numbers: Vec<f32> =
        text.split(',').map(|part| part.trim().parse().map_err(|_| "three numbers with commas between".to_owned())).collect::<std::result::Result<_, _>>()?;
    numbers.try_into().map_err(|_| "three numbers with commas between".to_owned())
}

fn joined(numbers: [f32; 3]) -> String {
    numbers.map(|number| number.to_string()).join(",")
}

/// Without characters that would play tricks on a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A model's name from a file's.
fn plain(stem: &str) -> String {
    let plain: String = stem.to_ascii_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.trim_matches('-').chars().take(48).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lookalike_engine::embed::Resize;

    #[test]
    fn an_answer_is_asked_for_until_it_can_be_read() {
        let questions = Questions { answers: Some(RefCell::new("stretch\ncenter-crop\n\n".as_bytes())) };
        assert_eq!(questions.ask("how", "squash", named::<Resize>).unwrap(), Resize::CenterCrop);
        assert_eq!(questions.ask("mean", "1,2,3", three).unwrap(), [1.0, 2.0, 3.0], "an empty answer takes what is proposed");
        assert!(questions.ask("more", "x", |_| Ok(())).is_err(), "an end of the answers is no answer");
        let silent = Questions::<&[u8]> { answers: None };
        assert_eq!(silent.ask("how", "letterbox", named::<Resize>).unwrap(), Resize::Letterbox);
        assert!(silent.ask("how", "stretch", named::<Resize>).is_err());
    }

    #[test]
    fn a_name_is_made_of_the_files() {
        assert_eq!(plain("My Net v2"), "my-net-v2");
        assert_eq!(plain("--Ünïcode--"), "n-code");
    }
}
