//! Fetches a file over HTTP such that an interruption costs nothing: what has come lies in `FILE.part`, and the next try
//! asks for the rest. The server's ETag (`FILE.part.from`) guards against joining two versions; size and SHA-256 are
//! checked before the file gets its name. The proxy is that of the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use ureq::http::{HeaderMap, Response, StatusCode, header};
use ureq::{Agent, Body};

use crate::wire::ErrorCode;
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;
/// A connection that breaks is made anew so often, as long as something came each time.
const RETRIES: u32 = 3;
const BEFORE_RETRY: Duration = Duration::from_millis(500);
/// A server that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(20);
/// How often it looks whether it is to go on while the net is silent.
const POLL: Duration = Duration::from_millis(100);
/// Pieces that have come and are not written yet.
const PIECES_AHEAD: usize = 4;
/// Room that is left on the disk, in bytes.
const SPARE: u64 = 64 << 20;

/// A file to be fetched, and what it must be.
pub(crate) struct Wanted<'a> {
    /// http or https.
    pub(crate) source: &'a str,
    pub(crate) bytes: u64,
    /// Hexadecimal.
    pub(crate) sha256: &'a str,
    /// Where it shall lie; its folder exists.
    pub(crate) path: &'a Path,
}

/// Told the bytes that are here after each piece; says whether to go on.
pub(crate) type OnProgress<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;

/// Fetches a file, going on where an earlier try stopped.
///
/// # Errors
///
/// `download-failed` when the server cannot be reached, breaks off, or has another file; `io` when the disk is full;
/// `cancelled`. What has come stays for the next try, except of a file that turned out to be another one.
pub(crate) fn fetch(wanted: &Wanted<'_>, on_progress: OnProgress<'_>) -> Result<()> {
    let agent = agent(wanted.source);
    let part = beside(wanted.path, ".part");
    let mut tries_left = RETRIES;
    loop {
        let before = length(&part);
        match fetch_rest(&agent, wanted, &part, on_progress) {
            Ok(()) => break,
            Err(Failure::Broken(reason)) if tries_left > 0 && length(&part) > before => {
                tracing::info!(source = wanted.source, %reason, "the connection broke; the download goes on");
                tries_left -= 1;
                wait_before_retry(length(&part), on_progress)?;
            }
            Err(Failure::Unjoinable) if tries_left > 0 => {
                discard(&part)?;
                tries_left -= 1;
            }
            Err(Failure::Unjoinable) => return Err(failed(sayings::not_joined(wanted.source))),
            Err(Failure::Broken(reason)) => {
                let message = sayings::address_broke_off(wanted.source, length(&part), wanted.bytes, reason);
                return Err(failed(message).with_hint(sayings::download_goes_on()));
            }
            Err(Failure::Final(error)) => return Err(error),
        }
    }
    let found = sha256_of(&part, &mut || on_progress(wanted.bytes))?;
    if !found.eq_ignore_ascii_case(wanted.sha256) {
        discard(&part)?;
        return Err(failed(sayings::other_sha256(wanted.source, found, wanted.sha256)).with_hint(sayings::changed_on_the_way()));
    }
    fs_err::rename(&part, wanted.path)?;
    discard(&part)
}

/// Why a try ended.
enum Failure {
    /// The connection; another try may go on from there.
    Broken(Words),
    /// What is here and what the server has do not fit: it is begun anew.
    Unjoinable,
    Final(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Final(disk(error))
    }
}

fn fetch_rest(agent: &Agent, wanted: &Wanted<'_>, part: &Path, on_progress: OnProgress<'_>) -> std::result::Result<(), Failure> {
    let origin = beside(part, ".from");
    let tag = tag_of(&origin, wanted.source);
    // Without knowing from where, or with too much, it is begun anew.
    let mut have = if tag.is_some() && length(part) <= wanted.bytes { length(part) } else { 0 };
    if have == wanted.bytes {
        return Ok(());
    }
    refuse_if_full(part, wanted.bytes - have)?;
    let mut request = agent.get(wanted.source);
    if have > 0 {
        request = request.header(header::RANGE, format!("bytes={have}-"));
        if let Some(tag) = tag.filter(|tag| is_strong(tag)) {
            request = request.header(header::IF_RANGE, tag);
        }
    }
    let transfer = transfer(move || request.call())?;
    let mut poll = |have: u64| -> std::result::Result<Sent, Failure> {
        loop {
            if on_progress(have).is_break() {
                return Err(cancelled().into());
            }
            match transfer.recv_timeout(POLL) {
                Ok(sent) => return Ok(sent),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Failure::Broken("it was given up".into())),
            }
        }
    };
    let response = match poll(have)? {
        Sent::Head(head) => head.map_err(|error| unreachable(wanted.source, &error))?,
        Sent::Piece(_) => return Err(Failure::Broken("it began in the middle".into())),
    };
    match response.status {
        StatusCode::OK => {
            have = 0;
            if let Some(length) = text(&response, header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok())
                && length != wanted.bytes
            {
                return Err(other_file(sayings::other_size(wanted.source, length, wanted.bytes)).into());
            }
        }
        StatusCode::PARTIAL_CONTENT if text(&response, header::CONTENT_RANGE).is_some_and(|range| range.starts_with(&format!("bytes {have}-"))) => {}
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => return Err(Failure::Unjoinable),
        status => {
            let hint = if status.is_server_error() { sayings::try_later() } else { sayings::try_later_or_gone() };
            return Err(failed(sayings::address_answers(wanted.source, status.to_string())).with_hint(hint).into());
        }
    }
    let new_tag = text(&response, header::ETAG).unwrap_or_default();
    fs_err::write(&origin, format!("{}\n{new_tag}", wanted.source))?;
    let mut file = fs_err::OpenOptions::new().create(true).write(true).truncate(false).open(part)?;
    file.file().set_len(have)?;
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(have))?;
    while have < wanted.bytes {
        let piece = match poll(have)? {
            Sent::Piece(Ok(piece)) if piece.is_empty() => return Err(Failure::Broken(sayings::ended_early())),
            Sent::Piece(Ok(piece)) => piece,
            Sent::Piece(Err(error)) => return Err(Failure::Broken(error.to_string().into())),
            Sent::Head(_) => return Err(Failure::Broken("it began twice".into())),
        };
        if have + piece.len() as u64 > wanted.bytes {
            drop(file);
            discard(part)?;
            return Err(other_file(sayings::more_than_wanted(wanted.source, wanted.bytes)).into());
        }
        file.write_all(&piece)?;
        have += piece.len() as u64;
    }
    file.sync_all()?;
    Ok(())
}

