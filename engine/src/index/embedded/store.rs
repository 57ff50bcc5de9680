//! The files of a saved index, such that a kill at any moment leaves the old state or the new one.
//!
//! A directory holds one payload, `embedded-GENERATION.usearch`, and `embedded.manifest`, which names it. A save writes a
//! payload of a new name, syncs it, and renames a new manifest into place: that is the one moment of change. Payloads
//! are never written twice, so they may stay mapped, here and in other processes, while newer ones appear.
//!
//! The manifest is a line of JSON, the keys as a Roaring bitmap, and the BLAKE3 of both; the line holds length and
//! BLAKE3 of the payload. Nothing reaches USearch before that has been compared: its reader trusts what it reads. Reading
//! the payload once also brings it into memory in order, which the first searches would otherwise do page by page.
//!
//! Knows no vectors and no graph.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use roaring::RoaringTreemap;
use serde::{Deserialize, Serialize};

use crate::index::IndexError;

const MANIFEST: &str = "embedded.manifest";
const FORMAT: u32 = 1;
const HASH_BYTES: usize = 32;

/// What is written about a payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    /// Says what file this is; always [`Header::MAGIC`].
    magic: String,
    format: u32,
    model: String,
    dimension: usize,
    /// The catalog's changes up to this one are in the payload.
    covered_sequence: u64,
    count: u64,
    generation: u64,
    payload_bytes: u64,
    payload_blake3: String,
}

impl Header {
    const MAGIC: &'static str = "lookalike embedded index";

    fn payload(&self, directory: &Path) -> PathBuf {
        payload_path(directory, self.generation)
    }
}

/// A saved state whose files have been compared with their checksums.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    header: Header,
    pub(super) keys: RoaringTreemap,
    pub(super) payload: PathBuf,
}

impl Saved {
    pub(super) fn covered_sequence(&self) -> u64 {
        self.header.covered_sequence
    }
}

/// Verifies the saved state of a directory and hands it to `read`, which opens the payload.
pub(super) fn open<T>(directory: &Path, model: &str, dimension: usize, read: impl Fn(&Saved) -> Result<T, IndexError>) -> Result<(Saved, T), IndexError> {
    // A writer beside us may replace the payload after we have read its name; then there is a newer manifest to read.
    // More than a few times in a row is no coincidence.
    let mut attempts_left = 4;
    loop {
        let saved = read_manifest(directory)?;
        let path = manifest_path(directory);
        if saved.header.model != model {
            return Err(IndexError::WrongModel { path, expected: model.into(), found: saved.header.model });
        }
        if saved.header.dimension != dimension {
            let reason = format!("it holds vectors of {} numbers, not {dimension}", saved.header.dimension);
            return Err(IndexError::Damaged { path, reason });
        }
        match verify_payload(&saved).and_then(|()| read(&saved)) {
            Ok(opened) => return Ok((saved, opened)),
            Err(error) if attempts_left == 0 || read_manifest(directory)?.header == saved.header => return Err(error),
            Err(_) => attempts_left -= 1,
        }
    }
}

/// Compares a payload with what the manifest says of it.
fn verify_payload(saved: &Saved) -> Result<(), IndexError> {
    let damaged = |reason: &str| Err(IndexError::Damaged { path: saved.payload.clone(), reason: reason.into() });
    match hash_file(&saved.payload) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => damaged("the file is gone"),
        Err(error) => Err(error.into()),
        Ok((bytes, _)) if bytes != saved.header.payload_bytes => damaged("its length is not what it was when it was saved"),
        Ok((_, hash)) if hash != saved.header.payload_blake3 => damaged("its bytes are not what they were when it was saved"),
        Ok(_) => Ok(()),
    }
}

/// Puts a new state in place of the old one. `write` writes the payload to a path and says how long it must be.
pub(super) fn save(
    directory: &Path,
    identity: (&str, usize),
    covered_sequence: u64,
    keys: RoaringTreemap,
    write: impl FnOnce(&Path) -> Result<u64, IndexError>,
) -> Result<Saved, IndexError> {
    fs_err::create_dir_all(directory)?;
    let generation = payloads(directory)?.iter().map(|(generation, _)| generation + 1).max().unwrap_or(1);
    let payload = payload_path(directory, generation);
    let written = write(&payload).and_then(|expected| {
        let (bytes, hash) = hash_file(&payload)?;
        if bytes != expected {
            return Err(std::io::Error::other(format!("{} was not written whole; is the disk full?", payload.display())).into());
        }
        // Opened for writing because Windows syncs no other file.
        fs_err::OpenOptions::new().append(true).open(&payload)?.sync_all()?;
        Ok((bytes, hash))
    });
    let (payload_bytes, payload_blake3) = written.inspect_err(|_| drop(fs_err::remove_file(&payload)))?;
    let header = Header {
        magic: Header::MAGIC.into(),
        format: FORMAT,
        model: identity.0.into(),
        dimension: identity.1,
        covered_sequence,
        count: keys.len(),
        generation,
        payload_bytes,
        payload_blake3,
    };
    let saved = Saved { header, keys, payload };
    write_manifest(directory, &saved)?;
    remove_all_but(directory, &saved)?;
    Ok(saved)
}

