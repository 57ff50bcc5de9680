//! The types of "do I already have these?": a folder that is not in the library, compared with it before anything is imported.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

use super::{ErrorReply, Saying};

wire! {
    /// What is known of a file that is to be imported.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "kebab-case")]
    pub enum ImportVerdict {
        /// The library has the very file.
        SameFile,
        /// The library has the picture in another file: re-saved, resized, cropped or edited.
        SamePicture,
        /// The library does not have it.
        New,
        /// It cannot be read, so that nothing is known.
        Unreadable,
    }

    /// How a check stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum ImportState {
        /// It goes on.
        Running,
        /// Every file has its verdict.
        Done,
        /// Stopped by the user; what was found until then stays.
        Cancelled,
        /// It cannot go on; see `reason`.
        Failed,
    }

    /// How far a check is, and what it has found.
    pub struct ImportStatus {
        /// Absolute path of the folder.
        pub folder: String,
        /// How it stands.
        pub state: ImportState,
        /// Why it cannot go on.
        pub reason: Option<ErrorReply>,
        /// Picture files in the folder; 0 while they are counted.
        pub total: u64,
        /// Files that have their verdict.
        pub done: u64,
        /// Of these, files that the library has.
        pub same_file: u64,
        /// Of these, files whose picture the library has.
        pub same_picture: u64,
        /// Of these, new ones.
        pub new: u64,
        /// New contents: of these, each counted once. So many are copied.
        pub to_copy: u64,
        /// Their bytes.
        pub new_bytes: u64,
        /// Of these, files that cannot be read.
        pub unreadable: u64,
        /// Files a second.
        pub rate: f64,
        /// Estimated seconds left.
        pub seconds_left: Option<f64>,
    }

    /// Asks for files with a verdict, in the order of their paths.
    #[serde(deny_unknown_fields)]
    pub struct ImportRequest {
        /// Which verdict.
        pub verdict: ImportVerdict,
        /// Files to leave out at the beginning.
        #[serde(default)]
        pub offset: u64,
        /// Most files to return, 1 ..= 200.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200))]
        pub limit: u32,
    }

    /// New files of a check, each content once.
    #[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
    pub enum NewFiles {
        /// All of them but these.
        AllBut {
            /// Content hashes.
            ids: Vec<String>,
        },
        /// These.
        Only {
            /// Content hashes.
            ids: Vec<String>,
        },
    }

    /// Asks for copies of new files.
    #[serde(deny_unknown_fields)]
    pub struct CopyNewRequest {
        /// Absolute path of the folder to copy to.
        pub folder: String,
        /// Which of them; all where it does not say.
        #[serde(default)]
        pub files: NewFiles,
    }

    /// Files with a verdict.
    pub struct ImportReply {
        /// How the check stands.
        pub status: ImportStatus,
        /// Files with this verdict in all.
        pub total: u64,
        /// The files asked for.
        pub files: Vec<ImportFile>,
    }

    /// A file and its verdict.
    pub struct ImportFile {
        /// Content hash: 64 hexadecimal digits; empty where it cannot be read.
        pub id: String,
        /// Absolute path.
        pub path: String,
        /// Last part of the path.
        pub file_name: String,
        /// Size of the file.
        pub bytes: u64,
        /// Width in pixels, after orientation; 0 where it was not looked at.
        pub width: u32,
        /// Height in pixels, after orientation; 0 where it was not looked at.
        pub height: u32,
        /// What is known of it.
        pub verdict: ImportVerdict,
        /// The picture of the library that it is, or shows.
        pub match_id: Option<String>,
        /// Where that lies.
        pub match_path: Option<String>,
        /// Similarity to it, 0.2 ..= 1.
        pub similarity: Option<f32>,
        /// Why it cannot be read.
        pub reason: Option<String>,
        /// What it takes to say `reason` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub reason_said: Option<Box<Saying>>,
        /// Whether the very file was met before in this folder: it is copied once.
        pub is_repeated: bool,
    }
}

impl Default for NewFiles {
    fn default() -> Self {
        Self::AllBut { ids: Vec::new() }
    }
}
