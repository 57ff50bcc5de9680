//! Tries a connection step by step, and leaves nothing behind.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::index::milvus::{Collection, Filter, Milvus, SharedRow};
use crate::objects::{ObjectKey, ObjectStore, S3Store};
use crate::remote::{Address, Fault, FaultKind, Runtime, probe};
use crate::wire::{CheckState, Consistency, Remedy, Target, TestReport, TestStep, Upload};

use super::{LinkPlan, claims, now_ms};
use crate::words::{Words, sayings};

const MILVUS: [(&str, &str); 10] = [
    ("name", "Find the server's address"),
    ("tcp", "Reach its port"),
    ("tls", "Agree on encryption"),
    ("sign-in", "Sign in"),
    ("version", "Server version"),
    ("database", "Database"),
    ("collection", "Collection"),
    ("upsert", "Write a vector"),
    ("search", "Find it"),
    ("delete", "Remove it"),
];
const STORE: [(&str, &str); 8] = [
    ("name", "Find the server's address"),
    ("tcp", "Reach its port"),
    ("tls", "Agree on encryption"),
    ("bucket", "Bucket"),
    ("put", "Write an object"),
    ("get", "Read it"),
    ("link", "Open a link to it"),
    ("delete", "Remove it"),
];

/// How collections are called that a test makes; when it began follows, in Unix seconds, hexadecimal.
const STAND_IN: &str = "lookalike_test_";
/// Seconds after which one of them is no longer in use, whatever the clocks of two computers say.
const LEFT: i64 = 3_600;

/// Runs the test. `own`: collections that this computer has written to. `seen` is told of each step as it ends.
pub(crate) fn test(plan: &LinkPlan, own: &HashSet<i64>, runtime: &Runtime, seen: &dyn Fn(&TestStep)) -> TestReport {
    let mut steps = Steps { target: Target::Milvus, done: Vec::new(), seen };
    let milvus = test_milvus(plan, runtime, &mut steps);
    steps.skip_rest(&MILVUS, milvus.is_err());
    if plan.settings.store.as_ref().is_some_and(|store| store.upload != Upload::None) {
        steps.target = Target::ObjectStore;
        let ended = test_store(plan, &milvus, own, runtime, &mut steps);
        steps.skip_rest(&STORE, ended.is_err());
    }
    TestReport { ok: steps.done.iter().all(|step| matches!(step.state, CheckState::Ok | CheckState::Warning)), steps: steps.done }
}

/// A failed step ends the rest; it is already noted.
struct Failed;

type Ended = Result<(), Failed>;

/// Gives back the database, where there is one already.
fn test_milvus(plan: &LinkPlan, runtime: &Runtime, steps: &mut Steps<'_>) -> Result<Option<Milvus>, Failed> {
    let settings = &plan.settings.milvus;
    steps.reach(&MILVUS, &settings.address, settings.own_ca.as_deref(), runtime)?;
    let token = plan.secrets.milvus_token.as_ref();
    let home = steps.run(MILVUS[3], || {
        let home = Milvus::connect_to(settings, "default", token, runtime)?;
        // Signing in by itself proves little: the first real request is what a wrong secret fails at.
        home.databases()?;
        Ok((home, if token.is_some() { sayings::accepted() } else { sayings::no_sign_in_wanted() }))
    })?;
    steps.run(MILVUS[4], || {
        let version = home.version()?;
        if is_too_old(&version) {
            return Err(Fault::new(FaultKind::TooOld, sayings::server_too_old(version)));
        }
        Ok(((), version.into()))
    })?;
    let (milvus, makes_database) = steps.run(MILVUS[5], || {
        if home.databases()?.contains(&settings.database) {
            return Ok(((Milvus::connect(settings, token, runtime)?, false), sayings::is_there(&settings.database)));
        }
        home.create_database(&settings.database)?;
        Ok(((Milvus::connect(settings, token, runtime)?, true), sayings::can_be_made(&settings.database)))
    })?;
    let ended = test_collection(plan, &milvus, steps);
    if makes_database {
        // What the test has made it takes away; a database that somebody began to use meanwhile refuses to go.
        let _ = home.drop_database(&settings.database);
    }
    ended.map(|()| (!makes_database).then_some(milvus))
}

fn test_collection(plan: &LinkPlan, milvus: &Milvus, steps: &mut Steps<'_>) -> Ended {
    let real = plan.collection_in(milvus);
    sweep(plan, milvus);
    // Where there is none yet, another takes its place for the time of the test.
    let name = format!("{STAND_IN}{:x}_{:016x}", now_ms() / 1_000, fastrand::u64(..));
    let stand_in = Collection::new(milvus, &name, plan.dimension, plan.settings.milvus.index);
    let collection = steps.run(MILVUS[6], || match real.shape()? {
        Some(shape) => {
            real.prepare()?;
            Ok((real.clone(), sayings::collection_is_there(real.name(), shape.dimension, shape.metric.as_deref().unwrap_or("cosine"))))
        }
        None => {
            stand_in.prepare()?;
            Ok((stand_in.clone(), sayings::collection_can_be_made(real.name(), plan.dimension)))
        }
    });
    let ended = match collection {
        Ok(collection) => test_vector(&collection, steps),
        Err(failed) => Err(failed),
    };
    if stand_in.shape().is_ok_and(|shape| shape.is_some()) {
        // Failing here is no failure of the test; the next one would tell.
        let _ = stand_in.drop_whole();
    }
    ended
}

