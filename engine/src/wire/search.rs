//! The types of searches: what is asked, what is found, what becomes of what was found.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

use super::{BandLimits, ErrorReply, KeptFile, Scope};

wire! {
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
    #[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
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
        /// A picture on the web, fetched for this search.
        Url {
            /// `http` or `https`, of the public internet.
            url: String,
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
        #[cfg_attr(feature = "openapi", schema(format = "uint64"))]
        pub min_bytes: Option<u64>,
        /// Size of the file in bytes, at most.
        #[cfg_attr(feature = "openapi", schema(format = "uint64"))]
        pub max_bytes: Option<u64>,
        /// Wider than high, or not.
        pub orientation: Option<Orientation>,
        /// In this folder of the library, by its id; on this computer only.
        pub folder: Option<i64>,
    }

    /// A part of a picture, in shares of its width and height.
    #[derive(Copy)]
    #[serde(deny_unknown_fields)]
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
        /// Left and right are exchanged.
        Mirrored,
        /// Turned clockwise.
        Turned {
            /// 90, 180 or 270.
            degrees: u32,
        },
        /// Tilted by some degrees, to either side.
        Tilted,
        /// One of them has words or a sticker on a part of it, or something else that covers it.
        Covered,
        /// It shows a part of the query.
        PartOfQuery,
        /// The query shows a part of it.
        HoldsQuery,
    }

    /// In which order results come.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum ResultOrder {
        /// The most similar first.
        #[default]
        Similarity,
        /// Taken last first; those without a date at the end.
        Newest,
        /// Taken first first; those without a date at the end.
        Oldest,
        /// The largest file first.
        Largest,
        /// By file name.
        Name,
    }

    /// A search.
    #[serde(deny_unknown_fields)]
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
        /// Whether to say which results show nearly the same as a better one. Costs some milliseconds.
        #[serde(default)]
        pub fold: bool,
        /// Lowest similarity to return, 0 ..= 1. Applied before paging.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
        pub similarity: f32,
        /// Page, from 1.
        #[serde(default = "first_page")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub page: u32,
        /// Results a page, 1 ..= 200.
        #[serde(default = "default_page_size")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200))]
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
        /// Whether to say which results show nearly the same as a better one. Costs some milliseconds.
        pub fold: bool,
    }

    /// A further page of a frozen result set, or the same set under another threshold.
    #[serde(deny_unknown_fields)]
    pub struct PageRequest {
        /// The set, from `SearchReply::result_set`.
        pub result_set: String,
        /// Lowest similarity to return, 0 ..= 1.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
        pub similarity: f32,
        /// Page, from 1.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_147_483_647))]
        pub page: u32,
        /// Results a page, 1 ..= 200.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200))]
        pub page_size: u32,
        /// In which order.
        #[serde(default)]
        pub order: ResultOrder,
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
        /// Squared L2 distance of the unit vectors, `2 - 2·cos`, in 0 ..= 4. Of a picture whose pixels show that it is the query's, at
        /// most the farthest of the band "same picture".
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
        /// Results of lower rank that show nearly the same as this one, and so may be folded behind it, where that was asked for.
        /// Only of results that are not the same picture as the query: those are what was looked for. On this computer only.
        pub near_identical: u32,
        /// Rank of the result behind which this one may be folded.
        pub folds_behind: Option<u64>,
    }

    /// Asks what the pictures themselves say about why results match. Takes some milliseconds a result.
    #[serde(deny_unknown_fields)]
    pub struct ExplainRequest {
        /// The set, from `SearchReply::result_set`.
        pub result_set: String,
        /// Ids of results, 200 at most.
        pub ids: Vec<String>,
    }

    /// Why a result matches, as its pixels tell.
    pub struct Explained {
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// What was found; empty where nothing can be said.
        pub reasons: Vec<Reason>,
    }

    /// Pictures to do something with.
    #[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
    pub enum Selection {
        /// Pictures of the library.
        Pictures {
            /// Their ids.
            ids: Vec<String>,
        },
        /// Results of a search.
        Results {
            /// The set, from `SearchReply::result_set`.
            result_set: String,
            /// Lowest similarity, 0 ..= 1.
            #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
            similarity: f32,
        },
    }

    /// A format of a list of results.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum ExportFormat {
        /// RFC 4180, with a head.
        Csv,
        /// An array of objects.
        Json,
    }

    /// Asks for the results of a search as a file.
    #[serde(deny_unknown_fields)]
    pub struct ExportRequest {
        /// The set, from `SearchReply::result_set`.
        pub result_set: String,
        /// Lowest similarity, 0 ..= 1.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
        pub similarity: f32,
        /// Only these results; empty: all.
        #[serde(default)]
        pub ids: Vec<String>,
        /// As what.
        pub format: ExportFormat,
    }

    /// Asks for copies of photos.
    #[serde(deny_unknown_fields)]
    pub struct CopyRequest {
        /// Which.
        pub selection: Selection,
        /// Absolute path of the folder to copy to. What lies there already stays as it is.
        pub folder: String,
    }

    /// How far copying is.
    #[derive(Copy, Eq)]
    pub struct CopyProgress {
        /// Files dealt with.
        pub done: u64,
        /// Files in all.
        pub total: u64,
        /// Bytes written.
        pub bytes: u64,
    }

    /// What was copied.
    pub struct CopyReport {
        /// Files written.
        pub copied: u64,
        /// Their bytes.
        pub bytes: u64,
        /// Files whose very content was there already.
        pub there_already: u64,
        /// Files that were not copied, and why.
        pub failed: Vec<KeptFile>,
        /// Whether it was stopped by the user before it was done.
        pub is_cancelled: bool,
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
}

/// Largest page of a search.
pub const MAX_PAGE_SIZE: u32 = 200;

impl SearchRequest {
    /// A search of this computer, of everything; the first page.
    pub fn new(query: Query) -> Self {
        let (more, less) = (Vec::new(), Vec::new());
        let (page, page_size) = (first_page(), default_page_size());
        Self { query, scope: Scope::Local, filter: None, crop: None, more, less, fold: false, similarity: 0.0, page, page_size }
    }
}

fn first_page() -> u32 {
    1
}

fn default_page_size() -> u32 {
    20
}
