//! The facade's calls on duplicates: finding them, their groups, what is no match, which folders are protected.

use std::sync::{Arc, Mutex, PoisonError};

use super::Engine;
use crate::catalog::near::{self, Copy};
use crate::catalog::{ContentHash, FolderId, vectors};
use crate::duplicates::{Finder, Group, Parts, groups, identical};
use crate::search::similarity;
use crate::wire::{DuplicateGroup, DuplicateKind, DuplicateMember, DuplicatesProgress, DuplicatesReply, DuplicatesRequest, ErrorCode, Event};
use crate::words::sayings;
use crate::{Error, Result};

/// Groups in one reply at most.
const MOST_GROUPS: u32 = 200;

/// What the engine keeps for duplicates.
#[derive(Default)]
pub(super) struct Duplicates {
    finder: Mutex<Option<Finder>>,
    /// Groups, and the state of the catalog of which they are.
    known: Mutex<Option<(Stamp, Arc<Grouped>)>>,
}

struct Grouped {
    all: Vec<Group>,
    /// Of them, what is the same file.
    identical: Vec<Group>,
}

/// Changes whenever groups may: model, pictures compared, sequence of the change log, and what else they depend on.
type Stamp = (String, u64, u64, near::Stamp);

impl Engine {
    /// Begins to compare every picture that was not compared yet with all others, in the background. Events tell how far it is.
    pub fn find_duplicates(&self) -> Result<DuplicatesProgress> {
        self.indexer()?;
        let serving = self.serving()?;
        let mut finder = self.inner.duplicates.finder.lock().unwrap_or_else(PoisonError::into_inner);
        if !finder.as_ref().is_some_and(Finder::is_running) {
            *finder = Some(Finder::start(Parts {
                catalog: Arc::clone(&self.inner.catalog),
                index: Arc::clone(&serving.index),
                model: serving.id.clone(),
                same_picture: serving.same_picture(),
                sketches: Arc::clone(&self.inner.sketches),
                events: self.inner.events.clone(),
            })?);
        }
        drop(finder);
        self.duplicates_progress()
    }

    /// Stops comparing; what was compared stays known.
    pub fn stop_finding_duplicates(&self) -> Result<DuplicatesProgress> {
        drop(self.inner.duplicates.finder.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.duplicates_progress()
    }

    /// How far the search for duplicates is.
    pub fn duplicates_progress(&self) -> Result<DuplicatesProgress> {
        let model = &self.serving()?.id;
        let (done, total) = self.inner.catalog.read(|db| near::progress(db, model))?;
        let finder = self.inner.duplicates.finder.lock().unwrap_or_else(PoisonError::into_inner);
        let (is_running, rate) = finder.as_ref().map_or((false, 0.0), |finder| (finder.is_running(), finder.rate()));
        Ok(DuplicatesProgress { done, total, is_running, rate })
    }

    /// Groups of files that show the same, those that take the most room first.
    pub fn duplicates(&self, request: &DuplicatesRequest) -> Result<DuplicatesReply> {
        if !(1..=MOST_GROUPS).contains(&request.limit) {
            return Err(Error::invalid(format!("limit {} is not within 1 and {MOST_GROUPS}", request.limit)));
        }
        let known = self.groups()?;
        let all = if request.kind == Some(DuplicateKind::SameFile) { &known.identical } else { &known.all };
        let is_in = |copy: &Copy| request.folders.is_empty() || request.folders.contains(&copy.folder);
        let is_asked = |group: &&Group| request.kind.is_none_or(|kind| group.kind == kind) && group.members.iter().filter(|(copy, _)| is_in(copy)).count() > 1;
        let asked: Vec<&Group> = all.iter().filter(is_asked).collect();
        // What could go lies in the folders that were asked for.
        let spare = || asked.iter().flat_map(|group| group.members.iter().skip(1)).map(|(copy, _)| copy).filter(|copy| is_in(copy));
        let page = asked.iter().skip(usize::try_from(request.offset).unwrap_or(usize::MAX)).take(request.limit as usize);
        Ok(DuplicatesReply {
            progress: self.duplicates_progress()?,
            total: asked.len() as u64,
            spare_files: spare().count() as u64,
            spare_bytes: spare().map(|copy| copy.bytes).sum(),
            groups: page.map(|group| told(group)).collect(),
        })
    }

    /// Says that these pictures are no match of each other, or that they are after all. By content: moves and other models
    /// change nothing about it.
    pub fn dismiss(&self, ids: &[String], is_match: bool) -> Result<()> {
        self.indexer()?;
        let contents = ids.iter().map(|id| ContentHash::parse(id)).collect::<Result<Vec<_>>>()?;
        if contents.len() < 2 {
            return Err(Error::invalid("at least two pictures are needed to say that they are no match"));
        }
        self.inner.catalog.write(|db| near::dismiss(db, &contents, is_match))
    }

    /// Protects a folder: its files cannot be moved to the trash from here.
    pub fn protect_folder(&self, id: FolderId, is_protected: bool) -> Result<()> {
        self.indexer()?;
        if !self.inner.catalog.write(|db| near::set_protected(db, id, is_protected))? {
            return Err(Error::new(ErrorCode::NotFound, sayings::no_such_folder(id)));
        }
        self.announce(Event::FoldersChanged {});
        Ok(())
    }

    fn groups(&self) -> Result<Arc<Grouped>> {
        let model = self.serving()?.id.clone();
        let mut known = self.inner.duplicates.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.inner.catalog.read(|db| {
            let stamp: Stamp = (model.clone(), near::progress(db, &model)?.0, vectors::newest_sequence(db)?, near::stamp(db, &model)?);
            if let Some((seen, groups)) = &*known
                && *seen == stamp
            {
                return Ok(Arc::clone(groups));
            }
            let all = groups(&near::pairs(db, &model)?, &near::with_copies(db)?, |image| near::copies(db, image))?;
            let found = Arc::new(Grouped { identical: identical(&all), all });
            *known = Some((stamp, Arc::clone(&found)));
            Ok(found)
        })
    }
}

fn told(group: &Group) -> DuplicateGroup {
    let member = |(at, (copy, distance)): (usize, &(Copy, f32))| DuplicateMember {
        file: copy.file,
        id: copy.hash.to_string(),
        path: copy.path.display().to_string(),
        file_name: copy.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        folder: copy.folder,
        is_protected: copy.is_protected,
        is_offline: copy.is_offline,
        width: copy.width,
        height: copy.height,
        bytes: copy.bytes,
        format: copy.format.clone(),
        taken_at: copy.taken_at.clone(),
        similarity: similarity(*distance),
        keep: (at == 0).then_some(group.reason),
    };
    DuplicateGroup { kind: group.kind, members: group.members.iter().enumerate().map(member).collect() }
}
