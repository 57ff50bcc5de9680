//! The embedded index in memory, on disk, mapped, damaged and interrupted.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::index::conformance::{self, LEAST_RECALL, fill, recall};
use crate::index::synthetic::ClusteredVectors;

const DIMENSION: usize = 16;
const MODEL: &str = "test-model";

fn options() -> EmbeddedOptions {
    EmbeddedOptions { threads: 2, ..EmbeddedOptions::default() }
}

fn reopen(directory: &Path) -> Result<EmbeddedIndex, IndexError> {
    EmbeddedIndex::open(directory, MODEL, DIMENSION, options())
}

fn family(expected: u64) -> ClusteredVectors {
    ClusteredVectors::new(DIMENSION, expected as usize, 9)
}

/// A saved index of this many vectors.
fn saved(directory: &Path, count: u64) -> EmbeddedIndex {
    let index = EmbeddedIndex::create(directory, MODEL, DIMENSION, options()).unwrap();
    fill(&index, &family(count), 0..count);
    index.set_covered_sequence(count);
    index.save().unwrap();
    index
}

fn answers(index: &EmbeddedIndex, family: &ClusteredVectors) -> Vec<Vec<Hit>> {
    (0..40).map(|at| index.search(&family.vector(1_000_000 + at), SearchOptions::best(20)).unwrap()).collect()
}

#[test]
fn conforms() {
    let nowhere = TempDir::new().unwrap();
    conformance::run(|dimension| Box::new(EmbeddedIndex::create(nowhere.path(), MODEL, dimension, options()).unwrap()));
    assert_eq!(fs::read_dir(nowhere.path()).unwrap().count(), 0, "nothing is written before a save");
}

#[test]
fn conforms_along_the_graph() {
    let nowhere = TempDir::new().unwrap();
    let options = EmbeddedOptions { exact_up_to: 0, ..options() };
    conformance::run(|dimension| Box::new(EmbeddedIndex::create(nowhere.path(), MODEL, dimension, options).unwrap()));
}

#[test]
fn conforms_with_changes_beside_the_graph() {
    // As with a mapped graph, here an empty one: everything goes into the overlay, and past its limit into the graph.
    let directories = TempDir::new().unwrap();
    conformance::run(|dimension| {
        let directory = TempDir::new_in(directories.path()).unwrap().keep();
        let index = EmbeddedIndex::create(&directory, MODEL, dimension, options()).unwrap();
        index.save().unwrap();
        let mut index = EmbeddedIndex::open(&directory, MODEL, dimension, options()).unwrap();
        index.state.get_mut().unwrap().overlay = Some(Overlay { added: ExactIndex::new(dimension), hidden: RoaringTreemap::new() });
        Box::new(index)
    });
}

#[test]
fn what_is_saved_is_what_is_opened() {
    for count in [0, 1, 3_000] {
        let directory = TempDir::new().unwrap();
        let before = saved(directory.path(), count);
        let after = reopen(directory.path()).unwrap();
        assert_eq!(after.covered_sequence(), count);
        assert_eq!(after.unsaved_changes(), 0);
        assert_eq!(after.keys().unwrap(), before.keys().unwrap());
        assert_eq!(answers(&after, &family(count)), answers(&before, &family(count)), "{count} vectors");
        fill(&after, &family(count), 5_000..5_100);
        assert_eq!(after.remove(&[0, 5_000]).unwrap(), if count == 0 { 1 } else { 2 });
        after.save().unwrap();
        let again = reopen(directory.path()).unwrap();
        assert_eq!(again.keys().unwrap(), after.keys().unwrap(), "an opened index goes on");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "older generations are removed");
    }
}

