//! The shared library: syncing into a real Milvus and a real S3 server, and searching there, each beside the bare calls of
//! the SDKs against the same servers.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lookalike_engine::Engine;
use lookalike_engine::index::milvus::SharedRow;
use lookalike_engine::index::synthetic::ClusteredVectors;
use lookalike_engine::wire::{Consistency, IndexKind, Query, Scope, SearchRequest};
use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::remote::Remote;
use lookalike_tests::scenes::{jpeg, scene};

use crate::raw::Raw;
use crate::table::{at_least, at_most, heading, line, megabytes, percentile};
use crate::{Bench, Result, command};

/// Numbers in a vector, as the bundled model has them; a small network makes them here, for embedding is not what is measured.
const DIMENSION: usize = 256;
/// Share of the bare calls' rate that syncing keeps.
const RATE_BAR: f64 = 0.8;
/// Milliseconds that a search adds to the bare call.
const ADDED_BAR: f64 = 5.0;
/// Results that the application ranks.
const RANKED: usize = 1_000;
const SEARCHES: usize = 200;
/// What a result of another computer shows.
const FACTS: [&str; 6] = ["content", "device", "device_name", "file_name", "width", "height"];
/// Photos of the library that is compared; the other rows are surplus.
const OWN: usize = 200;
/// Rows that are written at once where writing is not measured.
const FILLED: usize = 5_000;
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let Some(mut remote) = Remote::new("bench-ours") else {
        heading("Shared library");
        line("sync and remote search", "skipped", "Milvus or Garage is not installed: make servers");
        return Ok(());
    };
    remote.request.settings.milvus.consistency = Consistency::Bounded;
    let size = bench.size(10_000, 1_000);
    let (library, engine) = library(size)?;
    sync(&remote, &library, &engine, size)?;
    search(&remote, &engine, bench.size(100_000, 10_000))?;
    verify(bench.size(1_000_000, 20_000))
}

/// A library of small photos, each another picture.
fn library(size: usize) -> Result<(TestLibrary, Engine)> {
    let library = TestLibrary::new();
    for number in 0..size as u64 {
        library.add(&format!("{:03}/{number}.jpg", number % 100), &jpeg(&scene(number, 96, 72), 80));
    }
    library.install_small("bench", 1, DIMENSION as i64);
    let engine = library.writer();
    engine.use_model("bench")?;
    library.index(&engine);
    wait_until("the model is in use", || engine.switch_info().is_ok_and(|switch| switch.is_none()));
    Ok((library, engine))
}

fn sync(remote: &Remote, library: &TestLibrary, engine: &Engine, size: usize) -> Result<()> {
    heading(&format!("Sync of {size} photos into Milvus and S3, everything on this computer"));
    let peer = Remote::new("bench-peer").ok_or("the servers were there a moment ago")?;
    peer.make_collection(DIMENSION);
    let raw = Raw::new(&peer)?;
    let photos = rows(library, size)?;
    let started = Instant::now();
    raw.send(&photos)?;
    let bare = size as f64 / started.elapsed().as_secs_f64();
    line("peer: bare SDK calls, 8 puts at once", &format!("{bare:.0} /s"), "500 objects, then 500 rows, and so on");
    remote.connect(engine);
    let started = Instant::now();
    let report = engine.sync(PATIENCE)?;
    if report.status.done != size as u64 {
        return Err(format!("only {} of {size} photos were sent", report.status.done).into());
    }
    let ours = size as f64 / started.elapsed().as_secs_f64();
    line("lookalike sync", &format!("{ours:.0} /s"), "opening and making the collection included");
    line("ours / peer", &format!("{:.2}", ours / bare), &at_least(ours / bare, RATE_BAR));
    Ok(())
}

/// What the peer sends: the same files, with vectors made by code.
fn rows(library: &TestLibrary, size: usize) -> Result<Vec<(PathBuf, SharedRow)>> {
    let vectors = ClusteredVectors::new(DIMENSION, size, 1);
    (0..size)
        .map(|number| {
            let path = library.photos().join(format!("{:03}/{number}.jpg", number % 100));
            let content = blake3::hash(&fs_err::read(&path)?).to_hex().to_string();
            let row = row("peer", &content, vectors.vector(number as u64));
            Ok((path, SharedRow { object_key: format!("originals/{}/{content}.jpg", &content[..2]), ..row }))
        })
        .collect()
}

fn row(device: &str, content: &str, embedding: Vec<f32>) -> SharedRow {
    SharedRow {
        id: SharedRow::id_of(device, content),
        content: content.into(),
        device: device.into(),
        device_name: format!("computer {device}"),
        file_name: format!("{}.jpg", &content[..12]),
        object_key: String::new(),
        width: 96,
        height: 72,
        bytes: 2_000,
        taken_at: String::new(),
        format: "jpeg".into(),
        embedding,
    }
}

