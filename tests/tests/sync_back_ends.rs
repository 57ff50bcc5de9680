//! The back ends on real servers: the object store on two S3 servers, the vector index on Milvus, and Milvus against the
//! embedded and the exact index.

use lookalike_engine::index::milvus::{Collection, Milvus, MilvusIndex};
use lookalike_engine::index::synthetic::ClusteredVectors;
use lookalike_engine::index::{EmbeddedIndex, EmbeddedOptions, ExactIndex, SearchOptions, VectorIndex, conformance};
use lookalike_engine::objects::{self, ObjectKey, ObjectStore, S3Store};
use lookalike_engine::remote::{FaultKind, Runtime};
use lookalike_engine::wire::{Consistency, IndexKind, IndexSettings, MilvusSettings, Secret, StoreSettings, Upload};
use lookalike_tests::services::{FaultProxy, Garage, MilvusServer, Mode, S3s, garage, milvus, s3s};

fn store(endpoint: String, bucket: &str, access_key: &str, secret_key: &str) -> S3Store {
    let settings = StoreSettings {
        endpoint,
        region: "us-east-1".into(),
        path_style: true,
        own_ca: None,
        bucket: bucket.into(),
        upload: Upload::Originals,
        public_address: None,
        link_hours: 1,
    };
    S3Store::new(&settings, Some(&Secret::new(access_key)), Some(&Secret::new(secret_key)), &Runtime::start().unwrap()).unwrap()
}

fn connect(server: &MilvusServer) -> Milvus {
    let settings = MilvusSettings {
        address: server.address(),
        own_ca: None,
        database: "default".into(),
        collection: None,
        index: IndexSettings::default(),
        consistency: Consistency::Strong,
    };
    Milvus::connect(&settings, Some(&Secret::new(MilvusServer::TOKEN)), &Runtime::start().unwrap()).unwrap()
}

#[test]
fn the_object_store_conforms_on_garage() {
    let Some(garage) = garage() else { return };
    objects::conformance::run(&store(garage.endpoint(), Garage::BUCKET, Garage::access_key(), Garage::secret_key()), "conformance");
}

#[test]
fn the_object_store_conforms_on_s3s() {
    let Some(server) = s3s() else { return };
    objects::conformance::run(&store(server.endpoint(), S3s::BUCKET, S3s::access_key(), S3s::secret_key()), "conformance");
}

