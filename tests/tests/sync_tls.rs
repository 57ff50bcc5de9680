//! TLS with an authority of one's own, to Milvus and to the object store, on real servers behind a TLS proxy.

use std::time::Duration;

use lookalike_engine::wire::{CheckState, Differences, Remedy, TestReport, TestStep};
use lookalike_tests::library::TestLibrary;
use lookalike_tests::remote::Remote;
use lookalike_tests::services::TlsProxy;

fn failed(report: &TestReport) -> &TestStep {
    report.steps.iter().find(|step| step.state == CheckState::Failed).unwrap_or_else(|| panic!("something fails: {report:?}"))
}

#[test]
fn an_own_authority_is_trusted_where_it_is_named_and_nowhere_else() {
    let Some(mut remote) = Remote::new("own-authority") else { return };
    let library = TestLibrary::with_scenes(3);
    let engine = library.writer();
    library.index(&engine);
    let (milvus, store) = (TlsProxy::new(remote.milvus().port()), TlsProxy::new(remote.garage().port()));
    remote.request.settings.milvus.address = milvus.address();
    remote.store().endpoint = store.address();
    let test = |remote: &Remote| engine.test_connection(Some(&remote.request), &|_| ()).unwrap();

    let step = failed(&test(&remote)).clone();
    assert_eq!((step.step.as_str(), step.code.as_deref()), ("tls", Some("tls")), "nobody vouches for it: {step:?}");
    assert!(step.detail.contains("not trusted"), "{step:?}");

    let mut plain = remote.clone();
    plain.request.settings.milvus.address = milvus.address().replace("https://", "http://");
    let step = failed(&test(&plain)).clone();
    assert_eq!((step.step.as_str(), step.remedy), ("tls", Some(Remedy::UseTls)), "{step:?}");

    remote.request.settings.milvus.own_ca = Some(milvus.authority().display().to_string());
    let step = failed(&test(&remote)).clone();
    assert_eq!(step.step, "tls", "the object store has another authority: {step:?}");
    remote.store().own_ca = Some(store.authority().display().to_string());
    let report = test(&remote);
    assert!(report.ok, "{report:?}");

    remote.connect(&engine);
    let status = engine.sync(Duration::from_secs(60)).unwrap().status;
    assert_eq!((status.pending, status.parked, status.done), (0, 0, 3), "{status:?}");
    assert_eq!(engine.verify_sync(false, Duration::from_secs(3600), Duration::from_secs(60)).unwrap().found, Differences::default());
}
