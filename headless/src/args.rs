//! What can be typed. The help texts are the manual.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use lookalike_engine::embed;

use crate::serve::args::{ServeArgs, TokenCommand};

/// Find the look-alikes of a photo among your own.
///
/// Nothing leaves this computer unless you connect a server. Photos are never changed.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  lookalike index ~/Pictures              index a folder (again: only what changed)\n  lookalike search holiday.jpg            its look-alikes, best first\n  lookalike search a.jpg --similarity 0.7 only close ones\n  lookalike watch                         keep following the folders\n  lookalike connect --milvus http://HOST:19530 --s3 http://HOST:9000 --bucket photos\n                                          share the library; then: lookalike sync\n\nExit codes: 0 done, 1 failed, 2 wrong usage."
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
    /// Say which photos of a folder, a memory card for instance, the library has already
    ///
    /// For each file: the same file, the same picture in another file (re-saved, resized, cropped, edited), or new. Nothing is
    /// imported; --copy-new copies the new ones. Ends with 1 where a file could not be read or copied.
    Check(CheckArgs),
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
    /// Check what works and what does not: model, disk, index, formats, watch limit, Milvus, object store
    Doctor(JsonArgs),
    /// Share the library: set up Milvus and an S3-compatible object store, or try the connection
    ///
    /// Secrets never go into arguments. They are read from LOOKALIKE_MILVUS_TOKEN (a token, or user:password),
    /// LOOKALIKE_S3_ACCESS_KEY and LOOKALIKE_S3_SECRET_KEY, or asked for, and kept in the system's keychain (or in a file
    /// that only you may read, where there is none). What is not given stays as it was set up. What is set up is kept, then
    /// the servers are asked whether they answer: where not, a warning says so, and it ends with 0 all the same, for what
    /// waits is sent when they do. --test tries all of it, and ends with 1 where a step fails. Without any option: shows the
    /// connection.
    Connect(ConnectArgs),
    /// Switch the connection off; everything local goes on working, and the servers keep what they have
    Disconnect(DisconnectArgs),
    /// Send what has changed to the connected servers, or compare with them
    ///
    /// Ends with 0 when everything is there, with 1 when something waits or is parked (the output says why).
    Sync(SyncArgs),
    /// Serve the library over HTTP: a web page, and an interface for programs
    ///
    /// Prints an address by which a browser signs in. Programs need a token: `lookalike token create NAME`. Folders are
    /// followed and changes are sent to connected servers meanwhile.
    Serve(ServeArgs),
    /// Make, list and revoke the tokens by which programs use the HTTP interface
    #[command(subcommand)]
    Token(TokenCommand),
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
pub(crate) struct CheckArgs {
    /// Folder to check, with everything below it; none of the library's
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// Copy the new ones to this folder, each content once; what lies there already stays as it is
    #[arg(long, value_name = "FOLDER")]
    pub(crate) copy_new: Option<PathBuf>,
    /// Print one JSON object a line for each file
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
    /// Where to look: on this computer, or in the shared library (Milvus)
    #[arg(long, value_enum, default_value = "local")]
    pub(crate) scope: ScopeArg,
    /// Only photos taken on this day or later, by the camera's clock
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Filters")]
    pub(crate) from: Option<String>,
    /// Only photos taken on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Filters")]
    pub(crate) until: Option<String>,
    /// Only files of this format: jpeg, png, webp, … (may be repeated)
    #[arg(long, value_name = "FORMAT", help_heading = "Filters")]
    pub(crate) format: Vec<String>,
    /// Only files of at least so many bytes
    #[arg(long, value_name = "BYTES", help_heading = "Filters")]
    pub(crate) min_size: Option<u64>,
    /// Only files of at most so many bytes
    #[arg(long, value_name = "BYTES", help_heading = "Filters")]
    pub(crate) max_size: Option<u64>,
    /// Only photos of this shape
    #[arg(long, value_enum, help_heading = "Filters")]
    pub(crate) orientation: Option<OrientationArg>,
    /// Only photos below this folder of the library (this computer's only)
    #[arg(long, value_name = "FOLDER", help_heading = "Filters")]
    pub(crate) folder: Option<PathBuf>,
    /// Print one JSON object a line for each photo
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum OrientationArg {
    /// Wider than high
    Landscape,
    /// Higher than wide
    Portrait,
    /// As wide as high
    Square,
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
pub(crate) struct ConnectArgs {
    /// Milvus, 2.3 or newer: http://HOST:19530, or https for TLS
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) milvus: Option<String>,
    /// S3-compatible object store (MinIO, Garage, SeaweedFS, AWS): http://HOST:9000, or https for TLS
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) s3: Option<String>,
    /// Bucket; made if it is missing
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
    /// Region, as the object store names it [default: us-east-1]
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// What to upload: the photos, JPEGs of at most 2048 pixels, or vectors only [default: originals]
    #[arg(long, value_enum)]
    pub(crate) upload: Option<UploadArg>,
    /// Database of Milvus; made if it is missing [default: default]
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Option<String>,
    /// Collection, "" for the default: named after the model in use
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
    /// Index of a new collection [default: hnsw]
    #[arg(long, value_enum)]
    pub(crate) index: Option<IndexArg>,
    /// How fresh shared searches must be [default: bounded]
    #[arg(long, value_enum)]
    pub(crate) consistency: Option<ConsistencyArg>,
    /// PEM file of the authority that signed Milvus's certificate, where it is no public one; "" for none
    #[arg(long, value_name = "FILE")]
    pub(crate) milvus_ca: Option<String>,
    /// PEM file of the authority that signed the object store's certificate, where it is no public one; "" for none
    #[arg(long, value_name = "FILE")]
    pub(crate) s3_ca: Option<String>,
    /// The bucket is part of the host name (AWS), not of the path
    #[arg(long)]
    pub(crate) virtual_host: bool,
    /// Address of the object store in links for others, where it differs; "" where it does not
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) public_address: Option<String>,
    /// Hours for which such links are valid, 1 to 168 [default: 168]
    #[arg(long, value_name = "N")]
    pub(crate) link_hours: Option<u32>,
    /// What others call this computer [default: its host name]
    #[arg(long, value_name = "NAME")]
    pub(crate) device_name: Option<String>,
    /// The library was moved here from another computer or directory; go on under its name
    #[arg(long)]
    pub(crate) moved: bool,
    /// This is a copy of a library that is still in use elsewhere; take a name of its own
    #[arg(long, conflicts_with = "moved")]
    pub(crate) copied: bool,
    /// Ask for the secrets again, also for those that are kept
    #[arg(long)]
    pub(crate) new_secrets: bool,
    /// Take the settings that --export printed on another computer
    #[arg(long, value_name = "FILE")]
    pub(crate) import: Option<PathBuf>,
    /// Print the settings, without secrets
    #[arg(long, conflicts_with_all = ["milvus", "s3", "import", "test", "json"])]
    pub(crate) export: bool,
    /// Try the connection step by step and leave nothing behind; new settings are kept only if every step passes
    #[arg(long)]
    pub(crate) test: bool,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct DisconnectArgs {
    /// Forget the secrets too
    #[arg(long)]
    pub(crate) forget_secrets: bool,
}

#[derive(clap::Args)]
pub(crate) struct SyncArgs {
    /// Compare catalog, rows and objects instead; ends with 0 only when they agree
    #[arg(long)]
    pub(crate) verify: bool,
    /// Mend what differs
    #[arg(long, requires = "verify")]
    pub(crate) repair: bool,
    /// Objects that no row names are left alone for so many minutes: their row may be on its way
    #[arg(long, requires = "verify", value_name = "MINUTES", default_value_t = 60)]
    pub(crate) grace: u64,
    /// Give up when nothing has gone through for so many seconds; what waits is sent the next time
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) patience: u64,
    /// Print as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum ScopeArg {
    Local,
    Shared,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum UploadArg {
    Originals,
    Previews,
    None,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum IndexArg {
    Hnsw,
    IvfFlat,
    Diskann,
    Autoindex,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum ConsistencyArg {
    Strong,
    Session,
    Bounded,
    Eventually,
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
