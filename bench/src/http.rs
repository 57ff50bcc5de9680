//! The HTTP interface at 100,000 pictures: searches by upload and by id, by one client and by several at once, each request
//! over a connection of its own.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use lookalike_tests::server::{Answer, Server, multipart};

use crate::table::{at_least, at_most, heading, line, percentile};
use crate::{Bench, Result, pictures, tiny};

/// Milliseconds within which 95 of 100 are answered.
const UPLOAD_BAR: f64 = 120.0;
const ID_BAR: f64 = 15.0;
/// Searches by id a second, by so many clients.
const RATE_BAR: f64 = 150.0;
const CLIENTS: usize = 16;
/// Distinct photos that are uploaded, and how often each.
const PHOTOS: u64 = 10;
const ROUNDS: usize = 5;
const BY_ID: usize = 500;
const RUSH: Duration = Duration::from_secs(10);

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let library = tiny::library(bench)?;
    heading(&format!("HTTP interface, {} pictures, from the request's first byte to the answer's last, 20 results", library.folder.files));
    let token_file = bench.work.join("http.token");
    let mut command = Command::new(&bench.lookalike);
    command.arg("serve").args(["--bind", "127.0.0.1:0", "--rate-limit", "100000"]).arg("--token-file").arg(&token_file).arg("--data-dir").arg(&library.data);
    let server = Server::of(command.env("LOOKALIKE_KEYCHAIN", "off"), &token_file);
    settle(&server);
    by_upload(&server)?;
    let ids = ids(&server)?;
    by_id(&server, &ids)?;
    in_a_rush(&server, &ids)
}

/// A server looks through its folders when it starts.
fn settle(server: &Server) {
    let started = Instant::now();
    while server.get("/api/v1/status").json()["progress"]["stage"] != "idle" && started.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(200));
    }
    thread::sleep(Duration::from_secs(2));
}

fn by_upload(server: &Server) -> Result<()> {
    let mut times = Vec::new();
    for number in 0..PHOTOS {
        let (kind, body) = multipart(&[("file", Some("photo.jpg"), &pictures::photo(1_000 + number)?)]);
        for _ in 0..ROUNDS {
            let started = Instant::now();
            answered(server.ask("POST", "/api/v1/search/upload", &body, &[("Content-Type", &kind)]))?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    let (median, late) = (percentile(&mut times, 0.5), percentile(&mut times, 0.95));
    line("by upload of a 12-megapixel JPEG: p50 / p95", &format!("{median:.0} / {late:.0} ms"), &format!("{} at p95", at_most(late, UPLOAD_BAR, " ms")));
    Ok(())
}

fn by_id(server: &Server, ids: &[String]) -> Result<()> {
    let mut times = Vec::new();
    for id in ids.iter().cycle().take(BY_ID) {
        let started = Instant::now();
        answered(search(server, id))?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let (median, late) = (percentile(&mut times, 0.5), percentile(&mut times, 0.95));
    line("by id: p50 / p95", &format!("{median:.1} / {late:.1} ms"), &format!("{} at p95", at_most(late, ID_BAR, " ms")));
    Ok(())
}

fn in_a_rush(server: &Server, ids: &[String]) -> Result<()> {
    let started = Instant::now();
    let counts = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                scope.spawn(move || {
                    let mut count = 0;
                    for id in ids.iter().cycle().skip(client * 7) {
                        if started.elapsed() >= RUSH {
                            break;
                        }
                        answered(search(server, id))?;
                        count += 1;
                    }
                    Ok(count)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap_or_else(|_| Err("a client gave up".into()))).collect::<Result<Vec<usize>>>()
    })?;
    let rate = counts.iter().sum::<usize>() as f64 / started.elapsed().as_secs_f64();
    line(&format!("by id, {CLIENTS} clients at once"), &format!("{rate:.0}/s"), &at_least(rate, RATE_BAR));
    Ok(())
}

fn search(server: &Server, id: &str) -> Answer {
    let body = serde_json::json!({ "query": { "kind": "image", "id": id }, "page_size": 20 });
    server.json("POST", "/api/v1/search", &body)
}

fn ids(server: &Server) -> Result<Vec<String>> {
    let reply = server.json("POST", "/api/v1/library", &serde_json::json!({ "offset": 0, "limit": 500 })).json();
    let ids: Vec<String> = reply["pictures"].as_array().into_iter().flatten().filter_map(|picture| Some(picture["id"].as_str()?.to_owned())).collect();
    if ids.is_empty() { Err("the library is empty".into()) } else { Ok(ids) }
}

fn answered(answer: Answer) -> Result<()> {
    if answer.status == 200 { Ok(()) } else { Err(format!("status {}: {}", answer.status, answer.text()).into()) }
}