/// Takes away what tests have left that were broken off. Failing here is no failure of the test.
fn sweep(plan: &LinkPlan, milvus: &Milvus) {
    let began = |name: &str| i64::from_str_radix(name.strip_prefix(STAND_IN)?.split_once('_')?.0, 16).ok();
    for name in milvus.collections().unwrap_or_default() {
        if began(&name).is_some_and(|began| began + LEFT < now_ms() / 1_000) {
            let _ = Collection::new(milvus, &name, plan.dimension, plan.settings.milvus.index).drop_whole();
        }
    }
}

fn test_vector(collection: &Collection, steps: &mut Steps<'_>) -> Ended {
    let device = format!("test-{:016x}", fastrand::u64(..));
    let row = probe_row(&device, collection.dimension());
    let mine = Filter::all().of_device(&device);
    steps.run(MILVUS[7], || Ok((collection.upsert(std::slice::from_ref(&row))?, sayings::written())))?;
    let found = steps.run(MILVUS[8], || {
        let found = collection.nearest(&row.embedding, 1, None, &mine, Consistency::Strong)?;
        match found.first() {
            Some((id, distance)) if *id == row.id && *distance < 1e-3 => Ok(((), sayings::vector_found())),
            _ => Err(Fault::new(FaultKind::ServerFailed, sayings::vector_not_found())),
        }
    });
    // Also after a search that failed.
    let removed = steps.run(MILVUS[9], || {
        collection.remove(&Filter::all().with_ids([row.id.as_str()]))?;
        match collection.count(&mine, Consistency::Strong)? {
            0 => Ok(((), sayings::gone())),
            _ => Err(Fault::new(FaultKind::ServerFailed, sayings::vector_not_gone())),
        }
    });
    found.and(removed)
}

fn test_store(plan: &LinkPlan, milvus: &Result<Option<Milvus>, Failed>, own: &HashSet<i64>, runtime: &Runtime, steps: &mut Steps<'_>) -> Ended {
    let Some(settings) = &plan.settings.store else { return Ok(()) };
    steps.reach(&STORE, &settings.endpoint, settings.own_ca.as_deref(), runtime)?;
    let secrets = &plan.secrets;
    let (store, makes_bucket) = steps.run_or_warn(STORE[3], || {
        let store = S3Store::new(settings, secrets.s3_access_key.as_ref(), secrets.s3_secret_key.as_ref(), runtime)?;
        if !store.bucket_exists()? {
            store.create_bucket()?;
            return Ok(((store, true), CheckState::Ok, sayings::can_be_made(&settings.bucket)));
        }
        let known = match milvus {
            Ok(Some(milvus)) => claims::collections(milvus, plan.settings.milvus.index)?.union(own).copied().collect(),
            Ok(None) => own.clone(),
            // What lies there cannot be told apart.
            Err(Failed) => return Ok(((store, false), CheckState::Ok, sayings::is_there(&settings.bucket))),
        };
        let others = claims::of_others(&store, &known)?;
        if others.is_empty() {
            return Ok(((store, false), CheckState::Ok, sayings::is_there(&settings.bucket)));
        }
        let names = others.iter().map(|claim| claims::name_of(claim)).collect::<Vec<_>>().join(", ");
        Ok(((store, false), CheckState::Warning, sayings::bucket_of_others_too(&settings.bucket, names)))
    })?;
    let ended = test_object(plan, &store, steps);
    if makes_bucket {
        let _ = store.delete_bucket();
    }
    ended
}

fn test_object(plan: &LinkPlan, store: &S3Store, steps: &mut Steps<'_>) -> Ended {
    let bytes = fastrand::u64(..).to_le_bytes().to_vec();
    let key = steps.run(STORE[4], || {
        let key = ObjectKey::new(format!("lookalike-test/{:016x}", fastrand::u64(..)))?;
        store.put(&key, bytes.clone(), "application/octet-stream")?;
        Ok((key, sayings::written()))
    })?;
    let read = steps.run(STORE[5], || match store.get(&key, 64)? {
        Some(read) if read == bytes => Ok(((), sayings::same_bytes())),
        _ => Err(Fault::new(FaultKind::ServerFailed, sayings::object_not_read_back())),
    });
    let opened = read.and_then(|()| {
        steps.run(STORE[6], || {
            let link = store.link(&key, Duration::from_secs(60))?;
            let public = plan.settings.store.as_ref().and_then(|store| store.public_address.as_deref());
            match store.open_link(&link)? {
                read if read == bytes => Ok(((), public.map_or_else(sayings::link_opened, sayings::link_opened_at))),
                _ => Err(Fault::new(FaultKind::ServerFailed, sayings::link_gives_other_bytes())),
            }
        })
    });
    // Also after a step that failed.
    let removed = steps.run(STORE[7], || {
        store.delete(&key)?;
        Ok(((), sayings::gone()))
    });
    opened.and(removed)
}

