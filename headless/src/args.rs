//! What can be typed. The help texts are the manual.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Find the look-alikes of a photo among your own.
///
/// Nothing leaves this computer. Photos are never changed.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  lookalike index ~/Pictures              index a folder (again: only what changed)\n  lookalike search holiday.jpg            its look-alikes, best first\n  lookalike search a.jpg --similarity 0.7 only close ones\n  lookalike watch                         keep following the folders\n\nExit codes: 0 done, 1 failed, 2 wrong usage."
)]
pub(crate) struct Args {
    /// Where the library's data lie [default: the platform's place for application data]
    #[arg(long, global = true, value_name = "DIRECTORY", env = "LOOKALIKE_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add folders and index them until done
    ///
    /// Only what is new or has changed is read; a moved, renamed or copied photo keeps its vector. Interrupted, it goes
    /// on where it stopped. Without FOLDER: every folder of the library.
    Index(IndexArgs),
    /// Show the look-alikes of photos, best first
    ///
    /// PHOTO may lie anywhere, in the library or not. Similarity runs from 0.2 (opposite) to 1 (the same); the band says
    /// what it means: same-file, same-picture (re-saved, resized, cropped, edited), same-scene, similar, weak.
    Search(SearchArgs),
    /// Follow the folders until stopped (Ctrl-C): new photos become searchable within seconds
    Watch(WatchArgs),
    /// Show folders, counts and skipped files with their reasons
    Status(JsonArgs),
    /// Check what works and what does not: model, disk, index, formats, watch limit
    Doctor(JsonArgs),
}

#[derive(clap::Args)]
pub(crate) struct IndexArgs {
    /// Folders to add, with everything below them
    #[arg(value_name = "FOLDER")]
    pub(crate) folders: Vec<PathBuf>,
    /// Leave out what matches this gitignore glob (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Try files again that were skipped before
    #[arg(long)]
    pub(crate) retry: bool,
    /// Threads that decode and embed [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct SearchArgs {
    /// Photos to search by
    #[arg(value_name = "PHOTO", required = true)]
    pub(crate) photos: Vec<PathBuf>,
    /// Page to show, from 1
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) page: u32,
    /// Results a page, 1 to 200
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) page_size: u32,
    /// Leave out results below this similarity, 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "S", value_parser = similarity)]
    pub(crate) similarity: f32,
    /// Print one JSON object a line for each photo
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct WatchArgs {
    /// Threads that decode and embed [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
}

#[derive(clap::Args)]
pub(crate) struct JsonArgs {
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn similarity(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("must be a number within 0 and 1".into()),
    }
}
