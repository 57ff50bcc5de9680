//! The types about models: which there are, a switch or a download under way.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

use super::{BandLimits, ErrorReply, Saying};

wire! {
    /// How a model stands in this library.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum ModelState {
        /// Its vectors answer searches.
        InUse,
        /// Its vectors are being made.
        Coming,
        /// Its files are here.
        Ready,
        /// It can be fetched.
        Available,
        /// Its files are gone, its vectors are kept.
        VectorsOnly,
    }

    /// A model that is in use, here, or to be had.
    pub struct ModelEntry {
        /// Model id, and the name to call it by.
        pub id: String,
        /// Name to show.
        pub name: String,
        /// How it stands.
        pub state: ModelState,
        /// Numbers in a vector.
        pub dimension: usize,
        /// Size of its file in bytes.
        pub bytes: u64,
        /// Licence of the weights.
        pub licence: String,
        /// From what data, by whom, how, in a sentence.
        pub provenance: String,
        /// Where its file is fetched from, where it is of the catalogue.
        pub source: Option<String>,
        /// Whether it is inside the program.
        pub is_bundled: bool,
        /// Lowest similarity of each band.
        pub bands: BandLimits,
        /// Whether these limits are estimates, not calibrated.
        pub bands_are_estimates: bool,
        /// Vectors of it that are kept.
        pub vectors: u64,
        /// Where there are vectors of it: pictures of the library that have none yet.
        pub missing: u64,
        /// Whether it can be put to use at once: its vectors are kept from an earlier use, and at most 1 picture in 100 has none.
        pub is_immediate: bool,
    }

    /// How a switch stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum SwitchState {
        /// Vectors are being made.
        Building,
        /// Photos are being indexed, which goes first.
        Waiting,
        /// Stopped by the user; goes on when resumed, also after a restart.
        Paused,
        /// It cannot go on; see `reason`.
        Failed,
        /// It goes on in the process that writes to the library.
        Elsewhere,
    }

    /// A switch to another model: its vectors are made while the old ones answer.
    pub struct SwitchInfo {
        /// Id of the model to come.
        pub target: String,
        /// Its name to show.
        pub name: String,
        /// How it stands.
        pub state: SwitchState,
        /// Why it cannot go on.
        pub reason: Option<ErrorReply>,
        /// Whether the program began it by itself, because it brought a new model.
        pub is_upgrade: bool,
        /// Pictures dealt with.
        pub done: u64,
        /// Pictures in all.
        pub total: u64,
        /// Of these, embedded from their thumbnail because no file of theirs could be reached.
        pub from_thumbnail: u64,
        /// Of these, not embedded, because neither file nor thumbnail could be read: they cannot be found with the new model.
        pub left_out: u64,
        /// Pictures a second.
        pub rate: f64,
        /// Estimated seconds left.
        pub seconds_left: Option<f64>,
    }

    /// A model on its way from the net.
    pub struct InstallInfo {
        /// Model id.
        pub id: String,
        /// Bytes that are here.
        pub done: u64,
        /// Bytes in all.
        pub total: u64,
        /// Bytes a second.
        pub rate: f64,
    }

    /// A folder among those of the models that holds no usable one.
    pub struct ModelFault {
        /// The folder's name, which is the model's id.
        pub id: String,
        /// What is wrong with it.
        pub reason: ErrorReply,
    }

    /// All models, and what is going on with them.
    pub struct ModelsReply {
        /// The one in use first, then those that are here, then those that can be fetched.
        pub models: Vec<ModelEntry>,
        /// Folders that hold no usable model.
        pub faulty: Vec<ModelFault>,
        /// The switch under way.
        pub switch: Option<SwitchInfo>,
        /// The download under way in this process.
        pub install: Option<InstallInfo>,
    }

    /// A picture that a model knows only by its thumbnail, or not at all.
    pub struct EmbeddingNote {
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// Its first place.
        pub path: String,
        /// Whether it can be found, by the vector of its thumbnail.
        pub is_found: bool,
        /// Why, in plain words.
        pub reason: String,
        /// What it takes to say `reason` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub reason_said: Option<Box<Saying>>,
    }
}
