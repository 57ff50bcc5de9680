//! The facade's calls on the connection to Milvus and an object store: setting it up, trying it, taking its settings elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Engine;
use super::kept_pictures::KeptPictures;
use super::reach::Reach;
use crate::catalog::outbox;
use crate::remote::Runtime;
use crate::settings::{ConnectionFile, SecretAccess, SecretStore, Stored, checked};
use crate::sync::{self, LinkPlan, Worker};
use crate::turns::Turns;
use crate::wire::{ConnectRequest, ConnectionInfo, ConnectionSettings, ErrorCode, Event, Secrets, TestReport, TestStep};
use crate::words::sayings;
use crate::{Error, Result};

/// What the engine keeps for sharing the library.
pub(super) struct Sharing {
    pub(super) file: ConnectionFile,
    pub(super) secrets: SecretStore,
    /// Drains the outbox in the background; none: nothing is connected, or this process does not follow.
    worker: Mutex<Option<Worker>>,
    /// For calls in the foreground, started when first needed.
    runtime: Mutex<Option<Runtime>>,
    /// Whether nobody is to wait for a server any more.
    is_ending: AtomicBool,
    /// The connection as it was last read, and when its file was written: a keychain is slow to ask, and may ask the user.
    known: Mutex<Option<(Stamp, Connected)>>,
    /// The servers as searches see them.
    pub(super) reach: Reach,
    /// Pictures of other computers that were looked at.
    pub(super) pictures: KeptPictures,
    /// For fetching one: a page of thumbnails asks for all of them at once.
    pub(super) fetching: Turns,
}

/// Pictures of other computers on their way here at once; each may be a large original in memory.
const FETCHES: usize = 4;

/// Settings and secrets; none where the connection is off.
type Connected = Option<(Stored, Secrets)>;

type Stamp = Option<(std::time::SystemTime, u64)>;

impl Sharing {
    pub(super) fn new(data_dir: &std::path::Path, access: SecretAccess) -> Self {
        Self {
            file: ConnectionFile::new(data_dir),
            secrets: SecretStore::new(data_dir, access.keychain, access.overrides),
            worker: Mutex::default(),
            runtime: Mutex::default(),
            is_ending: AtomicBool::new(false),
            known: Mutex::default(),
            reach: Reach::default(),
            pictures: KeptPictures::new(data_dir),
            fetching: Turns::new(FETCHES),
        }
    }

