//! The models of a data directory: `models/ID/` with the ONNX file and, written last, `model.toml`. A folder without the
//! manifest is an unfinished download.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::embed::{Manifest, Model, ModelSource, is_plain_id};
use crate::wire::ErrorCode;
use crate::words::sayings;
use crate::{Error, Result};

const MANIFEST: &str = "model.toml";

/// The model inside the program and those in folders.
pub(crate) struct ModelStore {
    directory: PathBuf,
    bundled: ModelSource,
    bundled_manifest: Manifest,
}

impl ModelStore {
    /// `directory`: of all models; it need not exist.
    pub(crate) fn new(directory: PathBuf, bundled: ModelSource) -> Result<Self> {
        let bundled_manifest = Manifest::read(&bundled)?;
        Ok(Self { directory, bundled, bundled_manifest })
    }

    /// The manifest of the model inside the program.
    pub(crate) fn bundled(&self) -> &Manifest {
        &self.bundled_manifest
    }

    /// The folder of a model, whether it is there or not.
    ///
    /// # Errors
    ///
    /// `invalid-request` for what is no model's id, and so could lead out of the directory.
    pub(crate) fn folder(&self, id: &str) -> Result<PathBuf> {
        if !is_plain_id(id) {
            return Err(Error::invalid(format!("{id:?} is no model's name (1 to 48 of a-z, 0-9 and -)")).with_hint("See which there are: lookalike model list"));
        }
        Ok(self.directory.join(id))
    }

    /// Whether the model's files are in a folder, complete.
    pub(crate) fn is_installed(&self, id: &str) -> bool {
        self.folder(id).is_ok_and(|folder| folder.join(MANIFEST).is_file())
    }

    /// Where the model's files are; `not-found` when they are nowhere.
    pub(crate) fn source(&self, id: &str) -> Result<ModelSource> {
        if id == self.bundled_manifest.id {
            return Ok(self.bundled.clone());
        }
        let folder = self.folder(id)?;
        if folder.join(MANIFEST).is_file() { Ok(ModelSource::Folder(folder)) } else { Err(not_installed(id)) }
    }

    /// The manifest of a model whose files are here.
    pub(crate) fn manifest(&self, id: &str) -> Result<Manifest> {
        if id == self.bundled_manifest.id {
            return Ok(self.bundled_manifest.clone());
        }
        let source = self.source(id)?;
        let manifest = Manifest::read(&source)?;
        if manifest.id != id {
            return Err(crate::embed::unusable(sayings::folder_of_other_model(id, &manifest.id)));
        }
        Ok(manifest)
    }

    /// The manifest of a model whose files are here, after reading them whole and comparing size and SHA-256.
    pub(crate) fn verified(&self, id: &str) -> Result<Manifest> {
        let manifest = self.manifest(id)?;
        if id != self.bundled_manifest.id {
            Model::load(&self.source(id)?)?;
        }
        Ok(manifest)
    }

    /// Ids of the models in folders, ascending.
    pub(crate) fn installed(&self) -> Result<Vec<String>> {
        let entries = match fs_err::read_dir(&self.directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            ids.extend(name.to_str().filter(|id| self.is_installed(id)).map(str::to_owned));
        }
        ids.sort();
        Ok(ids)
    }

    /// Makes the folder of a model, for its ONNX file.
    pub(crate) fn prepare(&self, id: &str) -> Result<PathBuf> {
        let folder = self.folder(id)?;
        fs_err::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Writes the manifest beside the ONNX file: from now on the model is installed.
    pub(crate) fn finish(&self, manifest: &Manifest) -> Result<()> {
        write_whole(&self.folder(&manifest.id)?.join(MANIFEST), manifest.to_toml()?.as_bytes())
    }

    /// Installs a model.
    pub(crate) fn put(&self, manifest: &Manifest, onnx: &[u8]) -> Result<()> {
        let folder = self.prepare(&manifest.id)?;
        write_whole(&folder.join(&manifest.file), onnx).and_then(|()| self.finish(manifest)).inspect_err(|_| {
            // Of no use alone. The first fault is the one to tell; the folder stays where something else is in it.
            let _ = std::fs::remove_file(folder.join(&manifest.file));
            let _ = std::fs::remove_dir(&folder);
        })
    }

    /// Deletes the files of a model, the manifest first. False: there were none.
    pub(crate) fn remove(&self, id: &str) -> Result<bool> {
        let folder = self.folder(id)?;
        if !folder.exists() {
            return Ok(false);
        }
        match fs_err::remove_file(folder.join(MANIFEST)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs_err::remove_dir_all(&folder)?,
        }
        Ok(true)
    }

    /// Keeps a copy of the model inside the program, so that a library made with it can go on using it when a newer program
    /// brings another. Does nothing when it is there.
    pub(crate) fn keep_bundled(&self) -> Result<()> {
        let (ModelSource::Bundled { onnx, .. }, manifest) = (&self.bundled, &self.bundled_manifest) else { return Ok(()) };
        let path = self.folder(&manifest.id)?.join(&manifest.file);
        let is_there = self.is_installed(&manifest.id) && fs_err::metadata(&path).is_ok_and(|metadata| metadata.len() == onnx.len() as u64);
        if is_there {
            return Ok(());
        }
        self.put(manifest, onnx)
    }
}

/// The error about a model whose files are nowhere.
pub(crate) fn not_installed(id: &str) -> Error {
    Error::new(ErrorCode::NotFound, sayings::model_not_installed(id)).with_hint(sayings::fetch_it(id))
}

/// Writes a file such that it is there whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let write = || {
        let mut file = fs_err::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs_err::rename(&unfinished, path)
    };
    write().map_err(|error| {
        // What is told is why it could not be written.
        let _ = std::fs::remove_file(&unfinished);
        Error::from(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_cannot_be_written_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let text = include_str!("../../../models/lookalike-s/model.toml");
        let store = ModelStore::new(root.path().to_owned(), ModelSource::Bundled { manifest: text, onnx: &[] }).unwrap();
        let manifest = Manifest { id: "new".into(), file: "new.onnx".into(), ..Manifest::parse(text, "test").unwrap() };
        // In its way, so that it cannot get its name.
        fs_err::create_dir_all(root.path().join("new/new.onnx/in-the-way")).unwrap();
        store.put(&manifest, b"onnx").unwrap_err();
        let left: Vec<_> = fs_err::read_dir(root.path().join("new")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["new.onnx"], "only what was there before");
    }
}
