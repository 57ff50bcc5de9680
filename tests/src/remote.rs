//! A shared library on real servers: a database, a collection and a bucket of its own for each test, and a look at them that
//! does not go through the engine.

use std::collections::BTreeMap;
use std::process::Command;

use lookalike_engine::Engine;
use lookalike_engine::index::milvus::{Collection, Milvus};
use lookalike_engine::wire::{ConnectRequest, ConnectionSettings, Consistency, IndexSettings, MilvusSettings, Secret, Secrets, StoreSettings, Upload};
use milvus::v2::prelude as sdk;
use s3::Bucket;
use s3::creds::Credentials;
use s3::region::Region;
use tokio::runtime::Runtime;

use crate::services::{Garage, MilvusServer, garage, milvus};

/// Where collections claim a bucket.
const CLAIMS: &str = "collections/";

/// Where a test shares its library.
#[derive(Clone)]
pub struct Remote {
    milvus: &'static MilvusServer,
    garage: &'static Garage,
    /// What is connected; change it before connecting.
    pub request: ConnectRequest,
    name: String,
}

/// A row as it lies in Milvus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRow {
    /// Content hash.
    pub content: String,
    /// Which computer's.
    pub device: String,
    /// A name of the file.
    pub file_name: String,
    /// Where the object lies.
    pub object_key: String,
}

impl Remote {
    /// A database, a collection and a bucket of this name; none where a server is not installed. Names must differ within a
    /// test program.
    pub fn new(name: &str) -> Option<Self> {
        let (milvus, garage) = (milvus()?, garage()?);
        garage.make_bucket(name);
        let safe = name.replace('-', "_");
        let settings = ConnectionSettings {
            milvus: MilvusSettings {
                address: milvus.address(),
                own_ca: None,
                // Of its own: who removes an object asks every collection of the database.
                database: format!("database_{safe}"),
                collection: Some(format!("test_{safe}")),
                index: IndexSettings::default(),
                consistency: Consistency::Strong,
            },
            store: Some(StoreSettings {
                endpoint: garage.endpoint(),
                region: "us-east-1".into(),
                path_style: true,
                own_ca: None,
                bucket: name.into(),
                upload: Upload::Originals,
                public_address: None,
                link_hours: 1,
            }),
            device_name: format!("computer of {name}"),
        };
        let secrets = Secrets {
            milvus_token: Some(Secret::new(MilvusServer::TOKEN)),
            s3_access_key: Some(Secret::new(Garage::access_key())),
            s3_secret_key: Some(Secret::new(Garage::secret_key())),
        };
        let remote = Self { milvus, garage, request: ConnectRequest { settings, secrets }, name: name.into() };
        remote.make_database();
        Some(remote)
    }

    fn make_database(&self) {
        let database = self.database().to_owned();
        let home = MilvusSettings { database: "default".into(), ..self.request.settings.milvus.clone() };
        let mut at_home = self.clone();
        at_home.request.settings.milvus = home;
        at_home.on_milvus(async |client| {
            let request = sdk::CreateDatabaseRequest::builder().database_name(database).build().expect("a request");
            client.create_database(request).await.expect("the database is made");
        });
    }

