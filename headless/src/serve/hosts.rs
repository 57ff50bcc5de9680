//! By which names this server may be called. A web page of somebody else can make a name of its own point here (DNS
//! rebinding) and then counts as ours; so only names that we know are answered. An IP address is never such a name.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};

use super::problem::{Problem, Reply};

const WRONG_ORIGIN: &str = "wrong-origin";

/// The known names, in lower case.
pub(crate) struct Hosts {
    names: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether it has a name besides localhost, which other servers of this computer share.
    pub(crate) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// The authority by which the server is called, if it may be called so.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Reply<String> {
        let mut hosts = headers.get_all(HOST).iter();
        let header = hosts.next().and_then(|host| host.to_str().ok());
        let is_one = hosts.next().is_none();
        let authority = uri.authority().map(|authority| authority.as_str()).or(header);
        match authority {
            // An absolute address and the header must not contradict each other.
            Some(authority) if is_one && header.is_none_or(|header| header.eq_ignore_ascii_case(authority)) && self.knows(authority) => {
                Ok(authority.to_ascii_lowercase())
            }
            _ => Err(Problem::new(axum::http::StatusCode::MISDIRECTED_REQUEST, "wrong-host", "this server is not known by this name")
                .with_hint("Start it with the name by which it is reached: --host NAME")),
        }
    }

    /// Whether this server may be called so, with or without a port.
    pub(crate) fn knows(&self, authority: &str) -> bool {
        let Some(host) = host_of(authority) else { return false };
        host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() || self.names.contains(&host)
    }
}

/// The host without its port.
fn host_of(authority: &str) -> Option<String> {
    if authority.contains('@') || authority.is_empty() {
        return None;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !authority.ends_with(']') => host,
        _ => authority,
    };
    Some(host.to_ascii_lowercase())
}

/// Refuses what pages of other sites send. A browser says where a page is from; a program says nothing.
pub(crate) fn check_origin(headers: &HeaderMap, authority: &str) -> Reply<()> {
    if let Some(origin) = headers.get(ORIGIN) {
        let ours = origin.to_str().ok().and_then(|origin| origin.split_once("://")).is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(authority));
        if !ours {
            return Err(foreign());
        }
    }
    Ok(())
}

/// A browser's cookie alone counts only for requests of our own page: cookies know no port, so that a page of another
/// server on this computer would send it as well.
pub(crate) fn check_own_page(method: &Method, headers: &HeaderMap) -> Reply<()> {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let is_own = match site {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => false,
    };
    let has_origin = headers.contains_key(ORIGIN);
    let is_harmless = method.is_safe() && site.is_none();
    if is_own || is_harmless || (has_origin && site.is_none()) {
        return Ok(());
    }
    let problem = if site.is_none() { Problem::forbidden(WRONG_ORIGIN, "this request does not say which page it comes from") } else { foreign() };
    Err(problem.with_hint(
        "A browser's cookie counts for this server's own page only, which sends `Origin`. Programs send a token instead: \
         `Authorization: Bearer TOKEN`; make one with: lookalike token create NAME",
    ))
}

fn foreign() -> Problem {
    Problem::forbidden(WRONG_ORIGIN, "this request comes from a page of another site")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hosts: &[&str], uri: &str, names: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Hosts::new(&names).check(&uri.parse().unwrap(), &headers).is_ok()
    }

    #[test]
    fn only_known_names_and_addresses_are_answered() {
        for host in ["localhost", "localhost:5005", "LOCALHOST", "127.0.0.1", "127.0.0.1:5005", "[::1]:5005", "[::1]", "192.168.1.20:80"] {
            assert!(check(&[host], "/", &[]), "{host}");
        }
        for host in ["evil.test", "localhost.evil.test", "evil.test:5005", "", "user@localhost", "127.0.0.1.evil.test", "photos.example.org"] {
            assert!(!check(&[host], "/", &[]), "{host}");
        }
        assert!(check(&["photos.example.org"], "/", &["Photos.example.org"]));
        assert!(!check(&[], "/", &[]) && !check(&["localhost", "localhost"], "/", &[]), "one header");
        assert!(!check(&["localhost"], "http://evil.test/", &[]) && !check(&["evil.test"], "http://localhost/", &[]), "an absolute address counts too");
    }

    #[test]
    fn pages_of_others_are_refused() {
        let from = |origin: &str| HeaderMap::from_iter([(ORIGIN, origin.parse().unwrap())]);
        assert!(check_origin(&HeaderMap::new(), "localhost:5005").is_ok());
        assert!(check_origin(&from("http://localhost:5005"), "localhost:5005").is_ok());
        for origin in ["null", "http://localhost:3000", "http://evil.test", "http://localhost:5005.evil.test", ""] {
            assert!(check_origin(&from(origin), "localhost:5005").is_err(), "{origin}");
        }
        let site = |site: &str| HeaderMap::from_iter([("sec-fetch-site".parse().unwrap(), site.parse().unwrap())]);
        assert!(check_own_page(&Method::POST, &site("same-origin")).is_ok());
        assert!(check_own_page(&Method::GET, &site("same-site")).is_err() && check_own_page(&Method::GET, &site("cross-site")).is_err());
        assert!(check_own_page(&Method::POST, &HeaderMap::new()).is_err(), "an old browser must at least send an origin");
    }
}
