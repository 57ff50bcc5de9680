//! An S3-compatible server.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use s3::region::Region;
use s3::serde_types::ListBucketResult;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use url::Url;

use super::sign::Signer;
use super::{MAX_OBJECT, ObjectInfo, ObjectKey, ObjectStore};
use crate::remote::{Address, Fault, FaultKind, Runtime};
use crate::wire::{Secret, StoreSettings};
use crate::words::{Words, sayings};

const CONNECT: Duration = Duration::from_secs(10);
/// A request without a large body. A half-open connection costs so long.
const REQUEST: Duration = Duration::from_secs(30);
/// A picture on its way here.
const DOWNLOAD: Duration = Duration::from_secs(300);
/// Bytes of an error's body.
const EXPLANATION: u64 = 64 << 10;
/// Longest answer that is no object, in bytes: a listing of a thousand keys has a few hundred thousand.
const ANSWER: u64 = 16 << 20;
/// Bytes a second that a line carries at least: larger bodies get more time.
const SLOWEST: u64 = 32 << 10;

/// A bucket of an S3-compatible server. Cheap to clone.
#[derive(Clone)]
pub struct S3Store {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Runtime,
    client: Client,
    address: Address,
    public: Address,
    bucket: String,
    path_style: bool,
    signer: Signer,
}

