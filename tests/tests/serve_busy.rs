//! A server that others keep busy: strangers at its door, servers that do not answer, clients that send what nobody reads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::server::{Answer, Server, read};
use serde_json::json;

fn served(arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(2);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

#[test]
fn strangers_who_sign_in_slowly_hold_up_nobody_who_is_known() {
    let (_library, server) = served(&[]);
    let mut doors: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = server.connect();
            let head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    for path in ["/healthz", "/readyz", "/"] {
        server.ask_as_stranger("GET", path, b"", &[]).expect(200);
    }
    for path in ["/metrics", "/api/v1/count"] {
        server.get(path).expect(200);
    }
    // Each word keeps a body alive, but not for long.
    let statuses: Vec<u16> = doors
        .iter_mut()
        .map(|stream| {
            let _ = stream.write_all(b" ");
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).unwrap();
            line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("an answer: {line:?}"))
        })
        .collect();
    let (late, refused) = (statuses.iter().filter(|status| **status == 408).count(), statuses.iter().filter(|status| **status == 503).count());
    assert!(late > 0 && refused > 200 && late + refused == 300, "few are listened to, and not for long: {statuses:?}");
    let long = json!({ "code": "x".repeat(5_000) }).to_string();
    server.ask_as_stranger("POST", "/api/v1/session", long.as_bytes(), &[("Content-Type", "application/json")]).expect(413);
    let body = json!({ "code": server.token }).to_string();
    server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &[("Content-Type", "application/json")]).expect(204);
}

#[test]
fn servers_that_do_not_answer_hold_up_neither_others_nor_the_end() {
    let (_library, mut server) = served(&[]);
    // One that takes every connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    std::thread::spawn(move || silent.incoming().map_while(Result::ok).collect::<Vec<_>>());
    let body = json!({ "settings": { "milvus": { "address": address } }, "secrets": { "milvus_token": "root:x" } }).to_string();
    let mut tests: Vec<TcpStream> = (0..140)
        .map(|_| {
            let mut stream = server.connect();
            let head = format!(
                "POST /api/v1/connection/test HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                server.token,
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    // The last one is told to come again; by then the first ones wait.
    let refused = read(&mut tests[139]);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    for path in ["/readyz", "/api/v1/count"] {
        let mut stream = server.connect();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n", server.token).as_bytes())
            .unwrap();
        assert_eq!(read(&mut stream).status, 200, "{path}");
    }
    server.terminate();
    // Twenty seconds are promised; the rest is patience.
    for _ in 0..300 {
        if server.ended().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.ended(), Some(true), "it does not wait for them: {}", server.log());
}

/// Sends all of a request and only then looks at the answer, as many clients do.
fn stubborn(server: &Server, head: &str, pieces: impl Iterator<Item = Vec<u8>>) -> (TcpStream, Answer) {
    let mut stream = server.connect();
    stream.write_all(format!("{head}Host: localhost\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    for piece in pieces {
        stream.write_all(&piece).expect("all of it is taken");
    }
    let answer = read(&mut stream);
    (stream, answer)
}

#[test]
fn who_still_sends_gets_the_answer_and_no_broken_pipe() {
    let (_library, server) = served(&["--rate-limit", "5"]);
    let mebibyte = vec![b'x'; 1 << 20];
    let known = format!("Authorization: Bearer {}\r\n", server.token);
    let form = "Content-Type: multipart/form-data; boundary=x\r\n";
    let ten = || std::iter::repeat_n(mebibyte.clone(), 10);
    let length = format!("Content-Length: {}\r\n", 10 << 20);
    for (path, status) in [("/api/v1/search/upload", 401), ("/imageRetrieval/search", 401), ("/api/v1/session", 415), ("/nothing", 404)] {
        let (_, answer) = stubborn(&server, &format!("POST {path} HTTP/1.1\r\n{form}{length}"), ten());
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    let (_, answer) = stubborn(
        &server,
        &format!("POST /api/v1/search/upload HTTP/1.1\r\n{known}{form}Content-Length: {}\r\n", 80 << 20),
        std::iter::repeat_n(mebibyte.clone(), 80),
    );
    let reply = answer.expect(413).json();
    assert!(reply["detail"].as_str().unwrap().contains("64 MiB"), "{reply}");
    let chunked = std::iter::repeat_with(|| [b"100000\r\n", mebibyte.as_slice(), b"\r\n"].concat()).take(10).chain([b"0\r\n\r\n".to_vec()]);
    let (_, answer) =
        stubborn(&server, &format!("POST /api/v1/search HTTP/1.1\r\n{known}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"), chunked);
    assert_eq!(answer.status, 413);
    wait_until("it is too much", || server.get("/api/v1/count").status == 429);
    let (_, answer) = stubborn(&server, &format!("POST /api/v1/search/upload HTTP/1.1\r\n{known}{form}{length}"), ten());
    assert_eq!(answer.status, 429);
}

#[test]
fn a_connection_goes_on_after_a_body_that_nobody_read() {
    let (_library, server) = served(&[]);
    let mut stream = server.connect();
    let body = vec![b'x'; 6 << 20];
    for _ in 0..2 {
        stream.write_all(format!("POST /api/v1/pictures HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        assert!(head(&mut stream).starts_with("HTTP/1.1 401"));
    }
    // Who asks before sending is refused at once, and sends nothing.
    let mut stream = server.connect();
    stream.write_all(b"POST /api/v1/pictures HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 8000000\r\n\r\n").unwrap();
    let answer = read(&mut stream);
    assert_eq!(answer.status, 401, "and is not told to go on first");
}

/// The head of an answer; its body is read and left.
fn head(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    reader.read_exact(&mut vec![0; length]).unwrap();
    head
}
