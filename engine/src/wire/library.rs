//! The types of the library: its folders, its pictures, the files that are not in it.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

use super::{Place, Saying, SearchFilter};

wire! {
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
        /// What it takes to say `state_reason` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub state_reason_said: Option<Box<Saying>>,
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

    /// In which order the library is shown.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum LibraryOrder {
        /// Taken last first; where no date is known, found last.
        #[default]
        Newest,
        /// Taken first first.
        Oldest,
        /// Found last first.
        Added,
        /// The largest file first.
        Largest,
    }

    /// A slice of the library for a virtualised grid.
    #[serde(deny_unknown_fields)]
    pub struct LibraryRequest {
        /// Only this folder.
        pub folder: Option<i64>,
        /// Only pictures of which a file has all of these words in its name, or in the names of the folders that it lies in within
        /// the library. Parts of words do, and capitals are as small letters. At most 200 characters.
        #[serde(default)]
        pub text: String,
        /// Only pictures that pass.
        #[serde(default)]
        pub filter: Option<SearchFilter>,
        /// Pictures to leave out at the start.
        pub offset: u64,
        /// Pictures to return, at most 1,000.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1_000))]
        pub limit: u32,
        /// In which order.
        #[serde(default)]
        pub order: LibraryOrder,
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
        /// What it takes to say `message` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub message_said: Option<Box<Saying>>,
    }
}
