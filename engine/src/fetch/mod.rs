//! Gets one picture from a web address that somebody else chose. Such an address must not become a way into this
//! computer's own network: only http and https, only public addresses, each redirect looked at like the first address,
//! the connection made to exactly the address that was looked at, and limits on size and time.
//! Where only the user of this computer can ask, a host may allow private addresses too. Knows no catalog and does not look
//! into what it gets.

mod address;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::{Host, Url};

use crate::remote::{Fault, Runtime};
use crate::wire::ErrorCode;
use crate::words::{Words, sayings};
use crate::{Error, Result};
use address::is_public;

/// Addresses of a name, once they have been asked for.
type Found<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// Who knows the addresses of names. Exchanged by tests.
trait Names: Send + Sync {
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> Found<'a>;
}

/// The system's resolver.
struct SystemNames;

impl Names for SystemNames {
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> Found<'a> {
        Box::pin(async move { tokio::net::lookup_host((host, port)).await.map(Iterator::collect) })
    }
}

/// What a fetch may cost.
#[derive(Clone, Copy)]
struct Costs {
    bytes: usize,
    whole: Duration,
    connect: Duration,
    redirects: usize,
}

impl Default for Costs {
    fn default() -> Self {
        Self { bytes: crate::MAX_ADDED, whole: Duration::from_secs(30), connect: Duration::from_secs(5), redirects: 5 }
    }
}

/// Gets pictures from web addresses.
pub(crate) struct Fetcher {
    names: Arc<dyn Names>,
    admits: fn(IpAddr) -> bool,
    costs: Costs,
}

impl Default for Fetcher {
    fn default() -> Self {
        Self { names: Arc::new(SystemNames), admits: is_public, costs: Costs::default() }
    }
}

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Last part of the address's path; whatever the other side likes, so never a path here. Nothing else of the address is shown:
    /// what follows its path may be a secret.
    pub name: String,
    /// What lay there.
    pub bytes: Vec<u8>,
}

impl Fetcher {
    /// One that fetches from private networks too.
    pub(crate) fn of_any_network() -> Self {
        Self { admits: |_| true, ..Self::default() }
    }

    /// Gets what lies at an address.
    ///
    /// # Errors
    ///
    /// `invalid-request` for an address that is not fetched from, `download-failed` when nothing comes.
    pub(crate) fn get(&self, address: &str, runtime: &Runtime) -> Result<Fetched> {
        let url = parse(address)?;
        let shown = url.host_str().unwrap_or_default().to_owned();
        let outcome = runtime.wait(&shown.into(), self.costs.whole, async { Ok::<_, Fault>(self.follow(url).await) });
        outcome.map_err(|fault| failed(fault.message))?
    }

    async fn follow(&self, mut url: Url) -> Result<Fetched> {
        for _ in 0..=self.costs.redirects {
            let response = self.ask(&url).await?;
            if response.status().is_redirection() {
                let target = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                let target = target.ok_or_else(|| failed(sayings::redirects_nowhere(host_of(&url))))?;
                let joined = url.join(target).map_err(|_| refused(format!("{} redirects to something that is no address", host_of(&url))))?;
                url = checked(joined)?;
                continue;
            }
            if !response.status().is_success() {
                return Err(failed(sayings::host_answers(host_of(&url), response.status().to_string())));
            }
            let name = url.path_segments().and_then(Iterator::last).filter(|name| !name.is_empty()).unwrap_or("web").to_owned();
            return Ok(Fetched { name, bytes: self.body(response, &url).await? });
        }
        Err(failed(sayings::redirects_too_often(host_of(&url), self.costs.redirects.to_string())))
    }

    /// One request, to an address that has been looked at and to no other.
    async fn ask(&self, url: &Url) -> Result<Response> {
        let address = self.resolve(url).await?;
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy would look the name up again, and reach what this computer must not.
            .no_proxy()
            .connect_timeout(self.costs.connect)
            .resolve(host_of(url), address)
            .build()
            .map_err(|error| Error::internal(format!("the HTTP client does not start: {error}")))?;
        let request = client.get(url.clone()).header("accept", "image/*");
        request.send().await.map_err(|error| failed(sayings::host_unreachable(host_of(url), reason(&error))))
    }

    /// The address to connect to. A name with any address that is not public is refused: which of them counts would be luck.
    async fn resolve(&self, url: &Url) -> Result<SocketAddr> {
        let port = url.port_or_known_default().ok_or_else(|| refused("the address has no port"))?;
        let found = match url.host() {
            Some(Host::Ipv4(ip)) => vec![SocketAddr::new(IpAddr::V4(ip), port)],
            Some(Host::Ipv6(ip)) => vec![SocketAddr::new(IpAddr::V6(ip), port)],
            Some(Host::Domain(name)) => self.names.look_up(name, port).await.map_err(|_| failed(sayings::name_not_resolved(name)))?,
            None => return Err(refused(sayings::address_without_host())),
        };
        if let Some(address) = found.first().filter(|_| found.iter().all(|address| (self.admits)(address.ip()))) {
            return Ok(*address);
        }
        match found.is_empty() {
            true => Err(failed(sayings::name_has_no_address(host_of(url)))),
            false => Err(refused(sayings::not_public(host_of(url)))),
        }
    }

    async fn body(&self, mut response: Response, url: &Url) -> Result<Vec<u8>> {
        let too_large = || failed(sayings::file_at_host_too_large(host_of(url), self.costs.bytes >> 20));
        if response.content_length().is_some_and(|length| length > self.costs.bytes as u64) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(sayings::host_broke_off(host_of(url), reason(&error))))? {
            if bytes.len() + chunk.len() > self.costs.bytes {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// An address as somebody typed it.
fn parse(address: &str) -> Result<Url> {
    let url = Url::parse(address.trim()).map_err(|error| refused(sayings::no_web_address(error.to_string())))?;
    checked(url)
}

/// What can be said of an address without asking anybody.
fn checked(url: Url) -> Result<Url> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(sayings::address_of_scheme(url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(sayings::address_with_user()));
    }
    Ok(url)
}

fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// The innermost reason; the outer ones repeat the address.
fn reason(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if error.is_timeout() { "no answer in time".into() } else { inner.to_string() }
}

fn refused(message: impl Into<Words>) -> Error {
    Error::invalid(message).with_hint(sayings::give_public_address())
}

fn failed(message: impl Into<Words>) -> Error {
    Error::new(ErrorCode::DownloadFailed, message).with_hint(sayings::check_address())
}