    /// Its Milvus.
    pub fn milvus(&self) -> &'static MilvusServer {
        self.milvus
    }

    /// Its object store.
    pub fn garage(&self) -> &'static Garage {
        self.garage
    }

    /// Name of its database.
    pub fn database(&self) -> &str {
        &self.request.settings.milvus.database
    }

    /// Name of its bucket.
    pub fn bucket_name(&self) -> &str {
        &self.name
    }

    /// Makes its collection without an engine, for vectors of so many numbers.
    pub fn make_collection(&self, dimension: usize) {
        let (settings, secrets) = (&self.request.settings.milvus, &self.request.secrets);
        let runtime = lookalike_engine::remote::Runtime::start().expect("a runtime");
        let milvus = Milvus::connect(settings, secrets.milvus_token.as_ref(), &runtime).expect("a connection");
        Collection::new(&milvus, self.collection(), dimension, settings.index).prepare().expect("the collection is made");
    }

    /// Drops its collection, behind the engine's back.
    pub fn drop_collection(&self) {
        self.on_milvus(async |client| {
            let request = sdk::DropCollectionRequest::builder().collection_name(self.collection()).build().expect("a request");
            client.drop_collection(request).await.expect("the collection goes");
        });
    }

    /// Contents and vectors of some rows that have an object.
    pub fn rows_with_vectors(&self, count: usize) -> Vec<(String, Vec<f32>)> {
        self.on_milvus(async |client| {
            let request = sdk::QueryRequest::builder()
                .collection_name(self.collection())
                .filter("object_key != \"\"")
                .output_fields(["content", "embedding"])
                .limit(count as i64)
                .consistency_level(sdk::ConsistencyLevel::Strong);
            let response = client.query(request.build().expect("a query")).await.expect("the rows");
            let field = |name: &str| response.results().get_output_field(name).expect("the column");
            let contents = field("content").as_varchar().expect("texts").to_vec();
            contents.into_iter().zip(field("embedding").as_float_vectors().expect("vectors").to_vec()).collect()
        })
    }

    /// Name of its collection.
    pub fn collection(&self) -> &str {
        self.request.settings.milvus.collection.as_deref().expect("it is named")
    }

    /// The settings of its object store.
    pub fn store(&mut self) -> &mut StoreSettings {
        self.request.settings.store.as_mut().expect("there is one")
    }

    /// Connects an engine.
    pub fn connect(&self, engine: &Engine) {
        engine.connect(&self.request).expect("the connection is set up");
    }

    /// Gives a command the secrets as a script does.
    pub fn with_secrets<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("LOOKALIKE_MILVUS_TOKEN", MilvusServer::TOKEN)
            .env("LOOKALIKE_S3_ACCESS_KEY", Garage::access_key())
            .env("LOOKALIKE_S3_SECRET_KEY", Garage::secret_key())
    }

    /// Every row of the collection by its id, straight from the server.
    pub fn rows(&self) -> BTreeMap<String, RawRow> {
        self.on_milvus(async |client| {
            let fields = ["id", "content", "device", "file_name", "object_key"];
            let mut rows = BTreeMap::new();
            let mut last = String::new();
            loop {
                let request = sdk::QueryRequest::builder()
                    .collection_name(self.collection())
                    .filter(format!("id > \"{last}\""))
                    .output_fields(fields)
                    .limit(1_000)
                    .consistency_level(sdk::ConsistencyLevel::Strong);
                let response = client.query(request.build().expect("a query")).await.expect("the rows");
                let column =
                    |name: &str| response.results().get_output_field(name).and_then(|field| field.as_varchar().map(<[String]>::to_vec)).unwrap_or_default();
                let [ids, contents, devices, file_names, object_keys] = fields.map(column);
                let Some(newest) = ids.iter().max() else { return rows };
                last.clone_from(newest);
                for (at, id) in ids.into_iter().enumerate() {
                    let [content, device, file_name, object_key] = [&contents, &devices, &file_names, &object_keys].map(|column| column[at].clone());
                    let is_new = rows.insert(id, RawRow { content, device, file_name, object_key }).is_none();
                    assert!(is_new, "every row is there once");
                }
            }
        })
    }

    /// How many rows the collection has, as Milvus counts them: a double row counts twice.
    pub fn row_count(&self) -> i64 {
        self.on_milvus(async |client| {
            let request = sdk::QueryRequest::builder().collection_name(self.collection()).output_fields(["count(*)"]);
            let response = client.query(request.consistency_level(sdk::ConsistencyLevel::Strong).build().expect("a query")).await.expect("the count");
            response.results().get_output_field("count(*)").and_then(|field| field.as_int64().map(|values| values[0])).expect("a count")
        })
    }

    /// Removes rows by a filter, behind the engine's back.
    pub fn remove_rows(&self, filter: &str) {
        self.on_milvus(async |client| {
            let request = sdk::DeleteRequest::builder().collection_name(self.collection()).filter(filter);
            client.delete(request.build().expect("a request")).await.expect("the rows go");
        });
    }

    /// Names of the collections on the server.
    pub fn collections(&self) -> Vec<String> {
        self.on_milvus(async |client| {
            let request = sdk::ListCollectionsRequest::builder().build().expect("a request");
            client.list_collections(request).await.expect("the collections").collection_names().to_vec()
        })
    }

    /// Size of every object of the bucket by its key, straight from the server; without the claims of collections.
    pub fn objects(&self) -> BTreeMap<String, u64> {
        self.all_objects().into_iter().filter(|(key, _)| !key.starts_with(CLAIMS)).collect()
    }

    /// Keys of the objects by which collections claim the bucket.
    pub fn claims(&self) -> Vec<String> {
        self.all_objects().into_keys().filter(|key| key.starts_with(CLAIMS)).collect()
    }

    fn all_objects(&self) -> BTreeMap<String, u64> {
        let pages = runtime().block_on(async { self.bucket().list(String::new(), None).await }).expect("the objects");
        pages.into_iter().flat_map(|page| page.contents).map(|object| (object.key, object.size)).collect()
    }

    /// The same bucket with another database, which is made.
    #[must_use]
    pub fn with_other_database(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.request.settings.milvus.database = name.into();
        other.make_database();
        other
    }

    /// The bytes and the media type of an object.
    pub fn object(&self, key: &str) -> (Vec<u8>, String) {
        let response = runtime().block_on(async { self.bucket().get_object(key).await }).expect("the object");
        let media_type = response.headers().get("content-type").cloned().unwrap_or_default();
        (response.to_vec(), media_type)
    }

    /// Writes an object, behind the engine's back.
    pub fn put_object(&self, key: &str, bytes: &[u8]) {
        runtime().block_on(async { self.bucket().put_object(key, bytes).await }).expect("the object is written");
    }

    /// Removes an object, behind the engine's back.
    pub fn delete_object(&self, key: &str) {
        runtime().block_on(async { self.bucket().delete_object(key).await }).expect("the object goes");
    }

    fn bucket(&self) -> Box<Bucket> {
        let region = Region::Custom { region: "us-east-1".into(), endpoint: self.garage.endpoint() };
        let credentials = Credentials::new(Some(Garage::access_key()), Some(Garage::secret_key()), None, None, None).expect("credentials");
        Bucket::new(&self.name, region, credentials).expect("a bucket").with_path_style()
    }

    fn on_milvus<T>(&self, work: impl AsyncFnOnce(sdk::ClientV2) -> T) -> T {
        runtime().block_on(async {
            let database = &self.request.settings.milvus.database;
            let config = sdk::ConnectConfig::new().uri(self.milvus.address()).token(MilvusServer::TOKEN).database(database);
            work(sdk::ClientV2::new(&config.telemetry(sdk::TelemetryConfig::new().enabled(false))).await.expect("a client")).await
        })
    }
}

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}