    pub(super) fn worker(&self) -> MutexGuard<'_, Option<Worker>> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn runtime(&self) -> Result<Runtime> {
        let mut runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*runtime {
            return Ok(runtime.clone());
        }
        let started = Runtime::start()?;
        if self.is_ending() {
            started.stop();
        }
        Ok(runtime.insert(started).clone())
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Acquire)
    }

    /// Ends every wait for a server, now and later, in the foreground and in the background. Waits for nothing itself.
    pub(super) fn stop(&self) {
        self.is_ending.store(true, Ordering::Release);
        if let Some(runtime) = &*self.runtime.lock().unwrap_or_else(PoisonError::into_inner) {
            runtime.stop();
        }
        if let Some(worker) = &*self.worker() {
            worker.stop();
        }
    }

    /// Waits until the background worker has ended.
    pub(super) fn end(&self) {
        drop(self.worker().take());
    }

    /// The settings, where the connection is on.
    pub(super) fn connected(&self) -> Result<Option<Stored>> {
        Ok(self.file.read()?.filter(|stored| stored.enabled))
    }

    /// Settings and secrets, where the connection is on. Read again only when the settings' file has changed: whoever changes
    /// secrets writes it, too.
    fn known(&self) -> Result<Connected> {
        let stamp = self.file.stamp();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, connected)) = &*known
            && *seen == stamp
        {
            return Ok(connected.clone());
        }
        let connected = match self.connected()? {
            Some(stored) => Some((stored, self.secrets.read()?)),
            None => None,
        };
        *known = Some((stamp, connected.clone()));
        Ok(connected)
    }

    fn forget_known(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Engine {
    /// The connection as it is set up.
    pub fn connection(&self) -> Result<ConnectionInfo> {
        self.inner.catalog.check_in_place()?;
        let sharing = &self.inner.sharing;
        // The keychain is not asked where nothing is set up.
        let secrets_in = sharing.secrets.likely_place();
        let nothing = ConnectionInfo { settings: None, enabled: false, problem: None, has_milvus_secret: false, has_store_secret: false, secrets_in };
        let stored = match sharing.file.read() {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(nothing),
            // Shown, and not returned: connecting again mends it.
            Err(error) => return Ok(ConnectionInfo { problem: Some(error.reply()), ..nothing }),
        };
        let (secrets, problem) = match sharing.secrets.read() {
            Ok(secrets) => (secrets, None),
            Err(error) => (Secrets::default(), Some(error.reply())),
        };
        Ok(ConnectionInfo {
            enabled: stored.enabled,
            settings: Some(stored.settings),
            problem,
            has_milvus_secret: secrets.milvus_token.is_some(),
            has_store_secret: secrets.s3_access_key.is_some() && secrets.s3_secret_key.is_some(),
            secrets_in: sharing.secrets.place(),
        })
    }

    /// Sets the connection up and switches it on; everything is sent from now on. Asks the servers nothing: see
    /// [`Engine::test_connection`].
    pub fn connect(&self, request: &ConnectRequest) -> Result<ConnectionInfo> {
        self.indexer()?;
        let settings = checked(request.settings.clone())?;
        let secrets = merged(self.inner.sharing.secrets.readable(), &request.secrets);
        if settings.store.is_some() && (secrets.s3_access_key.is_none() || secrets.s3_secret_key.is_none()) {
            return Err(Error::invalid(sayings::store_without_keys()).with_hint(sayings::give_store_keys()));
        }
        self.inner.sharing.secrets.keep(&request.secrets)?;
        let stored = Stored { enabled: true, paused: false, settings };
        self.inner.sharing.file.write(&stored)?;
        self.inner.sharing.forget_known();
        self.plan(stored.settings, secrets)?.aim(&self.inner.catalog)?;
        self.restart_sync()?;
        self.connection()
    }

    /// Says what became of a library that lies elsewhere than when it was last synced: it was moved, or it is a copy of one that
    /// is still in use, which then gets a name of its own among the computers and sends everything anew.
    pub fn settle_in(&self, is_copy: bool) -> Result<()> {
        self.indexer()?;
        let home = self.home();
        self.inner.catalog.write(|db| {
            if is_copy {
                outbox::renew_device(db)?;
            }
            outbox::set_home(db, &home)
        })?;
        self.restart_sync()
    }

    /// Which computer and data directory this is.
    fn home(&self) -> String {
        // Linux's name for an installation, the same for ever; elsewhere the directory has to do.
        let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        let dir = dunce::canonicalize(&self.inner.data_dir).unwrap_or_else(|_| self.inner.data_dir.clone());
        // Hashed: the name of an installation is nobody else's business.
        blake3::hash(format!("{}\n{}", machine.trim(), dir.display()).as_bytes()).to_hex().to_string()
    }

    /// Switches the connection off. Settings and secrets stay, and so does what the servers hold; changes are still noted, so
    /// that they can be sent when it is on again.
    pub fn disconnect(&self) -> Result<ConnectionInfo> {
        self.indexer()?;
        if let Some(stored) = self.inner.sharing.file.read()? {
            self.inner.sharing.file.write(&Stored { enabled: false, ..stored })?;
        }
        self.restart_sync()?;
        self.connection()
    }

    /// Forgets the secrets that are kept.
    pub fn forget_secrets(&self) -> Result<()> {
        self.indexer()?;
        self.inner.sharing.secrets.forget()?;
        self.inner.sharing.forget_known();
        Ok(())
    }

    /// The settings as TOML, without secrets, for another computer.
    pub fn export_connection(&self) -> Result<String> {
        let stored = self.inner.sharing.file.read()?.ok_or_else(not_connected)?;
        // Every computer has its own name.
        let settings = ConnectionSettings { device_name: String::new(), ..stored.settings };
        toml::to_string_pretty(&settings).map_err(|error| Error::internal(format!("the settings cannot be written: {error}")))
    }

    /// Reads what [`Engine::export_connection`] wrote, to be shown, given secrets and connected.
    pub fn import_connection(&self, text: &str) -> Result<ConnectionSettings> {
        let settings = toml::from_str(text).map_err(|error| {
            Error::invalid(format!("these are no connection settings: {}", error.message())).with_hint("Export them on the other computer.")
        })?;
        checked(settings)
    }

    /// Tries a connection step by step, that of the request or else the one that is set up, and leaves nothing behind. `seen`
    /// is told of each step as it ends.
    pub fn test_connection(&self, request: Option<&ConnectRequest>, seen: &dyn Fn(&TestStep)) -> Result<TestReport> {
        let sharing = &self.inner.sharing;
        let (settings, secrets) = match request {
            Some(request) => (checked(request.settings.clone())?, merged(sharing.secrets.readable(), &request.secrets)),
            None => (sharing.file.read()?.ok_or_else(not_connected)?.settings, sharing.secrets.read()?),
        };
        let seen = |step: &TestStep| {
            seen(step);
            self.announce(Event::ConnectionStep { step: step.clone() });
        };
        let plan = self.plan(settings, secrets)?;
        Ok(sync::test(&plan, &plan.own_collections(&self.inner.catalog)?, &sharing.runtime()?, &seen))
    }

    /// The plan of the connection that is on.
    pub(super) fn connected_plan(&self) -> Result<LinkPlan> {
        let (stored, secrets) = self.inner.sharing.known()?.ok_or_else(not_connected)?;
        self.plan(stored.settings, secrets)
    }

    pub(super) fn plan(&self, settings: ConnectionSettings, secrets: Secrets) -> Result<LinkPlan> {
        let serving = self.serving()?;
        let device = self.inner.catalog.read(outbox::device)?;
        Ok(LinkPlan { settings, secrets, model: serving.id.clone(), dimension: serving.embedder.manifest().output.dimension, device, home: self.home() })
    }
}

pub(super) fn not_connected() -> Error {
    Error::new(ErrorCode::NotConnected, sayings::not_connected()).with_hint(sayings::connect_one())
}

/// The secrets of a request over those that are kept.
fn merged(kept: Secrets, given: &Secrets) -> Secrets {
    Secrets {
        milvus_token: given.milvus_token.clone().or(kept.milvus_token),
        s3_access_key: given.s3_access_key.clone().or(kept.s3_access_key),
        s3_secret_key: given.s3_secret_key.clone().or(kept.s3_secret_key),
    }
}