/// Records that the saved payload covers more of the catalog's changes than it did.
pub(super) fn advance(directory: &Path, saved: &mut Saved, covered_sequence: u64) -> Result<(), IndexError> {
    let mut newer = saved.clone();
    newer.header.covered_sequence = covered_sequence;
    write_manifest(directory, &newer)?;
    *saved = newer;
    Ok(())
}

fn read_manifest(directory: &Path) -> Result<Saved, IndexError> {
    let path = manifest_path(directory);
    let bytes = match fs_err::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(IndexError::Missing { path }),
        bytes => bytes?,
    };
    let damaged = |reason: String| IndexError::Damaged { path: path.clone(), reason };
    let (content, hash) = bytes.split_last_chunk::<HASH_BYTES>().ok_or_else(|| damaged("it is too short".into()))?;
    if blake3::hash(content) != *hash {
        return Err(damaged("its bytes are not what they were when it was saved".into()));
    }
    let end = content.iter().position(|byte| *byte == b'\n').ok_or_else(|| damaged("it has no header".into()))?;
    let header: Header = serde_json::from_slice(&content[..end]).map_err(|error| damaged(error.to_string()))?;
    if header.magic != Header::MAGIC || header.format != FORMAT {
        return Err(damaged(format!("it is of format {}, this program reads format {FORMAT}", header.format)));
    }
    let keys = RoaringTreemap::deserialize_from(&content[end + 1..]).map_err(|error| damaged(error.to_string()))?;
    if keys.len() != header.count {
        return Err(damaged(format!("it lists {} keys for {} vectors", keys.len(), header.count)));
    }
    let payload = header.payload(directory);
    Ok(Saved { header, keys, payload })
}

fn write_manifest(directory: &Path, saved: &Saved) -> Result<(), IndexError> {
    let mut bytes = serde_json::to_vec(&saved.header).map_err(std::io::Error::from)?;
    bytes.push(b'\n');
    saved.keys.serialize_into(&mut bytes)?;
    let hash = blake3::hash(&bytes);
    bytes.extend_from_slice(hash.as_bytes());

    let path = manifest_path(directory);
    let unfinished = path.with_extension("manifest.new");
    let mut file = fs_err::File::create(&unfinished)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    drop(file);
    fs_err::rename(&unfinished, &path)?;
    sync_directory(directory)
}

/// Makes renames last through a power cut, where the system lets us.
fn sync_directory(directory: &Path) -> Result<(), IndexError> {
    #[cfg(unix)]
    fs_err::File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// Removes payloads that no manifest names. One that is still mapped elsewhere may resist (Windows): the next save
/// tries again.
fn remove_all_but(directory: &Path, saved: &Saved) -> Result<(), IndexError> {
    for (generation, path) in payloads(directory)? {
        if generation != saved.header.generation {
            drop(fs_err::remove_file(path));
        }
    }
    Ok(())
}

/// Payloads in a directory, by generation.
fn payloads(directory: &Path) -> Result<Vec<(u64, PathBuf)>, IndexError> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(directory)? {
        let path = entry?.path();
        let generation = path.file_name().and_then(|name| name.to_str()?.strip_prefix("embedded-")?.strip_suffix(".usearch")?.parse().ok());
        found.extend(generation.map(|generation| (generation, path)));
    }
    Ok(found)
}

fn payload_path(directory: &Path, generation: u64) -> PathBuf {
    directory.join(format!("embedded-{generation}.usearch"))
}

fn manifest_path(directory: &Path) -> PathBuf {
    directory.join(MANIFEST)
}

/// Length and BLAKE3, in hexadecimal, of a file.
fn hash_file(path: &Path) -> std::io::Result<(u64, String)> {
    const CHUNK: usize = 1 << 20;
    let mut file = fs_err::File::open(path)?;
    let (mut hasher, mut chunk) = (blake3::Hasher::new(), vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((hasher.count(), hasher.finalize().to_hex().to_string())),
            read => hasher.update(&chunk[..read]),
        };
    }
}
