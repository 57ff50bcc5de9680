//! What works and what does not, for `lookalike doctor` and the about page.

use std::time::Instant;

use super::Engine;
use crate::media;
use crate::wire::{Check, CheckState, FolderState, SwitchState};

impl Engine {
    /// Checks everything that Lookalike depends on. Never fails: what is broken is a line of the answer.
    pub fn doctor(&self) -> Vec<Check> {
        let mut checks = vec![self.check_data_dir(), self.check_catalog(), self.check_index(), self.check_model(), check_formats()];
        checks.extend(self.check_switch());
        checks.extend(self.check_model_folders());
        checks.extend(check_watch_limit());
        checks.extend(self.check_folders());
        checks.extend(self.check_remote());
        checks
    }

    fn check_data_dir(&self) -> Check {
        let dir = &self.inner.data_dir;
        let writable = tempfile::Builder::new().prefix(".doctor-").tempfile_in(dir);
        let free = fs4::available_space(dir).unwrap_or(0);
        let detail = format!("{} ({} free)", dir.display(), bytes(free));
        match writable {
            Err(error) => check(
                "Data directory",
                CheckState::Failed,
                &format!("{detail}: it cannot be written: {error}"),
                Some("Make it writable, or choose another with --data-dir."),
            ),
            Ok(_) if free < 1 << 30 => check("Data directory", CheckState::Warning, &detail, Some("Less than 1 GB is free; 10,000 photos need about 150 MB.")),
            Ok(_) => check("Data directory", CheckState::Ok, &detail, None),
        }
    }

    fn check_catalog(&self) -> Check {
        match self.status() {
            Ok(status) => {
                let detail = format!("{} files, {} pictures, {} skipped", status.files, status.images, status.skipped);
                check("Catalog", CheckState::Ok, &detail, None)
            }
            Err(error) => check("Catalog", CheckState::Failed, &error.to_string(), error.hint()),
        }
    }

    fn check_index(&self) -> Check {
        match self.serving().and_then(|serving| serving.index.verify(&self.inner.catalog)) {
            Ok(detail) => check("Index", CheckState::Ok, &detail, None),
            Err(error) => check("Index", CheckState::Failed, &error.to_string(), error.hint()),
        }
    }

    fn check_model(&self) -> Check {
        let started = Instant::now();
        match self.serving().and_then(|serving| serving.embedder.get()) {
            Ok(embedder) => {
                let manifest = embedder.manifest();
                let loaded = started.elapsed().as_millis();
                let detail = format!("{} ({}), {} numbers a picture, ready in {loaded} ms", manifest.name, manifest.id, manifest.output.dimension);
                check("Model", CheckState::Ok, &detail, None)
            }
            Err(error) => check("Model", CheckState::Failed, &error.to_string(), error.hint()),
        }
    }

    /// Those that hold no usable model.
    fn check_model_folders(&self) -> Vec<Check> {
        let hint = "Put the right files back, or delete them: lookalike model remove NAME";
        let faulty = self.models().map(|reply| reply.faulty).unwrap_or_default();
        faulty.iter().map(|fault| check(&format!("Model {}", fault.id), CheckState::Warning, &fault.reason.message, Some(hint))).collect()
    }

    fn check_switch(&self) -> Option<Check> {
        let switch = match self.switch_info() {
            Ok(switch) => switch?,
            Err(error) => return Some(check("Model switch", CheckState::Failed, &error.to_string(), error.hint())),
        };
        let detail = format!("to {}: {} of {} pictures have their new vector; the old ones answer until all have", switch.target, switch.done, switch.total);
        Some(match (switch.state, switch.reason) {
            (SwitchState::Failed, reason) => {
                let detail = format!("{detail}; it stopped: {}", reason.map(|reason| reason.message).unwrap_or_default());
                check("Model switch", CheckState::Failed, &detail, Some("Try again: lookalike model resume; or give it up: lookalike model cancel"))
            }
            (SwitchState::Paused, _) => check("Model switch", CheckState::Warning, &format!("{detail}; paused"), Some("Go on: lookalike model resume")),
            _ => check("Model switch", CheckState::Ok, &detail, None),
        })
    }

    fn check_folders(&self) -> Vec<Check> {
        let Ok(status) = self.status() else { return Vec::new() };
        let one = |folder: crate::wire::FolderInfo| {
            let (state, hint) = match folder.state {
                FolderState::Offline => (CheckState::Warning, Some("Connect its drive; until then its photos can be found by their thumbnails.")),
                _ => (CheckState::Ok, None),
            };
            let reason = folder.state_reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            check(&format!("Folder {}", folder.path), state, &format!("{} files{reason}", folder.files), hint)
        };
        status.folders.into_iter().map(one).collect()
    }
}

fn check_formats() -> Check {
    let formats = media::supported_formats();
    let names = |wanted: bool| {
        formats.iter().filter(|(_, support)| matches!(support, media::Support::Yes) == wanted).map(|(format, _)| format.as_str()).collect::<Vec<_>>().join(", ")
    };
    let missing = names(false);
    if missing.is_empty() {
        return check("Formats", CheckState::Ok, &names(true), None);
    }
    let detail = format!("{}; not in this build: {missing}", names(true));
    check("Formats", CheckState::Warning, &detail, Some("Install libheif and build with its feature (`make run` does so where the library exists)."))
}

#[cfg(target_os = "linux")]
fn check_watch_limit() -> Option<Check> {
    let text = std::fs::read_to_string("/proc/sys/fs/inotify/max_user_watches").ok()?;
    let limit: u64 = text.trim().parse().ok()?;
    let detail = format!("{limit} folders can be watched at once");
    // One watch for each folder below a watched one; large libraries have tens of thousands.
    Some(if limit < 65_536 {
        check("Watch limit", CheckState::Warning, &detail, Some("Raise it: sudo sysctl fs.inotify.max_user_watches=524288"))
    } else {
        check("Watch limit", CheckState::Ok, &detail, None)
    })
}

#[cfg(not(target_os = "linux"))]
fn check_watch_limit() -> Option<Check> {
    None
}

fn check(name: &str, state: CheckState, detail: &str, hint: Option<&str>) -> Check {
    Check { name: name.into(), state, detail: detail.into(), hint: hint.map(Into::into) }
}

fn bytes(count: u64) -> String {
    match count {
        n if n >= 1 << 30 => format!("{:.1} GB", n as f64 / f64::from(1 << 30)),
        n => format!("{} MB", n >> 20),
    }
}
