//! `lookalike search`.

use std::process::ExitCode;

use lookalike_engine::wire::{Band, Scope, SearchReply};
use lookalike_engine::{Engine, Result};

use crate::args::{ScopeArg, SearchArgs};
use crate::output;

pub(crate) fn run(engine: &Engine, args: &SearchArgs) -> Result<ExitCode> {
    let scope = match args.scope {
        ScopeArg::Local => Scope::Local,
        ScopeArg::Shared => Scope::Shared,
    };
    let mut code = ExitCode::SUCCESS;
    for photo in &args.photos {
        // One bad photo does not keep the answers of the others back.
        match engine.search_file(photo, scope, args.similarity, args.page, args.page_size) {
            Ok(reply) => {
                if let Some(reason) = &reply.fallback {
                    output::note(&format!("these are the look-alikes on this computer; the shared library does not answer: {}", reason.message));
                }
                if args.json { output::json(&reply)? } else { print(&reply)? }
            }
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
            let device = place.device.as_ref().map(|device| format!(" on {device}")).unwrap_or_default();
            output::line(&format!("{:>28}also {}{device}", "", place.path))?;
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
