//! The peer of the remote measures: the bare calls of the SDKs, with the batch sizes that the engine uses.

use std::path::PathBuf;
use std::sync::Arc;

use lookalike_engine::index::milvus::SharedRow;
use lookalike_tests::remote::Remote;
use lookalike_tests::services::{Garage, MilvusServer};
use milvus::v2::prelude::{self as sdk, FieldData};
use s3::Bucket;
use s3::creds::Credentials;
use s3::region::Region;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Result;

/// Rows in one upsert, and objects on their way at once: as in the engine's sync worker.
const BATCH: usize = 500;
const UPLOADS: usize = 8;
const FIELDS: [&str; 12] = ["id", "content", "device", "device_name", "file_name", "object_key", "width", "height", "bytes", "taken_at", "format", "embedding"];

/// Signed-in clients.
pub(crate) struct Raw {
    runtime: Runtime,
    milvus: sdk::ClientV2,
    bucket: Arc<Bucket>,
    collection: String,
}

impl Raw {
    /// For the database, collection and bucket of `remote`.
    pub(crate) fn new(remote: &Remote) -> Result<Self> {
        let runtime = Runtime::new()?;
        let config = sdk::ConnectConfig::new().uri(remote.milvus().address()).token(MilvusServer::TOKEN).database(remote.database());
        let milvus = runtime.block_on(sdk::ClientV2::new(&config.telemetry(sdk::TelemetryConfig::new().enabled(false))))?;
        let credentials = Credentials::new(Some(Garage::access_key()), Some(Garage::secret_key()), None, None, None)?;
        let region = Region::Custom { region: "us-east-1".into(), endpoint: remote.garage().endpoint() };
        let bucket = Bucket::new(remote.bucket_name(), region, credentials)?.with_path_style();
        Ok(Self { runtime, milvus, bucket: Arc::new(*bucket), collection: remote.collection().into() })
    }

    /// Puts every file under its row's key, then the rows, batch by batch.
    pub(crate) fn send(&self, photos: &[(PathBuf, SharedRow)]) -> Result<()> {
        for batch in photos.chunks(BATCH) {
            self.runtime.block_on(self.put(batch))?;
            let rows: Vec<&SharedRow> = batch.iter().map(|(_, row)| row).collect();
            self.upsert(&rows)?;
        }
        Ok(())
    }

    async fn put(&self, batch: &[(PathBuf, SharedRow)]) -> Result<()> {
        let (turns, mut puts) = (Arc::new(Semaphore::new(UPLOADS)), JoinSet::new());
        for (path, row) in batch {
            let (bucket, turns, path, key) = (Arc::clone(&self.bucket), Arc::clone(&turns), path.clone(), row.object_key.clone());
            puts.spawn(async move {
                let _turn = turns.acquire().await?;
                bucket.put_object_with_content_type(key, &fs_err::read(path)?, "image/jpeg").await?;
                Result::<()>::Ok(())
            });
        }
        while let Some(put) = puts.join_next().await {
            put??;
        }
        Ok(())
    }

    /// Writes rows in one request.
    pub(crate) fn upsert(&self, rows: &[&SharedRow]) -> Result<()> {
        let request = sdk::UpsertRequest::builder().insert(self.insertion(rows)?).build()?;
        self.runtime.block_on(self.milvus.upsert(request))?;
        Ok(())
    }

    /// The same for rows that are new, which is faster.
    pub(crate) fn insert(&self, rows: &[&SharedRow]) -> Result<()> {
        self.runtime.block_on(self.milvus.insert(self.insertion(rows)?))?;
        Ok(())
    }

    fn insertion(&self, rows: &[&SharedRow]) -> Result<sdk::InsertRequest> {
        let text = |name: &str, of: fn(&SharedRow) -> &String| FieldData::varchar(name, rows.iter().map(|row| of(row).clone()).collect());
        let number = |name: &str, of: fn(&SharedRow) -> i64| FieldData::int64(name, rows.iter().map(|row| of(row)).collect());
        let columns = vec![
            text("id", |row| &row.id),
            text("content", |row| &row.content),
            text("device", |row| &row.device),
            text("device_name", |row| &row.device_name),
            text("file_name", |row| &row.file_name),
            text("object_key", |row| &row.object_key),
            number("width", |row| row.width),
            number("height", |row| row.height),
            number("bytes", |row| row.bytes),
            text("taken_at", |row| &row.taken_at),
            text("format", |row| &row.format),
            FieldData::float_vector("embedding", rows.iter().map(|row| row.embedding.clone()).collect()),
        ];
        Ok(sdk::InsertRequest::builder().collection_name(&self.collection).columns(columns).build()?)
    }

    /// Waits until every row is in the vector index, and not in a segment that is searched row by row.
    pub(crate) fn settle(&self) -> Result<()> {
        self.flush()?;
        self.runtime.block_on(async {
            loop {
                let request = sdk::DescribeIndexRequest::builder().collection_name(&self.collection).field_name("embedding").build()?;
                if self.milvus.describe_index(request).await?.indexes().iter().all(|index| index.get_pending_rows() == 0) {
                    return Ok(());
                }
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        })
    }

    /// The bare search: some fields of the nearest rows.
    pub(crate) fn search(&self, vector: &[f32], limit: usize, fields: &[&str]) -> Result<usize> {
        let request = sdk::SearchRequest::builder()
            .collection_name(&self.collection)
            .vector_field("embedding")
            .vectors(sdk::SearchVectors::Float(vec![vector.to_vec()]))
            .metric_type(sdk::MetricType::Cosine)
            .output_fields(fields.iter().copied())
            .limit(limit as i64)
            .extra_params([("ef".to_owned(), limit.to_string())].into())
            .consistency_level(sdk::ConsistencyLevel::Bounded);
        let response = self.runtime.block_on(self.milvus.search(request.build()?))?;
        Ok(response.results().get_results().first().map_or(0, |result| result.get_scores().len()))
    }

    /// Seals what was written, as a server does by itself after a while.
    pub(crate) fn flush(&self) -> Result<()> {
        let request = sdk::FlushRequest::builder().collection_names([self.collection.as_str()]).build()?;
        self.runtime.block_on(self.milvus.flush(request))?;
        Ok(())
    }

    /// Reads every row of a computer with its vector, in pages by its id. Returns how many there are.
    pub(crate) fn read_all(&self, device: &str) -> Result<usize> {
        let (mut after, mut count) = (String::new(), 0);
        loop {
            let request = sdk::QueryRequest::builder()
                .collection_name(&self.collection)
                .filter(format!("device == \"{device}\" and id > \"{after}\""))
                .output_fields(FIELDS)
                .limit(BATCH as i64)
                .consistency_level(sdk::ConsistencyLevel::Strong);
            let response = self.runtime.block_on(self.milvus.query(request.build()?))?;
            let ids = response.results().get_output_field("id").and_then(|field| field.as_varchar()).unwrap_or_default();
            let Some(last) = ids.iter().max() else { return Ok(count) };
            count += ids.len();
            after.clone_from(last);
        }
    }
}
