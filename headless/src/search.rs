//! `lookalike search`.

use std::path::Path;
use std::process::ExitCode;

use lookalike_engine::wire::{Band, ErrorReply, Orientation, Scope, SearchFilter, SearchReply};
use lookalike_engine::{Engine, Error, Result, SearchTerms};

use crate::args::{OrientationArg, ScopeArg, SearchArgs};
use crate::output;

pub(crate) fn run(engine: &Engine, args: &SearchArgs) -> Result<ExitCode> {
    let mut terms = terms(engine, args)?;
    let mut code = ExitCode::SUCCESS;
    // Why the shared library is not asked any more: it is waited for once, and not for each photo.
    let mut away: Option<ErrorReply> = None;
    for photo in &args.photos {
        // One bad photo does not keep the answers of the others back.
        match engine.search_file(photo, &terms) {
            Ok(mut reply) => {
                if let (Some(reason), None) = (&reply.fallback, &away) {
                    let which = if args.photos.len() > 1 { "the look-alikes from here on are those" } else { "these are the look-alikes" };
                    output::note(&format!("{which} on this computer; the shared library does not answer: {}", reason.message));
                    terms.scope = Scope::Local;
                    away.clone_from(&reply.fallback);
                }
                reply.fallback.clone_from(&away);
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

fn terms(engine: &Engine, args: &SearchArgs) -> Result<SearchTerms> {
    let scope = match args.scope {
        ScopeArg::Local => Scope::Local,
        ScopeArg::Shared => Scope::Shared,
    };
    let orientation = args.orientation.map(|orientation| match orientation {
        OrientationArg::Landscape => Orientation::Landscape,
        OrientationArg::Portrait => Orientation::Portrait,
        OrientationArg::Square => Orientation::Square,
    });
    let filter = SearchFilter {
        taken_from: args.from.clone(),
        taken_until: args.until.clone(),
        // As people write the ending of a file.
        formats: args.format.iter().map(|format| format.to_lowercase()).map(|format| if format == "jpg" { "jpeg".into() } else { format }).collect(),
        min_bytes: args.min_size,
        max_bytes: args.max_size,
        orientation,
        folder: args.folder.as_deref().map(|path| folder(engine, path)).transpose()?,
    };
    Ok(SearchTerms { scope, filter, similarity: args.similarity, page: args.page, page_size: args.page_size, ..SearchTerms::default() })
}

/// The folder of the library at a path.
fn folder(engine: &Engine, path: &Path) -> Result<i64> {
    let wanted = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folders = engine.status()?.folders;
    let found = folders.iter().find(|folder| Path::new(&folder.path) == wanted);
    found
        .map(|folder| folder.id)
        .ok_or_else(|| Error::invalid(format!("{} is no folder of the library", path.display())).with_hint("Its folders: lookalike status"))
}

fn print(reply: &SearchReply) -> Result<()> {
    let at_least = if reply.total_is_exact { "" } else { "at least " };
    let pages = reply.total.div_ceil(u64::from(reply.page_size)).max(1);
    output::line(&format!("{}: {at_least}{} look-alikes, page {} of {pages}", reply.query, reply.total, reply.page))?;
    if u64::from(reply.page) > pages {
        output::note(&format!("there is no page {}: the last one is {pages}", reply.page));
    }
    for hit in &reply.results {
        let on = |device: &Option<String>| device.as_ref().map(|device| format!(" on {device}")).unwrap_or_default();
        let at = hit.places.iter().position(|place| place.path == hit.path).unwrap_or(0);
        let place = hit.places.get(at).map(|place| on(&place.device)).unwrap_or_default();
        let note = place + if hit.is_query { " (this photo)" } else { "" };
        output::line(&format!("{:>5}  {:.3}  {:<12}  {}{note}", hit.rank, hit.similarity, band(hit.band), hit.path))?;
        for (_, place) in hit.places.iter().enumerate().filter(|(other, _)| *other != at) {
            output::line(&format!("{:>28}also {}{}", "", place.path, on(&place.device)))?;
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
