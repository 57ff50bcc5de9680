//! Words on the terminal: results on stdout, errors and progress on stderr.

use std::borrow::Cow;
use std::io::{ErrorKind, Write};

use lookalike_engine::wire::{ErrorCode, IndexReport, SkippedFile};
use lookalike_engine::{Error, Result};
use serde::Serialize;

/// Prints a line on stdout.
pub(crate) fn line(text: &str) -> Result<()> {
    raw_line(&harmless(text))
}

/// Prints a line on stdout of a program that goes on where nobody reads it any more: a server.
pub(crate) fn announcement(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", harmless(text));
}

/// A reader that has gone away (`| head`) ends the program quietly.
fn raw_line(text: &str) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

/// Prints a value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|error| Error::new(ErrorCode::Internal, format!("the answer cannot be written as JSON: {error}")))?;
    raw_line(&text)
}

/// Text without the characters by which a file's name could steer the terminal or pass for another line, whoever chose it.
fn harmless(text: &str) -> Cow<'_, str> {
    // The last two ranges turn the direction of writing.
    let steers = |char: char| char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.contains(steers) { Cow::Owned(text.replace(steers, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Prints a note on stderr.
pub(crate) fn note(text: &str) {
    // Nowhere is left to report a closed stderr to.
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// Prints an error and what to do about it.
pub(crate) fn error(error: &Error) {
    note(&format!("error: {error}"));
    if let Some(hint) = error.hint() {
        note(&format!("  hint: {hint}"));
    }
}

/// One sentence on a run.
pub(crate) fn summary(report: &IndexReport) -> String {
    let mut parts = vec![format!("{} embedded", report.embedded)];
    let more = [
        (report.recognised, "recognised (moved or copied)"),
        (report.unchanged, "unchanged"),
        (report.removed, "removed"),
        (report.skipped.len() as u64, "skipped"),
    ];
    parts.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    format!("{} photos in {:.1} s: {}", report.scanned, report.seconds, parts.join(", "))
}

/// Skipped files with their reasons, the first `most` of them.
pub(crate) fn skipped(files: &[SkippedFile], most: usize) -> Vec<String> {
    let mut lines: Vec<String> = files.iter().take(most).map(|file| format!("skipped {}: {}", file.path, file.message)).collect();
    if files.len() > most {
        lines.push(format!("… and {} more: lookalike status", files.len() - most));
    }
    lines
}
