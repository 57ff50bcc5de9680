//! What can be typed after `lookalike serve` and `lookalike token`.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::Uri;
use clap::Subcommand;

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; anything but this computer itself needs --tls-cert and --tls-key, or --behind-proxy
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5005", value_parser = bind)]
    pub(crate) bind: SocketAddr,
    /// A file with one more token that is accepted; made, with a fresh token, where it is missing
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Serve the HTTP interface only, no web page
    #[arg(long)]
    pub(crate) no_ui: bool,
    /// Folders below this one may be added over HTTP, once it is there (may be repeated) [default: none]
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) allow_root: Vec<PathBuf>,
    /// A name under which this server is reached, besides localhost and IP addresses (may be repeated)
    #[arg(long, value_name = "NAME", value_parser = host)]
    pub(crate) host: Vec<String>,
    /// Address of this server in links for others, where a proxy changes it: https://photos.example.org
    #[arg(long, value_name = "ADDRESS", value_parser = public_url)]
    pub(crate) public_url: Option<String>,
    /// PEM file of the certificate, with those of its authorities
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// PEM file of the certificate's key
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A proxy in front of this server speaks TLS with the clients; what it says of them (X-Forwarded-Proto, -Host) is believed
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) behind_proxy: bool,
    /// Requests a second that one token or browser may make; twice as many at once
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate_limit: u32,
    /// Hours for which this server's links to pictures are valid, 1 to 168; with an object store its own setting counts
    #[arg(long, value_name = "N", default_value_t = 168, value_parser = clap::value_parser!(u32).range(1..=168))]
    pub(crate) link_hours: u32,
    /// Threads that decode and embed [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
    /// Write the log as JSON, one object a line
    #[arg(long)]
    pub(crate) log_json: bool,
}

/// Names are not looked up: one may stand for several addresses.
fn bind(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "give an IP address and a port, as in 127.0.0.1:5005 (this computer only), 0.0.0.0:5005 or [::]:5005 (all)".into())
}

/// A name, and nothing around it: it is compared with what clients call this server.
fn host(text: &str) -> Result<String, String> {
    let is_name = (1..=253).contains(&text.len())
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    if is_name { Ok(text.to_ascii_lowercase()) } else { Err("give the name alone, without http://, port or path, as in photos.example.org".into()) }
}

/// What links begin with; it is put before their path as it is.
fn public_url(text: &str) -> Result<String, String> {
    let wrong = || Err("give an address that begins with http:// or https:// and has no ? or #, as in https://photos.example.org".into());
    let Ok(uri) = text.parse::<Uri>() else { return wrong() };
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.authority().is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'));
    if !is_web || !has_host || text.contains(['?', '#']) {
        return wrong();
    }
    // Schemes are written small from here on.
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    Ok(format!("{}://{}", uri.scheme_str().unwrap_or_default(), rest.trim_end_matches('/')))
}

#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and show it, once; only its hash is kept
    Create(NewToken),
    /// Show the names of the tokens
    List,
    /// Make a token worthless, at once
    Revoke(TokenName),
}

#[derive(clap::Args)]
pub(crate) struct NewToken {
    #[command(flatten)]
    pub(crate) token: TokenName,
    /// It may search and look at pictures, and change nothing
    #[arg(long)]
    pub(crate) search_only: bool,
}

#[derive(clap::Args)]
pub(crate) struct TokenName {
    /// What to call it: 1 to 48 of letters, digits, dots, dashes and underscores
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen_is_an_address_and_a_port() {
        assert_eq!(bind("[::1]:0").unwrap().port(), 0);
        for wrong in ["localhost:5905", "5905", "127.0.0.1", ":5905", ""] {
            assert!(bind(wrong).unwrap_err().contains("127.0.0.1:5005"), "{wrong}");
        }
    }

    #[test]
    fn names_and_addresses_are_what_they_should_be() {
        assert_eq!(host("Photos.example.org").as_deref(), Ok("photos.example.org"));
        for wrong in ["", "http://x/", "x/", "x:80", "a b", "a..b", "*.example.org", "user@x"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
        assert_eq!(public_url("HTTPS://photos.example.org/pictures/").as_deref(), Ok("https://photos.example.org/pictures"));
        assert_eq!(public_url("http://127.0.0.1:5005").as_deref(), Ok("http://127.0.0.1:5005"));
        for wrong in
            ["", "javascript:alert(1)", "photos.example.org", "https://", "ftp://x", "https://u:p@x", "https://x/?a", "https://x/#a", "https://x /", "/x"]
        {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}
