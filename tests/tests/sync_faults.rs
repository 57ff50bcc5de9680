//! Syncing on real servers, when things go wrong: after any fault everything gets there, once, and no secret gets out.

use std::thread;
use std::time::{Duration, Instant};

use lookalike_engine::wire::{Differences, Secret, SyncReport, SyncState};
use lookalike_engine::{Engine, Result};
use lookalike_tests::library::{TestLibrary, wait_until};
use lookalike_tests::remote::Remote;
use lookalike_tests::scenes::{jpeg, scene};
use lookalike_tests::services::{FaultProxy, Garage, MilvusServer, Mode};

const PATIENCE: Duration = Duration::from_secs(180);

/// A library of many small photos, indexed.
fn many(count: u64) -> (TestLibrary, Engine) {
    let library = TestLibrary::new();
    for number in 0..count {
        library.add(&format!("{:02}/{number}.jpg", number % 50), &jpeg(&scene(number, 48, 36), 80));
    }
    let engine = library.writer();
    library.index(&engine);
    assert_eq!(engine.status().unwrap().images, count, "every photo is another picture");
    (library, engine)
}

/// Syncs in another thread.
fn begin(engine: &Engine) -> thread::JoinHandle<Result<SyncReport>> {
    let engine = engine.clone();
    thread::spawn(move || engine.sync(PATIENCE))
}

fn assert_all_there(engine: &Engine, remote: &Remote, count: usize) {
    let report = engine.verify_sync(false, Duration::from_secs(3600), PATIENCE).unwrap();
    assert_eq!(report.found, Differences::default(), "{:?}", report.examples);
    assert_eq!((remote.row_count() as usize, remote.rows().len(), remote.objects().len()), (count, count, count), "nothing lost, nothing double");
}

/// Waits until so many objects are there.
fn wait_for_objects(remote: &Remote, count: usize) {
    wait_until(&format!("{count} objects are there"), || remote.objects().len() >= count);
}

#[test]
fn servers_that_are_killed_in_the_middle_of_two_thousand_lose_nothing() {
    const COUNT: u64 = 2_000;
    let Some(remote) = Remote::new("killed") else { return };
    let (_library, engine) = many(COUNT);
    remote.connect(&engine);
    let syncing = begin(&engine);
    wait_for_objects(&remote, 300);
    remote.garage().kill();
    thread::sleep(Duration::from_secs(2));
    remote.garage().restart();
    wait_for_objects(&remote, 900);
    remote.milvus().kill();
    thread::sleep(Duration::from_secs(1));
    remote.milvus().restart();
    let report = syncing.join().unwrap().unwrap();
    assert_eq!((report.status.pending, report.status.parked), (0, 0), "the outbox drains: {:?}", report.status);
    assert_all_there(&engine, &remote, COUNT as usize);
}

