//! Says when to look: the system's change notifications where they are to be had, a clock where they are not.
//! Its hints may be late, doubled or wrong; the scan decides what has changed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::catalog::FolderId;
use crate::pipeline::Task;
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// A burst of changes is looked at once it has been quiet for so long …
const QUIET: Duration = Duration::from_millis(400);
/// … but never later than this after its first change.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a folder without notifications is looked through.
const POLL: Duration = Duration::from_secs(30);
/// How often a followed folder is looked through all the same: notifications can be lost.
const SAFETY: Duration = Duration::from_secs(3600);
/// Beyond this many changed paths the whole folder is looked through instead.
const MANY: usize = 2_000;

/// File systems on which other computers write without our system noticing.
const NETWORK_FILE_SYSTEMS: &[&str] =
    &["nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "vboxsf", "fuse.sshfs", "fuse.rclone", "fuse.davfs", "davfs"];

/// How a folder is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Following {
    Notified,
    /// Looked through at intervals, and why.
    Polled(Words),
}

/// Follows folders until dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    watcher: Mutex<Option<RecommendedWatcher>>,
    /// Its end stops the clock's thread.
    _stop: Sender<()>,
}

#[derive(Default)]
struct Shared {
    folders: Mutex<HashMap<FolderId, Followed>>,
}

struct Followed {
    root: PathBuf,
    following: Following,
    /// Whether what keeps notifications away may pass by itself.
    passes: bool,
    looked: Instant,
    pending: Option<Pending>,
}

/// What keeps notifications away.
struct Obstacle {
    reason: Words,
    passes: bool,
}

impl Obstacle {
    fn lasting(reason: Words) -> Self {
        Self { reason, passes: false }
    }
}

/// Changes that have not been passed on yet.
struct Pending {
    first: Instant,
    last: Instant,
    paths: HashSet<PathBuf>,
    everything: bool,
}

impl Watch {
    /// Starts without folders; `on_task` is called from the watch's own thread.
    pub(crate) fn start(on_task: impl Fn(Task) + Send + 'static) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = mpsc::channel::<()>();
        let clock = Arc::clone(&shared);
        thread::Builder::new()
            .name("watch".into())
            .spawn(move || {
                while stopped.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
                    clock.due(Instant::now()).into_iter().for_each(&on_task);
                }
            })
            .map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        let events = Arc::clone(&shared);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| events.note(event));
        if let Err(error) = &watcher {
            tracing::warn!(%error, "the system's change notifications are not to be had");
        }
        Ok(Self { shared, watcher: Mutex::new(watcher.ok()), _stop: stop })
    }

    /// Follows a folder, by polling where notifications cannot be had. Following it again renews the notifications.
    pub(crate) fn follow(&self, id: FolderId, root: &Path) -> Following {
        self.unfollow(id);
        let (following, passes) = match self.notify(root) {
            Ok(()) => (Following::Notified, false),
            Err(obstacle) => (Following::Polled(obstacle.reason), obstacle.passes),
        };
        self.shared.folders().insert(id, Followed::new(root, following.clone(), passes));
        following
    }

    /// Whether a folder is polled only because of something that may have passed: it was away, or one within it vanished while
    /// they were gone through.
    pub(crate) fn may_be_notified_again(&self, id: FolderId) -> bool {
        self.shared.folders().get(&id).is_some_and(|followed| followed.passes)
    }

    /// Looks at an unreachable folder now and then, to notice its return.
    pub(crate) fn await_return(&self, id: FolderId, root: &Path) {
        self.unfollow(id);
        self.shared.folders().insert(id, Followed::new(root, Following::Polled(sayings::is_offline()), true));
    }

    pub(crate) fn unfollow(&self, id: FolderId) {
        // A statement of its own: the watcher's thread takes the same lock to note events.
        let followed = self.shared.folders().remove(&id);
        if let (Some(followed), Some(watcher)) = (followed, &mut *self.watcher()) {
            // It may never have been watched, or its root may be gone: either way it no longer is.
            let _ = watcher.unwatch(&followed.root);
        }
    }

    pub(crate) fn following(&self, id: FolderId) -> Option<Following> {
        self.shared.folders().get(&id).map(|followed| followed.following.clone())
    }

    fn notify(&self, root: &Path) -> std::result::Result<(), Obstacle> {
        if let Some(kind) = network_file_system(root) {
            return Err(Obstacle::lasting(sayings::on_network_drive(kind)));
        }
        let mut watcher = self.watcher();
        let Some(watcher) = &mut *watcher else {
            return Err(Obstacle::lasting(sayings::no_notifications()));
        };
        watcher.watch(root, RecursiveMode::Recursive).map_err(|error| {
            // Half-registered folders would report some changes and hide others.
            let _ = watcher.unwatch(root);
            match error.kind {
                notify::ErrorKind::MaxFilesWatch => Obstacle::lasting(sayings::watch_limit()),
                _ => Obstacle { reason: sayings::changes_not_reported(error.to_string()), passes: true },
            }
        })
    }

    fn watcher(&self) -> MutexGuard<'_, Option<RecommendedWatcher>> {
        self.watcher.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn folders(&self) -> MutexGuard<'_, HashMap<FolderId, Followed>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an event of the system for the folders that it concerns.
    fn note(&self, event: notify::Result<Event>) {
        let mut folders = self.folders();
        match event {
            Ok(event) if event.need_rescan() => folders.values_mut().for_each(Followed::everything_changed),
            // Our own reading must not look like a change.
            Ok(Event { kind: EventKind::Access(kind), .. }) if kind != AccessKind::Close(AccessMode::Write) => {}
            Ok(event) => {
                for path in event.paths {
                    folders.values_mut().filter(|followed| path.starts_with(&followed.root)).for_each(|followed| followed.changed(&path));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a change notification failed; the folders concerned are looked through");
                let concerned = |followed: &&mut Followed| error.paths.is_empty() || error.paths.iter().any(|path| path.starts_with(&followed.root));
                folders.values_mut().filter(concerned).for_each(Followed::everything_changed);
            }
        }
    }

    /// What is to be looked at now.
    fn due(&self, now: Instant) -> Vec<Task> {
        self.folders().iter_mut().filter_map(|(id, followed)| followed.due(*id, now)).collect()
    }
}

