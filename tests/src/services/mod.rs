//! Real servers for the suites: started when first asked for, one of each kind for a test program, gone with it.
//!
//! `make test` installs them. Where one is missing, the suite says so and skips; on continuous integration (`CI` is set)
//! that is a failure.

mod garage;
mod guarded;
mod milvus;
mod proxy;
mod s3s;
mod tls;

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use garage::{Garage, garage};
pub use guarded::Guarded;
pub use milvus::{MilvusServer, milvus};
pub use proxy::{FaultProxy, Mode};
pub use s3s::{S3s, s3s};
pub use tls::{TlsProxy, make_certificates};

/// Where `make test` installs the servers.
fn tools() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    cache.unwrap_or_default().join("lookalike-tools")
}

/// Nothing, said aloud: the server is not installed.
///
/// # Panics
///
/// On continuous integration, where that must not happen.
fn missing<T>(server: &str) -> Option<T> {
    let message = format!("SKIPPED: {server} is not installed in {}; `make test` does that", tools().display());
    assert!(std::env::var_os("CI").is_none(), "{message}");
    eprintln!("{message}");
    None
}

/// The first of `count` neighbouring ports that are free now.
fn free_ports(count: u16) -> u16 {
    // Below the range from which the system takes ports for clients, so that none of those gets in between.
    for _ in 0..200 {
        let mix = Instant::now().elapsed().subsec_nanos() ^ std::process::id().wrapping_mul(2_654_435_761) ^ fresh() as u32;
        let base = 12_000 + (mix % 18_000) as u16;
        if (base..base + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return base;
        }
    }
    panic!("no free ports");
}

/// Another number each time.
fn fresh() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

/// 64 hexadecimal digits for keys that nobody needs to know.
fn random_hex() -> String {
    (0..4).map(|_| format!("{:016x}", fresh())).collect()
}

/// Waits until a server is ready; panics with its log after five minutes: other work may keep the machine busy.
fn wait_ready(server: &Guarded, mut is_ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_ready() {
        assert!(started.elapsed() < Duration::from_secs(300), "{} does not become ready:\n{}", server.name(), server.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The status line of a plain GET, empty where nobody answers.
fn get(port: u16, path: &str) -> String {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return String::new() };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let _ = stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").as_bytes());
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
