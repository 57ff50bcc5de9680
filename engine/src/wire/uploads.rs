//! The wire type of pictures that are handed in, not found in a folder.

use serde::{Deserialize, Serialize};
#[cfg(feature = "typescript")]
use ts_rs::TS;

wire! {
    /// A picture that was handed in.
    pub struct AddedPicture {
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// The name that it has in the library.
        pub file_name: String,
        /// Whether it was not in the library before.
        pub is_new: bool,
        /// Whether it can be found already; if not, it waits for its turn among the photos that are being indexed.
        pub is_indexed: bool,
    }
}