impl S3Store {
    /// Prepares a client; asks the server nothing.
    ///
    /// # Errors
    ///
    /// [`FaultKind::SignIn`] without keys, [`FaultKind::Tls`] where the authority's file is none,
    /// [`FaultKind::Refused`] for settings that were not checked.
    pub fn new(settings: &StoreSettings, access_key: Option<&Secret>, secret_key: Option<&Secret>, runtime: &Runtime) -> Result<Self, Fault> {
        let (Some(access_key), Some(secret_key)) = (access_key, secret_key) else {
            return Err(Fault::new(FaultKind::SignIn, sayings::keys_unknown()));
        };
        let parse = |text: &str| Address::parse(sayings::object_store(), text, None).map_err(|error| Fault::new(FaultKind::Refused, &error));
        let address = parse(&settings.endpoint)?;
        let public = settings.public_address.as_deref().map_or_else(|| Ok(address.clone()), parse)?;
        let client = client(&address, settings.own_ca.as_deref())?;
        let signer = Signer {
            region: Region::Custom { region: settings.region.clone(), endpoint: settings.endpoint.clone() },
            access_key: access_key.clone(),
            secret_key: secret_key.clone(),
            clock_offset: 0,
        };
        let inner = Inner { runtime: runtime.clone(), client, address, public, bucket: settings.bucket.clone(), path_style: settings.path_style, signer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether the bucket is there.
    pub fn bucket_exists(&self) -> Result<bool, Fault> {
        // By a listing: the refusal of a HEAD has no body that would tell a wrong key from a missing right.
        match self.send(Method::GET, None, &[("list-type", "2"), ("max-keys", "1")], Vec::new(), None) {
            Ok(_) => Ok(true),
            Err(Answer { status: Some(StatusCode::NOT_FOUND), .. }) => Ok(false),
            Err(answer) => Err(answer.fault),
        }
    }

    /// Makes the bucket, private as buckets are by default.
    pub fn create_bucket(&self) -> Result<(), Fault> {
        let region = self.inner.signer.region.to_string();
        // us-east-1 is the place for which AWS wants no constraint.
        let body = if region == "us-east-1" {
            String::new()
        } else {
            format!("<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>")
        };
        self.send(Method::PUT, None, &[], body.into_bytes(), None).map(|_| ()).map_err(|answer| answer.fault)
    }

    /// Removes the bucket, if it is empty.
    pub fn delete_bucket(&self) -> Result<(), Fault> {
        self.send(Method::DELETE, None, &[], Vec::new(), None).map(|_| ()).map_err(|answer| answer.fault)
    }

    /// Signs as if this computer's clock went wrong by so many seconds: for tests.
    pub fn pretend_clock_is_off(&mut self, seconds: i64) {
        let inner = &self.inner;
        let signer = Signer { clock_offset: seconds, ..inner.signer.clone() };
        let (runtime, client, address, public) = (inner.runtime.clone(), inner.client.clone(), inner.address.clone(), inner.public.clone());
        self.inner = Arc::new(Inner { runtime, client, address, public, bucket: inner.bucket.clone(), path_style: inner.path_style, signer });
    }

    /// Reads what a link of [`ObjectStore::link`] leads to, as anyone could.
    pub fn open_link(&self, link: &str) -> Result<Vec<u8>, Fault> {
        let (client, server) = (&self.inner.client, sayings::store_at(self.inner.public.to_string()));
        let received = self.inner.runtime.wait(&server, REQUEST, async {
            let response = client.get(link).send().await.map_err(|error| transport_fault(&server, &error))?;
            receive(&server, response, MAX_OBJECT).await
        })?;
        if received.status.is_success() { Ok(received.body) } else { Err(received.into_answer(&server).fault) }
    }

    fn send(&self, method: Method, key: Option<&ObjectKey>, query: &[(&str, &str)], body: Vec<u8>, content_type: Option<&str>) -> Result<Received, Answer> {
        self.send_limited(method, key, query, body, content_type, ANSWER)
    }

    fn send_limited(
        &self,
        method: Method,
        key: Option<&ObjectKey>,
        query: &[(&str, &str)],
        body: Vec<u8>,
        content_type: Option<&str>,
        most: u64,
    ) -> Result<Received, Answer> {
        let inner = &self.inner;
        let (mut url, authority) = inner.locate(&inner.address, key)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let headers = inner.signer.headers(&method, &url, &authority, &body, content_type)?;
        let limit = if method == Method::GET && key.is_some() { DOWNLOAD } else { REQUEST + Duration::from_secs(body.len() as u64 / SLOWEST) };
        let request = inner.client.request(method, url).headers(headers).body(body);
        let server = inner.server();
        let result = inner.runtime.wait(&server, limit, async {
            let response = request.send().await.map_err(|error| transport_fault(&server, &error))?;
            receive(&server, response, most).await
        });
        match result? {
            received if received.status.is_success() => Ok(received),
            refused => Err(refused.into_answer(&server)),
        }
    }
}

impl ObjectStore for S3Store {
    fn put(&self, key: &ObjectKey, bytes: Vec<u8>, content_type: &str) -> Result<(), Fault> {
        self.send(Method::PUT, Some(key), &[], bytes, Some(content_type)).map(|_| ()).map_err(|answer| answer.fault)
    }

    fn get(&self, key: &ObjectKey, most: u64) -> Result<Option<Vec<u8>>, Fault> {
        present(self.send_limited(Method::GET, Some(key), &[], Vec::new(), None, most).map(|received| received.body))
    }

    fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, Fault> {
        // The length that it tells is the object's, of which nothing comes.
        let received = self.send_limited(Method::HEAD, Some(key), &[], Vec::new(), None, u64::MAX);
        present(received.map(|received| ObjectInfo { key: key.to_string(), bytes: received.length, modified: received.modified }))
    }

    fn delete(&self, key: &ObjectKey) -> Result<(), Fault> {
        present(self.send(Method::DELETE, Some(key), &[], Vec::new(), None)).map(|_| ())
    }

    fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectInfo>, Fault> {
        let limit = limit.clamp(1, 1_000).to_string();
        let mut query = vec![("list-type", "2"), ("max-keys", &limit), ("prefix", prefix)];
        if let Some(after) = after {
            query.push(("start-after", after));
        }
        // The canonical query is sorted; so is what we send.
        query.sort_unstable();
        let received = self.send(Method::GET, None, &query, Vec::new(), None).map_err(|answer| answer.fault)?;
        let text = String::from_utf8_lossy(&received.body);
        let listed: ListBucketResult =
            quick_xml::de::from_str(&text).map_err(|_| Fault::new(FaultKind::ServerFailed, sayings::listing_unreadable(self.inner.server())))?;
        let info = |object: s3::serde_types::Object| ObjectInfo {
            modified: OffsetDateTime::parse(&object.last_modified, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp),
            key: object.key,
            bytes: object.size,
        };
        if listed.contents.iter().any(|object| Some(object.key.as_str()) <= after) {
            // Going on would never end.
            return Err(Fault::new(FaultKind::ServerFailed, sayings::listing_repeats(self.inner.server())));
        }
        Ok(listed.contents.into_iter().map(info).collect())
    }

    fn link(&self, key: &ObjectKey, valid: Duration) -> Result<String, Fault> {
        let (url, authority) = self.inner.locate(&self.inner.public, Some(key))?;
        self.inner.signer.link(url, &authority, valid.as_secs().clamp(1, 604_800) as u32)
    }
}

impl Inner {
    /// The server, for faults.
    fn server(&self) -> Words {
        sayings::store_at(self.address.to_string())
    }

    /// The URL of an object, or of the bucket, and the authority that is signed with it.
    fn locate(&self, address: &Address, key: Option<&ObjectKey>) -> Result<(Url, String), Fault> {
        let scheme = if address.is_tls() { "https" } else { "http" };
        let (authority, path) = if self.path_style {
            (address.authority(), format!("/{}", self.bucket))
        } else {
            (format!("{}.{}", self.bucket, address.authority()), String::new())
        };
        let key = key.map_or_else(String::new, |key| format!("/{key}"));
        let url = Url::parse(&format!("{scheme}://{authority}{path}{key}"))
            .map_err(|error| Fault::new(FaultKind::Refused, sayings::bucket_address_not_made(&self.bucket, error.to_string())))?;
        Ok((url, authority))
    }
}

fn client(address: &Address, own_ca: Option<&str>) -> Result<Client, Fault> {
    let mut builder = Client::builder().connect_timeout(CONNECT).pool_idle_timeout(Duration::from_secs(60)).redirect(reqwest::redirect::Policy::none());
    if address.is_loopback() {
        builder = builder.no_proxy();
    }
    if let Some(path) = own_ca {
        let unusable = |reason: String| Fault::new(FaultKind::Tls, sayings::authority_unusable(path, reason));
        let pem = fs_err::read(path).map_err(|error| unusable(error.to_string()))?;
        for certificate in reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(|error| Fault::new(FaultKind::Tls, sayings::store_client_not_made(error.to_string())))
}

/// An answer of the server, read to its end.
struct Received {
    status: StatusCode,
    length: u64,
    modified: Option<i64>,
    body: Vec<u8>,
}

/// A request that brought no success: the status where the server answered, and what it means.
struct Answer {
    status: Option<StatusCode>,
    fault: Fault,
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        Self { status: None, fault }
    }
}

async fn receive(server: &Words, mut response: Response, most: u64) -> Result<Received, Fault> {
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let modified = header("last-modified").and_then(|text| OffsetDateTime::parse(text, &Rfc2822).ok()).map(OffsetDateTime::unix_timestamp);
    let length = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let status = response.status();
    let too_large = || Fault::new(FaultKind::Refused, sayings::object_too_large(server, most));
    if status.is_success() && length > most {
        return Err(too_large());
    }
    // What is wrong is said in a few lines; whoever says more is not listened to.
    let most = if status.is_success() { most } else { EXPLANATION };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport_fault(server, &error))? {
        if (body.len() + chunk.len()) as u64 > most {
            if status.is_success() {
                return Err(too_large());
            }
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Received { status, length, modified, body })
}

impl Received {
    /// Branches on the status before the code: servers differ in their codes (Garage says `AccessDenied` where MinIO
    /// says `SignatureDoesNotMatch`).
    fn into_answer(self, server: &Words) -> Answer {
        let text = String::from_utf8_lossy(&self.body);
        let element = |name: &str| text.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<')).map(|(value, _)| value);
        let code = element("Code").unwrap_or_default();
        let message = element("Message").unwrap_or_default().to_owned();
        let is_about_time = code == "RequestTimeTooSkewed" || message.to_lowercase().contains("date is too") || message.contains("too old");
        let kind = match (self.status.as_u16(), code) {
            // S3 explains itself in XML; a HEAD has no body.
            (400..=499, "") if !self.body.is_empty() && !text.trim_start().starts_with('<') => FaultKind::Foreign,
            (400 | 401 | 403, _) if is_about_time => FaultKind::ClockSkew,
            (507, _) => FaultKind::ReadOnly,
            (403, _) if code == "QuotaExceeded" || message.to_lowercase().contains("quota") => FaultKind::ReadOnly,
            (401, _) | (403, "InvalidAccessKeyId" | "SignatureDoesNotMatch") => FaultKind::SignIn,
            (403, "AccessDenied") if message.contains("signature") || message.contains("Signature") || message.contains("No such key") => FaultKind::SignIn,
            (403, _) => FaultKind::Denied,
            (404, _) => FaultKind::Missing,
            (408 | 425 | 429 | 502..=504, _) | (409, "OperationAborted") => FaultKind::Busy,
            // What arrived was not what was sent: the way there is bad, not the request.
            (400, "RequestTimeout" | "IncompleteBody" | "BadDigest" | "XAmzContentSHA256Mismatch") => FaultKind::Busy,
            (301 | 307 | 400, "PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed") => FaultKind::WrongRegion,
            (500.., _) => FaultKind::ServerFailed,
            _ => FaultKind::Refused,
        };
        let words = match kind {
            FaultKind::ClockSkew => sayings::clocks_differ(server),
            FaultKind::SignIn => sayings::keys_refused(server),
            FaultKind::Denied => sayings::not_allowed(server),
            FaultKind::ReadOnly => sayings::store_full(server),
            FaultKind::Missing => sayings::bucket_or_object_unknown(server),
            FaultKind::WrongRegion => sayings::other_region(server),
            FaultKind::Foreign => sayings::no_store_server(server),
            _ => sayings::answers_status(server, self.status.as_u16()),
        };
        // HEAD has no body, and so neither code nor message.
        let words = if code.is_empty() { words } else { sayings::with_error_code(words, code) };
        Answer { status: Some(self.status), fault: Fault::new(kind, words) }
    }
}

/// What a request that got no answer died of. Never shows the URL: a link's signature is in it.
fn transport_fault(server: &Words, error: &reqwest::Error) -> Fault {
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    let cause = causes.last().cloned().unwrap_or_else(|| "no answer".into());
    let all = causes.join(" ").to_lowercase();
    let kind = if error.is_timeout() {
        FaultKind::TimedOut
    } else if all.contains("certificate") || all.contains("tls") || all.contains("invalidcontenttype") || all.contains("corrupt message") {
        FaultKind::Tls
    } else if all.contains("dns error") || all.contains("lookup address") {
        FaultKind::UnknownHost
    } else {
        FaultKind::Unreachable
    };
    let words = match kind {
        FaultKind::TimedOut => sayings::no_answer_in_time(server),
        FaultKind::Tls => sayings::tls_disagreement(server, cause),
        FaultKind::UnknownHost => sayings::name_of_server_unknown(server),
        _ => sayings::unreachable_because(server, cause),
    };
    Fault::new(kind, words)
}

fn present<T>(result: Result<T, Answer>) -> Result<Option<T>, Fault> {
    match result {
        Ok(value) => Ok(Some(value)),
        // A bucket that is missing is a fault; an object that is missing is an answer. HEAD does not say which.
        Err(Answer { status: Some(StatusCode::NOT_FOUND), fault }) if !fault.message.as_str().contains("NoSuchBucket") => Ok(None),
        Err(answer) => Err(answer.fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_on_the_way_passes_and_what_is_wrong_does_not() {
        let kind = |status: u16, code: &str| {
            let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>").into_bytes();
            let received = Received { status: StatusCode::from_u16(status).unwrap(), length: body.len() as u64, modified: None, body };
            received.into_answer(&"S3".into()).fault.kind
        };
        for (status, code) in [
            (400, "RequestTimeout"),
            (400, "IncompleteBody"),
            (400, "BadDigest"),
            (400, "XAmzContentSHA256Mismatch"),
            (409, "OperationAborted"),
            (503, "SlowDown"),
        ] {
            assert_eq!(kind(status, code), FaultKind::Busy, "{status} {code}");
        }
        assert_eq!(kind(400, "InvalidArgument"), FaultKind::Refused);
        assert_eq!(kind(409, "BucketAlreadyExists"), FaultKind::Refused);
    }
}
