//! Addresses of pictures for a while, for clients that cannot send a token: picture and end of validity, signed.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lookalike_engine::Result;
use subtle::ConstantTimeEq;

use super::private_file;

/// Signs and checks.
pub(crate) struct Links {
    key: [u8; 32],
}

impl Links {
    /// With the key of the data directory, so that addresses stay valid over a restart.
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("links.key");
        if let Some(key) = private_file::read(&path)?.and_then(|bytes| bytes.try_into().ok()) {
            return Ok(Self { key });
        }
        let key = private_file::random()?;
        private_file::write(&path, &key)?;
        Ok(Self { key })
    }

    /// Path and query of a picture's address that is valid for so many hours.
    pub(crate) fn path(&self, id: &str, hours: u32) -> String {
        let expires = now() + u64::from(hours) * 3600;
        format!("/temporary/{id}?expires={expires}&signature={}", URL_SAFE_NO_PAD.encode(self.sign(id, expires).as_bytes()))
    }

    /// Whether the signature is ours and the time has not run out.
    pub(crate) fn is_valid(&self, id: &str, expires: u64, signature: &str) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        bool::from(self.sign(id, expires).as_bytes().as_slice().ct_eq(&given)) && now() < expires
    }

    fn sign(&self, id: &str, expires: u64) -> blake3::Hash {
        blake3::keyed_hash(&self.key, format!("picture:{id}:{expires}").as_bytes())
    }
}

/// For how long something that ends then is still valid.
pub(crate) fn seconds_left(expires: u64) -> u64 {
    expires.saturating_sub(now())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_valid_and_only_for_a_while() {
        let links = Links { key: [7; 32] };
        let path = links.path("abc", 1);
        let (expires, signature) = path.strip_prefix("/temporary/abc?expires=").and_then(|rest| rest.split_once("&signature=")).unwrap();
        let expires: u64 = expires.parse().unwrap();
        assert!(links.is_valid("abc", expires, signature));
        assert!(!links.is_valid("abd", expires, signature), "another picture");
        assert!(!links.is_valid("abc", expires + 1, signature), "longer");
        assert!(!links.is_valid("abc", expires, &signature[1..]) && !links.is_valid("abc", expires, ""));
        assert!(!Links { key: [8; 32] }.is_valid("abc", expires, signature), "another server's");
        let past = now() - 1;
        assert!(!links.is_valid("abc", past, &URL_SAFE_NO_PAD.encode(links.sign("abc", past).as_bytes())), "its time is over");
    }
}
