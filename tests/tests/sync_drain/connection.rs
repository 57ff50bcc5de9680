//! Testing a connection, and taking its settings elsewhere.

use lookalike_engine::wire::{CheckState, ErrorCode, Secret, SecretsIn};
use lookalike_tests::library::TestLibrary;
use lookalike_tests::remote::Remote;
use lookalike_tests::services::Garage;

#[test]
fn a_test_says_what_is_wrong_and_leaves_nothing_behind() {
    let Some(remote) = Remote::new("try-it") else { return };
    let library = TestLibrary::with_scenes(1);
    let engine = library.writer();
    let mut broken_off = remote.clone();
    broken_off.request.settings.milvus.collection = Some("lookalike_test_5f000000_0123456789abcdef".into());
    broken_off.make_collection(8);
    let tested = engine.test_connection(Some(&remote.request), &|_| ()).unwrap();
    assert!(tested.ok, "{tested:?}");
    let names: Vec<_> = tested.steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(
        names,
        [
            "name",
            "tcp",
            "tls",
            "sign-in",
            "version",
            "database",
            "collection",
            "upsert",
            "search",
            "delete",
            "name",
            "tcp",
            "tls",
            "bucket",
            "put",
            "get",
            "link",
            "delete"
        ]
    );
    assert!(!engine.connection().unwrap().enabled, "a test connects nothing");
    // Other tests make collections meanwhile; none of them is called like this one's, or like a stand-in.
    let left: Vec<_> = remote.collections().into_iter().filter(|name| name == remote.collection() || name.starts_with("lookalike_test")).collect();
    assert_eq!((left, remote.objects().len()), (vec![], 0), "nothing is left behind, nor what a test had left that was broken off");

    type Change = fn(&mut Remote);
    let cases: [(&str, &str, &str, Change); 7] = [
        ("tcp", "unreachable", "wrong port", |remote| remote.request.settings.milvus.address = "http://127.0.0.1:1".into()),
        ("name", "unknown-host", "wrong name", |remote| remote.request.settings.milvus.address = "http://no-such-host.invalid:19530".into()),
        ("tls", "tls", "TLS to a server without it", |remote| {
            let address = remote.request.settings.milvus.address.replace("http://", "https://");
            remote.request.settings.milvus.address = address;
        }),
        ("sign-in", "sign-in", "wrong password", |remote| remote.request.secrets.milvus_token = Some(Secret::new("root:wrong"))),
        ("bucket", "sign-in", "wrong secret key", |remote| remote.request.secrets.s3_secret_key = Some(Secret::new("0".repeat(64)))),
        ("tls", "tls", "TLS to a store without it", |remote| {
            let endpoint = remote.garage().endpoint().replace("http://", "https://");
            remote.store().endpoint = endpoint;
        }),
        ("put", "denied", "a key that may only read", |remote| {
            let (id, secret) = remote.garage().read_only_key("try-it");
            (remote.request.secrets.s3_access_key, remote.request.secrets.s3_secret_key) = (Some(Secret::new(id)), Some(Secret::new(secret)));
        }),
    ];
    for (step, code, what, change) in cases {
        let mut changed = remote.clone();
        change(&mut changed);
        let tested = engine.test_connection(Some(&changed.request), &|_| ()).unwrap();
        let failed = tested.steps.iter().find(|step| step.state == CheckState::Failed).unwrap_or_else(|| panic!("{what} fails: {tested:?}"));
        assert_eq!((failed.step.as_str(), failed.code.as_deref()), (step, Some(code)), "{what}: {failed:?}");
        assert!(failed.hint.is_some() && !tested.ok, "{what}: {failed:?}");
        assert!(!format!("{tested:?}").contains(Garage::secret_key()), "no secret is shown");
    }
}

#[test]
fn settings_travel_without_secrets() {
    let Some(remote) = Remote::new("export") else { return };
    let (here, there) = (TestLibrary::new(), TestLibrary::new());
    let (engine, other) = (here.writer(), there.writer());
    assert_eq!(engine.export_connection().expect_err("there is none").code(), ErrorCode::NotConnected);
    assert_eq!(engine.connection().unwrap().secrets_in, SecretsIn::File, "where no keychain may be used");
    remote.connect(&engine);
    let text = engine.export_connection().unwrap();
    assert!(!text.contains(Garage::secret_key()) && !text.contains(Garage::access_key()) && !text.contains("Milvus\""), "{text}");
    let mut settings = other.import_connection(&text).unwrap();
    assert_ne!(settings.device_name, remote.request.settings.device_name, "every computer has its own name");
    settings.device_name.clone_from(&remote.request.settings.device_name);
    assert_eq!(settings, remote.request.settings);
    other.import_connection("nonsense").expect_err("no settings");
}