#[test]
fn a_program_that_is_killed_goes_on_where_it_was() {
    let Some(remote) = Remote::new("program-killed") else { return };
    let (library, engine) = many(600);
    remote.connect(&engine);
    drop(engine);
    for wanted in [50, 250] {
        let mut child = remote.with_secrets(&mut library.command(&["sync"])).spawn().unwrap();
        wait_for_objects(&remote, wanted);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let engine = library.writer();
    assert!(engine.status().unwrap().pending_sync > 0, "it was in the middle of it");
    engine.sync(PATIENCE).unwrap();
    assert_all_there(&engine, &remote, 600);
}

#[test]
fn faults_of_the_network_pass() {
    let Some(mut remote) = Remote::new("network") else { return };
    let (library, engine) = many(300);
    let (to_store, to_milvus) = (FaultProxy::new(remote.garage().port()), FaultProxy::new(remote.milvus().port()));
    remote.store().endpoint = to_store.address();
    remote.request.settings.milvus.address = to_milvus.address();
    remote.connect(&engine);
    let faults: [(&FaultProxy, Mode); 6] = [
        (&to_store, Mode::Refuse),
        (&to_store, Mode::CutAfter(3_000)),
        (&to_store, Mode::Answer(503, "<Error><Code>SlowDown</Code></Error>".into())),
        (&to_store, Mode::Slow(20_000)),
        (&to_milvus, Mode::Refuse),
        (&to_milvus, Mode::CutAfter(2_000)),
    ];
    let mut count = 300;
    for (proxy, fault) in faults {
        proxy.set(fault.clone());
        let syncing = begin(&engine);
        thread::sleep(Duration::from_secs(3));
        proxy.set(Mode::Pass);
        let report = syncing.join().unwrap().unwrap();
        assert_eq!((report.status.pending, report.status.parked), (0, 0), "{fault:?}: {:?}", report.status);
        assert_all_there(&engine, &remote, count);
        // Something to send for the next fault.
        for _ in 0..20 {
            let number = 10_000 + count as u64;
            library.add(&format!("more/{number}.jpg"), &jpeg(&scene(number, 48, 36), 80));
            count += 1;
        }
        library.index(&engine);
    }
}

#[test]
fn half_open_connections_are_given_up_and_tried_again() {
    let Some(mut remote) = Remote::new("half-open") else { return };
    let (_library, engine) = many(40);
    let (to_store, to_milvus) = (FaultProxy::new(remote.garage().port()), FaultProxy::new(remote.milvus().port()));
    remote.store().endpoint = to_store.address();
    remote.request.settings.milvus.address = to_milvus.address();
    remote.connect(&engine);
    for proxy in [&to_milvus, &to_store] {
        proxy.set(Mode::Hang);
        let syncing = begin(&engine);
        // Longer than anyone waits for an answer.
        thread::sleep(Duration::from_secs(40));
        assert!(!syncing.is_finished(), "it keeps trying");
        proxy.set(Mode::Pass);
        let report = syncing.join().unwrap().unwrap();
        assert_eq!((report.status.pending, report.status.parked), (0, 0), "{:?}", report.status);
        remote.request.settings.device_name.push('!');
        remote.connect(&engine);
        assert_eq!(engine.status().unwrap().pending_sync, 40, "everything is sent anew");
    }
    engine.sync(PATIENCE).unwrap();
    assert_all_there(&engine, &remote, 40);
}

#[test]
fn a_server_that_goes_away_does_not_hold_up_the_end() {
    let Some(mut remote) = Remote::new("closing") else { return };
    let library = TestLibrary::with_scenes(3);
    library.index(&library.writer());
    let to_store = FaultProxy::new(remote.garage().port());
    remote.store().endpoint = to_store.address();
    to_store.set(Mode::Hang);
    let engine = library.follower();
    remote.connect(&engine);
    wait_until("an upload is on its way", || engine.sync_status().unwrap().pending == 3 && to_store.passed() == 0);
    let started = Instant::now();
    drop(engine);
    // A patient limit: a hanging request alone would take half a minute.
    assert!(started.elapsed() < Duration::from_secs(20), "closing does not wait for servers");
}

#[test]
fn a_wrong_secret_blocks_and_the_right_one_goes_on() {
    let Some(remote) = Remote::new("secret") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    for (change, word) in [(0, "user and password"), (1, "keys")] {
        let mut wrong = remote.clone();
        if change == 0 {
            wrong.request.secrets.milvus_token = Some(Secret::new("root:hunter2"));
        } else {
            wrong.request.secrets.s3_secret_key = Some(Secret::new("f".repeat(64)));
        }
        wrong.connect(&engine);
        let status = engine.sync(PATIENCE).unwrap().status;
        let problem = status.problem.expect("the reason is told");
        assert_eq!((status.state, status.pending), (SyncState::Blocked, 3), "nothing is lost");
        assert!(problem.message.contains(word) && problem.hint.is_some(), "{problem:?}");
    }
    remote.connect(&engine);
    engine.sync(PATIENCE).unwrap();
    assert_all_there(&engine, &remote, 3);
}

#[test]
fn errors_of_the_store_are_never_swallowed() {
    let Some(remote) = Remote::new("read-only-key") else { return };
    let library = TestLibrary::with_scenes(2);
    let engine = library.writer();
    library.index(&engine);
    let (id, secret) = remote.garage().read_only_key("read-only-key");
    let mut reader = remote.clone();
    (reader.request.secrets.s3_access_key, reader.request.secrets.s3_secret_key) = (Some(Secret::new(id)), Some(Secret::new(secret)));
    reader.connect(&engine);
    let status = engine.sync(PATIENCE).unwrap().status;
    assert_eq!((status.state, status.pending, status.done), (SyncState::Blocked, 2, 0));
    assert!(status.problem.expect("the reason is told").message.contains("does not allow"));
    assert_eq!(remote.row_count(), 0, "no vector comes without its picture");
}

#[test]
fn a_full_store_is_waited_for() {
    let Some(remote) = Remote::new("full") else { return };
    let (_library, engine) = many(30);
    remote.connect(&engine);
    remote.garage().set_quota("full", Some(10));
    let syncing = begin(&engine);
    wait_for_objects(&remote, 10);
    thread::sleep(Duration::from_secs(2));
    assert!(!syncing.is_finished(), "it keeps trying");
    remote.garage().set_quota("full", None);
    let report = syncing.join().unwrap().unwrap();
    assert_eq!((report.status.pending, report.status.parked), (0, 0), "{:?}", report.status);
    assert_all_there(&engine, &remote, 30);
}

#[test]
fn no_secret_gets_out() {
    let Some(remote) = Remote::new("leaks") else { return };
    let library = TestLibrary::with_scenes(3);
    let photos = library.photos().display().to_string();
    let (milvus, s3) = (remote.milvus().address(), remote.garage().endpoint());
    let connect =
        ["connect", "--milvus", &milvus, "--s3", &s3, "--bucket", "leaks", "--database", remote.database(), "--collection", remote.collection(), "--json"];
    let commands: [&[&str]; 9] = [
        &["index", &photos],
        &connect,
        &["connect", "--test"],
        &["connect", "--test", "--json"],
        &["connect", "--export"],
        &["sync", "--json"],
        &["sync", "--verify", "--json"],
        &["doctor"],
        &["status", "--json"],
    ];
    let wrong = ["root:hunter2hunter2", "GKdeadbeefdeadbeefdeadbeef", "feedfacefeedfacefeedfacefeedface"];
    let mut seen = String::new();
    for is_right in [false, true] {
        for arguments in commands {
            let mut command = library.command(arguments);
            command.env("LOOKALIKE_LOG", "trace");
            if is_right {
                remote.with_secrets(&mut command);
            } else {
                let names = ["LOOKALIKE_MILVUS_TOKEN", "LOOKALIKE_S3_ACCESS_KEY", "LOOKALIKE_S3_SECRET_KEY"];
                command.envs(names.into_iter().zip(wrong));
            }
            let output = command.output().unwrap();
            seen += &String::from_utf8_lossy(&output.stdout);
            seen += &String::from_utf8_lossy(&output.stderr);
        }
    }
    assert!(seen.contains("\"missing\":0"), "the right secrets work");
    for entry in fs_err::read_dir(library.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.file_name().is_some_and(|name| name != "secrets.toml") {
            seen += &String::from_utf8_lossy(&fs_err::read(path).unwrap());
        }
    }
    // Also as they travel: Milvus's token is sent in Base64.
    let encoded = ["cm9vdDpNaWx2dXM", "cm9vdDpodW50ZXIyaHVudGVyMg"];
    for secret in [MilvusServer::TOKEN, Garage::secret_key()].iter().chain(&wrong).chain(&encoded).filter(|secret| **secret != wrong[1]) {
        assert!(!seen.contains(secret), "{secret} is in what was said, logged or stored");
    }
}
