//! Milvus: the collection that several computers share.
//!
//! [`Milvus`] is a signed-in client, [`Collection`] the rows of one model in it, [`MilvusIndex`] the same code behind
//! [`super::VectorIndex`], so that the conformance suite runs on it. Everything blocks; the client's tasks run on a
//! [`Runtime`]. Knows no catalog and no file.
//!
//! Works with Milvus 2.3 and newer. What the oldest of them does wrong is avoided for all: rows are enumerated by ranges of
//! the primary key, never by offset or iterator (both lose rows); writes are upserts, never inserts (a second insert
//! makes a duplicate); filters are written out, never templates.

mod collection;
mod fault;
mod filter;
mod parity;
mod rows;

use std::time::Duration;

use milvus::v2::prelude as sdk;

use crate::remote::{Fault, FaultKind, Runtime};
use crate::wire::{MilvusSettings, Secret};
use crate::words::{Words, sayings};
pub use collection::{Collection, Shape};
pub use filter::Filter;
pub use parity::MilvusIndex;
pub use rows::{SharedHit, SharedRow};

/// Largest number of results of one search, and of offset and limit together: Milvus's own limit.
pub const MAX_RESULTS: usize = 16_384;

const CONNECT: Duration = Duration::from_secs(10);
/// One request. Loading and index building have limits of their own.
const REQUEST: Duration = Duration::from_secs(60);

/// A signed-in client of one database. Cheap to clone; reconnects by itself.
#[derive(Clone)]
pub struct Milvus {
    client: sdk::ClientV2,
    runtime: Runtime,
    /// For faults: `Milvus at http://HOST:PORT`.
    server: Words,
}

impl Milvus {
    /// Connects and signs in to the database of the settings.
    ///
    /// # Errors
    ///
    /// A [`Fault`]; name, TCP and TLS failures all come as [`FaultKind::TimedOut`], see [`crate::remote::probe`].
    pub fn connect(settings: &MilvusSettings, token: Option<&Secret>, runtime: &Runtime) -> Result<Self, Fault> {
        Self::connect_to(settings, &settings.database, token, runtime)
    }

    /// Connects to another database than that of the settings.
    pub fn connect_to(settings: &MilvusSettings, database: &str, token: Option<&Secret>, runtime: &Runtime) -> Result<Self, Fault> {
        let server = sayings::milvus_at(&settings.address);
        let mut config = sdk::ConnectConfig::new()
            .uri(&settings.address)
            .database(database)
            .secure(settings.address.starts_with("https://"))
            .connect_timeout(CONNECT)
            .rpc_timeout(REQUEST)
            // Trying again is the business of the sync worker; a search falls back at once.
            .retry(sdk::RetryConfig::new().max_attempts(1))
            .telemetry(sdk::TelemetryConfig::new().enabled(false));
        if let Some(token) = token {
            config = config.token(token.reveal());
        }
        if let Some(path) = &settings.own_ca {
            config = config.ca_certificate(path);
        }
        let client = runtime.wait(&server, CONNECT * 2, async { sdk::ClientV2::new(&config).await.map_err(|error| fault::translate(&server, error)) })?;
        Ok(Self { client, runtime: runtime.clone(), server })
    }

    /// The server's version, as it says it.
    pub fn version(&self) -> Result<String, Fault> {
        let request = self.built(sdk::GetServerVersionRequest::builder().build())?;
        Ok(self.wait(REQUEST, self.client.server_version(request))?.version().to_owned())
    }

    /// Names of the databases; empty on servers that have none.
    pub fn databases(&self) -> Result<Vec<String>, Fault> {
        let request = self.built(sdk::ListDatabasesRequest::builder().build())?;
        Ok(self.wait(REQUEST, self.client.list_databases(request))?.database_names().to_vec())
    }

    /// Names of the collections of the database, whoever's they are.
    pub fn collections(&self) -> Result<Vec<String>, Fault> {
        let request = self.built(sdk::ListCollectionsRequest::builder().build())?;
        Ok(self.wait(REQUEST, self.client.list_collections(request))?.collection_names().to_vec())
    }

    /// Makes a database.
    pub fn create_database(&self, name: &str) -> Result<(), Fault> {
        let request = self.built(sdk::CreateDatabaseRequest::builder().database_name(name).build())?;
        self.wait(REQUEST, self.client.create_database(request))
    }

    /// Removes a database, if it is empty.
    pub fn drop_database(&self, name: &str) -> Result<(), Fault> {
        let request = self.built(sdk::DropDatabaseRequest::builder().database_name(name).build())?;
        self.wait(REQUEST, self.client.drop_database(request))
    }

    fn wait<T>(&self, limit: Duration, call: impl Future<Output = milvus::v2::error::Result<T>>) -> Result<T, Fault> {
        self.runtime.wait(&self.server, limit, async { call.await.map_err(|error| fault::translate(&self.server, error)) })
    }

    fn built<T>(&self, request: milvus::v2::error::Result<T>) -> Result<T, Fault> {
        request.map_err(|error| fault::translate(&self.server, error))
    }

    fn malformed(&self, what: &str) -> Fault {
        Fault::new(FaultKind::ServerFailed, sayings::server_failed(&self.server, format!("an answer without {what}")))
    }
}
