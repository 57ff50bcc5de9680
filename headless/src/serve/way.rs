//! How clients reach this server: plainly, over TLS, or through a proxy that speaks TLS with them. What a proxy says of them is
//! believed only where there is one.

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName, Uri};

use super::hosts::Hosts;
use super::problem::Reply;

const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTOCOL: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What lies between this server and its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Plain,
    Tls,
    Proxy,
}

/// The address by which a client calls this server; its host is known to be one of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) scheme: &'static str,
    pub(crate) authority: String,
}

impl Way {
    /// By which address a request has come, if this server may be called so.
    pub(crate) fn called(self, hosts: &Hosts, uri: &Uri, headers: &HeaderMap) -> Reply<Called> {
        let authority = hosts.check(uri, headers)?;
        let forwarded = first(headers, &HOST).filter(|host| self == Self::Proxy && hosts.knows(host)).map(str::to_ascii_lowercase);
        Ok(Called { scheme: self.scheme(headers), authority: forwarded.unwrap_or(authority) })
    }

    /// The scheme that the client used. A proxy that does not say counts as plain: a link that is plain can be followed and
    /// redirected, one to TLS where there is none cannot.
    pub(crate) fn scheme(self, headers: &HeaderMap) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Tls => "https",
            Self::Proxy if first(headers, &PROTOCOL).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) => "https",
            Self::Proxy => "http",
        }
    }

    /// Whether a browser may send a cookie over TLS only. Behind a proxy it may, but where the page itself has come without,
    /// which the page's browser says and no proxy can get wrong.
    pub(crate) fn is_cookie_secure(self, public_url: Option<&str>, headers: &HeaderMap) -> bool {
        match (self, public_url) {
            (Self::Plain, _) => false,
            (Self::Tls, _) => true,
            (Self::Proxy, Some(url)) => !url.starts_with("http://"),
            (Self::Proxy, None) => !headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"http://")),
        }
    }

    /// Whether a browser may be told to use nothing but TLS for this server from now on.
    pub(crate) fn is_always_encrypted(self, public_url: Option<&str>, headers: &HeaderMap) -> bool {
        match public_url {
            Some(url) if self == Self::Proxy => url.starts_with("https://"),
            _ => self.scheme(headers) == "https",
        }
    }
}

/// What the proxy says that is nearest to the client.
fn first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()?.split(',').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one_and_only_known_names() {
        let hosts = Hosts::new(&["photos.example.org".to_owned()]);
        let called = |way: Way, more: &[(&'static str, &str)]| {
            let all = headers(&[&[("host", "127.0.0.1:5005")], more].concat());
            let called = way.called(&hosts, &Uri::from_static("/"), &all).unwrap();
            format!("{}://{}", called.scheme, called.authority)
        };
        let told = [("x-forwarded-host", "Photos.example.org"), ("x-forwarded-proto", "https")];
        assert_eq!(called(Way::Proxy, &told), "https://photos.example.org");
        assert_eq!(called(Way::Plain, &told), "http://127.0.0.1:5005");
        assert_eq!(called(Way::Tls, &told), "https://127.0.0.1:5005");
        assert_eq!(called(Way::Proxy, &[]), "http://127.0.0.1:5005");
        for (host, protocol) in [("evil.test", "javascript"), ("", ""), ("user@localhost", "ftp"), ("a b", "http, https")] {
            assert_eq!(called(Way::Proxy, &[("x-forwarded-host", host), ("x-forwarded-proto", protocol)]), "http://127.0.0.1:5005", "{host} {protocol}");
        }
        assert_eq!(called(Way::Proxy, &[("x-forwarded-proto", "https, http")]), "https://127.0.0.1:5005", "the first proxy knows the client");
    }

    #[test]
    fn a_cookie_is_for_tls_only_unless_the_page_came_without() {
        let is_secure = |way: Way, url: Option<&str>, origin: &str| way.is_cookie_secure(url, &headers(&[("origin", origin)]));
        assert!(!is_secure(Way::Plain, None, "http://localhost"));
        assert!(is_secure(Way::Tls, None, "http://localhost"));
        assert!(is_secure(Way::Proxy, None, "https://photos.example.org") && Way::Proxy.is_cookie_secure(None, &HeaderMap::new()));
        assert!(!is_secure(Way::Proxy, None, "http://127.0.0.1:5005"));
        assert!(is_secure(Way::Proxy, Some("https://photos.example.org"), "http://127.0.0.1:5005"), "what was said when it was started counts");
        assert!(!is_secure(Way::Proxy, Some("http://127.0.0.1:5005"), "https://photos.example.org"));
    }
}
