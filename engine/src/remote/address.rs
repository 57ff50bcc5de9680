//! Addresses of servers as people write them: checked, without credentials, safe to show.

use std::fmt;

use url::Url;

use crate::words::{Words, sayings};
use crate::{Error, Result};

/// `http://HOST:PORT` or `https://HOST:PORT`, with nothing else in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: Url,
    port: u16,
}

impl Address {
    /// Reads an address; without a scheme it is `http`, without a port `default_port`, else the scheme's own. `what` names it in errors.
    pub fn parse(what: impl Into<Words>, text: &str, default_port: Option<u16>) -> Result<Self> {
        let what: Words = what.into();
        let text = text.trim();
        let refused = |message: Words| Error::invalid(message).with_hint(sayings::example_addresses());
        // Before anything else, and never repeated: it may be a password, and one with `#` or `/` in it ends the host early.
        if text.contains('@') {
            return Err(Error::invalid(sayings::address_with_secret(&what)).with_hint(sayings::keep_secrets_apart()));
        }
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let shown = format!("{text:?}");
        let url = Url::parse(&with_scheme).map_err(|error| refused(sayings::address_not_read(&what, &shown, error.to_string())))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(sayings::address_of_other_scheme(what, url.scheme())));
        }
        if url.host_str().is_none_or(str::is_empty) || url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refused(sayings::address_says_more(what, shown)));
        }
        if !url.host_str().is_some_and(|host| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte))) {
            return Err(refused(sayings::address_without_server(what, shown)));
        }
        // `Url` drops a port that is the scheme's own; where it was written it is meant.
        let is_written = with_scheme.trim_end_matches('/').ends_with(&format!(":{}", url.port_or_known_default().unwrap_or(80)));
        let default_port = if is_written { None } else { default_port };
        let port = url.port().or(default_port).or_else(|| url.port_or_known_default()).unwrap_or(80);
        Ok(Self { url, port })
    }

    /// Whether TLS is spoken.
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host's name or number; IPv6 without brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as a URL has them; the port only where it is not the scheme's own.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let own = if self.is_tls() { 443 } else { 80 };
        if self.port == own { host.to_owned() } else { format!("{host}:{}", self.port) }
    }

    /// Whether it is this computer, so that a proxy has no part in it.
    pub fn is_loopback(&self) -> bool {
        self.host() == "localhost" || self.host().parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}:{}", self.url.scheme(), self.url.host_str().unwrap_or_default(), self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("127.0.0.1", "http://127.0.0.1:19530"),
            ("milvus.example:1234", "http://milvus.example:1234"),
            ("https://milvus.example", "https://milvus.example:19530"),
            ("http://milvus.example:80/", "http://milvus.example:80"),
            (" http://[::1]:19530/ ", "http://[::1]:19530"),
        ] {
            assert_eq!(Address::parse("Milvus", text, Some(19530)).unwrap().to_string(), wanted);
        }
        assert_eq!(Address::parse("S3", "https://s3.example", None).unwrap().port(), 443, "the scheme's own port");
        assert_eq!(Address::parse("S3", "http://s3.example", None).unwrap().authority(), "s3.example");
        assert_eq!(Address::parse("Milvus", "http://[::1]:19530", None).unwrap().host(), "::1");
    }

    #[test]
    fn what_is_no_address_is_refused_and_secrets_are_not_repeated() {
        let secrets = ["http://user:hunter2@host", "http://user:hunter2#ss@host", "http://user:hunter2/ss@host", "user:hunter2?@host:99999"];
        for text in ["", "http://", "`", "a\"b", "ftp://host", "http://host/path", "http://host?x=1", "host:99999"].into_iter().chain(secrets) {
            let error = Address::parse("Milvus", text, Some(19530)).expect_err(text);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
