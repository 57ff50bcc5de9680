//! What a server is sent by those who mean it no good: it says no, and goes on.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use lookalike_tests::library::TestLibrary;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Server, base64, multipart, read};
use serde_json::json;

fn served(arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(2);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

fn lives(server: &Server) {
    assert_eq!(server.get("/api/v1/count").expect(200).json()["count"], 2, "it goes on");
}

#[test]
fn paths_do_not_lead_out() {
    let (library, server) = served(&[]);
    fs_err::write(library.beside("secret.txt"), "the secret").unwrap();
    for path in [
        "/../../secret.txt",
        "/%2e%2e/%2e%2e/secret.txt",
        "/..%2f..%2fsecret.txt",
        "/assets/../../../secret.txt",
        "/assets/..%5c..%5csecret.txt",
        "//etc/passwd",
        "/etc/passwd",
        "/%00",
        "/index.html%00.jpg",
        "/api/v1/docs/../../../etc/passwd",
        "/api/v1/docs/..%2f..%2fCargo.toml",
        "/api/v1/pictures/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/pictures/..%2f..%2fetc%2fpasswd/original",
        "/api/v1/pictures/%00/original",
        "/temporary/..%2f..%2fetc%2fpasswd?expires=99999999999&signature=x",
        "/data?image_path=../../../../etc/passwd",
    ] {
        let answer = server.get(path);
        assert!((400..500).contains(&answer.status) || answer.status == 308, "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:") && !answer.text().contains("the secret"), "{path} leads out");
    }
    let (kind, body) = multipart(&[("file", Some("../../../../secret.txt"), &jpeg(&scene(9, 64, 64), 80))]);
    server.ask("POST", "/api/v1/pictures", &body, &[("Content-Type", &kind)]).expect(201);
    assert_eq!(fs_err::read_to_string(library.beside("secret.txt")).unwrap(), "the secret", "a name is no path");
}

#[test]
fn names_and_pages_of_others_are_refused() {
    let (_library, server) = served(&["--host", "photos.example.org"]);
    for host in ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "photos.example.org.evil.test", ""] {
        let answer = server.ask("GET", "/api/v1/count", b"", &[("Host", host)]);
        assert!(matches!(answer.status, 400 | 421), "{host}: {}", answer.status);
        server.ask_as_stranger("GET", "/", b"", &[("Host", host)]).expect(answer.status);
    }
    server.ask("GET", "/api/v1/count", b"", &[("Host", "photos.example.org")]).expect(200);
    server.ask("GET", "/api/v1/count", b"", &[("Host", "localhost:1")]).expect(200);
    for origin in ["http://evil.test", "null", "https://photos.example.org.evil.test", "http://127.0.0.1:1"] {
        server.ask("POST", "/api/v1/index/rescan", b"", &[("Origin", origin)]).expect(403);
        server.ask("GET", "/api/v1/count", b"", &[("Origin", origin)]).expect(403);
    }
    let preflight = server.ask_as_stranger("OPTIONS", "/api/v1/search", b"", &[("Origin", "http://evil.test"), ("Access-Control-Request-Method", "POST")]);
    assert!(preflight.header("access-control-allow-origin").is_none());
    let form = server.ask("POST", "/api/v1/folders", b"path=/etc", &[("Content-Type", "application/x-www-form-urlencoded")]);
    assert_eq!(form.status, 415, "a form of another site is no request");
    server.ask("POST", "/api/v1/folders", br#"{"path":"/etc"}"#, &[("Content-Type", "text/plain")]).expect(415);
    lives(&server);
}

#[test]
fn bodies_are_limited_however_they_come() {
    let (_library, server) = served(&[]);
    let limit = |path: &str, kind: &str, length: &str| server.ask("POST", path, b"", &[("Content-Type", kind), ("Content-Length", length)]).status;
    assert_eq!(limit("/api/v1/search", "application/json", "2000000"), 413);
    assert_eq!(limit("/api/v1/search/upload", "multipart/form-data; boundary=x", "99999999"), 413);
    assert_eq!(limit("/api/v1/search", "application/json", "9223372036854775807"), 413);
    assert_eq!(limit("/api/v1/search", "application/json", "99999999999999999999999999"), 400);
    assert_eq!(limit("/api/v1/search", "application/json", "-1"), 400);
    let chunk = vec![b' '; 64 << 10];
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        server.address, server.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..64 {
        let piece = [format!("{:x}\r\n", chunk.len()).as_bytes(), &chunk, b"\r\n"].concat();
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    assert_eq!(read(&mut stream).status, 413, "chunked and never ending");
    let both = format!(
        "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        server.address, server.token
    );
    let smuggled = server.send(&[both.as_bytes()]);
    assert!((400..500).contains(&smuggled.status), "two lengths: {}", smuggled.status);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    server.ask("POST", "/api/v1/search", deep.as_bytes(), &[("Content-Type", "application/json")]).expect(400);
    let many: Vec<(&str, Option<&str>, &[u8])> = vec![("x", None, b"y"); 100];
    assert_eq!(server.form("/api/v1/search/upload", &many).status, 400);
    for body in [&b"--x"[..], b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabc", b"", b"\0\0\0"] {
        let answer = server.ask("POST", "/api/v1/search/upload", body, &[("Content-Type", "multipart/form-data; boundary=x")]);
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    server.ask("POST", "/api/v1/search/upload", b"x", &[("Content-Type", "multipart/form-data")]).expect(415);
    let huge = format!("GET /{} HTTP/1.1\r\nHost: {}\r\n\r\n", "a".repeat(200_000), server.address);
    assert!((400..500).contains(&server.send(&[huge.as_bytes()]).status), "an endless address");
    let headers: String = (0..500).map(|number| format!("X-{number}: y\r\n")).collect();
    assert!((400..500).contains(&server.send(&[format!("GET / HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", server.address).as_bytes()]).status), "endless headers");
    lives(&server);
}

/// A PNG that claims to be so large and is nothing but zeros, well packed.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        png.extend_from_slice(&(data.len() as u32).to_be_bytes());
        png.extend_from_slice(kind);
        png.extend_from_slice(data);
        png.extend_from_slice(&crc(&[kind, data].concat()).to_be_bytes());
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    chunk(b"IHDR", &header);
    chunk(b"IDAT", &[0x78, 0x9c, 0x63, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01]);
    chunk(b"IEND", b"");
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }))
}

