//! A server that others keep busy: strangers at its door, servers that do not answer, clients that send what nobody reads.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Answer, Server, read};
use serde_json::json;

fn served(arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(2);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

#[test]
fn strangers_who_sign_in_slowly_hold_up_nobody() {
    let (_library, server) = served(&[]);
    let sign_in = |code: &str| {
        let body = json!({ "code": code }).to_string();
        server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &[("Content-Type", "application/json")])
    };
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
    sign_in("a guess").expect(401);
    sign_in(&server.token).expect(204);
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
    assert!(statuses.iter().all(|status| *status == 408), "nobody is listened to for long: {statuses:?}");
    sign_in(&"x".repeat(5_000)).expect(413);
}

#[test]
fn servers_that_do_not_answer_hold_up_neither_others_nor_the_end() {
    let (_library, mut server) = served(&[]);
    let address = format!("http://{}", silent());
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

#[test]
fn stopping_leaves_other_servers_at_once_and_saves_what_was_indexed() {
    let (library, mut server) = served(&[]);
    let silent = silent();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let store = json!({ "endpoint": format!("http://{silent}"), "bucket": "photos" });
    let asked = |milvus: SocketAddr| {
        let settings = json!({ "milvus": { "address": format!("http://{milvus}") }, "store": store });
        json!({ "settings": settings, "secrets": { "milvus_token": "root:x", "s3_access_key": "a", "s3_secret_key": "b" } })
    };
    // What syncs waits for one that says nothing, and whoever tries the connection for the object store, half a minute.
    server.json("PUT", "/api/v1/connection", &asked(silent)).expect(200);
    let body = asked(nobody).to_string();
    let mut trying = server.connect();
    let head = format!(
        "POST /api/v1/connection/test HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        server.token,
        body.len()
    );
    trying.write_all(head.as_bytes()).unwrap();
    for number in 3..=6 {
        library.add_scene(number, &format!("scene-{number}.jpg"));
    }
    wait_until("the new ones are indexed", || server.get("/api/v1/count").json()["count"] == 6);
    assert_eq!(library.saved_vectors(), Some(2), "they are not saved yet");
    let told = Instant::now();
    server.terminate();
    let reply = read(&mut trying).expect(200).json();
    assert_eq!(reply["ok"], false);
    assert!(reply["steps"].as_array().unwrap().iter().any(|step| step["code"] == "stopped"), "it is told why: {reply}");
    wait_until("it has ended", || server.ended().is_some());
    assert_eq!(server.ended(), Some(true), "{}", server.log());
    assert!(told.elapsed() < Duration::from_secs(15), "it does not wait for as long as it may: {:?}", told.elapsed());
    assert_eq!(library.saved_vectors(), Some(6), "the next start need not make up for anything");
}

#[test]
fn pictures_that_do_not_come_hold_up_no_searches() {
    let (_library, server) = served(&[]);
    let known =
        server.json("POST", "/api/v1/library", &json!({ "offset": 0, "limit": 1 })).expect(200).json()["pictures"][0]["id"].as_str().unwrap().to_owned();
    let settings = json!({ "milvus": { "address": format!("http://{}", silent()) } });
    server.json("PUT", "/api/v1/connection", &json!({ "settings": settings, "secrets": { "milvus_token": "root:x" } })).expect(200);
    let ask_while_they_wait = |ask: &dyn Fn()| {
        let mut far: Vec<TcpStream> = (0..200)
            .map(|number| {
                let (mut stream, kind) = (server.connect(), ["thumbnail", "preview"][number % 2]);
                let head = format!("GET /api/v1/pictures/{number:064x}/{kind} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n", server.token);
                stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).unwrap();
                stream
            })
            .collect();
        let refused = read(&mut far[199]).expect(503);
        assert!(refused.header("retry-after").is_some(), "so many may wait for pictures of other computers, and no more");
        ask();
        far[0].set_nonblocking(true).unwrap();
        let waits = far[0].peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(waits, "it is answered while pictures are waited for");
    };
    ask_while_they_wait(&|| drop(server.get("/api/v1/count").expect(200)));
    ask_while_they_wait(&|| drop(server.get(&format!("/api/v1/pictures/{known}/thumbnail")).expect(200)));
    ask_while_they_wait(&|| drop(server.json("POST", "/api/v1/search", &json!({ "query": { "kind": "image", "id": known } })).expect(200)));
    ask_while_they_wait(&|| drop(server.form("/api/v1/search/upload", &[("file", Some("a.jpg"), &jpeg(&scene(1, 320, 240), 80))]).expect(200)));
}

#[test]
fn so_many_listen_and_the_next_is_told_to_come_again() {
    let (_library, server) = served(&[]);
    let listen = || {
        let mut stream = server.connect();
        let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", server.token);
        stream.write_all(head.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        (stream, line)
    };
    let mut listeners: Vec<TcpStream> = (0..64)
        .map(|_| {
            let (stream, line) = listen();
            assert!(line.contains(" 200 "), "{line}");
            stream
        })
        .collect();
    for path in ["/api/v1/events", "/api/v1/progress"] {
        let refused = server.get(path).expect(503);
        assert!(refused.header("retry-after").is_some(), "{path}: {refused:?}");
    }
    server.get("/api/v1/count").expect(200);
    listeners.pop();
    wait_until("there is room again", || listen().1.contains(" 200 "));
}

/// One that takes every connection and says nothing.
fn silent() -> SocketAddr {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    std::thread::spawn(move || silent.incoming().map_while(Result::ok).collect::<Vec<_>>());
    address
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

#[cfg(unix)]
#[test]
fn a_server_whose_output_nobody_reads_serves_and_stops() {
    let library = TestLibrary::with_scenes(2);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = library.command(&["serve", "--bind", &address.to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    let status = |path: &str| {
        let mut stream = TcpStream::connect(address).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
        Some(read(&mut stream).status)
    };
    wait_until("it serves", || status("/healthz") == Some(200));
    assert_eq!((status("/api/v1/count"), status("/healthz")), (Some(401), Some(200)), "also after something to be logged");
    assert!(Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap().success());
    let mut ended = None;
    wait_until("it stops when it is told", || {
        ended = child.try_wait().unwrap();
        ended.is_some()
    });
    assert!(ended.unwrap().success(), "it ends well: {ended:?}");
}
