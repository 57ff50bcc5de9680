//! Plain-data requests, replies, events and errors: the only types that cross from the engine to a host (window,
//! command line, HTTP). Knows no database and no thread; the TypeScript types in `ui/src/wire.ts` are generated from here.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

#[cfg(feature = "typescript")]
use ts_rs::TS;

macro_rules! wire {
    ($($(#[$meta:meta])* $vis:vis $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(TS), ts(export, export_to = "../../ui/src/wire.ts"))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        $vis $kind $name $body
    )*};
}

mod check;
mod connection;
mod duplicates;
mod library;
mod models;
mod search;
mod settings;
mod uploads;

pub use check::*;
pub use connection::*;
pub use duplicates::*;
pub use library::*;
pub use models::*;
pub use search::*;
pub use settings::*;
pub use uploads::*;

wire! {
    /// What went wrong. A code exists only where someone acts on it.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "kebab-case")]
    pub enum ErrorCode {
        /// A request field is out of range or malformed.
        InvalidRequest,
        /// The photo or folder does not exist or cannot be reached.
        NotFound,
        /// The file is no picture that we can read (the message says why).
        NotAPicture,
        /// The result set is no longer kept; search again.
        ResultSetGone,
        /// The model's files are missing, damaged or of the wrong shape.
        ModelUnusable,
        /// A file could not be fetched; what has come is kept, so that trying again goes on from there.
        DownloadFailed,
        /// Another Lookalike is writing to this data directory.
        LibraryBusy,
        /// This engine was opened for reading only.
        ReadOnly,
        /// The catalog cannot be opened or was made by a newer version.
        CatalogUnusable,
        /// Reading or writing the disk failed.
        Io,
        /// No Milvus is connected.
        NotConnected,
        /// Milvus or the object store could not be used; the message says which and why.
        RemoteFailed,
        /// The work was cancelled by the user.
        Cancelled,
        /// A fault of our own.
        Internal,
    }

    /// An error as every host shows it: a code to act on, a message that says what happened, a hint that says what to do.
    pub struct ErrorReply {
        /// What kind of failure.
        pub code: ErrorCode,
        /// One plain sentence that names the file or field.
        pub message: String,
        /// What the user can do about it.
        pub hint: Option<String>,
        /// What it takes to say `message` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub message_said: Option<Box<Saying>>,
        /// Likewise `hint`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub hint_said: Option<Box<Saying>>,
    }

    /// A sentence of the engine as a host needs it to say it in another language. It comes beside the English.
    #[derive(Eq)]
    pub struct Saying {
        /// Which sentence.
        pub code: String,
        /// What is put into it, by name.
        pub values: BTreeMap<String, Said>,
    }

    /// Something put into a sentence.
    #[derive(Eq)]
    #[serde(untagged)]
    pub enum Said {
        /// A name, a path, a number, or what other programs say.
        Text(String),
        /// Another sentence, or part of one.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        Saying(Saying),
    }

    /// What the pipeline does now.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum Stage {
        /// Nothing to do.
        Idle,
        /// Looking for changes on disk.
        Scanning,
        /// Reading, decoding and embedding.
        Indexing,
        /// Stopped by the user; goes on when resumed.
        Paused,
    }

    /// Progress of the current run, sampled every 200 ms.
    pub struct Progress {
        /// What is going on.
        pub stage: Stage,
        /// Files looked at by the scan.
        pub scanned: u64,
        /// Files that the scan found to be new or changed. Grows while scanning.
        pub total: u64,
        /// Of these, dealt with (indexed, recognised or skipped).
        pub done: u64,
        /// Of these, skipped with a reason.
        pub skipped: u64,
        /// Files a second over the last seconds.
        pub rate: f64,
        /// Estimated seconds left; none while scanning or idle.
        pub seconds_left: Option<f64>,
    }

    /// What one complete run did.
    #[derive(Default)]
    pub struct IndexReport {
        /// Picture files seen on disk.
        pub scanned: u64,
        /// Files whose picture was embedded in this run.
        pub embedded: u64,
        /// New paths of pictures already known by content: moved, renamed or copied files.
        pub recognised: u64,
        /// Files that had not changed.
        pub unchanged: u64,
        /// Files gone from reachable folders.
        pub removed: u64,
        /// Files that could not be indexed.
        pub skipped: Vec<SkippedFile>,
        /// Folders that could not be reached.
        pub offline: Vec<String>,
        /// Whether the run was cancelled before it was complete.
        pub cancelled: bool,
        /// Wall time in seconds.
        pub seconds: f64,
    }

    /// The model in use.
    pub struct ModelInfo {
        /// Model id; vectors of two ids never meet.
        pub id: String,
        /// Name to show.
        pub name: String,
        /// Numbers in a vector.
        pub dimension: usize,
        /// Lowest similarity of each band.
        pub bands: BandLimits,
        /// Licence of the weights.
        pub licence: String,
    }

    /// Lowest similarity (in 0.2 ..= 1) of each band, calibrated per model.
    #[derive(Copy)]
    pub struct BandLimits {
        /// Re-saved, resized, cropped or edited.
        pub same_picture: f32,
        /// The same moment or place.
        pub same_scene: f32,
        /// Similar subject.
        pub similar: f32,
    }

    /// The library at a glance.
    pub struct Status {
        /// Watched folders in the order of their paths.
        pub folders: Vec<FolderInfo>,
        /// Picture files known.
        pub files: u64,
        /// Distinct pictures that can be found.
        pub images: u64,
        /// Files that could not be indexed.
        pub skipped: u64,
        /// Changes waiting for a remote; 0 while none is configured.
        pub pending_sync: u64,
        /// The model in use.
        pub model: ModelInfo,
        /// Pictures that have no vector of the model in use yet, and so cannot be found.
        pub not_embedded: u64,
        /// The switch to another model that is under way.
        pub switch: Option<SwitchInfo>,
        /// The data directory.
        pub data_dir: String,
        /// What the pipeline does now.
        pub progress: Progress,
        /// Whether this process may write (false: another one does, or it was opened to read).
        pub writable: bool,
        /// Engine version.
        pub version: String,
    }

    /// How a check of `doctor` ended.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum CheckState {
        /// Works.
        Ok,
        /// Works with a limit.
        Warning,
        /// Does not work.
        Failed,
        /// Not configured, so not tried.
        Off,
    }

    /// One line of `doctor`.
    pub struct Check {
        /// What was checked.
        pub name: String,
        /// How it ended.
        pub state: CheckState,
        /// What was found.
        pub detail: String,
        /// What to do about it.
        pub hint: Option<String>,
    }

    /// Something happened that a host may want to show.
    #[serde(tag = "kind", rename_all = "kebab-case")]
    pub enum Event {
        /// Progress of the pipeline, every 200 ms while something is done and once when it ends.
        Progress {
            /// The sample.
            progress: Progress,
        },
        /// Pictures were added or removed: counts and lists are out of date.
        LibraryChanged {},
        /// A folder was added, removed, paused or changed its state.
        FoldersChanged {},
        /// The state of syncing changed, or a second has passed while it goes on.
        SyncChanged {
            /// How it stands.
            status: SyncStatus,
        },
        /// A step of a connection test has ended.
        ConnectionStep {
            /// The step.
            step: TestStep,
        },
        /// A run is complete.
        RunFinished {
            /// What it did.
            report: IndexReport,
        },
        /// A switch to another model began, went on, was paused, ended.
        SwitchChanged {
            /// How it stands; none when it has ended.
            switch: Option<SwitchInfo>,
        },
        /// A download began, went on, ended.
        InstallChanged {
            /// How far it is; none when it has ended.
            install: Option<InstallInfo>,
        },
        /// The search for duplicates goes on, or has ended.
        DuplicatesChanged {
            /// How far it is.
            progress: DuplicatesProgress,
        },
        /// Copying goes on, or has ended.
        CopyChanged {
            /// How far it is; none when it has ended.
            progress: Option<CopyProgress>,
        },
        /// A check before import goes on, or has ended.
        ImportChanged {
            /// How far it is.
            status: ImportStatus,
        },
        /// Another model is in use, or one was added or removed: lists of models and limits are out of date.
        ModelsChanged {},
        /// Something that the user should know, for instance that a folder is polled.
        Notice {
            /// One plain sentence.
            message: String,
            /// What to do about it.
            hint: Option<String>,
            /// What it takes to say `message` in another language, where it can be.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "typescript", ts(optional))]
            message_said: Option<Box<Saying>>,
            /// Likewise `hint`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[cfg_attr(feature = "typescript", ts(optional))]
            hint_said: Option<Box<Saying>>,
        },
    }
}

impl fmt::Display for ErrorReply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(out, ". {hint}"))
    }
}
