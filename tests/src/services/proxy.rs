//! A TCP proxy that does what networks and servers do on bad days.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What it does with connections, old and new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Hands everything on.
    Pass,
    /// Nobody listens: connections are refused, those that are open end.
    Refuse,
    /// Takes connections and everything that is sent, and never says a word: half open.
    Hang,
    /// Cuts each connection after so many bytes from the client.
    CutAfter(u64),
    /// Hands on at most so many bytes a second in each direction.
    Slow(u64),
    /// Answers every request itself, with this HTTP status and body.
    Answer(u16, String),
}

/// A proxy in front of a server on this computer. Gone when dropped.
pub struct FaultProxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: u16,
    mode: Mutex<Mode>,
    is_over: AtomicBool,
    /// Bytes from clients, for knowing that the work is under way.
    passed: AtomicU64,
}

impl FaultProxy {
    /// In front of this port, handing everything on.
    pub fn new(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it has one").port();
        let shared = Arc::new(Shared { target, mode: Mutex::new(Mode::Pass), is_over: AtomicBool::new(false), passed: AtomicU64::new(0) });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(listener, port, &accepting));
        Self { port, shared }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Behaves so from now on.
    pub fn set(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Bytes that clients have sent through it.
    pub fn passed(&self) -> u64 {
        self.shared.passed.load(Ordering::Relaxed)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn mode(&self) -> Mode {
        self.mode.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

fn accept(listener: TcpListener, port: u16, shared: &Arc<Shared>) {
    let mut listener = Some(listener);
    while !shared.is_over() {
        if shared.mode() == Mode::Refuse {
            drop(listener.take());
            thread::sleep(Duration::from_millis(5));
            continue;
        }
        let Some(open) = &listener else {
            listener = TcpListener::bind(("127.0.0.1", port)).ok();
            continue;
        };
        open.set_nonblocking(true).expect("a listener can be asked");
        match open.accept() {
            Ok((client, _)) => {
                let shared = Arc::clone(shared);
                thread::spawn(move || serve(client, &shared));
            }
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn serve(client: TcpStream, shared: &Arc<Shared>) {
    client.set_nonblocking(false).expect("a stream can wait");
    if let Mode::Answer(status, body) = shared.mode() {
        return answer(client, status, &body);
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.target)) else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a limit for reading");
    }
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else { return };
    let returning = Arc::clone(shared);
    thread::spawn(move || pump(&server_too, &client_too, &returning, false));
    pump(&client, &server, shared, true);
}

/// Hands bytes on until either side ends or the mode says otherwise.
fn pump(mut from: &TcpStream, mut to: &TcpStream, shared: &Shared, is_upstream: bool) {
    let mut buffer = [0; 16 << 10];
    let mut handed_on = 0u64;
    loop {
        let mode = shared.mode();
        let is_cut = matches!(mode, Mode::CutAfter(most) if is_upstream && handed_on >= most);
        if shared.is_over() || is_cut || matches!(mode, Mode::Refuse | Mode::Answer(..)) {
            break;
        }
        let most = match mode {
            Mode::Slow(rate) => (rate / 50).clamp(1, buffer.len() as u64) as usize,
            Mode::CutAfter(most) if is_upstream => (most - handed_on).min(buffer.len() as u64) as usize,
            _ => buffer.len(),
        };
        let count = match from.read(&mut buffer[..most]) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(_) => break,
        };
        match shared.mode() {
            // Swallowed.
            Mode::Hang => continue,
            Mode::Slow(_) => thread::sleep(Duration::from_millis(20)),
            _ => {}
        }
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
        handed_on += count as u64;
        if is_upstream {
            shared.passed.fetch_add(count as u64, Ordering::Relaxed);
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn answer(mut client: TcpStream, status: u16, body: &str) {
    let _ = client.set_read_timeout(Some(Duration::from_millis(200)));
    // Whatever is asked.
    let _ = client.read(&mut [0; 64 << 10]);
    let _ = write!(client, "HTTP/1.1 {status} Fault\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
}
