//! Reasons as they lie in the catalog: the English in one column, what other languages need in another.

use crate::words::Words;

/// What the column beside the English holds.
pub(super) fn saying_of(words: &Words) -> Option<String> {
    // Maps of text always become JSON.
    words.code_and_values().and_then(|saying| serde_json::to_string(saying).ok())
}

/// A reason of its two columns.
pub(super) fn words(english: String, saying: Option<String>) -> Words {
    // Where another version wrote what this one does not understand, the English must do.
    Words::from_parts(english, saying.and_then(|saying| serde_json::from_str(&saying).ok()))
}