/// Share of the true ten nearest among some keys that are found there.
fn recall_among(index: &EmbeddedIndex, exact: &ExactIndex, queries: &[Vec<f32>], among: &RoaringTreemap) -> f64 {
    let mut found = 0;
    for query in queries {
        let (hits, count) = index.search_among(query, SearchOptions::best(10), among).unwrap();
        assert_eq!(count, exact.keys().unwrap().into_iter().filter(|key| among.contains(*key)).count(), "as many as are there");
        assert!(hits.len() == 10 && hits.iter().all(|hit| among.contains(hit.key)), "others do not come in");
        let mut truth = exact.search(query, SearchOptions::best(exact.len())).unwrap();
        truth.retain(|hit| among.contains(hit.key));
        found += truth[..10].iter().filter(|hit| hits.iter().any(|other| other.key == hit.key)).count();
    }
    found as f64 / (10 * queries.len()) as f64
}

#[test]
fn a_large_index_is_mapped_and_follows_changes() {
    let directory = TempDir::new().unwrap();
    let count = EXACT_UP_TO as u64 + 1_000;
    let family = family(count);
    drop(saved(directory.path(), count));
    let exact = ExactIndex::new(DIMENSION);
    fill(&exact, &family, 0..count);
    let queries: Vec<_> = (0..100).map(|at| family.vector(1_000_000 + at)).collect();
    let index = reopen(directory.path()).unwrap();
    let is_mapped = || index.read().overlay.is_some();
    assert!(is_mapped());
    assert!(recall(&index, &exact, &queries, 10) >= LEAST_RECALL, "mapped");

    let gone: Vec<ImageKey> = (0..count).step_by(100).collect();
    for index in [&index as &dyn VectorIndex, &exact] {
        fill(index, &family, count..count + 500);
        index.remove(&gone).unwrap();
        // Replaced by quite another vector, and some that were removed return.
        let moved: Vec<_> = (0..300).map(|key| (key, family.vector(2_000_000 + key))).collect();
        index.upsert(&moved.iter().map(|(key, vector)| (*key, vector.as_slice())).collect::<Vec<_>>()).unwrap();
    }
    assert!(is_mapped(), "a few changes stay beside it");
    for every in [2, 10] {
        let among: RoaringTreemap = (0..count + 500).filter(|key| key % every == 1).collect();
        let share = recall_among(&index, &exact, &queries[..20], &among);
        assert!(share >= if among.len() > EXACT_AMONG { LEAST_RECALL } else { 0.999 }, "one in {every} counts, some of them beside: {share}");
    }
    let recall_of = |index: &EmbeddedIndex| (recall(index, &exact, &queries, 10), index.keys().unwrap() == exact.keys().unwrap());
    let (found, is_equal) = recall_of(&index);
    assert!(found >= LEAST_RECALL && is_equal, "with changes beside it: {found}");

    index.save().unwrap();
    assert!(!is_mapped(), "a save settles them");
    let (found, is_equal) = recall_of(&index);
    assert!(found >= LEAST_RECALL && is_equal, "settled: {found}");
    let (found, is_equal) = recall_of(&reopen(directory.path()).unwrap());
    assert!(found >= LEAST_RECALL && is_equal, "saved and opened: {found}");
}

#[test]
fn only_the_sequence_is_written_where_only_it_changed() {
    let directory = TempDir::new().unwrap();
    let index = saved(directory.path(), 100);
    let payload = index.writing().saved.as_ref().unwrap().payload.clone();
    index.set_covered_sequence(1_234);
    assert_eq!(index.save().unwrap(), 1_234);
    assert!(payload.exists(), "the payload is kept");
    assert_eq!(reopen(directory.path()).unwrap().covered_sequence(), 1_234);
}

#[test]
fn every_kind_of_damage_is_refused() {
    let directory = TempDir::new().unwrap();
    let index = saved(directory.path(), 200);
    let payload = index.writing().saved.as_ref().unwrap().payload.clone();
    drop(index);
    for file in [payload.clone(), directory.path().join("embedded.manifest")] {
        let whole = fs::read(&file).unwrap();
        let positions = (0..whole.len()).step_by(whole.len() / 150 + 1).chain(whole.len() - 40..whole.len());
        for at in positions {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            fs::write(&file, &damaged).unwrap();
            assert_refused(directory.path(), &format!("bit flipped at {at} of {}", file.display()));
            fs::write(&file, &whole[..at]).unwrap();
            assert_refused(directory.path(), &format!("cut at {at} of {}", file.display()));
        }
        for foreign in [&b""[..], b"\n", b"not an index", &[0; 4096], &[whole.clone(), vec![0]].concat()] {
            fs::write(&file, foreign).unwrap();
            assert_refused(directory.path(), &format!("{} bytes of something else in {}", foreign.len(), file.display()));
        }
        fs::write(&file, &whole).unwrap();
        reopen(directory.path()).expect("whole again");
    }
    fs::remove_file(payload).unwrap();
    assert_refused(directory.path(), "payload gone");
}

