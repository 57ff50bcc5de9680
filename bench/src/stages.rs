//! What each stage of the pipeline costs for a 12-megapixel photo, on one thread, through the engine's own modules.

use std::hint::black_box;
use std::time::Instant;

use lookalike_engine::embed::{Embedder, Model};
use lookalike_engine::media::{self, Limits};
use lookalike_tests::library::bundled_model;

use crate::Result;
use crate::pictures::Folder;
use crate::table::{heading, line, percentile};

/// Photos timed: enough for a steady median.
const TIMED: usize = 60;

pub(crate) fn run(photos: &Folder) -> Result<()> {
    heading("Stages for one of these photos, one thread, median");
    let embedder = Embedder::new(&Model::load(&bundled_model())?)?;
    let mut files = fs_err::read_dir(&photos.dir)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    let mut stages: [(&str, Vec<f64>); 4] = ["read and hash", "decode", "thumbnail", "embed"].map(|name| (name, Vec::new()));
    for path in files.iter().cycle().take(TIMED) {
        let mut started = Instant::now();
        let mut lap = |stage: usize| {
            stages[stage].1.push(started.elapsed().as_secs_f64() * 1e3);
            started = Instant::now();
        };
        let bytes = fs_err::read(path)?;
        black_box(blake3::hash(&bytes));
        lap(0);
        let picture = media::decode(&bytes, embedder.wanted_side(), &Limits::default())?;
        lap(1);
        black_box(media::thumbnail(&picture.pixels, media::THUMBNAIL_SIDE));
        lap(2);
        black_box(embedder.embed(&picture.pixels)?);
        lap(3);
    }
    let mut sum = 0.0;
    for (name, times) in &mut stages {
        let median = percentile(times, 0.5);
        sum += median;
        line(name, &format!("{median:.2} ms"), "");
    }
    line("all stages", &format!("{sum:.2} ms"), &format!("{:.1} photos/s a core, before catalog and index", 1e3 / sum));
    Ok(())
}
