//! The embedded index on made-up clustered vectors: how long a search takes and how many true neighbours it finds.

use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

use lookalike_engine::index::synthetic::ClusteredVectors;
use lookalike_engine::index::{EmbeddedIndex, EmbeddedOptions, Entry, ExactIndex, Hit, ImageKey, SearchOptions, VectorIndex};

use crate::table::{at_least, at_most, heading, line, megabytes, percentile};
use crate::{Bench, Result, command};

const DIMENSION: usize = 256;
const SEED: u64 = 2026;
/// Milliseconds within which 95 of 100 searches must be answered.
const LATENCY_BAR: f64 = 5.0;
/// Share of the true ten nearest that must be found.
const RECALL_BAR: f64 = 0.99;
/// Searches for latency, and those of them that are compared with the truth.
const SEARCHES: usize = 1_000;
const COMPARED: usize = 200;
/// Results that the application ranks and keeps for its pages.
const RANKED: usize = 1_000;
const BATCH: usize = 4_096;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let sizes: &[usize] = if bench.quick { &[10_000, 60_000] } else { &[10_000, 100_000, 1_000_000] };
    for &size in sizes {
        among(bench, size)?;
    }
    if bench.quick {
        line("100,000 and 1,000,000 vectors", "skipped", "without --quick they take about a quarter of an hour");
    }
    Ok(())
}

fn among(bench: &Bench, size: usize) -> Result<()> {
    heading(&format!("Search among {size} clustered vectors of {DIMENSION} numbers, one thread, index opened from disk, warm"));
    let vectors = ClusteredVectors::new(DIMENSION, size, SEED);
    let directory = bench.work.join(format!("index-{size}"));
    build(&vectors, size, &directory)?;
    let started = Instant::now();
    let index = EmbeddedIndex::open(&directory, "bench", DIMENSION, EmbeddedOptions { read_only: true, ..EmbeddedOptions::default() })?;
    line("open, every byte verified", &format!("{:.0} ms", started.elapsed().as_secs_f64() * 1e3), "");
    let queries: Vec<Vec<f32>> = (0..SEARCHES).map(|number| vectors.vector((size + number) as u64)).collect();
    let truth = truth(&vectors, size, &queries[..COMPARED])?;
    for (what, limit) in [("best 10", 10), ("best 1,000, as the application asks", RANKED)] {
        let (answers, mut times) = ask(&index, &queries, limit)?;
        let (median, late) = (percentile(&mut times, 0.5), percentile(&mut times, 0.95));
        line(&format!("{what}: p50 / p95"), &format!("{median:.2} / {late:.2} ms"), &format!("{} at p95", at_most(late, LATENCY_BAR, " ms")));
        let found = recall(&truth, &answers, 10);
        line(&format!("{what}: recall@10"), &format!("{found:.4}"), &format!("{}, {COMPARED} queries against exact", at_least(found, RECALL_BAR)));
        if limit > 10 {
            line(&format!("{what}: recall@{limit}"), &format!("{:.4}", recall(&truth, &answers, limit)), "down to the last that is ranked");
        }
    }
    drop(index);
    fs_err::remove_dir_all(directory)?;
    Ok(())
}

/// Builds and saves the index. Vectors are generated outside of the clock.
fn build(vectors: &ClusteredVectors, size: usize, directory: &Path) -> Result<()> {
    if directory.exists() {
        fs_err::remove_dir_all(directory)?;
    }
    fs_err::create_dir_all(directory)?;
    let options = EmbeddedOptions::default();
    let before = command::status_bytes("self", "VmRSS:");
    let index = EmbeddedIndex::create(directory, "bench", DIMENSION, options)?;
    let seconds = fill(&index, vectors, size)?;
    let after = command::status_bytes("self", "VmRSS:");
    line("built", &format!("{seconds:.1} s"), &format!("{} threads, {:.0} vectors/s", options.threads, size as f64 / seconds));
    if let (Some(before), Some(after)) = (before, after) {
        let growth = after.saturating_sub(before);
        line("memory of the built index", &format!("{:.0} MB", megabytes(growth)), &format!("{:.0} bytes a vector", growth as f64 / size as f64));
    }
    let started = Instant::now();
    index.set_covered_sequence(size as u64);
    index.save()?;
    let mut bytes = 0;
    for entry in fs_err::read_dir(directory)? {
        bytes += entry?.metadata()?.len();
    }
    line("saved", &format!("{:.1} s", started.elapsed().as_secs_f64()), &format!("{:.0} MB on disk", megabytes(bytes)));
    Ok(())
}

/// Writes vectors 0 to `size`; the seconds that writing took.
fn fill(index: &dyn VectorIndex, vectors: &ClusteredVectors, size: usize) -> Result<f64> {
    let mut seconds = 0.0;
    for start in (0..size).step_by(BATCH) {
        let batch: Vec<(ImageKey, Vec<f32>)> = (start..size.min(start + BATCH)).map(|number| (number as ImageKey, vectors.vector(number as u64))).collect();
        let entries: Vec<Entry<'_>> = batch.iter().map(|(key, vector)| (*key, vector.as_slice())).collect();
        let started = Instant::now();
        index.upsert(&entries)?;
        seconds += started.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

/// The true nearest, all that are ranked; also how long it takes to compare every vector.
fn truth(vectors: &ClusteredVectors, size: usize, queries: &[Vec<f32>]) -> Result<Vec<Vec<Hit>>> {
    let exact = ExactIndex::new(DIMENSION);
    fill(&exact, vectors, size)?;
    let (answers, mut times) = ask(&exact, queries, RANKED)?;
    let (median, late) = (percentile(&mut times, 0.5), percentile(&mut times, 0.95));
    line("peer: exact scan in single precision: p50 / p95", &format!("{median:.2} / {late:.2} ms"), "");
    Ok(answers)
}

/// The answers to each query and its milliseconds, after some queries to warm up.
fn ask(index: &dyn VectorIndex, queries: &[Vec<f32>], limit: usize) -> Result<(Vec<Vec<Hit>>, Vec<f64>)> {
    for query in queries.iter().take(COMPARED) {
        index.search(query, SearchOptions::best(limit))?;
    }
    let (mut answers, mut times) = (Vec::new(), Vec::new());
    for query in queries {
        let started = Instant::now();
        let hits = index.search(query, SearchOptions::best(limit))?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        answers.push(hits);
    }
    Ok((answers, times))
}

/// Share of the true nearest among as many best answers. Only the first queries have a truth.
fn recall(truth: &[Vec<Hit>], answers: &[Vec<Hit>], count: usize) -> f64 {
    let (mut found, mut all) = (0, 0);
    for (wanted, answer) in truth.iter().zip(answers) {
        let keys: HashSet<ImageKey> = answer.iter().take(count).map(|hit| hit.key).collect();
        let wanted = &wanted[..wanted.len().min(count)];
        found += wanted.iter().filter(|hit| keys.contains(&hit.key)).count();
        all += wanted.len();
    }
    found as f64 / all as f64
}
