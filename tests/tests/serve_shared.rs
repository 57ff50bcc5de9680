//! The server with a real Milvus and a real object store connected.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use lookalike_tests::library::TestLibrary;
use lookalike_tests::remote::Remote;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Server, base64, read};
use serde_json::json;

#[test]
fn links_of_the_first_system_are_the_object_store_s_where_it_has_the_picture() {
    let Some(remote) = Remote::new("serve-links") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    remote.connect(&engine);
    let status = engine.sync(Duration::from_secs(60)).unwrap().status;
    assert_eq!((status.pending, status.parked), (0, 0));
    drop(engine);
    let server = Server::start(&library, &[]);
    assert_eq!(server.get("/api/v1/connection").expect(200).json()["enabled"], true);
    let shared =
        server.form("/api/v1/search/upload", &[("file", Some("a.jpg"), &jpeg(&scene(2, 200, 150), 80)), ("scope", None, b"shared")]).expect(200).json();
    assert_eq!((&shared["scope"], &shared["results"][0]["file_name"]), (&"shared".into(), &"scene-2.jpg".into()));
    let bytes = fs_err::read(library.photos().join("scene-2.jpg")).unwrap();
    let reply = server.json("POST", "/imageRetrieval/search", &json!({ "img_base64": base64(&bytes) })).expect(200).json();
    let url = reply["data"][0]["img_url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Signature="), "presigned by the object store: {url}");
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    assert_eq!(read(&mut stream).expect(200).body, bytes, "and it leads to the picture");
    let secrets = server.get("/api/v1/connection").text() + &server.log();
    assert!(!secrets.contains("X-Amz-Signature"), "no link is logged");
}
