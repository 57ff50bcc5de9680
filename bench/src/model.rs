//! The bundled model under tract: milliseconds a picture on one core, beside ONNX Runtime.

use std::hint::black_box;
use std::time::Instant;

use lookalike_engine::embed::{Embedder, Model};
use lookalike_engine::media::Rgb8;
use lookalike_tests::library::bundled_model;
use lookalike_tests::scenes::scene;

use crate::table::{failed, heading, line, percentile};
use crate::{Bench, Result, peer};

/// What a 12-megapixel photo is decoded to.
const DECODED: (u32, u32) = (500, 375);

pub(crate) fn run(bench: &Bench) -> Result<()> {
    let started = Instant::now();
    let embedder = Embedder::new(&Model::load(&bundled_model())?)?;
    let loaded = started.elapsed().as_secs_f64() * 1e3;
    let manifest = embedder.manifest();
    let (width, height) = (manifest.input.width, manifest.input.height);
    heading(&format!("Model {} ({width} × {height} pixels in, {} numbers out), one core, median", manifest.id, manifest.output.dimension));
    line("verify, load and optimise", &format!("{loaded:.0} ms"), "once for each process that embeds");
    let picture = Rgb8 { width: DECODED.0, height: DECODED.1, data: scene(1, DECODED.0, DECODED.1).into_raw() };
    let mut times = Vec::new();
    for _ in 0..bench.size(300, 60) {
        let started = Instant::now();
        black_box(embedder.embed(black_box(&picture))?);
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    line("tract: a picture", &format!("{:.2} ms", percentile(&mut times, 0.5)), &format!("trim, resize from {} × {} and net", DECODED.0, DECODED.1));
    match peer::inference(bench, lookalike_models::LOOKALIKE_S.onnx, width) {
        Ok(peer) => {
            line("peer: ONNX Runtime, the same model", &format!("{:.2} ms", peer.same_model_ms), "net alone");
            line("peer: ONNX Runtime, MobileNetV3-small at 224", &format!("{:.2} ms", peer.mobilenet_ms), "net alone");
        }
        Err(error) => failed("the peer", &error),
    }
    Ok(())
}
