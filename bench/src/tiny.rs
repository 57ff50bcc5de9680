//! The library of 100,000 tiny pictures, indexed once: what rescan and cold start are measured on.

use std::path::PathBuf;

use crate::pictures::Folder;
use crate::table::{line, megabytes};
use crate::{Bench, Result, command, pictures};

/// A folder of tiny pictures and the data directory in which they are indexed.
pub(crate) struct TinyLibrary {
    pub(crate) folder: Folder,
    pub(crate) data: PathBuf,
}

/// The library, made and indexed if it is not there.
pub(crate) fn library(bench: &Bench) -> Result<TinyLibrary> {
    let folder = pictures::tiny(bench)?;
    let (data, note) = (bench.work.join("tiny-data"), bench.work.join("tiny-data.complete"));
    let is_there = fs_err::read_to_string(&note).is_ok_and(|text| text == folder.files.to_string());
    if !is_there {
        let (run, report) = command::index_afresh(bench, &folder.dir, &data)?;
        if report.embedded != folder.files as u64 {
            return Err(format!("{} of {} tiny pictures were embedded", report.embedded, folder.files).into());
        }
        let memory = run.peak_bytes.map(|bytes| format!("peak memory {:.0} MB", megabytes(bytes))).unwrap_or_default();
        let rate = folder.files as f64 / run.seconds;
        line(&format!("(made: {} pictures of 8 × 8 indexed)", folder.files), &format!("{:.1} s", run.seconds), &format!("{rate:.0}/s; {memory}"));
        fs_err::write(note, folder.files.to_string())?;
    }
    Ok(TinyLibrary { folder, data })
}
