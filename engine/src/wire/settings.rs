//! The types of what a user may set about the engine.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

wire! {
    /// What a user may set.
    #[derive(Copy, Eq)]
    #[serde(default, deny_unknown_fields)]
    pub struct Preferences {
        /// Threads that decode and embed, 1 ..= 64; none: as many as there are cores.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 64))]
        pub workers: Option<u32>,
        /// Room for pictures of other computers that were looked at, in MiB, 16 ..= 1,048,576.
        #[cfg_attr(feature = "openapi", schema(minimum = 16, maximum = 1_048_576))]
        pub kept_pictures_mib: u32,
    }

    /// What a user may set, and what there is to know for it.
    pub struct PreferencesReply {
        /// As it is set.
        pub preferences: Preferences,
        /// Cores of this computer.
        pub cores: u32,
        /// Bytes that pictures of other computers take now.
        pub kept_pictures_bytes: u64,
        /// Bytes that thumbnails take.
        pub thumbnails_bytes: u64,
        /// Bytes that the catalog takes.
        pub catalog_bytes: u64,
        /// Bytes that the indexes take.
        pub indexes_bytes: u64,
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self { workers: None, kept_pictures_mib: 512 }
    }
}
