//! Who may come in.

use lookalike_tests::library::TestLibrary;
use serde_json::json;

use crate::served;

#[test]
fn browsers_sign_in_once_and_only_our_own_page_counts() {
    let (_library, server) = served(1, &[]);
    let own = format!("http://{}", server.address);
    let post = |code: &str, origin: &str| {
        let body = json!({ "code": code }).to_string();
        server.ask_as_stranger("POST", "/api/v1/session", body.as_bytes(), &[("Content-Type", "application/json"), ("Origin", origin)])
    };
    assert_eq!(post("wrong", &own).expect(401).json()["code"], "sign-in-required");
    // Where the page has not been built there is no code; a token opens the door as well.
    let code = server.code.clone().unwrap_or_else(|| server.token.clone());
    assert_eq!(post(&code, "http://evil.test").expect(403).json()["code"], "wrong-origin");
    let signed_in = post(&code, &own).expect(204);
    let cookie = signed_in.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    if server.code.is_some() {
        post(&code, &own).expect(401);
    }
    let with_cookie = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("Cookie", cookie.as_str())];
        all.extend_from_slice(headers);
        server.ask_as_stranger(method, path, b"", &all)
    };
    let session = with_cookie("GET", "/api/v1/session", &[("Sec-Fetch-Site", "same-origin")]).expect(200).json();
    assert_eq!((&session["writer"], &session["roots"]), (&true.into(), &json!([])));
    with_cookie("GET", "/api/v1/status", &[("Sec-Fetch-Site", "same-site")]).expect(403);
    with_cookie("GET", "/api/v1/status", &[("Sec-Fetch-Site", "cross-site")]).expect(403);
    with_cookie("POST", "/api/v1/index/rescan", &[]).expect(403);
    with_cookie("POST", "/api/v1/index/rescan", &[("Origin", "http://127.0.0.1:3000")]).expect(403);
    with_cookie("POST", "/api/v1/index/rescan", &[("Origin", "null")]).expect(403);
    let unsaid = with_cookie("POST", "/api/v1/index/rescan", &[]).expect(403).json();
    assert!(unsaid["hint"].as_str().is_some_and(|hint| hint.contains("Bearer")), "programs learn what to send: {unsaid}");
    with_cookie("POST", "/api/v1/index/rescan", &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")]).expect(204);
    let signed_out = with_cookie("DELETE", "/api/v1/session", &[("Origin", &own)]).expect(204);
    assert_eq!(signed_out.header("clear-site-data"), Some("\"cache\""), "pictures do not stay in the browser");
    with_cookie("GET", "/api/v1/session", &[]).expect(401);
    assert!(!server.log().contains(&code) && !server.log().contains(&server.token), "no secret is logged");
}

#[test]
fn tokens_are_made_shown_once_and_revoked_at_once() {
    let (library, server) = served(1, &[]);
    let made = library.run(&["token", "create", "nas"]);
    assert!(made.status.success(), "also while a server runs");
    let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(token.len() > 50, "{token}");
    let ask = || server.ask_as_stranger("GET", "/api/v1/count", b"", &[("Authorization", &format!("Bearer {token}"))]).status;
    assert_eq!(ask(), 200);
    let listed = String::from_utf8(library.run(&["token", "list"]).stdout).unwrap();
    assert!(listed.contains("nas") && !listed.contains(&token));
    let kept = fs_err::read_to_string(library.data_dir().join("tokens.json")).unwrap();
    assert!(!kept.contains(&token), "only the hash is kept");
    assert!(library.run(&["token", "revoke", "nas"]).status.success());
    assert_eq!(ask(), 401);
    for wrong in ["Bearer", "Bearer ", "Basic dXNlcjp4", "Bearer x", "x"] {
        let answer = server.ask_as_stranger("GET", "/api/v1/count", b"", &[("Authorization", wrong)]).expect(401);
        assert!(answer.header("www-authenticate").is_some());
    }
    assert_eq!(library.run(&["token", "create", "../x"]).status.code(), Some(1));
}

#[test]
fn other_computers_are_served_only_behind_tls() {
    let library = TestLibrary::with_scenes(1);
    let refused = library.run(&["serve", "--bind", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("--tls-cert") && said.contains("--behind-proxy"), "{said}");
    assert_eq!(library.run(&["serve", "--tls-cert", "x.pem"]).status.code(), Some(2), "a certificate without a key");
    for (option, value) in [("--host", "http://x/"), ("--host", "x:80"), ("--public-url", "javascript:alert(1)"), ("--public-url", "photos.example.org")] {
        let refused = library.run(&["serve", option, value]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.status.code() == Some(2) && said.contains("photos.example.org"), "{option} {value}: {said}");
    }
}
