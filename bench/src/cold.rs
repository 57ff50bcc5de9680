//! From the start of the command to its first answer, at 100,000 vectors.

use std::path::Path;
use std::process::Command;

use lookalike_engine::wire::SearchReply;

use crate::table::{at_most, heading, line, percentile};
use crate::{Bench, Result, command, pictures, tiny};

/// Seconds that the answer may take.
const BAR: f64 = 1.0;
const ROUNDS: usize = 7;

pub(crate) fn run(bench: &Bench) -> Result<()> {
    heading(&format!("Cold start (lookalike search PHOTO --json, from process start to its end; median of {ROUNDS}, warm page cache)"));
    let library = tiny::library(bench)?;
    let inside = library.folder.dir.join("003").join("001777.png");
    let outside = bench.work.join("outside.jpg");
    fs_err::write(&outside, pictures::photo(77)?)?;
    for (what, photo, is_inside) in [("a photo of the library", &inside, true), ("a 12-megapixel photo from outside", &outside, false)] {
        let mut times = (0..ROUNDS).map(|_| search(bench, &library.data, photo, is_inside)).collect::<Result<Vec<_>>>()?;
        let (median, worst) = (percentile(&mut times, 0.5), percentile(&mut times, 1.0));
        let against = format!("worst {:.0} ms; {}", worst * 1e3, at_most(worst, BAR, " s at 100,000 vectors"));
        line(&format!("{what}, {} vectors", library.folder.files), &format!("{:.0} ms", median * 1e3), &against);
    }
    Ok(())
}

/// One search, checked to be an answer.
fn search(bench: &Bench, data: &Path, photo: &Path, is_inside: bool) -> Result<f64> {
    let run = command::run(Command::new(&bench.lookalike).arg("search").arg(photo).arg("--json").arg("--data-dir").arg(data))?;
    let reply: SearchReply = serde_json::from_str(&run.stdout)?;
    let first = reply.results.first().ok_or("the answer is empty")?;
    if first.is_query != is_inside {
        return Err(format!("{} is first among the look-alikes of {}", first.path, photo.display()).into());
    }
    Ok(run.seconds)
}
