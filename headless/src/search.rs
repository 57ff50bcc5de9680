//! `lookalike search`.

use std::process::ExitCode;

use lookalike_engine::wire::{Band, SearchReply};
use lookalike_engine::{Engine, Result};

use crate::args::SearchArgs;
use crate::output;

pub(crate) fn run(engine: &Engine, args: &SearchArgs) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for photo in &args.photos {
        // One bad photo does not keep the answers of the others back.
        match engine.search_file(photo, args.similarity, args.page, args.page_size) {
            Ok(reply) if args.json => output::json(&reply)?,
            Ok(reply) => print(&reply)?,
            Err(error) => {
                output::error(&error);
                code = ExitCode::from(1);
            }
        }
    }
    Ok(code)
}

fn print(reply: &SearchReply) -> Result<()> {
    let at_least = if reply.total_is_exact { "" } else { "at least " };
    let pages = reply.total.div_ceil(u64::from(reply.page_size)).max(1);
    output::line(&format!("{}: {at_least}{} look-alikes, page {} of {pages}", reply.query, reply.total, reply.page))?;
    for hit in &reply.results {
        let note = if hit.is_query { " (this photo)" } else { "" };
        output::line(&format!("{:>5}  {:.3}  {:<12}  {}{note}", hit.rank, hit.similarity, band(hit.band), hit.path))?;
        for place in hit.places.iter().filter(|place| place.path != hit.path) {
            output::line(&format!("{:>28}also {}", "", place.path))?;
        }
    }
    Ok(())
}

fn band(band: Band) -> &'static str {
    match band {
        Band::SameFile => "same file",
        Band::SamePicture => "same picture",
        Band::SameScene => "same scene",
        Band::Similar => "similar",
        Band::Weak => "weak",
    }
}
