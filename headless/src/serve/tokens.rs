//! Tokens of programs. What is kept of one is its name and its hash: a token has 256 random bits, so that a plain hash
//! gives nothing away.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Error, Result};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::private_file::{self, random_text};
use super::rights::Rights;

/// What every token begins with, so that one that has slipped out is recognised.
const PREFIX: &str = "lookalike_";
/// Shorter ones in a token file could be guessed.
const SHORTEST: usize = 32;

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    name: String,
    hash: String,
    /// Unix seconds.
    created_at: u64,
    #[serde(default)]
    rights: Rights,
}

/// The tokens of a data directory, on disk.
pub(crate) struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("tokens.json") }
    }

    /// Makes a token. It can be seen now and never again.
    pub(crate) fn create(&self, name: &str, rights: Rights) -> Result<String> {
        let is_name = (1..=48).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_name {
            return Err(Error::invalid(format!("{name:?} is no name for a token")).with_hint("Use 1 to 48 letters, digits, dots, dashes and underscores."));
        }
        let token = format!("{PREFIX}{}", random_text::<32>()?);
        self.change(|kept| {
            if kept.iter().any(|token| token.name == name) {
                return Err(Error::invalid(format!("there is a token called {name} already")).with_hint("Choose another name, or revoke it first."));
            }
            let created_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
            kept.push(Kept { name: name.into(), hash: hash(&token).to_hex().to_string(), created_at, rights });
            Ok(())
        })?;
        Ok(token)
    }

    /// Names, when they were made, and what they may do.
    pub(crate) fn list(&self) -> Result<Vec<(String, u64, Rights)>> {
        Ok(self.read()?.into_iter().map(|token| (token.name, token.created_at, token.rights)).collect())
    }

    pub(crate) fn revoke(&self, name: &str) -> Result<()> {
        self.change(|kept| {
            let before = kept.len();
            kept.retain(|token| token.name != name);
            if kept.len() < before { Ok(()) } else { Err(Error::new(ErrorCode::NotFound, format!("there is no token called {name}"))) }
        })
    }

    fn read(&self) -> Result<Vec<Kept>> {
        let Some(bytes) = private_file::read(&self.path)? else { return Ok(Vec::new()) };
        serde_json::from_slice(&bytes).map_err(|error| {
            Error::new(ErrorCode::Io, format!("{} cannot be understood: {error}", self.path.display())).with_hint("Remove it, and create the tokens anew.")
        })
    }

    /// As [`TokenFile::read`]; that the whole data directory is gone says nothing about its tokens.
    fn read_where_there_is_a_library(&self) -> Result<Vec<Kept>> {
        self.path.parent().map_or(Ok(()), |data_dir| fs_err::metadata(data_dir).map(|_| ()))?;
        self.read()
    }

    /// Two commands at once do not lose each other's change.
    fn change(&self, change: impl FnOnce(&mut Vec<Kept>) -> Result<()>) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let lock = private_file::lockable(&self.path.with_extension("lock"))?;
        lock.file().lock()?;
        let mut kept = self.read()?;
        change(&mut kept)?;
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| Error::new(ErrorCode::Internal, format!("the tokens cannot be written: {error}")))?;
        private_file::write(&self.path, &text)
    }
}

/// When and how large a file was: whether it must be read again.
type Stamp = Option<(SystemTime, u64)>;

/// What was last read.
struct Seen {
    stamp: Stamp,
    kept: Vec<Kept>,
    /// Whether it was said that what is there now cannot be read.
    is_warned: bool,
}

/// A token that is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) rights: Rights,
}

/// The tokens that a running server accepts. What the command changes counts from the next request on.
pub(crate) struct Tokens {
    file: TokenFile,
    seen: Mutex<Seen>,
    /// That of `--token-file`.
    extra: Option<blake3::Hash>,
}

impl Tokens {
    pub(crate) fn open(data_dir: &Path, extra: Option<&Path>) -> Result<Self> {
        let file = TokenFile::new(data_dir);
        let seen = Mutex::new(Seen { stamp: stamp(&file.path), kept: file.read()?, is_warned: false });
        Ok(Self { file, seen, extra: extra.map(|path| extra_token(path, data_dir)).transpose()? })
    }

    /// The token, if it is one.
    pub(crate) fn look(&self, token: &str) -> Option<Known> {
        self.look_by_hash(&hash(token))
    }

