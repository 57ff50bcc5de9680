//! A running `lookalike serve`, and a client of a few lines that sends just what a test wants sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::library::TestLibrary;

/// A server of its own on a free port; stopped when it goes.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// A token that it accepts.
    pub token: String,
    /// The code of the printed address, where it has a page.
    pub code: Option<String>,
    /// What it has printed until it was ready.
    pub printed: String,
    log: Arc<Mutex<String>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, taken out of its chunks.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The same answer, if it has this status.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Server {
    /// Serves a library, with a token file and without waiting for its folders.
    pub fn start(library: &TestLibrary, arguments: &[&str]) -> Self {
        let token_file = library.beside("server.token");
        let mut command = library.command(&["serve", "--bind", "127.0.0.1:0", "--token-file", &token_file.display().to_string()]);
        Self::of(command.args(arguments), &token_file)
    }

    /// A server from a command that is ready but for its pipes.
    pub fn of(command: &mut Command, token_file: &std::path::Path) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the server starts");
        let mut server =
            Self { child, address: SocketAddr::from(([0, 0, 0, 0], 0)), token: String::new(), code: None, printed: String::new(), log: Arc::default() };
        let (written, stderr) = (Arc::clone(&server.log), server.child.stderr.take().expect("its log"));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = written.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        for line in BufReader::new(server.child.stdout.take().expect("its output")).lines().map_while(Result::ok) {
            server.printed += &format!("{line}\n");
            if let Some((_, code)) = line.split_once("/#code=") {
                server.code = Some(code.to_owned());
            }
            if let Some(address) = line.strip_prefix("Listening on ") {
                server.address = address.parse().expect("an address");
                server.token = fs_err::read_to_string(token_file).expect("the token file was made");
                return server;
            }
        }
        std::thread::sleep(Duration::from_millis(200));
        panic!("the server ended before it was ready:\n{}", server.log());
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended, and if so, well.
    pub fn ended(&mut self) -> Option<bool> {
        self.child.try_wait().expect("its state").map(|status| status.success())
    }

    /// Asks with the token.
    pub fn ask(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        self.ask_as_stranger(method, path, body, &all)
    }

    /// Asks without a token.
    pub fn ask_as_stranger(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let is_said = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        if !is_said && (!body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH")) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        self.send(&[head.as_bytes(), body])
    }

    /// Sends these very bytes and reads what comes until the server closes the connection.
    pub fn send(&self, pieces: &[&[u8]]) -> Answer {
        let mut stream = self.connect();
        for piece in pieces {
            // A server that refuses early does not read the rest.
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        read(&mut stream)
    }

    /// A connection that gives up after two minutes of silence.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server takes connections");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a limit");
        stream
    }

    /// GET with the token.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, b"", &[])
    }

    /// A JSON request with the token.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(method, path, body.to_string().as_bytes(), &[("Content-Type", "application/json")])
    }

    /// A multipart request with the token: name, file name, bytes.
    pub fn form(&self, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let (kind, body) = multipart(fields);
        self.ask("POST", path, &body, &[("Content-Type", &kind)])
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        let asked = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an answer to its end.
pub fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A reset after the answer is still an answer.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = bytes.split_off(end + 4);
    Answer { status, headers, body: if is_chunked { unchunked(&body) } else { body } }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&rest[..end]).trim(), 16).unwrap_or(0);
        let data = &rest[end + 2..];
        if size == 0 || data.len() < size {
            body.extend_from_slice(&data[..data.len().min(size)]);
            break;
        }
        body.extend_from_slice(&data[..size]);
        rest = data.get(size + 2..).unwrap_or_default();
    }
    body
}

/// A multipart body and its media type.
pub fn multipart(fields: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    let boundary = "look-alike-boundary";
    let mut body = Vec::new();
    for (name, file_name, bytes) in fields {
        let file = file_name.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream")).unwrap_or_default();
        body.extend_from_slice(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize] as char;
            text.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

/// Text as it stands in a form.
pub fn urlencoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => (byte as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
