//! A collection: made, checked, loaded; its rows written, removed, enumerated and searched.

use std::collections::HashMap;
use std::time::Duration;

use milvus::v2::prelude::{self as sdk, Ids};

use super::rows::{EMBEDDING, FACTS, HIT, columns, hits, rows, schema};
use super::{Filter, MAX_RESULTS, Milvus, SharedHit, SharedRow};
use crate::remote::{Fault, FaultKind};
use crate::wire::{Consistency, IndexKind, IndexSettings};
use crate::words::{Words, sayings};

/// Loading a large collection takes minutes.
const LOAD: Duration = Duration::from_secs(300);
const REQUEST: Duration = Duration::from_secs(60);

/// How a collection on the server looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The number that the server gave it; another one has another, also under the same name.
    pub id: i64,
    /// Numbers in a vector; 0 where it has no `embedding`.
    pub dimension: usize,
    /// Columns that ours need and it lacks.
    pub lacks: Vec<String>,
    /// Metric of the vector index; none where there is no index.
    pub metric: Option<String>,
    /// Whose vectors it holds; none where it does not say.
    pub model: Option<String>,
}

/// Begins the description of a collection of ours; the id of the model follows.
const DESCRIPTION: &str = "Pictures of Lookalike, as seen by ";

/// The rows of one model on a server. Cheap to clone.
#[derive(Clone)]
pub struct Collection {
    milvus: Milvus,
    name: String,
    dimension: usize,
    index: IndexSettings,
    /// Whose vectors it holds; none: nobody's in particular.
    model: Option<String>,
}

impl Collection {
    /// Names a collection; asks the server nothing.
    pub fn new(milvus: &Milvus, name: &str, dimension: usize, index: IndexSettings) -> Self {
        Self { milvus: milvus.clone(), name: name.into(), dimension, index, model: None }
    }

