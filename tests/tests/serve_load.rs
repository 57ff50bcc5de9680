//! Many clients at once while the library is being indexed, and TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Server, multipart};
use serde_json::json;

const CLIENTS: u64 = 32;
const PHOTOS: u64 = 5_000;

#[test]
fn thirty_two_clients_search_while_five_thousand_photos_are_indexed() {
    let library = TestLibrary::with_scenes(40);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, &["--rate-limit", "100000"]);
    let ids: Vec<String> = {
        let reply = server.json("POST", "/api/v1/library", &json!({ "offset": 0, "limit": 40 })).expect(200).json();
        reply["pictures"].as_array().unwrap().iter().map(|picture| picture["id"].as_str().unwrap().to_owned()).collect()
    };
    // Made beside the folder and moved in at once, so that there is much to index from the first moment on.
    let waiting = library.beside("more");
    fs_err::create_dir_all(&waiting).unwrap();
    std::thread::scope(|scope| {
        for part in 0..2 {
            let waiting = &waiting;
            scope.spawn(move || {
                (0..PHOTOS)
                    .filter(|number| number % 2 == part)
                    .for_each(|number| fs_err::write(waiting.join(format!("{number}.jpg")), jpeg(&scene(1_000 + number, 96, 72), 80)).unwrap())
            });
        }
    });
    fs_err::rename(&waiting, library.photos().join("more")).unwrap();
    let is_over = AtomicBool::new(false);
    let started = Instant::now();
    let (mut times, errors) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (server, ids, is_over) = (&server, &ids, &is_over);
                scope.spawn(move || {
                    let (kind, upload) = multipart(&[("file", Some("q.jpg"), &jpeg(&scene(client + 1, 320, 240), 70))]);
                    let (mut times, mut errors) = (Vec::new(), Vec::new());
                    let mut round = client as usize;
                    while !is_over.load(Ordering::Acquire) {
                        let began = Instant::now();
                        let answer = match round % 4 {
                            0 => server.ask("POST", "/api/v1/search/upload", &upload, &[("Content-Type", &kind)]),
                            _ => server.json("POST", "/api/v1/search", &json!({ "query": { "kind": "image", "id": ids[round % ids.len()] } })),
                        };
                        times.push(began.elapsed());
                        if answer.status != 200 {
                            errors.push(format!("{}: {}", answer.status, answer.text()));
                        }
                        round += 1;
                    }
                    (times, errors)
                })
            })
            .collect();
        while server.get("/api/v1/count").json()["count"] != 40 + PHOTOS {
            assert!(started.elapsed() < Duration::from_secs(1_200), "indexing ends: {}", server.log());
            std::thread::sleep(Duration::from_millis(500));
        }
        is_over.store(true, Ordering::Release);
        clients.into_iter().fold((Vec::new(), Vec::new()), |(mut times, mut errors), client| {
            let (more, failed) = client.join().unwrap();
            times.extend(more);
            errors.extend(failed);
            (times, errors)
        })
    });
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{} searches by {CLIENTS} clients in {:.0} s while {PHOTOS} photos were indexed: p50 {:?}, p99 {:?}, worst {:?}",
        times.len(),
        started.elapsed().as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    assert!(times.len() > CLIENTS as usize, "everyone was answered");
    assert_eq!(errors, Vec::<String>::new(), "no search failed");
}

#[test]
fn it_speaks_tls_with_a_certificate_and_marks_its_cookie() {
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};

    let library = TestLibrary::with_scenes(1);
    lookalike_tests::services::make_certificates(&library.beside(""));
    let (certificate, key) = (library.beside("server.pem").display().to_string(), library.beside("server.key").display().to_string());
    let server = Server::start(&library, &["--tls-cert", &certificate, "--tls-key", &key]);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(library.beside("authority.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    let ask = |head: String, body: &str| {
        let mut session = rustls::ClientConnection::new(Arc::clone(&config), ServerName::try_from("localhost").unwrap()).unwrap();
        let mut stream = TcpStream::connect(server.address).unwrap();
        let mut tls = rustls::Stream::new(&mut session, &mut stream);
        tls.write_all(head.as_bytes()).unwrap();
        tls.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = tls.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let healthy = ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".into(), "");
    assert!(healthy.starts_with("HTTP/1.1 200"), "{healthy}");
    let body = json!({ "code": server.token }).to_string();
    let head = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let signed_in = ask(head, &body);
    assert!(signed_in.starts_with("HTTP/1.1 204") && signed_in.contains("Secure"), "{signed_in}");
    let mut plain = server.connect();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "nothing is answered in the clear");
}

#[test]
fn behind_a_proxy_links_lead_to_its_address() {
    let library = TestLibrary::with_scenes(1);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let mut server = Server::start(&library, &["--behind-proxy", "--host", "photos.example.org", "--public-url", "https://photos.example.org/pictures/"]);
    let text = lookalike_tests::server::base64(&jpeg(&scene(1, 320, 240), 80));
    let body = json!({ "img_base64": text }).to_string();
    let reply =
        server.ask("POST", "/imageRetrieval/search", body.as_bytes(), &[("Host", "photos.example.org"), ("Content-Type", "application/json")]).expect(200);
    assert!(reply.json()["data"][0]["img_url"].as_str().unwrap().starts_with("https://photos.example.org/pictures/temporary/"), "{}", reply.text());
    assert!(reply.header("strict-transport-security").is_some());
    server.terminate();
    wait_until("it has ended", || server.ended().is_some());
}
