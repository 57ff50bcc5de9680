//! A server behind a proxy, and the addresses that it gives out.

use lookalike_tests::library::TestLibrary;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::server::{Server, base64};
use serde_json::json;

fn served(arguments: &[&str]) -> (TestLibrary, Server) {
    let library = TestLibrary::with_scenes(1);
    assert!(library.run(&["index", &library.photos().display().to_string()]).status.success());
    let server = Server::start(&library, arguments);
    (library, server)
}

/// Where the link to a picture leads, for a request with these headers.
fn link(server: &Server, headers: &[(&str, &str)]) -> String {
    let body = json!({ "img_base64": base64(&jpeg(&scene(1, 320, 240), 80)) }).to_string();
    let all = [&[("Content-Type", "application/json")], headers].concat();
    let reply = server.ask("POST", "/imageRetrieval/search", body.as_bytes(), &all).expect(200).json();
    let url = reply["data"][0]["img_url"].as_str().unwrap();
    url.split("/temporary/").next().unwrap().to_owned()
}

fn is_cookie_secure(server: &Server, headers: &[(&str, &str)]) -> bool {
    let body = json!({ "code": server.token }).to_string();
    let all = [&[("Content-Type", "application/json")], headers].concat();
    let answer = server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &all).expect(204);
    answer.header("set-cookie").unwrap().contains("Secure")
}

#[test]
fn links_lead_where_the_proxy_says_that_the_client_is() {
    let (_library, server) = served(&["--behind-proxy", "--host", "photos.example.org"]);
    let here = format!("http://{}", server.address);
    assert_eq!(link(&server, &[]), here, "nothing speaks TLS here");
    assert_eq!(link(&server, &[("X-Forwarded-Proto", "https"), ("Host", "photos.example.org")]), "https://photos.example.org");
    assert_eq!(link(&server, &[("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "photos.example.org")]), "https://photos.example.org");
    assert_eq!(link(&server, &[("X-Forwarded-Proto", "javascript"), ("X-Forwarded-Host", "evil.test")]), here);
    // What browsers send is ours where the proxy is reached by that name.
    let own = [("X-Forwarded-Host", "photos.example.org"), ("Origin", "https://photos.example.org")];
    assert!(is_cookie_secure(&server, &own));
    assert!(is_cookie_secure(&server, &[]), "who does not say is taken to speak TLS");
    assert!(!is_cookie_secure(&server, &[("Origin", &here)]), "the browser of this page does not");
    let evil = [("X-Forwarded-Host", "evil.test"), ("Origin", "http://evil.test")];
    server.ask("POST", "/api/v1/index/rescan", b"", &evil).expect(403);
    assert!(server.printed.contains("https://photos.example.org/api/v1/docs"), "{}", server.printed);
}

#[test]
fn without_a_proxy_nobody_says_where_the_client_is() {
    let (_library, server) = served(&["--host", "photos.example.org"]);
    let told = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "photos.example.org")];
    assert_eq!(link(&server, &told), format!("http://{}", server.address));
    assert!(!is_cookie_secure(&server, &told));
}

#[test]
fn the_public_address_counts_before_everything() {
    let (_library, server) = served(&["--behind-proxy", "--public-url", "http://127.0.0.1:5005/"]);
    assert_eq!(link(&server, &[("X-Forwarded-Proto", "https")]), "http://127.0.0.1:5005");
    assert!(!is_cookie_secure(&server, &[]), "it says that there is no TLS");
}

#[test]
fn the_printed_address_has_the_name_of_the_certificate() {
    let library = TestLibrary::with_scenes(1);
    lookalike_tests::services::make_certificates(&library.beside(""));
    let (certificate, key) = (library.beside("server.pem").display().to_string(), library.beside("server.key").display().to_string());
    let token_file = library.beside("server.token");
    let arguments = ["serve", "--bind", "0.0.0.0:0", "--token-file", &token_file.display().to_string(), "--tls-cert", &certificate, "--tls-key", &key];
    let server = Server::of(library.command(&arguments).args(["--host", "photos.example.org", "--host", "other.example.org"]), &token_file);
    let base = format!("https://photos.example.org:{}/", server.address.port());
    assert!(server.printed.contains(&base), "{}", server.printed);
}
