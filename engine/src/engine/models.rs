//! The facade's calls on models: which there are, putting one to use, forgetting one's vectors, removing one's files.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{Engine, switch};
use crate::catalog::models::{self, Coverage, ModelRow, NoteKind, SwitchRow};
use crate::catalog::{Catalog, images};
use crate::embed::{Manifest, unusable};
use crate::wire::{EmbeddingNote, ErrorCode, Event, ModelEntry, ModelFault, ModelState, ModelsReply, SwitchInfo};
use crate::words::sayings;
use crate::{Error, Result};

/// Vectors that are deleted in one transaction, so that indexing is not held up for long.
const FORGET: u32 = 2_000;
/// Going back is at once while at most one picture in so many has no vector of the model.
const MISSING_ONE_IN: u64 = 100;

/// Brings the catalog's facts about models up to date when a library is opened for writing. A library that uses an earlier
/// model of the program's own is switched to the new one, once: who goes back after that is left alone, and so is a library
/// that an older program opens now and then. What the user has begun goes before.
pub(super) fn settle(catalog: &Catalog, bundled: &Manifest) -> Result<()> {
    let text = bundled.to_toml()?;
    let is_known = catalog.write(|db| {
        let is_known = models::remember(db, &bundled.id, &text, &bundled.fingerprint(), true)?;
        let id = match models::in_use(db)? {
            Some(id) => id,
            None => {
                let Some(older) = older(db, bundled)? else {
                    models::set_in_use(db, &bundled.id)?;
                    models::set_offered(db, &bundled.id)?;
                    return Ok(is_known);
                };
                models::remember(db, &older.id, &older.to_toml()?, &older.fingerprint(), true)?;
                models::set_in_use(db, &older.id)?;
                older.id
            }
        };
        let is_own = models::get(db, &id)?.is_some_and(|known| known.bundled);
        let is_users = models::switch(db)?.is_some_and(|switch| !switch.upgrade);
        if is_own && !is_users && id != bundled.id && !models::was_offered(db, &bundled.id)? {
            models::set_offered(db, &bundled.id)?;
            models::set_switch(db, Some(&SwitchRow { target: bundled.id.clone(), paused: false, upgrade: true }))?;
        }
        Ok(is_known)
    })?;
    if !is_known {
        tracing::warn!(model = bundled.id, "the vectors of this library were made by another model of the same name");
    }
    Ok(())
}

/// The model of a library from before models were remembered, where it is not the program's own any more: of it only the
/// vectors are known, so that its limits are taken from the program's model, and called estimates.
fn older(db: &Connection, bundled: &Manifest) -> Result<Option<Manifest>> {
    let counts = models::vector_counts(db)?;
    let Some((id, _)) = counts.iter().max_by_key(|(_, count)| **count) else { return Ok(None) };
    if *id == bundled.id {
        return Ok(None);
    }
    let mut older = Manifest { id: id.clone(), name: id.clone(), provenance: "Known only by its vectors.".into(), ..bundled.clone() };
    (older.sha256, older.bytes, older.bands.estimated) = (String::new(), 0, true);
    older.output.dimension = models::dimension(db, id)?;
    (older.output.copy, older.bands.copy, older.bands.copy_candidate) = (None, None, None);
    Ok(Some(older))
}

/// Id of the model in use. A library that only a reader has seen yet has none recorded: it is the program's own.
pub(super) fn in_use(catalog: &Catalog, bundled: &Manifest) -> Result<String> {
    Ok(catalog.read(models::in_use)?.unwrap_or_else(|| bundled.id.clone()))
}

