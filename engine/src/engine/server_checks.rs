//! Whether the servers that are connected work, for `lookalike doctor` and `lookalike connect`.

use super::Engine;
use crate::Error;
use crate::remote::{Fault, FaultKind};
use crate::sync::Link;
use crate::wire::{Check, CheckState, ErrorCode, SyncState, SyncStatus};

impl Engine {
    /// The lines of `doctor` about the servers and what waits for them.
    pub(super) fn check_remote(&self) -> Vec<Check> {
        let mut lines = self.check_servers();
        if lines.iter().any(|check| check.state != CheckState::Off) {
            lines.push(self.sync_status().map_or_else(|error| failed("Sync", &error), |status| describe(&status)));
        }
        lines
    }

    /// Whether the servers that are connected answer, take us, and have nothing there that is in our way. Writes nothing; see
    /// [`Engine::test_connection`].
    pub fn check_servers(&self) -> Vec<Check> {
        let line = |name: &str, state, detail: String, hint: Option<&str>| Check { name: name.into(), state, detail, hint: hint.map(Into::into) };
        let off = |name| line(name, CheckState::Off, "not connected; everything stays on this computer".into(), None);
        let (milvus, store) = ("Milvus", "Object store (S3)");
        let untried = || line(store, CheckState::Off, "not tried".into(), None);
        let opened = self.connected_plan().and_then(|plan| Ok((self.inner.sharing.runtime()?, plan)));
        let link = match opened.map(|(runtime, plan)| Link::look(plan, &runtime)) {
            Ok(Ok(link)) => link,
            Ok(Err(fault)) if fault.kind == FaultKind::Missing => {
                return vec![line(milvus, CheckState::Ok, format!("{fault}; it is made when syncing begins"), None), untried()];
            }
            Ok(Err(fault)) => return vec![failed(milvus, &fault.into()), untried()],
            Err(error) if error.code() == ErrorCode::NotConnected => return vec![off(milvus), off(store)],
            Err(error) => return vec![failed(milvus, &error), untried()],
        };
        let described = link.milvus.version().and_then(|version| {
            let rows = match link.collection.shape()? {
                Some(shape) => link.collection.check(&shape).map(|()| "is there".to_owned())?,
                None => "is made when syncing begins".into(),
            };
            Ok(format!("{}, version {version}; collection {} {rows}", link.plan.settings.milvus.address, link.collection.name()))
        });
        let of = |name, result: std::result::Result<String, Fault>| match result {
            Ok(detail) => line(name, CheckState::Ok, detail, None),
            Err(fault) => failed(name, &fault.into()),
        };
        let bucket = link.store.as_ref().zip(link.plan.settings.store.as_ref()).map(|(client, settings)| {
            let exists = client.bucket_exists();
            exists
                .map(|exists| format!("{}, bucket {} {}", settings.endpoint, settings.bucket, if exists { "is there" } else { "is made when syncing begins" }))
        });
        vec![of(milvus, described), bucket.map_or_else(|| off(store), |result| of(store, result))]
    }
}

fn failed(name: &str, error: &Error) -> Check {
    Check { name: name.into(), state: CheckState::Failed, detail: error.to_string(), hint: error.hint().map(Into::into) }
}

fn describe(status: &SyncStatus) -> Check {
    let detail = format!("{} pictures shared, {} changes waiting, {} parked", status.done, status.pending, status.parked);
    let (state, hint) = match (status.parked, status.state) {
        (1.., _) => (CheckState::Warning, Some("lookalike sync tries parked pictures again and says why they are parked.")),
        (_, SyncState::Paused) => (CheckState::Warning, Some("Syncing is paused.")),
        _ => (CheckState::Ok, None),
    };
    Check { name: "Sync".into(), state, detail, hint: hint.map(Into::into) }
}
