//! The types about duplicates: groups of the same file and of the same picture, which of them to keep, what went to the trash.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

use super::Saying;

wire! {
    /// What the members of a group have in common.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "kebab-case")]
    pub enum DuplicateKind {
        /// Every byte.
        SameFile,
        /// What is seen: re-saved, resized, cropped or edited.
        SamePicture,
    }

    /// Why a file is the one to keep.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum KeepReason {
        /// Its folder is protected.
        Protected,
        /// It has the most pixels.
        MostPixels,
        /// It says when it was taken, as the camera's own file does and many an edited copy does not.
        Dated,
        /// Its name is not that of a copy or an edit ("copy of", "(1)", "small", …).
        PlainName,
        /// Its format loses the least.
        BestFormat,
        /// It is the largest file.
        LargestFile,
        /// It was taken, or written, first.
        Oldest,
        /// Nothing tells them apart; its path comes first by the alphabet.
        FirstName,
    }

    /// Which groups to list.
    #[derive(Eq)]
    #[serde(deny_unknown_fields)]
    pub struct DuplicatesRequest {
        /// Ids of folders in which at least two members lie; empty: all.
        #[serde(default)]
        pub folders: Vec<i64>,
        /// Kind of groups; none: both. Of a group with other versions of the picture, too, what is the same file is one of its own
        /// where only these are asked for.
        #[serde(default)]
        pub kind: Option<DuplicateKind>,
        /// Groups to leave out at the beginning.
        #[serde(default)]
        pub offset: u64,
        /// Most groups to return, 1 ..= 200.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200))]
        pub limit: u32,
    }

    /// How far the search for duplicates is.
    #[derive(Copy)]
    pub struct DuplicatesProgress {
        /// Pictures that were compared with all others.
        pub done: u64,
        /// Pictures of the library.
        pub total: u64,
        /// Whether it goes on now.
        pub is_running: bool,
        /// Pictures a second over the last seconds.
        pub rate: f64,
    }

    /// Groups, those that take the most room first.
    pub struct DuplicatesReply {
        /// How far the search is: what has not been compared yet may be in further groups.
        pub progress: DuplicatesProgress,
        /// Groups in all.
        pub total: u64,
        /// Files that could go in all groups.
        pub spare_files: u64,
        /// Their bytes.
        pub spare_bytes: u64,
        /// The groups asked for.
        pub groups: Vec<DuplicateGroup>,
    }

    /// Files that show the same.
    pub struct DuplicateGroup {
        /// What they have in common.
        pub kind: DuplicateKind,
        /// The one to keep first.
        pub members: Vec<DuplicateMember>,
    }

    /// A file of a group.
    pub struct DuplicateMember {
        /// Catalog id of the file.
        pub file: i64,
        /// Content hash of its picture.
        pub id: String,
        /// Absolute path.
        pub path: String,
        /// Last part of the path.
        pub file_name: String,
        /// Id of its folder.
        pub folder: i64,
        /// Whether the folder is protected: its files cannot go to the trash.
        pub is_protected: bool,
        /// Whether the folder cannot be reached now.
        pub is_offline: bool,
        /// Width in pixels, after orientation.
        pub width: u32,
        /// Height in pixels, after orientation.
        pub height: u32,
        /// Size of the file.
        pub bytes: u64,
        /// `jpeg`, `png`, …
        pub format: String,
        /// `YYYY-MM-DDTHH:MM:SS` in the camera's local time.
        pub taken_at: Option<String>,
        /// Similarity to the one to keep, 0.2 ..= 1.
        pub similarity: f32,
        /// Why it is the one to keep; none for the others.
        pub keep: Option<KeepReason>,
    }

    /// A file of a picture, on this computer.
    #[derive(Eq)]
    pub struct PictureFile {
        /// Catalog id.
        pub file: i64,
        /// Absolute path.
        pub path: String,
        /// Whether its folder is protected: it cannot go to the trash.
        pub is_protected: bool,
        /// Whether its folder cannot be reached now.
        pub is_offline: bool,
    }

    /// Files to move to the system's trash.
    #[derive(Eq)]
    #[serde(deny_unknown_fields)]
    pub struct TrashRequest {
        /// Catalog ids of the files.
        pub files: Vec<i64>,
        /// Catalog ids of files of the same pictures that were chosen to be kept: one that stays counts as a copy. Otherwise only the
        /// very same file does.
        #[serde(default)]
        pub keeping: Vec<i64>,
        /// Also where no other copy of the picture would be left.
        #[serde(default)]
        pub even_last: bool,
    }

    /// What became of files that were to go to the trash.
    pub struct TrashReport {
        /// For taking it back; none where nothing was moved.
        pub batch: Option<i64>,
        /// Files moved.
        pub moved: u64,
        /// Their bytes.
        pub bytes: u64,
        /// Files that stay, and why.
        pub kept: Vec<KeptFile>,
    }

    /// What came back from the trash.
    pub struct TrashUndone {
        /// Files that are where they were.
        pub back: u64,
        /// Files that are not, and why.
        pub kept: Vec<KeptFile>,
    }

    /// A file that was not moved to the trash, or not brought back.
    #[derive(Eq)]
    pub struct KeptFile {
        /// Catalog id; 0 where it is no longer known.
        pub file: i64,
        /// Absolute path.
        pub path: String,
        /// `protected`, `last-copy`, `changed`, `unreachable`, `failed`, `unknown`.
        pub code: String,
        /// One plain sentence.
        pub message: String,
        /// What it takes to say `message` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub message_said: Option<Box<Saying>>,
    }
}
