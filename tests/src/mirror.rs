//! A small HTTP server on this computer that serves one file, well or badly: whole or in ranges, cut short, altered.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How the file is served.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Bytes of the body after which a connection is closed.
    pub cut_after: Option<usize>,
    /// Whether a thousandth of a second passes before each hundred bytes.
    pub is_slow: bool,
    /// Bytes of the body after which nothing more comes, until it is served in another manner; at 0 not even the head.
    pub stalls_after: Option<usize>,
    /// Whether ranges are passed over.
    pub ignores_ranges: bool,
    /// The ETag; another one means another version of the file.
    pub tag: &'static str,
    /// An answer other than the file, such as `404 Not Found`.
    pub status: Option<&'static str>,
}

/// Serves until it is dropped, and with it the process's test.
pub struct Mirror {
    address: String,
    state: Arc<Mutex<State>>,
}

struct State {
    body: Vec<u8>,
    manner: Manner,
    requests: Vec<String>,
}

impl Mirror {
    /// Serves these bytes under every path.
    pub fn of(body: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on this computer");
        let address = format!("http://{}", listener.local_addr().expect("it has an address"));
        let state = Arc::new(Mutex::new(State { body, manner: Manner { tag: "\"one\"", ..Manner::default() }, requests: Vec::new() }));
        let served = Arc::clone(&state);
        // Ends with the test program: a thread that waits for connections holds nothing up.
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream, &served)));
        Self { address, state }
    }

    /// The address of a file.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// Serves in another manner from now on.
    pub fn serve(&self, manner: Manner) {
        self.state.lock().expect("no panic before").manner = manner;
    }

    /// Serves other bytes from now on.
    pub fn replace(&self, body: Vec<u8>) {
        self.state.lock().expect("no panic before").body = body;
    }

    /// The heads of the requests so far, in lower case.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().expect("no panic before").requests.clone()
    }
}

fn read_head(lines: &mut impl BufRead) -> String {
    let mut head = String::new();
    while lines.read_line(&mut head).is_ok_and(|count| count > 2) {}
    head.to_ascii_lowercase()
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut head = read_head(&mut lines);
    if head.starts_with("connect ") {
        // As a proxy it is every server.
        state.lock().expect("no panic before").requests.push(head);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        head = read_head(&mut lines);
    }
    let (body, manner) = {
        let mut state = state.lock().expect("no panic before");
        state.requests.push(head.clone());
        (state.body.clone(), state.manner.clone())
    };
    let is_stalled = || state.lock().expect("no panic before").manner.stalls_after.is_some();
    if manner.stalls_after == Some(0) {
        wait_while(is_stalled);
        return;
    }
    if let Some(status) = manner.status {
        let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return;
    }
    let from = head.lines().find_map(|line| line.strip_prefix("range: bytes=")?.trim_end().strip_suffix('-')?.parse::<usize>().ok());
    let fits = head.lines().find_map(|line| line.strip_prefix("if-range: ")).is_none_or(|tag| tag.trim_end() == manner.tag);
    let start = from.filter(|from| fits && !manner.ignores_ranges && *from < body.len()).unwrap_or(0);
    let status = if start > 0 { "206 Partial Content" } else { "200 OK" };
    let range = if start > 0 { format!("content-range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len()) } else { String::new() };
    let rest = &body[start..];
    let tag = manner.tag;
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: {tag}\r\n{range}connection: close\r\n\r\n", rest.len());
    let sent = manner.cut_after.or(manner.stalls_after).map_or(rest.len(), |cut| cut.min(rest.len()));
    // The client may have gone away: that is what is being tested.
    let _ = stream.write_all(head.as_bytes());
    for piece in rest[..sent].chunks(if manner.is_slow { 100 } else { rest.len() }) {
        if manner.is_slow {
            thread::sleep(Duration::from_millis(1));
        }
        if stream.write_all(piece).is_err() {
            return;
        }
    }
    if manner.stalls_after.is_some() {
        wait_while(is_stalled);
    }
}

/// At most a minute.
fn wait_while(is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while is_so() && started.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(10));
    }
}