fn search(remote: &Remote, engine: &Engine, size: usize) -> Result<()> {
    heading(&format!("Search of the shared library, {size} rows more, best {RANKED}, HNSW"));
    let raw = Raw::new(remote)?;
    let vectors = ClusteredVectors::new(DIMENSION, size, 2);
    fill(&raw, size, &vectors, "other")?;
    raw.settle()?;
    let own: Vec<_> = remote.rows_with_vectors(SEARCHES);
    let (mut bare, mut told, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    let ms = |started: Instant| started.elapsed().as_secs_f64() * 1e3;
    // Alternating, so that whatever else the machine does meets both alike; the first ones warm up.
    for (at, (content, vector)) in own.iter().chain(&own).enumerate() {
        let started = Instant::now();
        raw.search(vector, RANKED, &["content"])?;
        let of_contents = ms(started);
        let started = Instant::now();
        raw.search(vector, RANKED, &FACTS)?;
        let of_facts = ms(started);
        let request = SearchRequest { scope: Scope::Shared, page_size: 100, ..SearchRequest::new(Query::Image { id: content.clone() }) };
        let started = Instant::now();
        let reply = engine.search(&request)?;
        if let Some(reason) = reply.fallback {
            return Err(reason.message.into());
        }
        if at >= own.len() {
            ours.push(ms(started));
            bare.push(of_contents);
            told.push(of_facts);
        }
    }
    let late = |times: &mut Vec<f64>| (percentile(times, 0.5), percentile(times, 0.95));
    let (bare, told, ours) = (late(&mut bare), late(&mut told), late(&mut ours));
    line("peer: the SDK's bare search call: p50 / p95", &format!("{:.1} / {:.1} ms", bare.0, bare.1), "contents of the best 1,000");
    line("peer: the same call for all that a result shows", &format!("{:.1} / {:.1} ms", told.0, told.1), "six fields of the best 1,000");
    line("lookalike, a page of 100 with all facts: p50 / p95", &format!("{:.1} / {:.1} ms", ours.0, ours.1), &format!("{:.2} × the peer", ours.1 / bare.1));
    line("added at p95", &format!("{:.1} ms", ours.1 - bare.1), &at_most(ours.1 - bare.1, ADDED_BAR, " ms"));
    line("added at p95 to the call for all that is shown", &format!("{:.1} ms", ours.1 - told.1), "");
    Ok(())
}

/// Rows of pictures that are not there.
fn fill(raw: &Raw, size: usize, vectors: &ClusteredVectors, device: &str) -> Result<()> {
    for from in (0..size).step_by(FILLED) {
        let number = from..size.min(from + FILLED);
        let rows: Vec<SharedRow> = number.map(|number| row(device, &blake3::hash(&number.to_le_bytes()).to_hex(), vectors.vector(number as u64))).collect();
        raw.insert(&rows.iter().collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Comparing reads every row of this computer, in the memory of one page.
fn verify(size: usize) -> Result<()> {
    heading(&format!("Comparing {size} rows with the catalog"));
    let mut remote = Remote::new("bench-verify").ok_or("the servers were there a moment ago")?;
    // Built in no time, so that building is not what is measured.
    remote.request.settings.milvus.index.kind = IndexKind::IvfFlat;
    let (_library, engine) = library(OWN)?;
    remote.connect(&engine);
    engine.sync(PATIENCE)?;
    let device = remote.rows().into_values().next().ok_or("nothing was sent")?.device;
    let (raw, vectors) = (Raw::new(&remote)?, ClusteredVectors::new(DIMENSION, size, 3));
    fill(&raw, size, &vectors, &device)?;
    raw.flush()?;
    let started = Instant::now();
    let read = raw.read_all(&device)?;
    let bare = started.elapsed().as_secs_f64();
    line("peer: bare SDK queries, 500 rows each", &format!("{bare:.0} s"), &format!("{:.0} rows/s", read as f64 / bare));
    let before = command::forget_peak();
    let report = engine.verify_sync(false, PATIENCE, PATIENCE)?;
    if (report.rows, report.found.surplus) != ((size + OWN) as u64, size as u64) {
        return Err(format!("{} rows and {} surplus were found", report.rows, report.found.surplus).into());
    }
    let took = report.seconds;
    line("lookalike sync --verify", &format!("{took:.0} s"), &format!("{:.0} rows/s, {:.2} of the peer", report.rows as f64 / took, bare / took));
    let memory = before.zip(command::status_bytes("self", "VmHWM:")).map(|(before, peak)| format!("{:.0} MB", megabytes(peak.saturating_sub(before))));
    line("memory it took", &memory.unwrap_or_else(|| "not known on this system".into()), "");
    Ok(())
}