    /// The token with this hash, if it is still one. The same effort for every guess.
    pub(crate) fn look_by_hash(&self, given: &blake3::Hash) -> Option<Known> {
        if self.extra.as_ref().is_some_and(|extra| bool::from(extra.as_bytes().ct_eq(given.as_bytes()))) {
            return Some(Known { name: "token-file".into(), rights: Rights::Full });
        }
        let given = given.to_hex();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.look_again(&mut seen);
        // All of them are looked at, whichever it is.
        let look = |found, token: &Kept| {
            if bool::from(token.hash.as_bytes().ct_eq(given.as_bytes())) { Some(Known { name: token.name.clone(), rights: token.rights }) } else { found }
        };
        seen.kept.iter().fold(None, look)
    }

    /// Reads the file where it has changed. While it cannot be read, those that were known stay known: a change of its owner
    /// must not lock everybody out. It is tried again each time, for its time does not tell when it can be read.
    fn look_again(&self, seen: &mut Seen) {
        let now = stamp(&self.file.path);
        if now == seen.stamp {
            return;
        }
        match self.file.read_where_there_is_a_library() {
            Ok(kept) => *seen = Seen { stamp: now, kept, is_warned: false },
            Err(error) if !seen.is_warned => {
                tracing::warn!(%error, hint = error.hint(), "the tokens have changed and cannot be read; those known before stay valid");
                seen.is_warned = true;
            }
            Err(_) => {}
        }
    }
}

/// What is kept and compared instead of a token.
pub(crate) fn hash(token: &str) -> blake3::Hash {
    blake3::hash(token.as_bytes())
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn extra_token(path: &Path, data_dir: &Path) -> Result<blake3::Hash> {
    let text = match private_file::read_own(path)? {
        Some(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        None => {
            let token = format!("{PREFIX}{}", random_text::<32>()?);
            match path.parent() == Some(data_dir) {
                true => private_file::write(path, token.as_bytes())?,
                false => private_file::write_own(path, token.as_bytes())?,
            }
            token
        }
    };
    if text.len() < SHORTEST {
        return Err(Error::invalid(format!("the token in {} is too short", path.display()))
            .with_hint(format!("Use at least {SHORTEST} random letters, or remove the file: one is then made.")));
    }
    Ok(hash(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("lookalike-{name}-{}", random_text::<8>().unwrap()));
        fs_err::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_token_is_known_until_it_is_revoked_and_never_written() {
        let folder = folder("tokens");
        let file = TokenFile::new(&folder);
        let tokens = Tokens::open(&folder, None).unwrap();
        let token = file.create("nas", Rights::Full).unwrap();
        assert_eq!(tokens.look(&token).map(|known| known.name).as_deref(), Some("nas"));
        assert_eq!(tokens.look(&token[..token.len() - 1]), None);
        assert_eq!(tokens.look(""), None);
        assert!(!fs_err::read_to_string(folder.join("tokens.json")).unwrap().contains(&token), "only the hash is kept");
        assert!(file.create("nas", Rights::Full).is_err(), "names are used once");
        for name in ["a b", "", "../x"] {
            assert!(file.create(name, Rights::Full).is_err(), "{name}");
        }
        let narrow = file.create("kiosk", Rights::SearchOnly).unwrap();
        assert_eq!(tokens.look(&narrow).map(|known| known.rights), Some(Rights::SearchOnly));
        file.revoke("nas").unwrap();
        assert_eq!(tokens.look(&token), None, "at once");
        assert!(file.revoke("nas").is_err());
        fs_err::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn tokens_of_a_file_that_cannot_be_read_any_more_stay_known_until_it_can() {
        let folder = folder("unreadable");
        let file = TokenFile::new(&folder);
        let token = file.create("nas", Rights::Full).unwrap();
        let tokens = Tokens::open(&folder, None).unwrap();
        let text = fs_err::read(&file.path).unwrap();
        fs_err::write(&file.path, "{").unwrap();
        assert!(tokens.look(&token).is_some(), "what was known stays known");
        assert!(Tokens::open(&folder, None).is_err(), "a server that starts says so");
        fs_err::write(&file.path, text).unwrap();
        file.revoke("nas").unwrap();
        assert!(tokens.look(&token).is_none(), "and is looked at again");
        fs_err::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn tokens_of_before_rights_were_kept_may_do_everything() {
        let kept: Kept = serde_json::from_str(r#"{"name":"a","hash":"b","created_at":1}"#).unwrap();
        assert_eq!(kept.rights, Rights::Full);
    }

    #[test]
    fn a_missing_token_file_is_made_for_the_owner_only() {
        let folder = folder("token-file");
        let path = folder.join("token");
        let tokens = Tokens::open(&folder, Some(&path)).unwrap();
        let token = fs_err::read_to_string(&path).unwrap();
        assert_eq!(tokens.look(&token).map(|known| known.name).as_deref(), Some("token-file"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs_err::write(&path, "short").unwrap();
        assert!(Tokens::open(&folder, Some(&path)).is_err());
        fs_err::remove_dir_all(folder).unwrap();
    }
}
