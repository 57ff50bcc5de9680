//! Secrets at rest: in the system's keychain, or in a file that only this user may read where there is none. Overrides
//! (from a script's environment) are used but never kept.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::write_private;
use crate::wire::{ErrorCode, Secret, Secrets, SecretsIn};
use crate::words::sayings;
use crate::{Error, Result};

/// Whether secrets may go to the system's keychain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keychain {
    /// Where there is one.
    #[default]
    Use,
    /// Always the file.
    Avoid,
}

/// How an engine comes by its secrets; entered at the edge, by the host.
#[derive(Clone, Debug, Default)]
pub struct SecretAccess {
    /// Whether secrets may go to the system's keychain.
    pub keychain: Keychain,
    /// Secrets that the host was given for this run, by a script's environment. They come before those that are kept.
    pub overrides: Secrets,
}

/// Where the secrets of one library are kept.
#[derive(Debug)]
pub(crate) struct SecretStore {
    file: PathBuf,
    /// Name in the keychain; tells libraries apart.
    account: String,
    keychain: Keychain,
    overrides: Secrets,
}

/// What is kept, as it lies in the file or as one entry of the keychain.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    milvus_token: Option<String>,
    s3_access_key: Option<String>,
    s3_secret_key: Option<String>,
}

const SERVICE: &str = "lookalike";

impl SecretStore {
    pub(crate) fn new(data_dir: &Path, keychain: Keychain, overrides: Secrets) -> Self {
        let account = dunce::canonicalize(data_dir).unwrap_or_else(|_| data_dir.to_owned()).display().to_string();
        Self { file: data_dir.join("secrets.toml"), account, keychain, overrides }
    }

    /// The secrets to use: the overrides, and for the rest what is kept.
    pub(crate) fn read(&self) -> Result<Secrets> {
        let kept = self.kept()?;
        let pick = |given: &Option<Secret>, kept: Option<String>| given.clone().or(kept.map(Secret::new));
        Ok(Secrets {
            milvus_token: pick(&self.overrides.milvus_token, kept.milvus_token),
            s3_access_key: pick(&self.overrides.s3_access_key, kept.s3_access_key),
            s3_secret_key: pick(&self.overrides.s3_secret_key, kept.s3_secret_key),
        })
    }

    /// As [`SecretStore::read`]; what cannot be read counts as not kept, so that it can be given anew.
    pub(crate) fn readable(&self) -> Secrets {
        self.read().unwrap_or_else(|_| self.overrides.clone())
    }

    /// Keeps what is given; what is left out stays, and what cannot be read is replaced. An empty secret is forgotten.
    pub(crate) fn keep(&self, secrets: &Secrets) -> Result<SecretsIn> {
        let mut kept = self.kept().unwrap_or_default();
        let put = |slot: &mut Option<String>, given: &Option<Secret>| {
            if let Some(secret) = given {
                *slot = Some(secret.reveal().to_owned()).filter(|text| !text.is_empty());
            }
        };
        put(&mut kept.milvus_token, &secrets.milvus_token);
        put(&mut kept.s3_access_key, &secrets.s3_access_key);
        put(&mut kept.s3_secret_key, &secrets.s3_secret_key);
        let text = toml::to_string(&kept).map_err(|_| Error::internal("the secrets cannot be written"))?;
        if let Some(entry) = self.entry()
            && entry.set_password(&text).is_ok()
        {
            // An earlier file would outlive what the keychain forgets.
            self.remove_file()?;
            return Ok(SecretsIn::Keychain);
        }
        write_private(&self.file, text.as_bytes())?;
        Ok(SecretsIn::File)
    }

    /// Forgets everything that is kept.
    pub(crate) fn forget(&self) -> Result<()> {
        if let Some(entry) = self.entry() {
            // No entry, or no keychain: nothing is kept there.
            let _ = entry.delete_credential();
        }
        self.remove_file()
    }

    /// Where secrets would be kept, without asking the keychain, which may want to be unlocked.
    pub(crate) fn likely_place(&self) -> SecretsIn {
        if self.entry().is_some() && !self.file.exists() { SecretsIn::Keychain } else { SecretsIn::File }
    }

    /// Where secrets are, or would be, kept.
    pub(crate) fn place(&self) -> SecretsIn {
        match self.entry().map(|entry| entry.get_password()) {
            Some(Ok(_) | Err(keyring::Error::NoEntry)) if !self.file.exists() => SecretsIn::Keychain,
            _ => SecretsIn::File,
        }
    }

    fn kept(&self) -> Result<Kept> {
        let text = if self.file.exists() { Some(fs_err::read_to_string(&self.file)?) } else { self.entry().and_then(|entry| entry.get_password().ok()) };
        // The parser's own message would repeat the line, and with it the secret.
        text.map_or_else(
            || Ok(Kept::default()),
            |text| {
                toml::from_str(&text)
                    .map_err(|_| Error::new(ErrorCode::InvalidRequest, sayings::secrets_not_read(&*self.file)).with_hint(sayings::connect_again()))
            },
        )
    }

    fn entry(&self) -> Option<keyring::Entry> {
        match self.keychain {
            Keychain::Use => keyring::Entry::new(SERVICE, &self.account).ok(),
            Keychain::Avoid => None,
        }
    }

    fn remove_file(&self) -> Result<()> {
        if self.file.exists() {
            fs_err::remove_file(&self.file)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(token: &str) -> Secrets {
        Secrets { milvus_token: Some(Secret::new(token)), ..Secrets::default() }
    }

    #[test]
    fn without_a_keychain_a_file_keeps_them_for_this_user_only() {
        let dir = tempfile::tempdir().unwrap();
        let store = SecretStore::new(dir.path(), Keychain::Avoid, Secrets::default());
        assert_eq!(store.read().unwrap(), Secrets::default(), "nothing is kept at first");
        assert_eq!(store.keep(&secrets("root:hunter2")).unwrap(), SecretsIn::File);
        store.keep(&Secrets { s3_secret_key: Some(Secret::new("k")), ..Secrets::default() }).unwrap();
        let read = store.read().unwrap();
        assert_eq!(read.milvus_token, Some(Secret::new("root:hunter2")), "what is left out stays");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs_err::metadata(dir.path().join("secrets.toml")).unwrap().permissions().mode() & 0o777, 0o600);
        }
        store.keep(&secrets("")).unwrap();
        assert_eq!(store.read().unwrap().milvus_token, None, "an empty secret is forgotten");
        store.forget().unwrap();
        assert_eq!(store.read().unwrap(), Secrets::default());
    }

    #[test]
    fn overrides_are_used_and_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        SecretStore::new(dir.path(), Keychain::Avoid, Secrets::default()).keep(&secrets("kept")).unwrap();
        let store = SecretStore::new(dir.path(), Keychain::Avoid, secrets("of the script"));
        assert_eq!(store.read().unwrap().milvus_token, Some(Secret::new("of the script")));
        assert!(!fs_err::read_to_string(dir.path().join("secrets.toml")).unwrap().contains("script"));
    }

    #[test]
    fn secrets_never_print() {
        let shown = format!("{:?} {}", secrets("hunter2"), serde_json::to_string(&secrets("hunter2")).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join("secrets.toml"), "milvus_token = hunter2").unwrap();
        let error = SecretStore::new(dir.path(), Keychain::Avoid, Secrets::default()).read().expect_err("it is broken");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
