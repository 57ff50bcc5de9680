//! What the engine says to people: a sentence in English, and, where it is one of [`sayings`], its code and values, by which
//! a host can say the same in another language. Knows no other language itself.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use crate::Error;
use crate::wire::{Event, Said, Saying};

pub(crate) mod sayings;

/// What the desktop program says by itself: there is one dictionary for it and the engine.
pub mod desktop {
    pub use super::sayings::{
        choose_other_place, clipboard_unusable, desktop_crashed, file_not_opened, file_not_written, folder_not_picked, install_viewer, open_by_hand,
        paste_again, pasted_gone, pick_again, restart_if_it_stays,
    };
}

/// Something said to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    english: String,
    saying: Option<Box<Saying>>,
}

impl Words {
    /// `name`: as the function in [`sayings`] is called.
    fn saying<const COUNT: usize>(name: &str, english: String, values: [(&str, Self); COUNT]) -> Self {
        let values = values.into_iter().map(|(name, words)| (name.to_owned(), words.said())).collect();
        Self { english, saying: Some(Box::new(Saying { code: name.replace('_', "-"), values })) }
    }

    /// As [`sayings`] and the catalog keep them apart.
    pub(crate) fn from_parts(english: String, saying: Option<Box<Saying>>) -> Self {
        Self { english, saying }
    }

    fn said(self) -> Said {
        self.saying.map_or(Said::Text(self.english), |saying| Said::Saying(*saying))
    }

    /// The sentence in English.
    pub fn as_str(&self) -> &str {
        &self.english
    }

    /// What another language needs.
    pub fn code_and_values(&self) -> Option<&Saying> {
        self.saying.as_deref()
    }

    /// The sentence in English, and what another language needs.
    pub fn into_parts(self) -> (String, Option<Box<Saying>>) {
        (self.english, self.saying)
    }

    /// As [`Words::into_parts`], of what may be missing.
    pub fn optional_parts(words: Option<Self>) -> (Option<String>, Option<Box<Saying>>) {
        words.map_or((None, None), |words| (Some(words.english), words.saying))
    }

    /// As an event, with what can be done about it.
    pub(crate) fn into_notice(self, hint: Option<&Self>) -> Event {
        let (hint, hint_said) = Self::optional_parts(hint.cloned());
        Event::Notice { message: self.english, hint, message_said: self.saying, hint_said }
    }

    /// Whether it is this one of [`sayings`].
    pub(crate) fn is(&self, code: &str) -> bool {
        self.saying.as_ref().is_some_and(|saying| saying.code == code)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.english)
    }
}

impl From<String> for Words {
    fn from(english: String) -> Self {
        Self { english, saying: None }
    }
}

impl From<&Words> for Words {
    fn from(words: &Words) -> Self {
        words.clone()
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.english
    }
}

impl From<&Path> for Words {
    fn from(path: &Path) -> Self {
        path.display().to_string().into()
    }
}

impl From<&Error> for Words {
    fn from(error: &Error) -> Self {
        error.words().clone()
    }
}

impl From<&std::io::Error> for Words {
    fn from(error: &std::io::Error) -> Self {
        let system = error.to_string();
        match error.kind() {
            ErrorKind::NotFound => sayings::not_found(system),
            ErrorKind::PermissionDenied => sayings::not_permitted(system),
            ErrorKind::StorageFull => sayings::disk_full(system),
            ErrorKind::ReadOnlyFilesystem => sayings::read_only_disk(system),
            _ => system.into(),
        }
    }
}

macro_rules! from_text {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Words {
            fn from(value: $kind) -> Self {
                value.to_string().into()
            }
        }
    )*};
}

from_text!(&str, &String, u16, u32, u64, usize, i64);

#[cfg(test)]
mod tests;
