//! Plain-data requests, replies, events and errors: the only types that cross from the engine to a host (window,
//! command line, HTTP). Knows no database and no thread; the TypeScript types in `ui/src/wire.ts` are generated from here.

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

mod connection;
mod duplicates;

pub use connection::*;
pub use duplicates::*;
mod models;
mod uploads;

pub use uploads::AddedPicture;

pub use models::{EmbeddingNote, InstallInfo, ModelEntry, ModelFault, ModelState, ModelsReply, SwitchInfo, SwitchState};

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
    }

    /// How a folder stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum FolderState {
        /// Followed by the system's change notifications.
        Watching,
        /// Looked through at intervals, because notifications are not to be had (see `state_reason`).
        Polling,
        /// Known, but nothing follows it: this process only reads, or follows no folders.
        Idle,
        /// Paused by the user; its photos stay searchable.
        Paused,
        /// Cannot be reached now; its photos stay searchable by thumbnail.
        Offline,
    }

    /// A folder of the library.
    pub struct FolderInfo {
        /// Catalog id.
        pub id: i64,
        /// Absolute path.
        pub path: String,
        /// Last part of the path.
        pub name: String,
        /// How it stands.
        pub state: FolderState,
        /// Why it is polled or offline, in plain words.
        pub state_reason: Option<String>,
        /// Picture files known in it.
        pub files: u64,
        /// Files that could not be indexed.
        pub skipped: u64,
        /// gitignore globs of the user, relative to the folder.
        pub excludes: Vec<String>,
        /// Whether its files cannot be moved to the trash.
        pub is_protected: bool,
        /// Unix seconds of the last complete scan.
        pub scanned_at: Option<i64>,
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

    /// A file that is not in the index, and why.
    pub struct SkippedFile {
        /// Catalog id of the file, for a retry.
        pub id: i64,
        /// Absolute path.
        pub path: String,
        /// Machine-readable reason (`damaged`, `truncated`, `too-large`, `not-a-picture`, `format-not-supported`, `unreadable`, …).
        pub code: String,
        /// The reason in plain words.
        pub message: String,
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

    /// Why a result is as close as it is, calibrated per model.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "kebab-case")]
    pub enum Band {
        /// Byte-identical.
        SameFile,
        /// Re-saved, resized, cropped or edited.
        SamePicture,
        /// The same moment or place.
        SameScene,
        /// Similar subject.
        Similar,
        /// Everything below.
        Weak,
    }

    /// What to look for.
    #[serde(tag = "kind", rename_all = "kebab-case")]
    pub enum Query {
        /// Any picture file on this computer, in the library or not.
        Path {
            /// Absolute path, or relative to the working directory.
            path: String,
        },
        /// A picture of the library by its id.
        Image {
            /// Content hash: 64 hexadecimal digits.
            id: String,
        },
    }

    /// Whether a picture is wider than high.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum Orientation {
        /// Wider than high.
        Landscape,
        /// Higher than wide.
        Portrait,
        /// As wide as high.
        Square,
    }

    /// Which pictures a search may find. What is left out lets all pass.
    #[derive(Default, Eq)]
    #[serde(default, deny_unknown_fields)]
    pub struct SearchFilter {
        /// Taken on this day or later, by the camera's clock: `YYYY-MM-DD`. Pictures without a date do not pass.
        pub taken_from: Option<String>,
        /// Taken on this day or earlier.
        pub taken_until: Option<String>,
        /// One of these formats: `jpeg`, `png`, …
        pub formats: Vec<String>,
        /// Size of the file in bytes, at least.
        pub min_bytes: Option<u64>,
        /// Size of the file in bytes, at most.
        pub max_bytes: Option<u64>,
        /// Wider than high, or not.
        pub orientation: Option<Orientation>,
        /// In this folder of the library, by its id; on this computer only.
        pub folder: Option<i64>,
    }

    /// A part of a picture, in shares of its width and height.
    #[derive(Copy)]
    pub struct Crop {
        /// Left edge, 0 ..= 1.
        pub x: f32,
        /// Upper edge, 0 ..= 1.
        pub y: f32,
        /// Width, 0.02 ..= 1.
        pub width: f32,
        /// Height, 0.02 ..= 1.
        pub height: f32,
    }

    /// Why a look-alike is one, beside how it looks.
    #[derive(Copy, Eq)]
    #[serde(tag = "kind", rename_all = "kebab-case")]
    pub enum Reason {
        /// Taken within a minute of the query.
        SecondsApart {
            /// Seconds between them.
            seconds: u32,
        },
        /// Taken with the same camera.
        SameCamera,
    }

    /// A search.
    pub struct SearchRequest {
        /// What to look for.
        pub query: Query,
        /// Where to look.
        #[serde(default)]
        pub scope: Scope,
        /// Which pictures may be found; none: all.
        #[serde(default)]
        pub filter: Option<SearchFilter>,
        /// The part of the query that counts; none: all of it.
        #[serde(default)]
        pub crop: Option<Crop>,
        /// Ids of pictures to be more like, 32 at most.
        #[serde(default)]
        pub more: Vec<String>,
        /// Ids of pictures to be less like, 32 at most.
        #[serde(default)]
        pub less: Vec<String>,
        /// Lowest similarity to return, 0 ..= 1. Applied before paging.
        #[serde(default)]
        pub similarity: f32,
        /// Page, from 1.
        #[serde(default = "first_page")]
        pub page: u32,
        /// Results a page, 1 ..= 200.
        #[serde(default = "default_page_size")]
        pub page_size: u32,
    }

    /// What a search by a picture that is sent or pasted may say beside it, as in [`SearchRequest`].
    #[derive(Default)]
    #[serde(default, deny_unknown_fields)]
    pub struct SentTerms {
        /// Which pictures may be found; none: all.
        pub filter: Option<SearchFilter>,
        /// The part of the picture that counts; none: all of it.
        pub crop: Option<Crop>,
        /// Ids of pictures to be more like, 32 at most.
        pub more: Vec<String>,
        /// Ids of pictures to be less like, 32 at most.
        pub less: Vec<String>,
    }

    /// A further page of a frozen result set, or the same set under another threshold.
    pub struct PageRequest {
        /// The set, from `SearchReply::result_set`.
        pub result_set: String,
        /// Lowest similarity to return, 0 ..= 1.
        #[serde(default)]
        pub similarity: f32,
        /// Page, from 1.
        pub page: u32,
        /// Results a page, 1 ..= 200.
        pub page_size: u32,
    }

    /// A page of look-alikes.
    pub struct SearchReply {
        /// Path of the query where it has one, else its file name or id.
        pub query: String,
        /// Content hash of the query: 64 hexadecimal digits.
        pub query_id: String,
        /// Width of the query in pixels, after orientation.
        pub query_width: u32,
        /// Height of the query in pixels, after orientation.
        pub query_height: u32,
        /// Id of the model that answered.
        pub model: String,
        /// Its lowest similarity of each band.
        pub limits: BandLimits,
        /// Where these results are from.
        pub scope: Scope,
        /// Why they are from this computer although the shared library was asked.
        pub fallback: Option<ErrorReply>,
        /// The frozen result set; ask `page` for more of it.
        pub result_set: String,
        /// Unix seconds at which the set was frozen.
        pub frozen_at: i64,
        /// Results at or above the threshold.
        pub total: u64,
        /// Whether `total` is exact; otherwise there may be more.
        pub total_is_exact: bool,
        /// Results of the whole set in each band, whatever the threshold.
        pub bands: BandCounts,
        /// This page, from 1.
        pub page: u32,
        /// Results a page.
        pub page_size: u32,
        /// Similarity of everything that is ranked, falling, to four digits.
        pub similarities: Vec<f32>,
        /// The results in rank order.
        pub results: Vec<SearchHit>,
        /// Milliseconds that the engine took, decoding and embedding included.
        pub took_ms: f64,
    }

    /// Results in each band.
    #[derive(Copy, Default)]
    pub struct BandCounts {
        /// Byte-identical.
        pub same_file: u64,
        /// Re-saved, resized, cropped or edited.
        pub same_picture: u64,
        /// The same moment or place.
        pub same_scene: u64,
        /// Similar subject.
        pub similar: u64,
        /// Everything below.
        pub weak: u64,
    }

    /// One look-alike. Byte-identical copies are one entry with several places.
    pub struct SearchHit {
        /// Place in the whole result set, from 1.
        pub rank: u64,
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// Absolute path of the first place (the query's own path if it is one of them); where only other computers have the
        /// picture, its file's name.
        pub path: String,
        /// Last part of the path.
        pub file_name: String,
        /// `1 / (1 + distance)`, in 0.2 ..= 1.
        pub similarity: f32,
        /// Squared L2 distance of the unit vectors, `2 - 2·cos`, in 0 ..= 4.
        pub distance: f32,
        /// How close, in words.
        pub band: Band,
        /// Width in pixels, after orientation.
        pub width: u32,
        /// Height in pixels, after orientation.
        pub height: u32,
        /// Whether this is the query itself.
        pub is_query: bool,
        /// Why it is one, beside how it looks.
        pub reasons: Vec<Reason>,
        /// Everywhere this very file lies.
        pub places: Vec<Place>,
    }

    /// A file of a picture.
    pub struct Place {
        /// Absolute path; on another computer the file's name.
        pub path: String,
        /// Whether its folder cannot be reached now.
        pub offline: bool,
        /// The other computer on which it lies; none: this one.
        pub device: Option<String>,
    }

    /// A slice of the library for a virtualised grid, newest first.
    pub struct LibraryRequest {
        /// Only this folder.
        pub folder: Option<i64>,
        /// Pictures to leave out at the start.
        pub offset: u64,
        /// Pictures to return, at most 1,000.
        pub limit: u32,
    }

    /// A slice of the library.
    pub struct LibraryReply {
        /// Pictures in all.
        pub total: u64,
        /// This slice.
        pub pictures: Vec<Picture>,
    }

    /// A picture of the library.
    pub struct Picture {
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// Last part of the first place's path.
        pub file_name: String,
        /// Width in pixels, after orientation.
        pub width: u32,
        /// Height in pixels, after orientation.
        pub height: u32,
    }

    /// All there is to know of one picture.
    pub struct PictureDetails {
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// `jpeg`, `png`, …
        pub format: String,
        /// Size of the file in bytes.
        pub bytes: u64,
        /// Width in pixels, after orientation.
        pub width: u32,
        /// Height in pixels, after orientation.
        pub height: u32,
        /// When it was taken, `YYYY-MM-DDTHH:MM:SS` in the camera's local time.
        pub taken_at: Option<String>,
        /// Camera maker and model.
        pub camera: Option<String>,
        /// Everywhere it lies.
        pub places: Vec<Place>,
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
        /// Another model is in use, or one was added or removed: lists of models and limits are out of date.
        ModelsChanged {},
        /// Something that the user should know, for instance that a folder is polled.
        Notice {
            /// One plain sentence.
            message: String,
            /// What to do about it.
            hint: Option<String>,
        },
    }
}

/// Largest page of a search.
pub const MAX_PAGE_SIZE: u32 = 200;

impl SearchRequest {
    /// A search of this computer, of everything; the first page.
    pub fn new(query: Query) -> Self {
        let (more, less) = (Vec::new(), Vec::new());
        let (page, page_size) = (first_page(), default_page_size());
        Self { query, scope: Scope::Local, filter: None, crop: None, more, less, similarity: 0.0, page, page_size }
    }
}

fn first_page() -> u32 {
    1
}

fn default_page_size() -> u32 {
    20
}