impl Followed {
    fn new(root: &Path, following: Following, passes: bool) -> Self {
        Self { root: root.to_owned(), following, passes, looked: Instant::now(), pending: None }
    }

    fn changed(&mut self, path: &Path) {
        let pending = self.touch();
        pending.paths.insert(path.to_owned());
        if pending.paths.len() > MANY {
            pending.everything = true;
            pending.paths.clear();
        }
    }

    fn everything_changed(&mut self) {
        self.touch().everything = true;
    }

    fn touch(&mut self) -> &mut Pending {
        let now = Instant::now();
        let pending = self.pending.get_or_insert_with(|| Pending { first: now, last: now, paths: HashSet::new(), everything: false });
        pending.last = now;
        pending
    }

    fn due(&mut self, id: FolderId, now: Instant) -> Option<Task> {
        let interval = if self.following == Following::Notified { SAFETY } else { POLL };
        if now.duration_since(self.looked) >= interval {
            self.looked = now;
            self.pending = None;
            return Some(Task::Folder(id));
        }
        let pending = self.pending.take_if(|pending| now.duration_since(pending.last) >= QUIET || now.duration_since(pending.first) >= PATIENCE)?;
        if pending.everything {
            self.looked = now;
            return Some(Task::Folder(id));
        }
        Some(Task::Around(id, pending.paths.into_iter().collect()))
    }
}

/// The kind of network file system that a folder lies on, if it does.
#[cfg(target_os = "linux")]
fn network_file_system(root: &Path) -> Option<&'static str> {
    let root = root.canonicalize().ok()?;
    // proc(5), mountinfo: the fifth field is the mount point, the type follows the lone hyphen.
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let deepest = mounts
        .lines()
        .filter_map(|line| {
            let (before, after) = line.split_once(" - ")?;
            let mount_point = before.split(' ').nth(4)?.replace("\\040", " ");
            root.starts_with(&mount_point).then(|| (mount_point.len(), after.split(' ').next()))
        })
        .max_by_key(|(length, _)| *length)?;
    NETWORK_FILE_SYSTEMS.iter().find(|kind| Some(**kind) == deepest.1).copied()
}

#[cfg(not(target_os = "linux"))]
fn network_file_system(root: &Path) -> Option<&'static str> {
    root.to_string_lossy().starts_with(r"\\").then_some("network share")
}
