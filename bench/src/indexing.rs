//! Indexing from end to end through the command: photos a second beside the peer, milliseconds a stage, peak memory.

use crate::command::Run;
use crate::pictures::Folder;
use crate::table::{at_least, at_most, best, heading, line, megabytes};
use crate::{Bench, Result, command, peer, pictures, stages, table};

/// Photos a second that two cores must reach.
const RATE_BAR: f64 = 40.0;
/// Megabytes that indexing 10,000 photos may take at its peak.
const MEMORY_BAR: f64 = 500.0;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let photos = pictures::photos(bench)?;
    command::settle_disk();
    let rounds = bench.size(3, 1);
    let mean = megabytes(photos.bytes) / photos.files as f64;
    heading(&format!(
        "Indexing {} JPEGs of 12 megapixels, {mean:.2} MB each (lookalike index, fresh data directory, files in the page cache; best of {rounds})",
        photos.files
    ));
    let (ours, peers) = in_turn(bench, &photos, rounds)?;
    let rate = photos.files as f64 / best(&ours.iter().map(|run| run.seconds).collect::<Vec<_>>());
    let cores = bench.cores as f64;
    line("photos/s in all", &format!("{rate:.1}"), &format!("{} (on two cores; here {})", at_least(rate, RATE_BAR), bench.cores));
    line("photos/s a core", &format!("{:.1}", rate / cores), "");
    line("peak memory", &peak(&ours), "");
    match peers {
        Ok(loops) => compare(rate, &loops),
        Err(error) => table::failed("the peer", &error),
    }
    stages::run(&photos)?;
    ten_thousand(bench)
}

/// Measures the command and the peer alternately, so that what disturbs the one disturbs the other.
fn in_turn(bench: &Bench, photos: &Folder, rounds: usize) -> Result<(Vec<Run>, Result<Vec<peer::Loop>>)> {
    let (mut ours, mut peers) = (Vec::new(), Ok(Vec::new()));
    for _ in 0..rounds {
        ours.push(afresh(bench, photos)?);
        peers = peers.and_then(|mut loops: Vec<peer::Loop>| {
            loops.push(peer::index(bench, &photos.dir)?);
            Ok(loops)
        });
    }
    Ok((ours, peers))
}

/// One run into a fresh data directory, with every file a picture of its own.
fn afresh(bench: &Bench, folder: &Folder) -> Result<Run> {
    let data = bench.work.join("data");
    let (run, report) = command::index_afresh(bench, &folder.dir, &data)?;
    fs_err::remove_dir_all(&data)?;
    if report.embedded != folder.files as u64 {
        return Err(format!("{} of {} files were embedded", report.embedded, folder.files).into());
    }
    Ok(run)
}

fn compare(rate: f64, loops: &[peer::Loop]) {
    let Some(first) = loops.first() else { return };
    let peer_rate = first.photos as f64 / best(&loops.iter().map(|run| run.seconds).collect::<Vec<_>>());
    let how = format!(
        "{} processes, Pillow in draft mode, ONNX Runtime, MobileNetV3-small ({:.2} M parameters); loop only",
        first.processes,
        first.parameters as f64 / 1e6
    );
    line("peer: photos/s in all", &format!("{peer_rate:.1}"), &how);
    let ratio = rate / peer_rate;
    line("ours / peer", &format!("{ratio:.2}"), &format!("{} (ours: the whole process, with hash, thumbnail, catalog and index)", at_least(ratio, 1.0)));
}

fn ten_thousand(bench: &Bench) -> Result<()> {
    let small = pictures::small(bench)?;
    command::settle_disk();
    heading(&format!("Indexing {} JPEGs of 640 × 480, {:.0} kB each", small.files, small.bytes as f64 / 1e3 / small.files as f64));
    let run = afresh(bench, &small)?;
    line("photos/s in all", &format!("{:.1}", small.files as f64 / run.seconds), "");
    let against = run.peak_bytes.map_or_else(|| "this system does not tell".into(), |bytes| at_most(megabytes(bytes), MEMORY_BAR, " MB for 10,000 photos"));
    line("peak memory", &peak(&[run]), &against);
    Ok(())
}

fn peak(runs: &[Run]) -> String {
    let bytes = runs.iter().filter_map(|run| run.peak_bytes).max();
    bytes.map_or_else(|| "–".into(), |bytes| format!("{:.0} MB", megabytes(bytes)))
}
