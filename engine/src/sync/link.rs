//! The servers of a connection, opened: database, collection and bucket are made where they are missing.

use std::collections::HashSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, outbox};
use crate::index::milvus::{Collection, Milvus, SharedRow};
use crate::objects::S3Store;
use crate::remote::{Fault, FaultKind, Runtime, probe};
use crate::settings::name_of_collection;
use crate::wire::{ConnectionSettings, Secrets, Upload};
use crate::{Error, Result};

use super::keys::object_key;
use crate::words::sayings;

/// The longest that somebody who searches waits for one answer of Milvus.
const PATIENCE: Duration = Duration::from_secs(5);

/// Everything that is needed to open a [`Link`].
#[derive(Clone)]
pub(crate) struct LinkPlan {
    pub(crate) settings: ConnectionSettings,
    pub(crate) secrets: Secrets,
    /// Of the model in use.
    pub(crate) model: String,
    pub(crate) dimension: usize,
    /// This computer.
    pub(crate) device: String,
    /// Which computer and data directory this is, as the system tells them apart.
    pub(crate) home: String,
}

/// Opened servers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) milvus: Milvus,
    pub(crate) collection: Collection,
    /// None: there is no object store. Open also where nothing is uploaded: earlier pictures may have to go.
    pub(crate) store: Option<S3Store>,
    pub(crate) plan: LinkPlan,
}

/// What the catalog remembers of the remote that it was last in step with.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Target {
    milvus: String,
    database: String,
    collection: String,
    model: String,
    store: Option<(String, String, String)>,
    device_name: String,
}

impl LinkPlan {
    /// Whether a link of this plan serves another as well.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.settings == other.settings && self.secrets == other.secrets && self.model == other.model
    }

    /// Name of the collection of the model in use.
    pub(crate) fn collection(&self) -> String {
        name_of_collection(&self.settings, &self.model)
    }

    /// Why nothing may be sent: the catalog was brought here from another place. Two libraries with one name would take each
    /// other's rows for their own and remove them.
    pub(crate) fn displaced(&self, catalog: &Catalog) -> Result<Option<Fault>> {
        let home = catalog.read(outbox::home)?;
        if home.is_none() {
            catalog.write(|db| outbox::set_home(db, &self.home))?;
        }
        let is_elsewhere = home.is_some_and(|home| home != self.home);
        Ok(is_elsewhere.then(|| Fault::new(FaultKind::Displaced, sayings::library_displaced())))
    }

    /// The collection of the model in use; asks the server nothing.
    pub(crate) fn collection_in(&self, milvus: &Milvus) -> Collection {
        Collection::new(milvus, &self.collection(), self.dimension, self.settings.milvus.index).of_model(&self.model)
    }

    /// What is uploaded.
    pub(crate) fn upload(&self) -> Upload {
        self.settings.store.as_ref().map_or(Upload::None, |store| store.upload)
    }

    /// Notes in the catalog where its outbox goes. Another server, collection, model or kind of upload than last time lets
    /// everything be looked at anew, in the same transaction.
    pub(crate) fn aim(&self, catalog: &Catalog) -> Result<()> {
        let target = Target {
            milvus: self.settings.milvus.address.clone(),
            database: self.settings.milvus.database.clone(),
            collection: self.collection(),
            model: self.model.clone(),
            store: self.settings.store.as_ref().map(|store| (store.endpoint.clone(), store.bucket.clone(), format!("{:?}", store.upload))),
            device_name: self.settings.device_name.clone(),
        };
        let text = serde_json::to_string(&target).map_err(|error| Error::internal(error.to_string()))?;
        if catalog.read(outbox::target)?.as_deref() == Some(&text) {
            return Ok(());
        }
        catalog.write(|db| {
            let before: Option<Target> = outbox::target(db)?.and_then(|text| serde_json::from_str(&text).ok());
            if let Some((endpoint, bucket, kind)) = before.as_ref().and_then(|before| before.store.as_ref())
                && let Some(now) = &target.store
                && (endpoint, bucket) == (&now.0, &now.1)
                && *kind != now.2
            {
                outbox::note_other_kind(db, true)?;
            }
            let before = before.filter(|before| before.milvus == target.milvus && before.database == target.database);
            if before.is_none() {
                outbox::forget_own_collections(db)?;
            }
            if let Some(before) = before
                && before.collection != target.collection
            {
                // Vectors of two models never meet in one collection; ours of the earlier one would only grow stale.
                outbox::retire(db, &before.collection)?;
            }
            outbox::set_target(db, &text)
        })
    }

    /// The collections that this computer has written to, where the catalog's outbox goes to the database of this plan.
    pub(crate) fn own_collections(&self, catalog: &Catalog) -> Result<HashSet<i64>> {
        let (text, own) = catalog.read(|db| Ok((outbox::target(db)?, outbox::own_collections(db)?)))?;
        let target: Option<Target> = text.and_then(|text| serde_json::from_str(&text).ok());
        let milvus = &self.settings.milvus;
        let is_same = target.is_some_and(|target| target.milvus == milvus.address && target.database == milvus.database);
        Ok(if is_same { own } else { HashSet::new() })
    }

    /// The row of an image.
    pub(crate) fn row(&self, held: &outbox::Held) -> std::result::Result<SharedRow, Fault> {
        let facts = &held.image.facts;
        let content = held.image.hash.to_string();
        let key = object_key(self.upload(), held.image.hash, &facts.format)?;
        Ok(SharedRow {
            id: SharedRow::id_of(&self.device, &content),
            content,
            device: self.device.clone(),
            device_name: self.settings.device_name.clone(),
            file_name: held.file_name.clone(),
            object_key: key.map(|key| key.to_string()).unwrap_or_default(),
            width: i64::from(facts.width),
            height: i64::from(facts.height),
            bytes: facts.bytes.cast_signed(),
            taken_at: facts.taken_at.clone().unwrap_or_default(),
            format: facts.format.clone(),
            embedding: held.vector.clone(),
        })
    }
}

