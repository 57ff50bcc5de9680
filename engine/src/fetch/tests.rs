//! Redirects, rebinding, floods and dead ends, over real sockets: the test's own rule takes 127.0.0.1 for the public
//! internet and the rest of this computer for what must not be reached.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;

const OUTSIDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const INSIDE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A server that gives the same answer to everyone and counts who came.
struct Server {
    port: u16,
    visits: Arc<AtomicUsize>,
}

fn server(ip: Ipv4Addr, answer: impl Into<Vec<u8>>) -> Server {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let visits = Arc::new(AtomicUsize::new(0));
    let (answer, counted) = (answer.into(), Arc::clone(&visits));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
        }
    });
    Server { port, visits }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Says one address after the other, and the last one for ever.
struct Changing(Mutex<Vec<Vec<Ipv4Addr>>>);

impl Names for Changing {
    fn look_up<'a>(&'a self, _host: &'a str, port: u16) -> Found<'a> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer.into_iter().map(|ip| SocketAddr::new(ip.into(), port)).collect()) })
    }
}

fn fetcher(names: Vec<Vec<Ipv4Addr>>) -> Fetcher {
    let costs = Costs { bytes: 1 << 20, whole: Duration::from_secs(2), connect: Duration::from_secs(1), redirects: 3 };
    Fetcher { names: Arc::new(Changing(Mutex::new(names))), admits: |ip| ip == IpAddr::V4(OUTSIDE), costs }
}

fn get(fetcher: &Fetcher, address: &str) -> Result<Fetched> {
    fetcher.get(address, &Runtime::start().unwrap())
}

#[test]
fn a_picture_comes_also_by_way_of_redirects() {
    let target = server(OUTSIDE, ok("picture"));
    let way = server(OUTSIDE, redirect(&format!("http://other.test:{}/holiday.jpg", target.port)));
    let fetched = get(&fetcher(vec![vec![OUTSIDE]]), &format!("http://pictures.test:{}/x", way.port)).unwrap();
    assert_eq!((fetched.name.as_str(), fetched.bytes.as_slice()), ("holiday.jpg", &b"picture"[..]));
}

#[test]
fn no_name_number_or_redirect_leads_inside() {
    let inside = server(INSIDE, ok("secret"));
    let port = inside.port;
    let code = |address: &str, names: Vec<Vec<Ipv4Addr>>| get(&fetcher(names), address).unwrap_err().code();
    let refused = ErrorCode::InvalidRequest;
    assert_eq!(code(&format!("http://inside.test:{port}/"), vec![vec![INSIDE]]), refused, "by name");
    assert_eq!(code(&format!("http://inside.test:{port}/"), vec![vec![OUTSIDE, INSIDE]]), refused, "one of two addresses");
    for number in ["127.0.0.2", "2130706434", "0x7f000002", "0177.0.0.2", "127.2", "[::ffff:127.0.0.2]"] {
        assert_eq!(code(&format!("http://{number}:{port}/"), vec![vec![OUTSIDE]]), refused, "as {number}");
        let way = server(OUTSIDE, redirect(&format!("http://{number}:{port}/")));
        assert_eq!(code(&format!("http://way.test:{}/", way.port), vec![vec![OUTSIDE]]), refused, "redirected to {number}");
        assert_eq!(way.visits.load(Ordering::SeqCst), 1);
    }
    let way = server(OUTSIDE, redirect(&format!("//inside.test:{port}/")));
    assert_eq!(code(&format!("http://way.test:{}/", way.port), vec![vec![OUTSIDE], vec![INSIDE]]), refused, "redirected to a name");
    assert_eq!(inside.visits.load(Ordering::SeqCst), 0, "nobody came in");
}

#[test]
fn a_name_that_changes_its_address_is_reached_where_it_was_looked_at() {
    let inside = server(INSIDE, ok("secret"));
    // The same port on both, as rebinding has it.
    let listener = TcpListener::bind((OUTSIDE, inside.port));
    let Ok(listener) = listener else { return };
    thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(ok("picture").as_bytes());
    });
    let changing = fetcher(vec![vec![OUTSIDE], vec![INSIDE]]);
    let fetched = get(&changing, &format!("http://rebinding.test:{}/", inside.port)).unwrap();
    assert_eq!(fetched.bytes, b"picture", "it is looked up once");
    assert_eq!(inside.visits.load(Ordering::SeqCst), 0);
    assert_eq!(get(&changing, &format!("http://rebinding.test:{}/", inside.port)).unwrap_err().code(), ErrorCode::InvalidRequest, "and looked at each time");
}

#[test]
fn other_schemes_and_passwords_are_refused_also_in_redirects() {
    for address in ["file:///etc/passwd", "ftp://a.test/x", "gopher://a.test/", "data:image/png,x", "http://user:word@a.test/", "http://user@a.test/", "x", ""]
    {
        assert_eq!(get(&fetcher(vec![vec![OUTSIDE]]), address).unwrap_err().code(), ErrorCode::InvalidRequest, "{address}");
        if address.contains(':') {
            let way = server(OUTSIDE, redirect(address));
            let error = get(&fetcher(vec![vec![OUTSIDE]]), &format!("http://way.test:{}/", way.port)).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidRequest, "redirected to {address}");
        }
    }
}

#[test]
fn floods_silence_circles_and_failures_end() {
    let code = |server: &Server| get(&fetcher(vec![vec![OUTSIDE]]), &format!("http://a.test:{}/", server.port)).unwrap_err().code();
    let failed = ErrorCode::DownloadFailed;
    let announced = server(OUTSIDE, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    assert_eq!(code(&announced), failed, "too large by its own account");
    let mut flood = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    flood.resize(3 << 20, b'x');
    assert_eq!(code(&server(OUTSIDE, flood)), failed, "too large without saying so");
    assert_eq!(code(&server(OUTSIDE, redirect("/again"))), failed, "in circles");
    assert_eq!(code(&server(OUTSIDE, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")), failed);
    assert_eq!(code(&server(OUTSIDE, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")), failed, "to nowhere");
    assert_eq!(code(&server(OUTSIDE, "nonsense")), failed);
    let silent = TcpListener::bind((OUTSIDE, 0)).unwrap();
    let address = format!("http://a.test:{}/", silent.local_addr().unwrap().port());
    assert_eq!(get(&fetcher(vec![vec![OUTSIDE]]), &address).unwrap_err().code(), failed, "no answer in time");
}
