//! Signed requests to an S3-compatible server. The signature is rust-s3's; the HTTP client is our own, because rust-s3's
//! knows neither a private certificate authority nor a limit for connecting.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use s3::region::Region;
use s3::signing;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use url::Url;

use crate::remote::{Fault, FaultKind};
use crate::wire::Secret;
use crate::words::sayings;

/// Whose requests they are.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) region: Region,
    pub(super) access_key: Secret,
    pub(super) secret_key: Secret,
    /// Seconds by which the clock is taken to be wrong; 0 but in tests.
    pub(super) clock_offset: i64,
}

impl Signer {
    /// The headers that make a request with this body ours.
    pub(super) fn headers(&self, method: &Method, url: &Url, authority: &str, body: &[u8], content_type: Option<&str>) -> Result<HeaderMap, Fault> {
        let now = OffsetDateTime::now_utc() + Duration::seconds(self.clock_offset);
        let digest = hexadecimal(&Sha256::digest(body));
        let mut headers = HeaderMap::new();
        headers.insert(HOST, value(authority)?);
        headers.insert("x-amz-content-sha256", value(&digest)?);
        headers.insert("x-amz-date", value(&timestamp(now))?);
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, value(content_type)?);
        }
        let canonical = signing::canonical_request(method.as_str(), url, &headers, &digest).map_err(unsigned)?;
        let signature = self.signature(now, &canonical)?;
        let signed = signing::signed_header_string(&headers);
        let authorization = signing::authorization_header(self.access_key.reveal(), &now, &self.region, &signed, &signature).map_err(unsigned)?;
        let mut authorization = value(&authorization)?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
        Ok(headers)
    }

    /// A link that reads `url` for so many seconds.
    pub(super) fn link(&self, mut url: Url, authority: &str, seconds: u32) -> Result<String, Fault> {
        let now = OffsetDateTime::now_utc() + Duration::seconds(self.clock_offset);
        let query = signing::authorization_query_params_no_sig(self.access_key.reveal(), &now, &self.region, seconds, None, None).map_err(unsigned)?;
        url.set_query(Some(query.trim_start_matches('?')));
        let mut headers = HeaderMap::new();
        headers.insert(HOST, value(authority)?);
        let canonical = signing::canonical_request("GET", &url, &headers, "UNSIGNED-PAYLOAD").map_err(unsigned)?;
        let signature = self.signature(now, &canonical)?;
        Ok(format!("{url}&X-Amz-Signature={signature}"))
    }

    fn signature(&self, now: OffsetDateTime, canonical: &str) -> Result<String, Fault> {
        let to_sign = signing::string_to_sign(&now, &self.region, canonical).map_err(unsigned)?;
        let key = signing::signing_key(&now, self.secret_key.reveal(), &self.region, "s3").map_err(unsigned)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(unsigned)?;
        mac.update(to_sign.as_bytes());
        Ok(hexadecimal(&mac.finalize().into_bytes()))
    }
}

fn value(text: &str) -> Result<HeaderValue, Fault> {
    HeaderValue::from_str(text).map_err(|_| Fault::new(FaultKind::SignIn, sayings::access_key_not_sent()))
}

// Without the source: what could not be signed may be in it.
fn unsigned(_: impl std::error::Error) -> Fault {
    Fault::new(FaultKind::SignIn, sayings::request_not_signed())
}

/// `YYYYMMDDTHHMMSSZ`.
fn timestamp(now: OffsetDateTime) -> String {
    let (date, time) = (now.date(), now.time());
    format!("{:04}{:02}{:02}T{:02}{:02}{:02}Z", date.year(), u8::from(date.month()), date.day(), time.hour(), time.minute(), time.second())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