impl Link {
    /// Opens the servers and makes what is missing on them. Says whether anything was: then nothing of what was sent before
    /// is there any more.
    pub(crate) fn open(plan: LinkPlan, runtime: &Runtime) -> std::result::Result<(Self, bool), Fault> {
        let milvus = connect_or_make(&plan, runtime)?;
        let link = Self::new(milvus, plan, runtime)?;
        let mut was_missing = link.collection.prepare()?;
        if let Some(store) = &link.store
            && link.plan.upload() != Upload::None
            && !store.bucket_exists()?
        {
            store.create_bucket()?;
            was_missing = true;
        }
        Ok((link, was_missing))
    }

    /// Opens the servers for comparing: makes nothing.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Missing`] while nothing has been shared yet.
    pub(crate) fn open_to_read(plan: LinkPlan, runtime: &Runtime) -> std::result::Result<Self, Fault> {
        Self::look(plan, runtime)?.ready_to_read()
    }

    /// Opens the servers for somebody who waits for an answer: as [`Link::open_to_read`], but Milvus gets little time.
    pub(crate) fn open_to_search(plan: LinkPlan, runtime: &Runtime) -> std::result::Result<Self, Fault> {
        let milvus = connect(&plan, &runtime.within(PATIENCE))?;
        Self::new(milvus, plan, runtime)?.ready_to_read()
    }

    fn ready_to_read(self) -> std::result::Result<Self, Fault> {
        let link = self;
        match link.collection.shape()? {
            Some(shape) => link.collection.check(&shape)?,
            None => return Err(Fault::new(FaultKind::Missing, sayings::nothing_shared_yet(link.collection.name()))),
        }
        link.collection.load()?;
        Ok(link)
    }

    /// Signs in, and nothing else.
    pub(crate) fn look(plan: LinkPlan, runtime: &Runtime) -> std::result::Result<Self, Fault> {
        Self::new(connect(&plan, runtime)?, plan, runtime)
    }

    fn new(milvus: Milvus, plan: LinkPlan, runtime: &Runtime) -> std::result::Result<Self, Fault> {
        let collection = plan.collection_in(&milvus);
        let secrets = &plan.secrets;
        let store = match &plan.settings.store {
            Some(store) => Some(S3Store::new(store, secrets.s3_access_key.as_ref(), secrets.s3_secret_key.as_ref(), runtime)?),
            None => None,
        };
        Ok(Self { milvus, collection, store, plan })
    }
}

/// Connects to the database.
///
/// # Errors
///
/// [`FaultKind::Missing`] where there is no such database.
fn connect(plan: &LinkPlan, runtime: &Runtime) -> std::result::Result<Milvus, Fault> {
    let settings = &plan.settings.milvus;
    match Milvus::connect(settings, plan.secrets.milvus_token.as_ref(), runtime) {
        // Some servers only say later that a database is missing.
        Ok(milvus) if settings.database != "default" => match milvus.databases() {
            Ok(names) if !names.contains(&settings.database) => {
                Err(Fault::new(FaultKind::Missing, sayings::no_such_database(&settings.database, sayings::milvus_at(&settings.address))))
            }
            // Who may use one database may not be allowed to list them all.
            Err(fault) if fault.kind != FaultKind::Denied => Err(fault),
            _ => Ok(milvus),
        },
        // The client says no more than that nothing came; look closer.
        Err(fault) if matches!(fault.kind, FaultKind::TimedOut | FaultKind::Unreachable) => Err(probe::explain(settings, runtime).unwrap_or(fault)),
        connected => connected,
    }
}

/// As [`connect`]; a database that is missing is made.
fn connect_or_make(plan: &LinkPlan, runtime: &Runtime) -> std::result::Result<Milvus, Fault> {
    let (settings, token) = (&plan.settings.milvus, plan.secrets.milvus_token.as_ref());
    match connect(plan, runtime) {
        Err(fault) if fault.kind == FaultKind::Missing => {
            Milvus::connect_to(settings, "default", token, runtime)?.create_database(&settings.database)?;
            connect(plan, runtime)
        }
        connected => connected,
    }
}
