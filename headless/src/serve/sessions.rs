//! Browsers that are signed in. The printed address carries a code that works once, within ten minutes; it is exchanged
//! for a cookie. Kept in memory only: a restart signs everybody out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lookalike_engine::Result;
use subtle::ConstantTimeEq;

use super::private_file::random_text;

const CODE_LIFE: Duration = Duration::from_secs(10 * 60);
/// A browser that shows no sign of life for so long has to sign in again.
const SESSION_LIFE: Duration = Duration::from_secs(12 * 3600);
/// More are not kept; the one that was silent for longest goes.
const MOST: usize = 256;

/// Who a browser has signed in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignedInBy {
    /// The printed code.
    Code,
    /// A token: the session ends with it. Its hash tells a later token of the same name apart.
    Token {
        /// The token, hashed.
        hash: blake3::Hash,
        /// What it is called.
        name: String,
    },
}

struct Session {
    by: SignedInBy,
    seen: Instant,
}

#[derive(Default)]
struct Inside {
    code: Option<(String, Instant)>,
    /// By the hash of the cookie.
    sessions: HashMap<[u8; 32], Session>,
}

/// The codes and cookies of a running server.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Inside>);

impl Sessions {
    /// A fresh code; an earlier one is worth nothing from now on.
    pub(crate) fn new_code(&self) -> Result<String> {
        let code = random_text::<18>()?;
        self.inside().code = Some((code.clone(), Instant::now()));
        Ok(code)
    }

    /// Whether this is the code; if so, it is used up.
    pub(crate) fn use_code(&self, given: &str) -> bool {
        let mut inside = self.inside();
        let is_right = inside.code.as_ref().is_some_and(|(code, made)| made.elapsed() < CODE_LIFE && bool::from(code.as_bytes().ct_eq(given.as_bytes())));
        if is_right {
            inside.code = None;
        }
        is_right
    }

    /// Signs a browser in; returns its cookie's value.
    pub(crate) fn begin(&self, by: SignedInBy) -> Result<String> {
        let cookie = random_text::<32>()?;
        let mut inside = self.inside();
        inside.sessions.retain(|_, session| session.seen.elapsed() < SESSION_LIFE);
        if inside.sessions.len() >= MOST
            && let Some(oldest) = inside.sessions.iter().min_by_key(|(_, session)| session.seen).map(|(key, _)| *key)
        {
            inside.sessions.remove(&oldest);
        }
        inside.sessions.insert(key(&cookie), Session { by, seen: Instant::now() });
        Ok(cookie)
    }

    /// Who this cookie belongs to; a sign of life.
    pub(crate) fn who(&self, cookie: &str) -> Option<SignedInBy> {
        let mut inside = self.inside();
        let session = inside.sessions.get_mut(&key(cookie))?;
        if session.seen.elapsed() >= SESSION_LIFE {
            return None;
        }
        session.seen = Instant::now();
        Some(session.by.clone())
    }

    /// The same without counting as a sign of life.
    pub(crate) fn look(&self, cookie: &str) -> Option<SignedInBy> {
        let inside = self.inside();
        inside.sessions.get(&key(cookie)).filter(|session| session.seen.elapsed() < SESSION_LIFE).map(|session| session.by.clone())
    }

    /// Signs a browser out.
    pub(crate) fn end(&self, cookie: &str) {
        self.inside().sessions.remove(&key(cookie));
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(cookie: &str) -> [u8; 32] {
    *blake3::hash(cookie.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_works_once_and_a_cookie_until_it_is_ended() {
        let sessions = Sessions::default();
        let first = sessions.new_code().unwrap();
        let code = sessions.new_code().unwrap();
        assert!(!sessions.use_code(&first), "a newer code takes its place");
        assert!(!sessions.use_code("") && !sessions.use_code(&code[1..]));
        assert!(sessions.use_code(&code));
        assert!(!sessions.use_code(&code), "once only");
        let cookie = sessions.begin(SignedInBy::Code).unwrap();
        assert_eq!(sessions.who(&cookie), Some(SignedInBy::Code));
        assert_eq!(sessions.look(&cookie), Some(SignedInBy::Code));
        assert_eq!(sessions.who("other"), None);
        sessions.end(&cookie);
        assert_eq!((sessions.who(&cookie), sessions.look(&cookie)), (None, None));
    }

    #[test]
    fn no_more_than_so_many_are_kept() {
        let sessions = Sessions::default();
        let cookies: Vec<String> = (0..=MOST).map(|_| sessions.begin(SignedInBy::Code).unwrap()).collect();
        assert_eq!(sessions.who(&cookies[0]), None, "the oldest has gone");
        assert!(sessions.who(&cookies[MOST]).is_some());
    }
}