#[test]
fn faults_of_the_object_store_are_told_apart() {
    let Some(garage) = garage() else { return };
    let key = ObjectKey::new("faults/a").unwrap();
    let kind = |store: &S3Store| store.put(&key, vec![1], "image/jpeg").expect_err("it fails").kind;
    assert_eq!(kind(&store(garage.endpoint(), Garage::BUCKET, Garage::access_key(), &"0".repeat(64))), FaultKind::SignIn, "a wrong secret");
    assert_eq!(kind(&store(garage.endpoint(), Garage::BUCKET, "GK000000000000000000000000", Garage::secret_key())), FaultKind::SignIn, "an unknown key");
    assert_eq!(kind(&store(garage.endpoint(), "no-such-bucket", Garage::access_key(), Garage::secret_key())), FaultKind::Missing, "no bucket");
    assert_eq!(kind(&store("http://127.0.0.1:1".into(), Garage::BUCKET, "a", "b")), FaultKind::Unreachable, "nobody there");
    assert_eq!(kind(&store("http://no-such-host.invalid".into(), Garage::BUCKET, "a", "b")), FaultKind::UnknownHost, "no such host");
    let tls = garage.endpoint().replace("http://", "https://");
    assert_eq!(kind(&store(tls, Garage::BUCKET, Garage::access_key(), Garage::secret_key())), FaultKind::Tls, "TLS to a server without it");
    garage.make_bucket("read-only");
    let (id, secret) = garage.read_only_key("read-only");
    let reader = store(garage.endpoint(), "read-only", &id, &secret);
    assert_eq!(kind(&reader), FaultKind::Denied, "a key that may only read");
    assert_eq!(reader.head(&key).unwrap(), None, "but read it may");
    let mut early = store(garage.endpoint(), Garage::BUCKET, Garage::access_key(), Garage::secret_key());
    early.pretend_clock_is_off(-3 * 86_400);
    assert_eq!(kind(&early), FaultKind::ClockSkew, "a clock that is three days slow");

    let proxy = FaultProxy::new(garage.port());
    let through = store(proxy.address(), Garage::BUCKET, Garage::access_key(), Garage::secret_key());
    for (status, body, wanted) in [
        (503, "<Error><Code>SlowDown</Code></Error>", FaultKind::Busy),
        (500, "<Error><Code>InternalError</Code></Error>", FaultKind::ServerFailed),
        (403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", FaultKind::ClockSkew),
        (403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", FaultKind::SignIn),
        (507, "<Error><Code>XMinioStorageFull</Code></Error>", FaultKind::ReadOnly),
        (400, "<Error><Code>InvalidArgument</Code></Error>", FaultKind::Refused),
    ] {
        proxy.set(Mode::Answer(status, body.into()));
        assert_eq!(kind(&through), wanted, "{status} {body}");
    }
    proxy.set(Mode::CutAfter(10));
    assert_eq!(kind(&through), FaultKind::Unreachable, "cut in the middle of a request");
    proxy.set(Mode::Refuse);
    assert_eq!(kind(&through), FaultKind::Unreachable, "refused");
}

#[test]
fn a_link_opens_for_anyone_until_it_expires() {
    let Some(garage) = garage() else { return };
    let store = store(garage.endpoint(), Garage::BUCKET, Garage::access_key(), Garage::secret_key());
    let key = ObjectKey::new("links/photo.jpg").unwrap();
    store.put(&key, b"a photo".to_vec(), "image/jpeg").unwrap();
    let link = store.link(&key, std::time::Duration::from_secs(60)).unwrap();
    assert_eq!(store.open_link(&link).unwrap(), b"a photo");
    let fault = store.open_link(&link.replace("photo.jpg", "other.jpg")).expect_err("signed for that object only");
    assert!(!fault.to_string().contains("Signature="), "no link is shown in a fault: {fault}");
    let unsigned = link.split('?').next().unwrap();
    store.open_link(unsigned).expect_err("the bucket is private");
}

#[test]
fn milvus_conforms() {
    let Some(server) = milvus() else { return };
    let milvus = connect(server);
    let next = std::cell::Cell::new(0);
    conformance::run(|dimension| {
        next.set(next.get() + 1);
        let collection = Collection::new(&milvus, &format!("conformance_{}", next.get()), dimension, IndexSettings::default());
        Box::new(MilvusIndex::open(collection, Consistency::Strong).unwrap())
    });
}

#[test]
fn milvus_and_the_embedded_index_agree() {
    const COUNT: u64 = 10_000;
    const DIMENSION: usize = 64;
    let Some(server) = milvus() else { return };
    let milvus = connect(server);
    let family = ClusteredVectors::new(DIMENSION, COUNT as usize, 5);
    let dir = tempfile::tempdir().unwrap();
    let exact = ExactIndex::new(DIMENSION);
    let embedded = EmbeddedIndex::create(dir.path(), "parity", DIMENSION, EmbeddedOptions::default()).unwrap();
    conformance::fill(&exact, &family, 0..COUNT);
    conformance::fill(&embedded, &family, 0..COUNT);
    let queries: Vec<_> = (COUNT..COUNT + 100).map(|number| family.vector(number)).collect();
    let recall = conformance::recall(&embedded, &exact, &queries, 10);
    assert!(recall >= 0.99, "recall@10 of the embedded index is {recall}");
    for kind in [IndexKind::Hnsw, IndexKind::IvfFlat] {
        let settings = IndexSettings { kind, nprobe: 256, ..IndexSettings::default() };
        let collection = Collection::new(&milvus, &format!("parity_{kind:?}").to_lowercase(), DIMENSION, settings);
        let shared = MilvusIndex::open(collection.clone(), Consistency::Strong).unwrap();
        conformance::fill(&shared, &family, 0..COUNT);
        // Sealed, so that the index is searched and not the fresh rows one by one.
        collection.flush().unwrap();
        let recall = conformance::recall(&shared, &exact, &queries, 10);
        assert!(recall >= 0.99, "recall@10 of Milvus with {kind:?} is {recall}");
        for query in &queries {
            let hits = |index: &dyn VectorIndex| index.search(query, SearchOptions::best(10)).unwrap();
            let scores = |hits: Vec<lookalike_engine::index::Hit>| hits.into_iter().map(|hit| 1.0 / (1.0 + hit.distance)).collect::<Vec<f32>>();
            for (ours, theirs) in scores(hits(&embedded)).into_iter().zip(scores(hits(&shared))) {
                assert!((ours - theirs).abs() <= 1e-3, "{kind:?}: similarity {ours} here and {theirs} there");
            }
        }
    }
}

#[test]
fn a_collection_of_another_model_is_refused() {
    let Some(server) = milvus() else { return };
    let milvus = connect(server);
    Collection::new(&milvus, "of_a_model", 32, IndexSettings::default()).prepare().unwrap();
    let fault = Collection::new(&milvus, "of_a_model", 64, IndexSettings::default()).prepare().expect_err("another length");
    assert_eq!(fault.kind, FaultKind::Mismatch);
    assert!(fault.message.as_str().contains("32") && fault.message.as_str().contains("64"), "{fault}");
}