impl Engine {
    /// All models: the one in use first, then those that are here, then those that can be fetched.
    pub fn models(&self) -> Result<ModelsReply> {
        let switch = self.switch_info()?;
        let in_use = self.serving()?.id.clone();
        let (known, vectors) = self.inner.catalog.read(|db| Ok((models::all(db)?, models::vector_counts(db)?)))?;
        let known: HashMap<String, ModelRow> = known.into_iter().map(|row| (row.id.clone(), row)).collect();
        let store = &self.inner.opener.store;
        let mut found: Vec<ModelEntry> = Vec::new();
        let mut list = |manifest: &Manifest, state: ModelState| -> Result<()> {
            let id = &manifest.id;
            if found.iter().any(|entry| entry.id == *id) {
                return Ok(());
            }
            let row = known.get(id);
            let state = match &switch {
                _ if *id == in_use => ModelState::InUse,
                Some(switch) if switch.target == *id => ModelState::Coming,
                _ => state,
            };
            let coverage = match row {
                Some(_) => self.inner.catalog.read(|db| models::coverage(db, id))?,
                None => Coverage::default(),
            };
            let missing = if vectors.contains_key(id) { coverage.missing } else { 0 };
            let info = manifest.info();
            found.push(ModelEntry {
                id: info.id,
                name: info.name,
                state,
                dimension: info.dimension,
                bytes: manifest.bytes,
                licence: info.licence,
                provenance: manifest.provenance.clone(),
                source: self.inner.catalogue.entry(id).map(|entry| entry.source.clone()),
                is_bundled: *id == store.bundled().id,
                bands: info.bands,
                bands_are_estimates: manifest.bands.estimated,
                vectors: vectors.get(id).copied().unwrap_or(0),
                missing,
                is_immediate: state == ModelState::Ready && row.is_some_and(|row| is_immediate(row, coverage)),
            });
            Ok(())
        };
        list(self.serving()?.embedder.manifest(), ModelState::InUse)?;
        list(store.bundled(), ModelState::Ready)?;
        let mut faulty = Vec::new();
        for id in store.installed()? {
            match store.manifest(&id) {
                Ok(manifest) => list(&manifest, ModelState::Ready)?,
                Err(error) => faulty.push(ModelFault { id, reason: error.into() }),
            }
        }
        let mut rows: Vec<&ModelRow> = known.values().filter(|row| vectors.contains_key(&row.id)).collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        for row in rows {
            list(&Manifest::parse(&row.manifest, sayings::catalog())?, ModelState::VectorsOnly)?;
        }
        for entry in self.inner.catalogue.entries() {
            list(&entry.manifest, ModelState::Available)?;
        }
        Ok(ModelsReply { models: found, faulty, switch, install: self.inner.installing.info() })
    }

    /// The switch under way, as far as this process knows.
    pub fn switch_info(&self) -> Result<Option<SwitchInfo>> {
        match &self.inner.switcher {
            Some(switcher) => switcher.info(),
            None => switch::recorded(&self.inner.catalog, None),
        }
    }

    /// Puts a model to use: at once where its vectors are kept from an earlier use and at most 1 in 100 of the pictures have
    /// none (they are embedded in the background), else by a switch: its vectors are made in the background while the old ones answer. Naming the
    /// model in use ends a switch away from it.
    ///
    /// # Errors
    ///
    /// `not-found` when it is not installed, `model-unusable` when it does not run or is another than the one whose vectors
    /// are kept under its name.
    pub fn use_model(&self, id: &str) -> Result<Option<SwitchInfo>> {
        let switcher = self.switcher()?;
        let catalog = &self.inner.catalog;
        let serving = self.serving()?;
        if serving.id == id {
            self.inner.opener.renew(&serving)?;
            return self.cancel_switch().map(|()| None);
        }
        let manifest = self.inner.opener.store.manifest(id)?;
        let (text, fingerprint) = (manifest.to_toml()?, manifest.fingerprint());
        let is_bundled = *id == self.inner.opener.store.bundled().id;
        if !catalog.write(|db| models::remember(db, id, &text, &fingerprint, is_bundled))? {
            return Err(unusable(sayings::vectors_of_other_model(id)).with_hint(sayings::forget_vectors(id)));
        }
        let serving = self.inner.opener.open(id)?;
        // Refused here, before anything is begun.
        serving.embedder.get()?;
        let (known, coverage) = catalog.read(|db| Ok((models::get(db, id)?, models::coverage(db, id)?)))?;
        if known.is_some_and(|known| is_immediate(&known, coverage)) {
            switcher.put_to_use(serving)?;
            return Ok(None);
        }
        let begun = SwitchRow { target: id.to_owned(), paused: false, upgrade: false };
        catalog.write(|db| {
            let before = models::switch(db)?;
            let upgrade = before.is_some_and(|before| before.target == id && before.upgrade);
            models::set_switch(db, Some(&SwitchRow { upgrade, ..begun.clone() }))
        })?;
        switcher.wake_for(serving);
        self.switch_info()
    }

    /// Why the model in use gets no vectors of the pictures that it lacks, where this process has tried to make them.
    pub fn catch_up_fault(&self) -> Result<Option<Error>> {
        Ok(self.switcher()?.fault())
    }

    /// Pauses the switch, or lets it go on; also after it failed.
    pub fn pause_switch(&self, paused: bool) -> Result<()> {
        let switcher = self.switcher()?;
        self.inner.catalog.write(|db| {
            let switch = models::switch(db)?.ok_or_else(no_switch)?;
            models::set_switch(db, Some(&SwitchRow { paused, ..switch }))
        })?;
        switcher.wake();
        Ok(())
    }

    /// Ends the switch under way, if there is one: the old model stays in use. Vectors that were made are kept for another
    /// time; see [`Engine::forget_model`].
    pub fn cancel_switch(&self) -> Result<()> {
        let switcher = self.switcher()?;
        self.inner.catalog.write(|db| models::set_switch(db, None))?;
        switcher.wake();
        Ok(())
    }