fn assert_refused(directory: &Path, what: &str) {
    match reopen(directory) {
        Err(error @ IndexError::Damaged { .. }) => assert!(error.is_cured_by_rebuild()),
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what}: opened"),
    }
}

#[test]
fn a_missing_and_a_foreign_index_are_told_apart() {
    let directory = TempDir::new().unwrap();
    assert!(matches!(reopen(directory.path()), Err(IndexError::Missing { .. })));
    drop(saved(directory.path(), 10));
    let other = EmbeddedIndex::open(directory.path(), "another-model", DIMENSION, options());
    assert!(matches!(other, Err(IndexError::WrongModel { .. })));
    let other = EmbeddedIndex::open(directory.path(), MODEL, DIMENSION + 1, options());
    assert!(matches!(other, Err(IndexError::Damaged { .. })));
}

#[test]
fn an_interrupted_save_leaves_the_old_state() {
    let directory = TempDir::new().unwrap();
    let index = saved(directory.path(), 50);
    // As a kill leaves it: the next payload and the next manifest, half written.
    fs::write(directory.path().join("embedded-2.usearch"), b"half of it").unwrap();
    fs::write(directory.path().join("embedded.manifest.new"), b"half of it").unwrap();
    assert_eq!(reopen(directory.path()).unwrap().count().unwrap(), 50);
    // As a full disk leaves it: the save fails, the saved state and the one in memory stay.
    fill(&index, &family(50), 50..60);
    fs::remove_file(directory.path().join("embedded.manifest.new")).unwrap();
    fs::create_dir(directory.path().join("embedded.manifest.new")).unwrap();
    assert!(matches!(index.save(), Err(IndexError::Io(_))));
    assert_eq!(reopen(directory.path()).unwrap().count().unwrap(), 50);
    assert_eq!(index.unsaved_changes(), 10);
    fs::remove_dir(directory.path().join("embedded.manifest.new")).unwrap();
    index.save().unwrap();
    assert_eq!(reopen(directory.path()).unwrap().count().unwrap(), 60);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "left-overs are removed");
}

#[test]
fn a_reader_follows_but_does_not_save() {
    let directory = TempDir::new().unwrap();
    let writer = saved(directory.path(), 50);
    let reader = EmbeddedIndex::open(directory.path(), MODEL, DIMENSION, EmbeddedOptions { read_only: true, ..options() }).unwrap();
    fill(&reader, &family(50), 50..55);
    assert!(matches!(reader.save(), Err(IndexError::ReadOnly { .. })));
    fill(&writer, &family(50), 50..60);
    writer.save().unwrap();
    assert_eq!(reader.count().unwrap(), 55, "a save elsewhere leaves what is open");
    assert_eq!(answers(&reader, &family(50)).len(), 40);
}

#[test]
fn opening_beside_a_saving_writer_always_succeeds() {
    let directory = TempDir::new().unwrap();
    let writer = saved(directory.path(), 200);
    thread::scope(|scope| {
        let saving = scope.spawn(|| {
            for round in 0..40 {
                fill(&writer, &family(200), 200 + round..201 + round);
                writer.save().unwrap();
            }
        });
        while !saving.is_finished() {
            let count = reopen(directory.path()).unwrap().count().unwrap();
            assert!((200..=240).contains(&count));
        }
    });
}

#[test]
fn more_searches_at_once_than_threads_wait_their_turn() {
    let directory = TempDir::new().unwrap();
    let index = saved(directory.path(), 500);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| assert_eq!(answers(&index, &family(500)).len(), 40));
        }
    });
}