/// The steps that were made.
struct Steps<'a> {
    target: Target,
    done: Vec<TestStep>,
    seen: &'a dyn Fn(&TestStep),
}

impl Steps<'_> {
    /// Name, TCP and TLS, which begin the test of either server.
    fn reach(&mut self, names: &[(&'static str, &'static str)], address: &str, own_ca: Option<&str>, runtime: &Runtime) -> Ended {
        let address = self.run(names[0], || {
            let address = Address::parse(sayings::server(), address, None).map_err(|error| Fault::new(FaultKind::UnknownHost, &error))?;
            let found = probe::resolve(&address, runtime)?;
            let detail = found.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
            Ok((address, detail.into()))
        })?;
        self.run(names[1], || Ok((probe::reach(&address, runtime)?, sayings::port_answers(address.to_string()))))?;
        self.run(names[2], || Ok(((), probe::shake_hands(&address, own_ca, runtime)?)))
    }

    fn run<T>(&mut self, names: (&str, &str), work: impl FnOnce() -> Result<(T, Words), Fault>) -> Result<T, Failed> {
        self.run_or_warn(names, || work().map(|(value, detail)| (value, CheckState::Ok, detail)))
    }

    fn run_or_warn<T>(&mut self, (step, label): (&str, &str), work: impl FnOnce() -> Result<(T, CheckState, Words), Fault>) -> Result<T, Failed> {
        let started = Instant::now();
        let result = work();
        let ms = started.elapsed().as_secs_f64() * 1000.0;
        let noted = |state, detail: Words, fault: Option<&Fault>| {
            let (detail, detail_said) = detail.into_parts();
            let (hint, hint_said) = Words::optional_parts(fault.map(Fault::hint));
            TestStep {
                target: self.target,
                step: step.into(),
                label: label.into(),
                state,
                ms,
                detail,
                detail_said,
                code: fault.map(|fault| fault.code().into()),
                hint,
                hint_said,
                remedy: fault.and_then(remedy),
            }
        };
        let (step, value) = match result {
            Ok((value, state, detail)) => (noted(state, detail, None), Ok(value)),
            Err(fault) => (noted(CheckState::Failed, fault.message.clone(), Some(&fault)), Err(Failed)),
        };
        (self.seen)(&step);
        self.done.push(step);
        value
    }

    /// Lists the steps that were not made.
    fn skip_rest(&mut self, names: &[(&str, &str)], has_failed: bool) {
        if !has_failed {
            return;
        }
        for (step, label) in names {
            if self.done.iter().any(|done| done.target == self.target && done.step == *step) {
                continue;
            }
            let (detail, detail_said) = sayings::not_tried().into_parts();
            let step = TestStep {
                target: self.target,
                step: (*step).into(),
                label: (*label).into(),
                state: CheckState::Off,
                ms: 0.0,
                detail,
                detail_said,
                code: None,
                hint: None,
                hint_said: None,
                remedy: None,
            };
            (self.seen)(&step);
            self.done.push(step);
        }
    }
}

fn remedy(fault: &Fault) -> Option<Remedy> {
    match fault.kind {
        FaultKind::Tls if fault.message.is("tls-not-spoken") => Some(Remedy::DropTls),
        FaultKind::Tls if fault.message.is("tls-spoken") => Some(Remedy::UseTls),
        FaultKind::Mismatch => Some(Remedy::OtherCollection),
        FaultKind::SignIn => Some(Remedy::EnterSecrets),
        _ => None,
    }
}

/// Older than 2.3, by the numbers in front; what gives none is taken as it is.
fn is_too_old(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
    matches!((numbers.next().flatten(), numbers.next().flatten()), (Some(major), Some(minor)) if (major, minor) < (2, 3))
}

fn probe_row(device: &str, dimension: usize) -> SharedRow {
    let mut embedding = vec![0.0; dimension];
    if let Some(first) = embedding.first_mut() {
        *first = 1.0;
    }
    SharedRow {
        id: SharedRow::id_of(device, "test"),
        content: "0".repeat(64),
        device: device.into(),
        device_name: "connection test".into(),
        file_name: "connection test".into(),
        object_key: String::new(),
        width: 1,
        height: 1,
        bytes: 0,
        taken_at: String::new(),
        format: "png".into(),
        embedding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_2_3_are_too_old() {
        for (version, wanted) in [("v2.2.16", true), ("2.3.5", false), ("v2.6.4", false), ("3.0.0", false), ("master-20260101", false)] {
            assert_eq!(is_too_old(version), wanted, "{version}");
        }
    }
}
