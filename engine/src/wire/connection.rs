//! The wire types of the connection to Milvus and an object store: settings, secrets on their way in, tests, syncing.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::{CheckState, ErrorReply, Saying};
#[cfg(feature = "typescript")]
use ts_rs::TS;

/// A password, token or key on its way from a host into the engine. Never comes out: it prints as stars and serialises
/// as nothing.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(export, export_to = "../../ui/src/wire.ts", type = "string"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the client that signs with it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

wire! {
    /// Where a search looks.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum Scope {
        /// Among the photos of this computer.
        #[default]
        Local,
        /// In the shared library: those of every computer.
        Shared,
    }

    /// How Milvus shall find neighbours.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum IndexKind {
        /// A graph in memory: fast, exact enough, the default.
        #[default]
        Hnsw,
        /// Lists around centres: less memory than a graph, slower.
        IvfFlat,
        /// A graph on disk, for collections larger than memory.
        Diskann,
        /// The server's own choice.
        Autoindex,
    }

    /// An index kind with its parameters; those of other kinds have no effect.
    #[derive(Copy, Eq)]
    #[serde(default, deny_unknown_fields)]
    pub struct IndexSettings {
        /// Which kind.
        pub kind: IndexKind,
        /// HNSW: links of each vector, 2 ..= 2048.
        pub m: u32,
        /// HNSW: candidates while building, 8 ..= 512.
        pub ef_construction: u32,
        /// HNSW: candidates while searching, at least; raised to the number of results that are asked for.
        pub ef: u32,
        /// IVF_FLAT: number of lists, 1 ..= 65536.
        pub nlist: u32,
        /// IVF_FLAT: lists that a search looks into.
        pub nprobe: u32,
        /// DISKANN: candidates while searching, at least.
        pub search_list: u32,
    }

    /// How fresh a shared search must be.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum Consistency {
        /// Everything that anyone has written.
        Strong,
        /// Everything that this computer has written.
        Session,
        /// May miss what was written in the last moments; fast.
        #[default]
        Bounded,
        /// May miss more.
        Eventually,
    }

    /// A Milvus server.
    #[serde(deny_unknown_fields)]
    pub struct MilvusSettings {
        /// `http://HOST:19530`, or https for TLS.
        pub address: String,
        /// PEM file of the authority that signed the server's certificate, where it is no public one.
        #[serde(default)]
        pub own_ca: Option<String>,
        /// Database.
        #[serde(default = "default_database")]
        pub database: String,
        /// Collection; none: named after the model in use.
        #[serde(default)]
        pub collection: Option<String>,
        /// Index that a new collection gets.
        #[serde(default)]
        pub index: IndexSettings,
        /// How fresh a shared search must be.
        #[serde(default)]
        pub consistency: Consistency,
    }

    /// What goes to the object store.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum Upload {
        /// The photos as they are.
        #[default]
        Originals,
        /// JPEGs of at most 2048 pixels.
        Previews,
        /// Nothing.
        None,
    }

    /// An S3-compatible object store (MinIO, Garage, SeaweedFS, AWS).
    #[serde(deny_unknown_fields)]
    pub struct StoreSettings {
        /// `http://HOST:PORT`, or https for TLS.
        pub endpoint: String,
        /// Region, as the server names it.
        #[serde(default = "default_region")]
        pub region: String,
        /// Whether the bucket is part of the path (most servers) or of the host name (AWS).
        #[serde(default = "yes")]
        pub path_style: bool,
        /// PEM file of the authority that signed the server's certificate, where it is no public one.
        #[serde(default)]
        pub own_ca: Option<String>,
        /// Bucket.
        pub bucket: String,
        /// What to upload.
        #[serde(default)]
        pub upload: Upload,
        /// Address for links that others open, where it differs from `endpoint`.
        #[serde(default)]
        pub public_address: Option<String>,
        /// Hours for which such links are valid, 1 ..= 168.
        #[serde(default = "default_link_hours")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 168))]
        pub link_hours: u32,
    }

    /// Where the library is shared. Holds no secret: it may be exported.
    #[serde(deny_unknown_fields)]
    pub struct ConnectionSettings {
        /// Vectors and facts.
        pub milvus: MilvusSettings,
        /// Pictures; none: vectors only.
        #[serde(default)]
        pub store: Option<StoreSettings>,
        /// What others call this computer.
        #[serde(default)]
        pub device_name: String,
    }

    /// Secrets on their way in; those left out stay as they are.
    #[derive(Default)]
    #[serde(default, deny_unknown_fields)]
    pub struct Secrets {
        /// Token of Milvus, or `user:password`.
        pub milvus_token: Option<Secret>,
        /// Access key of the object store.
        pub s3_access_key: Option<Secret>,
        /// Secret key of the object store.
        pub s3_secret_key: Option<Secret>,
    }

    /// Connects, or tries a connection without keeping it.
    #[serde(deny_unknown_fields)]
    pub struct ConnectRequest {
        /// Where to.
        pub settings: ConnectionSettings,
        /// As whom.
        #[serde(default)]
        pub secrets: Secrets,
    }

    /// Where secrets are kept.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum SecretsIn {
        /// The system's keychain.
        Keychain,
        /// A file that only this user may read, because there is no keychain.
        File,
    }

    /// The connection as it is set up.
    pub struct ConnectionInfo {
        /// None: nothing was ever connected.
        pub settings: Option<ConnectionSettings>,
        /// Whether it is on.
        pub enabled: bool,
        /// Why what was set up cannot be read; connecting again mends it.
        pub problem: Option<ErrorReply>,
        /// Whether a token or password of Milvus is known.
        pub has_milvus_secret: bool,
        /// Whether keys of the object store are known.
        pub has_store_secret: bool,
        /// Where secrets are kept.
        pub secrets_in: SecretsIn,
    }

    /// Which server a test step looked at.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum Target {
        /// Vectors and facts.
        Milvus,
        /// Pictures.
        ObjectStore,
    }

    /// A change of the settings that would let a failed step pass.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "kebab-case")]
    pub enum Remedy {
        /// Speak TLS.
        UseTls,
        /// Do not speak TLS.
        DropTls,
        /// Name another collection.
        OtherCollection,
        /// Enter the secrets again.
        EnterSecrets,
    }

    /// One step of a connection test.
    pub struct TestStep {
        /// Which server.
        pub target: Target,
        /// What was tried: `name`, `tcp`, `tls`, `sign-in`, `version`, `database`, `collection`, `upsert`, `search`,
        /// `delete`, `bucket`, `put`, `get`, `link`.
        pub step: String,
        /// The same in words.
        pub label: String,
        /// How it ended; `off`: not tried, because an earlier one failed.
        pub state: CheckState,
        /// Milliseconds that it took.
        pub ms: f64,
        /// What was found.
        pub detail: String,
        /// What it takes to say `detail` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub detail_said: Option<Box<Saying>>,
        /// Kind of failure, as programs know it.
        pub code: Option<String>,
        /// What to do about it.
        pub hint: Option<String>,
        /// What it takes to say `hint` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub hint_said: Option<Box<Saying>>,
        /// The change that would help, where there is one.
        pub remedy: Option<Remedy>,
    }

    /// A connection test.
    pub struct TestReport {
        /// Whether every step passed.
        pub ok: bool,
        /// The steps in the order in which they were made.
        pub steps: Vec<TestStep>,
    }

    /// What the sync worker does.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "kebab-case")]
    pub enum SyncState {
        /// Nothing is connected.
        #[default]
        Off,
        /// Everything is with the remote, or waits for its next try.
        Idle,
        /// Sending.
        Syncing,
        /// The remote cannot be used now; it is tried again by itself.
        Waiting,
        /// The remote will not be usable before something is changed: see `problem`.
        Blocked,
        /// Stopped by the user.
        Paused,
    }

    /// A picture that the remote does not get, and why.
    pub struct ParkedPicture {
        /// Content hash: 64 hexadecimal digits.
        pub id: String,
        /// A file name, where it still has one.
        pub file_name: Option<String>,
        /// Kind of failure, as programs know it.
        pub code: String,
        /// The reason in plain words.
        pub message: String,
        /// What it takes to say `message` in another language, where it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        pub message_said: Option<Box<Saying>>,
    }

    /// How syncing stands.
    #[derive(Default)]
    pub struct SyncStatus {
        /// What the worker does.
        pub state: SyncState,
        /// Changes that wait.
        pub pending: u64,
        /// Pictures that the remote is known to hold.
        pub done: u64,
        /// Pictures that wait for the user.
        pub parked: u64,
        /// The first 100 of them, with their reasons.
        pub parked_pictures: Vec<ParkedPicture>,
        /// Changes a second over the last seconds.
        pub rate: f64,
        /// Unix seconds of the last change that the remote took.
        pub last_success: Option<i64>,
        /// Why it waits or is blocked.
        pub problem: Option<ErrorReply>,
    }

    /// What one `sync` did.
    pub struct SyncReport {
        /// Changes that the remote took.
        pub sent: u64,
        /// How it stands at the end.
        pub status: SyncStatus,
        /// Wall time in seconds.
        pub seconds: f64,
    }

    /// How catalog and remote differ: rows and objects together. All zero: they agree.
    #[derive(Copy, Eq, Default)]
    pub struct Differences {
        /// The catalog has it, the remote does not.
        pub missing: u64,
        /// The remote has it under this computer's name, or an object under nobody's, and the catalog does not.
        pub surplus: u64,
        /// Both have it, not the same.
        pub different: u64,
    }

    /// What a comparison found, and what was mended.
    pub struct VerifyReport {
        /// What was found.
        pub found: Differences,
        /// What is left after mending; the same as `found` where nothing was mended.
        pub left: Differences,
        /// Rows of this computer that the remote has.
        pub rows: u64,
        /// Objects that were looked at.
        pub objects: u64,
        /// The first of the differences, in words.
        pub examples: Vec<String>,
        /// Wall time in seconds.
        pub seconds: f64,
    }
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self { kind: IndexKind::default(), m: 16, ef_construction: 200, ef: 128, nlist: 1024, nprobe: 32, search_list: 128 }
    }
}

fn default_database() -> String {
    "default".into()
}

fn default_region() -> String {
    "us-east-1".into()
}

fn default_link_hours() -> u32 {
    168
}

fn yes() -> bool {
    true
}