#[test]
fn bombs_and_rubbish_in_pictures_are_answered_and_survived() {
    let (_library, server) = served(&[]);
    let good = jpeg(&scene(3, 320, 240), 85);
    let pictures: Vec<Vec<u8>> = vec![
        bomb(65_000, 65_000),
        bomb(0x7fff_ffff, 0x7fff_ffff),
        bomb(0, 0),
        good[..good.len() / 2].to_vec(),
        b"GIF89a\xff\xff\xff\xff\xf7\0\0".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
        b"\xff\xd8\xff\xe0".to_vec(),
        vec![0; 1 << 20],
        Vec::new(),
    ];
    for (number, picture) in pictures.iter().enumerate() {
        let started = Instant::now();
        let as_text = server.json("POST", "/imageRetrieval/search", &json!({ "img_base64": base64(picture) }));
        assert_eq!(as_text.status, 400, "{number}: {}", as_text.text());
        let search = server.form("/api/v1/search/upload", &[("file", Some("x.png"), picture)]);
        assert!(matches!(search.status, 400 | 422), "{number}: {}", search.status);
        let add = server.form("/api/v1/pictures", &[("file", Some("x.png"), picture)]);
        assert!(matches!(add.status, 400 | 422), "{number}: {}", add.status);
        assert!(started.elapsed() < Duration::from_secs(20), "{number} takes no time");
    }
    lives(&server);
}

#[test]
fn slow_clients_are_let_go_and_hold_nobody_up() {
    let (_library, server) = served(&[]);
    let started = Instant::now();
    let mut heads: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").unwrap();
            stream
        })
        .collect();
    let mut bodies: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = server.connect();
            let head = format!(
                "POST /api/v1/search HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
                server.address, server.token
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    lives(&server);
    assert!(started.elapsed() < Duration::from_secs(10), "others are answered meanwhile");
    let mut rest = Vec::new();
    heads[0].read_to_end(&mut rest).unwrap();
    let mut answer = [0; 64];
    let read = bodies[0].read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 408"), "{:?}", String::from_utf8_lossy(&answer[..read]));
    assert!(started.elapsed() < Duration::from_secs(60), "they are let go");
    lives(&server);
}

#[test]
fn guessing_is_made_slow_and_so_is_hurry() {
    let (_library, server) = served(&["--rate-limit", "20"]);
    let known: Vec<u16> = (0..100).map(|_| server.get("/api/v1/session").status).collect();
    assert!(known.iter().all(|status| matches!(status, 200 | 429)) && known[0] == 200 && known.contains(&429), "{known:?}");
    let limited = std::iter::repeat_with(|| server.get("/api/v1/session")).find(|answer| answer.status == 429).unwrap();
    assert!(limited.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|seconds| seconds >= 1)));
    let guesses: Vec<u16> =
        (0..400).map(|number| server.ask_as_stranger("GET", "/api/v1/count", b"", &[("Authorization", &format!("Bearer guess-{number}"))]).status).collect();
    assert!(guesses.iter().all(|status| matches!(status, 401 | 429)) && guesses.contains(&429), "strangers are slowed down");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(server.get("/api/v1/session").status, 200, "who is known is not");
}

#[test]
fn slow_bodies_keep_nobody_out() {
    let (_library, server) = served(&[]);
    let head = format!(
        "POST /imageRetrieval/search HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\n{{\r\n",
        server.address, server.token
    );
    // More than there would be room for if each were as large as it may be.
    let slow: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    let photo = jpeg(&scene(3, 320, 240), 90);
    server.form("/api/v1/search/upload", &[("file", Some("a.jpg"), &photo)]).expect(200);
    for mut stream in slow {
        stream.set_nonblocking(true).unwrap();
        let is_open = stream.read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(is_open, "a search does not wait until the slow ones have been given up");
    }
}
