//! What can be typed. The help texts are the manual.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use lookalike_engine::embed;

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

    /// Models that can be fetched, instead of the list in the program: for a mirror (models/README.md tells the form)
    #[arg(long, global = true, value_name = "FILE", env = "LOOKALIKE_CATALOGUE")]
    pub(crate) catalogue: Option<PathBuf>,

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
    /// List models, put another to use
    ///
    /// A model turns a photo into the vector that is compared. The vectors of a new one are made while the old one goes on
    /// answering; then it takes over in one moment. Vectors are kept, so that going back is immediate.
    #[command(subcommand)]
    Model(ModelCommand),
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

#[derive(Subcommand)]
pub(crate) enum ModelCommand {
    /// Show the models that are in use, here, or to be fetched, and the switch under way
    List(JsonArgs),
    /// Fetch a model; interrupted, the next try goes on from there
    ///
    /// Size and SHA-256 are checked. The proxy is that of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
    Install(ModelArgs),
    /// Add an ONNX file of your own
    ///
    /// Its input and its outputs are read from the graph; what cannot be read is asked on a terminal, or taken from the
    /// options. Without a terminal, and with --yes, what is proposed counts.
    Add(AddArgs),
    /// Put a model to use: make its vectors, then switch; at once where they are kept
    Use(ModelArgs),
    /// Pause the switch under way
    Pause,
    /// Go on with a switch that was paused, interrupted or stopped
    Resume,
    /// Give up the switch under way; the model in use stays
    Cancel,
    /// Delete the vectors of a model that is not in use
    Forget(ModelArgs),
    /// Delete the files of a model that is not in use
    Remove(ModelArgs),
}

#[derive(clap::Args)]
pub(crate) struct AddArgs {
    /// The file; it is copied
    #[arg(value_name = "FILE.onnx")]
    pub(crate) file: PathBuf,
    /// What to call it: 1 to 48 of a-z, 0-9 and - [default: from the file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What people see [default: the name]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Licence of the weights
    #[arg(long, value_name = "TEXT")]
    pub(crate) licence: Option<String>,
    /// Size of the input in pixels [default: as the graph says, or 224x224]
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
    /// Order of the input's axes [default: as the graph says]
    #[arg(long, value_name = "ORDER")]
    pub(crate) layout: Option<LayoutArg>,
    /// Order of the colours
    #[arg(long, value_name = "ORDER", default_value = "rgb")]
    pub(crate) colour: ColourArg,
    /// How a picture is brought to the input's size
    #[arg(long, value_name = "HOW")]
    pub(crate) resize: Option<ResizeArg>,
    /// Cut uniform bars and frames away first
    #[arg(long)]
    pub(crate) trim: bool,
    /// Mean of the input's channels, of 1 [default: ImageNet's]
    #[arg(long, value_name = "R,G,B", value_parser = crate::install::three)]
    pub(crate) mean: Option<[f32; 3]>,
    /// Standard deviation of the input's channels, of 1 [default: ImageNet's]
    #[arg(long, value_name = "R,G,B", value_parser = crate::install::three)]
    pub(crate) std: Option<[f32; 3]>,
    /// Take the vector at this output or inner node
    #[arg(long, value_name = "NODE", conflicts_with = "after")]
    pub(crate) node: Option<String>,
    /// Take the vector at this place of the graph
    #[arg(long, value_name = "PLACE")]
    pub(crate) after: Option<PlaceArg>,
    /// What is done with a feature map
    #[arg(long, value_name = "HOW")]
    pub(crate) pooling: Option<PoolingArg>,
    /// Numbers in a vector [default: as found]
    #[arg(long, value_name = "N")]
    pub(crate) dimension: Option<usize>,
    /// Lowest similarity of same-picture, same-scene and similar [default: estimates]
    #[arg(long, value_name = "A,B,C", value_parser = crate::install::three)]
    pub(crate) bands: Option<[f32; 3]>,
    /// Ask nothing
    #[arg(long)]
    pub(crate) yes: bool,
    /// Print the model as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The words of a manifest, as options.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident for $of:ident { $($word:ident),+ })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, clap::ValueEnum)]
        pub(crate) enum $name { $($word),+ }

        impl From<$name> for embed::$of {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word),+ }
            }
        }
    )*};
}

words! {
    LayoutArg for Layout { Nchw, Nhwc }
    ColourArg for Colour { Rgb, Bgr }
    ResizeArg for Resize { Squash, CenterCrop, Letterbox }
    PlaceArg for Landmark { LastPooling, ClassifierInput }
    PoolingArg for Pooling { None, Mean, Max }
}

#[derive(clap::Args)]
pub(crate) struct ModelArgs {
    /// The model, as `lookalike model list` names it
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(clap::Args)]
pub(crate) struct JsonArgs {
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn size(text: &str) -> Result<(u32, u32), String> {
    let parsed = text.split_once('x').and_then(|(width, height)| Some((width.trim().parse().ok()?, height.trim().parse().ok()?)));
    parsed.ok_or_else(|| "two numbers with x between".into())
}

fn similarity(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("must be a number within 0 and 1".into()),
    }
}
