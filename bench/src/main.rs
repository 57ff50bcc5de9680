//! `make bench`: how fast Lookalike is, what memory it takes and what it finds, each beside its bar or a named peer.
//!
//! Everything is measured on pictures and vectors made by code, in `target/bench`; the command is run as a user runs
//! it, from a fresh data directory. Nothing here fails because it is slow: a figure is printed beside its bar and people
//! judge it, on a quiet machine. The exit code is 1 only where something could not be measured.

mod cold;
mod command;
mod http;
mod indexing;
mod model;
mod peer;
mod pictures;
mod raw;
mod remote;
mod rescan;
mod search;
mod stages;
mod table;
mod tiny;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

/// Whatever kept something from being measured.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Measure Lookalike: speed, memory and recall, each beside its bar or a named peer.
#[derive(Parser)]
struct Args {
    /// Small sizes: minutes instead of most of an hour. Bars are meant for the full sizes
    #[arg(long)]
    quick: bool,
    /// Measure only this (may be repeated)
    #[arg(long, value_enum, value_name = "WHAT")]
    only: Vec<Part>,
    /// Work in DIR and leave there what is made, for the next run with the same sizes
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Time this model too, alternating with the bundled one: a folder with model.toml (may be repeated)
    #[arg(long, value_name = "DIR")]
    model: Vec<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Model,
    Indexing,
    Rescan,
    Cold,
    Http,
    Search,
    Remote,
}

/// Sizes and places of a run.
pub(crate) struct Bench {
    pub(crate) quick: bool,
    /// For pictures and data directories.
    pub(crate) work: PathBuf,
    /// For what outlives a run: the peer's Python packages.
    pub(crate) lasting: PathBuf,
    /// The `lookalike` command.
    pub(crate) lookalike: PathBuf,
    pub(crate) cores: usize,
    /// Folders of models to time beside the bundled one.
    pub(crate) models: Vec<PathBuf>,
}

impl Bench {
    fn new(args: &Args) -> Result<Self> {
        let own = std::env::current_exe()?;
        let built = own.parent().ok_or("the program has no folder")?;
        let lookalike = built.join(format!("lookalike{}", std::env::consts::EXE_SUFFIX));
        if !lookalike.exists() {
            return Err(format!("{} is not built: cargo build --release -p lookalike -p lookalike-bench", lookalike.display()).into());
        }
        let lasting = built.parent().ok_or("the program lies in no target folder")?.join("bench");
        let work = args.keep.clone().unwrap_or_else(|| lasting.join("work"));
        if args.keep.is_none() && work.exists() {
            fs_err::remove_dir_all(&work)?;
        }
        fs_err::create_dir_all(&work)?;
        let work = fs_err::canonicalize(work)?;
        Ok(Self { quick: args.quick, work, lasting, lookalike, cores: std::thread::available_parallelism()?.get(), models: args.model.clone() })
    }

    /// The full size, or the quick one.
    pub(crate) fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    match measure(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            table::failed("nothing was measured", &error);
            ExitCode::from(1)
        }
    }
}

/// Runs the parts; false where one could not be measured.
fn measure(args: &Args) -> Result<bool> {
    let bench = Bench::new(args)?;
    table::machine(&bench);
    let mut is_complete = true;
    for part in Part::value_variants() {
        if !args.only.is_empty() && !args.only.contains(part) {
            continue;
        }
        let (name, run): (_, fn(&Bench) -> Result<()>) = match part {
            Part::Model => ("model", model::run),
            Part::Indexing => ("indexing", indexing::run),
            Part::Rescan => ("rescan", rescan::run),
            Part::Cold => ("cold start", cold::run),
            Part::Http => ("HTTP", http::run),
            Part::Search => ("search", search::run),
            Part::Remote => ("remote", remote::run),
        };
        if let Err(error) = run(&bench) {
            table::failed(name, &error);
            is_complete = false;
        }
    }
    if args.keep.is_none() {
        fs_err::remove_dir_all(&bench.work)?;
    }
    Ok(is_complete)
}