    /// The same collection, made for the vectors of one model and refused where it holds those of another.
    #[must_use]
    pub fn of_model(self, model: &str) -> Self {
        Self { model: Some(model.into()), ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Length of its vectors.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// How it looks on the server; none where there is none.
    pub fn shape(&self) -> Result<Option<Shape>, Fault> {
        let milvus = &self.milvus;
        let request = milvus.built(sdk::HasCollectionRequest::builder().collection_name(&self.name).build())?;
        if !milvus.wait(REQUEST, milvus.client.has_collection(request))?.exists() {
            return Ok(None);
        }
        let request = milvus.built(sdk::DescribeCollectionRequest::builder().collection_name(&self.name).build())?;
        let response = milvus.wait(REQUEST, milvus.client.describe_collection(request))?;
        let id = response.description().get_collection_id();
        let schema = response.description().get_schema();
        let model = schema.get_description().strip_prefix(DESCRIPTION).map(str::to_owned);
        let fields = schema.get_fields();
        let dimension = fields.iter().find(|field| field.get_name() == EMBEDDING).map_or(0, |field| field.get_dimension() as usize);
        let lacks = FACTS.iter().filter(|name| !fields.iter().any(|field| field.get_name() == **name)).map(|name| (*name).to_owned()).collect();
        Ok(Some(Shape { id, dimension, lacks, metric: self.metric()?, model }))
    }

    fn metric(&self) -> Result<Option<String>, Fault> {
        let milvus = &self.milvus;
        let request = milvus.built(sdk::DescribeIndexRequest::builder().collection_name(&self.name).field_name(EMBEDDING).build())?;
        match milvus.wait(REQUEST, milvus.client.describe_index(request)) {
            Ok(response) => {
                Ok(response.indexes().iter().find(|index| index.get_field_name() == EMBEDDING).map(|index| format!("{:?}", index.get_metric_type())))
            }
            // No index yet: 700 on most versions, in other words on others.
            Err(fault) if !fault.is_passing() || fault.message.as_str().contains("index") => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Makes the collection and its indexes where they are missing, refuses one that is not ours, and loads it. Says whether
    /// it was missing.
    ///
    /// # Errors
    ///
    /// [`FaultKind::Mismatch`] for vectors of another length or model, another metric or other columns.
    pub fn prepare(&self) -> Result<bool, Fault> {
        let shape = self.shape()?;
        let is_new = shape.is_none();
        match shape {
            None => {
                self.create()?;
                self.create_indexes()?;
            }
            Some(shape) => {
                self.check(&shape)?;
                if shape.metric.is_none() {
                    self.create_indexes()?;
                }
            }
        }
        self.load()?;
        Ok(is_new)
    }

    /// Refuses a collection that is not ours.
    pub fn check(&self, shape: &Shape) -> Result<(), Fault> {
        let refuse = |reason: Words| Err(Fault::new(FaultKind::Mismatch, reason));
        if shape.dimension == 0 || !shape.lacks.is_empty() {
            return refuse(sayings::collection_of_others(&self.name));
        }
        if shape.dimension != self.dimension {
            return refuse(sayings::collection_of_dimension(&self.name, shape.dimension, self.dimension));
        }
        if let (Some(theirs), Some(ours)) = (&shape.model, &self.model)
            && theirs != ours
        {
            return refuse(sayings::collection_of_model(&self.name, theirs, ours));
        }
        match shape.metric.as_deref() {
            None | Some("Cosine") => Ok(()),
            Some(metric) => refuse(sayings::collection_of_metric(&self.name, metric)),
        }
    }

    fn create(&self) -> Result<(), Fault> {
        let milvus = &self.milvus;
        let request = sdk::CreateCollectionRequest::builder()
            .collection_name(&self.name)
            .schema(schema(self.dimension).description(self.model.as_ref().map(|model| format!("{DESCRIPTION}{model}")).unwrap_or_default()))
            .consistency_level(sdk::ConsistencyLevel::Bounded);
        let created = milvus.wait(REQUEST, milvus.client.create_collection(milvus.built(request.build())?));
        // Another computer may have been quicker.
        match (created, self.shape()) {
            (Ok(()), _) => Ok(()),
            (Err(_), Ok(Some(shape))) => self.check(&shape),
            (Err(fault), _) => Err(fault),
        }
    }

    fn create_indexes(&self) -> Result<(), Fault> {
        let milvus = &self.milvus;
        let index = &self.index;
        let (kind, parameters): (_, Vec<(&str, u32)>) = match index.kind {
            IndexKind::Hnsw => (sdk::IndexType::Hnsw, vec![("M", index.m), ("efConstruction", index.ef_construction)]),
            IndexKind::IvfFlat => (sdk::IndexType::IvfFlat, vec![("nlist", index.nlist)]),
            IndexKind::Diskann => (sdk::IndexType::DiskAnn, vec![]),
            IndexKind::Autoindex => (sdk::IndexType::AutoIndex, vec![]),
        };
        let parameters: HashMap<String, String> = parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
        let vector = sdk::IndexParam::new().field_name(EMBEDDING).index_type(kind).metric_type(sdk::MetricType::Cosine).extra_params(parameters);
        let request = sdk::CreateIndexRequest::builder().collection_name(&self.name).index_param(vector).sync(false);
        milvus.wait(REQUEST, milvus.client.create_index(milvus.built(request.build())?))?;
        // Which computers have a content is asked before every upload and removal.
        let content = sdk::IndexParam::new().field_name("content").index_type(sdk::IndexType::Trie);
        let request = sdk::CreateIndexRequest::builder().collection_name(&self.name).index_param(content).sync(false);
        milvus.wait(REQUEST, milvus.client.create_index(milvus.built(request.build())?))
    }

    /// Loads the collection into the server's memory, where it is searched; waits until that is done.
    pub fn load(&self) -> Result<(), Fault> {
        let milvus = &self.milvus;
        let request = sdk::LoadCollectionRequest::builder().collection_name(&self.name).sync(true).timeout_ms(LOAD.as_millis() as i64);
        milvus.wait(LOAD + REQUEST, milvus.client.load_collection(milvus.built(request.build())?))
    }

    /// Seals what was written, so that it is indexed. The server does so by itself in time.
    pub fn flush(&self) -> Result<(), Fault> {
        let milvus = &self.milvus;
        let request = sdk::FlushRequest::builder().collection_names([self.name.as_str()]);
        milvus.wait(LOAD, milvus.client.flush(milvus.built(request.build())?)).map(|_| ())
    }

    /// Removes the collection with everything in it.
    pub fn drop_whole(&self) -> Result<(), Fault> {
        let milvus = &self.milvus;
        let request = milvus.built(sdk::DropCollectionRequest::builder().collection_name(&self.name).build())?;
        milvus.wait(REQUEST, milvus.client.drop_collection(request))
    }

    /// Writes rows, replacing those of the same id. Of an id given twice the last row counts.
    pub fn upsert(&self, batch: &[SharedRow]) -> Result<(), Fault> {
        if batch.is_empty() {
            return Ok(());
        }
        let milvus = &self.milvus;
        let rows = milvus.built(sdk::InsertRequest::builder().collection_name(&self.name).columns(columns(batch)).build())?;
        let request = milvus.built(sdk::UpsertRequest::builder().insert(rows).build())?;
        milvus.wait(REQUEST, milvus.client.upsert(request)).map(|_| ())
    }

    /// Removes the rows that a filter names. It must name some: all rows are not removed this way.
    pub fn remove(&self, filter: &Filter) -> Result<(), Fault> {
        let milvus = &self.milvus;
        let request = milvus.built(sdk::DeleteRequest::builder().collection_name(&self.name).filter(filter.as_str()).build())?;
        milvus.wait(REQUEST, milvus.client.delete(request)).map(|_| ())
    }

    /// Rows by ascending id, at most `limit`, above `after`. Only an empty page is the end.
    pub fn page(&self, filter: &Filter, after: &str, limit: usize, with_vectors: bool, consistency: Consistency) -> Result<Vec<SharedRow>, Fault> {
        let fields = FACTS.iter().copied().chain(with_vectors.then_some(EMBEDDING));
        let response = self.query(filter.clone().after(after), limit, fields, consistency)?;
        let count = response.results().get_row_count() as usize;
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut found = rows(response.results().get_output_fields(), count, with_vectors).ok_or_else(|| self.milvus.malformed("every column"))?;
        // The server's order is not promised.
        found.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// The rows that a filter names, without their vectors, at most [`MAX_RESULTS`].
    pub fn rows(&self, filter: &Filter, consistency: Consistency) -> Result<Vec<SharedRow>, Fault> {
        let response = self.query(filter.clone(), MAX_RESULTS, FACTS, consistency)?;
        let count = response.results().get_row_count() as usize;
        if count == 0 {
            return Ok(Vec::new());
        }
        rows(response.results().get_output_fields(), count, false).ok_or_else(|| self.milvus.malformed("every column"))
    }

    /// One column of text of the rows that a filter names, at most `limit`.
    pub fn texts(&self, filter: &Filter, field: &str, limit: usize, consistency: Consistency) -> Result<Vec<String>, Fault> {
        let response = self.query(filter.clone(), limit, [field], consistency)?;
        let results = response.results();
        if results.get_row_count() == 0 {
            return Ok(Vec::new());
        }
        let values = results.get_output_field(field).and_then(|field| field.as_varchar());
        values.map(<[String]>::to_vec).ok_or_else(|| self.milvus.malformed("the column asked for"))
    }

    /// How many rows a filter names.
    pub fn count(&self, filter: &Filter, consistency: Consistency) -> Result<u64, Fault> {
        let milvus = &self.milvus;
        let request =
            sdk::QueryRequest::builder().collection_name(&self.name).filter(filter.as_str()).output_fields(["count(*)"]).consistency_level(level(consistency));
        let response = milvus.wait(REQUEST, milvus.client.query(milvus.built(request.build())?))?;
        let count = response.results().get_output_field("count(*)").and_then(|field| field.as_int64()?.first().copied());
        count.and_then(|count| u64::try_from(count).ok()).ok_or_else(|| milvus.malformed("the count"))
    }

    fn query<'a>(
        &self,
        filter: Filter,
        limit: usize,
        fields: impl IntoIterator<Item = &'a str>,
        consistency: Consistency,
    ) -> Result<sdk::QueryResponse, Fault> {
        let milvus = &self.milvus;
        let request = sdk::QueryRequest::builder()
            .collection_name(&self.name)
            .filter(filter.as_str())
            .output_fields(fields)
            .limit(limit.clamp(1, MAX_RESULTS) as i64)
            .consistency_level(level(consistency));
        milvus.wait(REQUEST, milvus.client.query(milvus.built(request.build())?))
    }

    /// Ids and squared distances of the nearest rows, nearest first, at most `limit` (and [`MAX_RESULTS`]).
    pub fn nearest(&self, vector: &[f32], limit: usize, effort: Option<usize>, filter: &Filter, consistency: Consistency) -> Result<Vec<(String, f32)>, Fault> {
        let response = self.search(vector, limit, effort, filter, consistency, &[FACTS[0]])?;
        let Some(result) = first(&response) else { return Ok(Vec::new()) };
        let Ids::VarChar(ids) = result.get_ids() else { return Err(self.milvus.malformed("the ids")) };
        Ok(ids.iter().cloned().zip(result.get_scores().iter().map(|score| distance(*score))).collect())
    }

    /// As [`Collection::nearest`], with what is shown of the rows in the place of ids.
    pub fn nearest_hits(&self, vector: &[f32], limit: usize, filter: &Filter, consistency: Consistency) -> Result<Vec<(SharedHit, f32)>, Fault> {
        let response = self.search(vector, limit, None, filter, consistency, &HIT)?;
        let Some(result) = first(&response) else { return Ok(Vec::new()) };
        let scores = result.get_scores();
        let hits = hits(result.get_output_fields(), scores.len()).ok_or_else(|| self.milvus.malformed("every column"))?;
        Ok(hits.into_iter().zip(scores.iter().map(|score| distance(*score))).collect())
    }

    fn search(
        &self,
        vector: &[f32],
        limit: usize,
        effort: Option<usize>,
        filter: &Filter,
        consistency: Consistency,
        fields: &[&str],
    ) -> Result<sdk::SearchResponse, Fault> {
        let milvus = &self.milvus;
        // Milvus refuses to find nothing.
        let limit = limit.clamp(1, MAX_RESULTS);
        // At least `limit`, or sealed segments refuse; unsealed ones hide that.
        let candidates = |least: u32| effort.unwrap_or(least as usize).max(limit).to_string();
        let parameters = match self.index.kind {
            IndexKind::Hnsw => vec![("ef", candidates(self.index.ef))],
            IndexKind::IvfFlat => vec![("nprobe", self.index.nprobe.min(self.index.nlist).to_string())],
            IndexKind::Diskann => vec![("search_list", candidates(self.index.search_list))],
            IndexKind::Autoindex => vec![],
        };
        let request = sdk::SearchRequest::builder()
            .collection_name(&self.name)
            .vector_field(EMBEDDING)
            .vectors(sdk::SearchVectors::Float(vec![vector.to_vec()]))
            .metric_type(sdk::MetricType::Cosine)
            .filter(filter.as_str())
            .output_fields(fields.iter().copied())
            .limit(limit as i64)
            .extra_params(parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            .consistency_level(level(consistency));
        milvus.wait(REQUEST, milvus.client.search(milvus.built(request.build())?))
    }
}

/// The answer to the one vector that was asked for; none where nothing is found.
fn first(response: &sdk::SearchResponse) -> Option<&sdk::SingleResult> {
    response.results().get_results().first().filter(|result| !result.get_scores().is_empty())
}

/// Cosine to squared L2 distance of unit vectors.
fn distance(cosine: f32) -> f32 {
    (2.0 - 2.0 * cosine).clamp(0.0, 4.0)
}

fn level(consistency: Consistency) -> sdk::ConsistencyLevel {
    match consistency {
        Consistency::Strong => sdk::ConsistencyLevel::Strong,
        Consistency::Session => sdk::ConsistencyLevel::Session,
        Consistency::Bounded => sdk::ConsistencyLevel::Bounded,
        Consistency::Eventually => sdk::ConsistencyLevel::Eventually,
    }
}