    /// Deletes the vectors of a model that is not in use. Returns how many there were. Its files stay.
    pub fn forget_model(&self, id: &str) -> Result<u64> {
        self.switcher()?;
        let folder = self.inner.opener.store.folder(id)?;
        self.refuse_if_needed(id)?;
        let catalog = &self.inner.catalog;
        if !catalog.read(|db| Ok(models::get(db, id)?.is_some() || models::has_vectors(db, id)?))? && !self.inner.opener.store.is_installed(id) {
            return Err(Error::new(ErrorCode::NotFound, sayings::nothing_of_model(id)).with_hint(sayings::see_models()));
        }
        catalog.write(|db| models::set_unused(db, id))?;
        let mut deleted = 0;
        loop {
            match catalog.write(|db| models::forget_some(db, id, FORGET))? {
                0 => break,
                some => deleted += some as u64,
            }
        }
        let index = self.inner.opener.indexes.join(folder.file_name().unwrap_or_default());
        match fs_err::remove_dir_all(index) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.announce(Event::ModelsChanged {});
        Ok(deleted)
    }

    /// Deletes the files of a model that is not in use. Its vectors stay.
    pub fn remove_model(&self, id: &str) -> Result<()> {
        self.switcher()?;
        let store = &self.inner.opener.store;
        store.folder(id)?;
        self.refuse_if_needed(id)?;
        if *id == store.bundled().id {
            return Err(Error::invalid(format!("the model {id} is inside the program and cannot be removed")));
        }
        if !store.remove(id)? {
            return Err(crate::models::not_installed(id));
        }
        self.announce(Event::ModelsChanged {});
        Ok(())
    }

    /// Pictures that a model knows only by their thumbnail, or not at all, with the reason.
    ///
    /// # Errors
    ///
    /// `not-found` for a model that neither this library nor the catalogue knows.
    pub fn embedding_notes(&self, id: &str) -> Result<Vec<EmbeddingNote>> {
        let is_known = self.inner.catalogue.entry(id).is_some() || self.inner.opener.store.source(id).is_ok();
        if !is_known && self.inner.catalog.read(|db| models::get(db, id))?.is_none() {
            return Err(Error::new(ErrorCode::NotFound, sayings::no_such_model(id)).with_hint(sayings::see_models()));
        }
        self.inner.catalog.read(|db| {
            let mut notes = Vec::new();
            for noted in models::noted(db, id)? {
                let Some(image) = images::by_key(db, noted.key)? else { continue };
                let place = images::places(db, noted.key)?.into_iter().next();
                let path = place.map(|place| place.path.display().to_string()).unwrap_or_default();
                let is_found = noted.kind == NoteKind::Thumbnail;
                let (reason, reason_said) = noted.reason.into_parts();
                notes.push(EmbeddingNote { id: image.hash.to_string(), path, is_found, reason, reason_said });
            }
            Ok(notes)
        })
    }

    fn refuse_if_needed(&self, id: &str) -> Result<()> {
        if self.serving()?.id == id {
            return Err(Error::invalid(sayings::model_in_use(id)).with_hint(sayings::use_another_first()));
        }
        if self.inner.catalog.read(models::switch)?.is_some_and(|switch| switch.target == id) {
            return Err(Error::invalid(sayings::model_coming(id)).with_hint(sayings::give_switch_up()));
        }
        Ok(())
    }
}

/// Whether a model can be put to use at once. Where much is missing, searches would not find it until it is made.
fn is_immediate(known: &ModelRow, coverage: Coverage) -> bool {
    known.used_at.is_some() && coverage.missing.saturating_mul(MISSING_ONE_IN) <= coverage.total
}

fn no_switch() -> Error {
    Error::invalid(sayings::no_switch()).with_hint(sayings::begin_switch())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_from_before_models_were_remembered_goes_on_with_its_vectors() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open_writer(&folder.path().join("catalog.sqlite")).unwrap();
        let insert = "INSERT INTO image (hash, bytes, format, width, height) VALUES (x'00', 1, 'png', 1, 1);
                      INSERT INTO vector (image, model, data) VALUES (1, 'first-1', zeroblob(128));";
        catalog.write(|db| Ok(db.execute_batch(insert)?)).unwrap();
        let text = include_str!("../../../models/lookalike-s/model.toml");
        let bundled = Manifest::parse(text, "test").unwrap();
        settle(&catalog, &bundled).unwrap();
        assert_eq!(in_use(&catalog, &bundled).unwrap(), "first-1");
        let (known, switch) = catalog.read(|db| Ok((models::get(db, "first-1")?, models::switch(db)?))).unwrap();
        let known = Manifest::parse(&known.unwrap().manifest, "test").unwrap();
        assert_eq!((known.output.dimension, known.bands.estimated), (32, true));
        assert_eq!(switch.map(|switch| (switch.target, switch.upgrade)), Some((bundled.id.clone(), true)), "and is brought to the new model");
        let empty = Catalog::open_writer(&folder.path().join("empty.sqlite")).unwrap();
        settle(&empty, &bundled).unwrap();
        assert_eq!((in_use(&empty, &bundled).unwrap(), empty.read(models::switch).unwrap()), (bundled.id, None));
    }
}