/// What comes over the net: the head of the answer, then its body; an empty piece is the end.
enum Sent {
    Head(std::result::Result<Head, ureq::Error>),
    Piece(std::io::Result<Vec<u8>>),
}

struct Head {
    status: StatusCode,
    headers: HeaderMap,
}

/// Sends a request and receives the answer in a thread of its own, which touches no file: however long the net is silent,
/// who waits for it can leave. The thread ends when it next hears something, or at the end of its patience.
fn transfer(call: impl FnOnce() -> std::result::Result<Response<Body>, ureq::Error> + Send + 'static) -> Result<Receiver<Sent>> {
    let (sender, receiver) = sync_channel(PIECES_AHEAD);
    let run = move || {
        let (head, body) = match call() {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                (Ok(Head { status: parts.status, headers: parts.headers }), Some(body))
            }
            Err(error) => (Err(error), None),
        };
        if sender.send(Sent::Head(head)).is_err() {
            return;
        }
        let Some(mut body) = body else { return };
        let mut reader = body.as_reader();
        loop {
            let mut piece = vec![0; CHUNK];
            let read = reader.read(&mut piece).map(|count| {
                piece.truncate(count);
                piece
            });
            let is_last = read.as_ref().map_or(true, Vec::is_empty);
            if sender.send(Sent::Piece(read)).is_err() || is_last {
                return;
            }
        }
    };
    thread::Builder::new().name("download".into()).spawn(run).map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
    Ok(receiver)
}

fn wait_before_retry(have: u64, on_progress: OnProgress<'_>) -> Result<()> {
    let since = Instant::now();
    while since.elapsed() < BEFORE_RETRY {
        if on_progress(have).is_break() {
            return Err(cancelled());
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn cancelled() -> Error {
    Error::new(ErrorCode::Cancelled, sayings::download_cancelled())
}

fn agent(source: &str) -> Agent {
    let mut config = Agent::config_builder();
    // As browsers do: no proxy for this computer itself.
    if ["localhost", "127.0.0.1", "[::1]"].contains(&host_of(source).rsplit_once(':').map_or(host_of(source), |(host, _)| host)) {
        config = config.proxy(None);
    }
    config
        .user_agent(concat!("lookalike/", env!("CARGO_PKG_VERSION")))
        // Statuses are told apart here.
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE))
        .build()
        .new_agent()
}

/// Host and port of an address.
fn host_of(source: &str) -> &str {
    source.split('/').nth(2).unwrap_or(source)
}

fn unreachable(source: &str, error: &ureq::Error) -> Failure {
    let host = host_of(source);
    let message = match error {
        ureq::Error::HostNotFound => sayings::host_not_found(host),
        other => sayings::host_unreachable(host, other.to_string()),
    };
    Failure::Final(failed(message).with_hint(sayings::check_proxy()))
}

fn other_file(message: Words) -> Error {
    failed(message).with_hint(sayings::changed_at_source())
}

fn failed(message: Words) -> Error {
    Error::new(ErrorCode::DownloadFailed, message)
}

fn refuse_if_full(part: &Path, needed: u64) -> Result<()> {
    let folder = part.parent().unwrap_or(part);
    let free = fs4::available_space(folder)?;
    if free < needed.saturating_add(SPARE) {
        let message = sayings::too_little_room(folder, free >> 20, needed.div_ceil(1 << 20), SPARE >> 20);
        return Err(Error::new(ErrorCode::Io, message).with_hint(sayings::make_room()));
    }
    Ok(())
}

fn disk(error: std::io::Error) -> Error {
    let is_full = error.kind() == std::io::ErrorKind::StorageFull;
    let error = Error::from(error);
    if is_full { error.with_hint(sayings::make_room_and_go_on()) } else { error }
}

fn text(response: &Head, name: header::HeaderName) -> Option<&str> {
    response.headers.get(name)?.to_str().ok()
}

/// The ETag that came with the beginning of the file (empty where the server gave none); none where the beginning came from
/// somewhere else.
fn tag_of(origin: &Path, source: &str) -> Option<String> {
    let text = fs_err::read_to_string(origin).ok()?;
    let (from, tag) = text.split_once('\n')?;
    (from == source).then(|| tag.to_owned())
}

/// Only such an ETag says that the bytes are the same (RFC 9110, 13.1.5).
fn is_strong(tag: &str) -> bool {
    tag.starts_with('"')
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Deletes what has come, and the note from where.
fn discard(part: &Path) -> Result<()> {
    for path in [part.to_owned(), beside(part, ".from")] {
        match fs_err::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

fn sha256_of(path: &Path, goes_on: &mut dyn FnMut() -> ControlFlow<()>) -> Result<String> {
    let mut file = fs_err::File::open(path)?;
    let (mut hasher, mut chunk) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            count => hasher.update(&chunk[..count]),
        }
        if goes_on().is_break() {
            return Err(cancelled());
        }
    }
}
