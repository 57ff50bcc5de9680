//! The bundled model under tract: milliseconds a picture on one core, beside ONNX Runtime.

use std::hint::black_box;
use std::time::Instant;

use lookalike_engine::embed::{Embedder, Model, ModelSource};
use lookalike_engine::media::Rgb8;
use lookalike_tests::library::bundled_model;
use lookalike_tests::scenes::scene;

use crate::table::{failed, heading, line, percentile};
use crate::{Bench, Result, peer};

/// What a 12-megapixel photo is decoded to.
const DECODED: (u32, u32) = (500, 375);

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let picture = Rgb8 { width: DECODED.0, height: DECODED.1, data: scene(1, DECODED.0, DECODED.1).into_raw() };
    heading(&format!("Models under tract, one core: trim, resize from {} × {} and net; median", DECODED.0, DECODED.1));
    let mut timed = Vec::new();
    for source in std::iter::once(bundled_model()).chain(bench.models.iter().cloned().map(ModelSource::Folder)) {
        let started = Instant::now();
        let embedder = Embedder::new(&Model::load(&source)?)?;
        line(&format!("{}: verify, load and optimise", embedder.manifest().id), &format!("{:.0} ms", started.elapsed().as_secs_f64() * 1e3), "once a process");
        timed.push((embedder, Vec::new()));
    }
    // In turns, so that whatever else the machine does meets all of them.
    for _ in 0..bench.size(300, 60) {
        for (embedder, times) in &mut timed {
            let started = Instant::now();
            black_box(embedder.embed(black_box(&picture))?);
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    for (embedder, times) in &mut timed {
        let (manifest, input) = (embedder.manifest(), &embedder.manifest().input);
        let shape = format!("{} × {} pixels in, {} numbers out", input.width, input.height, manifest.output.dimension);
        line(&format!("{}: a picture", manifest.id), &format!("{:.2} ms", percentile(times, 0.5)), &shape);
    }
    match peer::inference(bench, lookalike_models::LOOKALIKE_S.onnx, timed[0].0.manifest().input.width) {
        Ok(peer) => {
            line("peer: ONNX Runtime, the bundled model", &format!("{:.2} ms", peer.same_model_ms), "net alone");
            line("peer: ONNX Runtime, MobileNetV3-small at 224", &format!("{:.2} ms", peer.mobilenet_ms), "net alone");
        }
        Err(error) => failed("the peer", &error),
    }
    Ok(())
}
