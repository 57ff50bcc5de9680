//! The suite that every [`VectorIndex`] passes.
//!
//! Plain public code and no `cfg(test)` or cargo feature: suites in other crates run it on back ends that need a server,
//! it drags in nothing, and a program that does not call it does not contain it. It panics with the reason where a back
//! end falls short.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::synthetic::{ClusteredVectors, normalise};
use super::{Entry, ExactIndex, Hit, ImageKey, IndexError, SearchOptions, VectorIndex};

/// How far a back end's distance may be from the exact one.
pub const DISTANCE_TOLERANCE: f32 = 2e-3;
/// Share of the true neighbours that a back end must find.
pub const LEAST_RECALL: f64 = 0.99;

const DIMENSION: usize = 32;

/// Runs every case, each on a new and empty index of the dimension that `make` is given.
///
/// # Panics
///
/// When the index does not keep to [`VectorIndex`].
pub fn run(make: impl Fn(usize) -> Box<dyn VectorIndex>) {
    let cases: [fn(&dyn VectorIndex); 12] = [
        an_empty_index_answers,
        one_vector_is_found,
        hits_are_ordered_by_distance,
        equal_distances_are_ordered_by_key,
        limits_are_kept,
        upsert_replaces,
        the_last_of_equal_keys_counts,
        removed_keys_are_not_found,
        removed_keys_can_return,
        bad_vectors_are_refused_whole,
        searching_while_writing_is_safe,
        large_and_small_keys_work,
    ];
    for case in cases {
        case(make(DIMENSION).as_ref());
    }
    many_are_found_as_by_the_exact_index(make(64).as_ref(), 64);
    recall_survives_churn(make(64).as_ref(), 64);
}

/// Writes vectors number `numbers`, with their numbers as keys.
///
/// # Panics
///
/// When the index refuses them.
pub fn fill(index: &dyn VectorIndex, family: &ClusteredVectors, numbers: impl Iterator<Item = u64>) {
    let vectors: Vec<(ImageKey, Vec<f32>)> = numbers.map(|number| (number, family.vector(number))).collect();
    for chunk in vectors.chunks(512) {
        index.upsert(&borrowed(chunk)).expect("valid vectors are written");
    }
}

/// Share of the `k` nearest to each query, by `exact`, that `index` finds among its own `k` nearest.
///
/// # Panics
///
/// When either refuses to search.
pub fn recall(index: &dyn VectorIndex, exact: &dyn VectorIndex, queries: &[Vec<f32>], k: usize) -> f64 {
    let (mut found, mut wanted) = (0, 0);
    for query in queries {
        let truth: BTreeSet<ImageKey> = keys(&search(exact, query, k)).into_iter().collect();
        found += keys(&search(index, query, k)).iter().filter(|key| truth.contains(key)).count();
        wanted += truth.len();
    }
    found as f64 / wanted.max(1) as f64
}

fn an_empty_index_answers(index: &dyn VectorIndex) {
    assert_eq!(index.dimension(), DIMENSION);
    assert_eq!(index.count().expect("count"), 0, "a new index is empty");
    assert!(index.keys().expect("keys").is_empty(), "a new index has no keys");
    assert_eq!(search(index, &axis(0), 10), [], "nothing is found in nothing");
    assert_eq!(index.remove(&[1, 2]).expect("remove"), 0, "removing what is not there is no error");
    index.upsert(&[]).expect("an empty batch is no error");
}

fn one_vector_is_found(index: &dyn VectorIndex) {
    index.upsert(&[(7, &axis(0))]).expect("upsert");
    assert!(index.contains(7).expect("contains"));
    assert!(!index.contains(8).expect("contains"));
    assert_hits(&search(index, &axis(0), 10), &[(7, 0.0)], "the same direction");
    assert_hits(&search(index, &axis(1), 10), &[(7, 2.0)], "at a right angle");
    assert_hits(&search(index, &between(0, 1, std::f32::consts::PI), 10), &[(7, 4.0)], "opposite");
}

fn hits_are_ordered_by_distance(index: &dyn VectorIndex) {
    let angles = [(3, 0.9f32), (1, 0.3), (4, 1.2), (2, 0.6)];
    let vectors: Vec<_> = angles.iter().map(|(key, angle)| (*key, between(0, 1, *angle))).collect();
    index.upsert(&borrowed(&vectors)).expect("upsert");
    let wanted = [1u64, 2, 3, 4].map(|key| (key, 2.0 - 2.0 * (0.3 * key as f32).cos()));
    assert_hits(&search(index, &axis(0), 10), &wanted, "by angle");
}

fn equal_distances_are_ordered_by_key(index: &dyn VectorIndex) {
    for key in [5, 2, 9, 1] {
        index.upsert(&[(key, &axis(3))]).expect("upsert");
    }
    assert_eq!(keys(&search(index, &axis(3), 10)), [1, 2, 5, 9], "equal distances go by key");
}

fn limits_are_kept(index: &dyn VectorIndex) {
    let vectors: Vec<_> = (0..20).map(|key| (key, between(0, 1, 0.1 * key as f32))).collect();
    index.upsert(&borrowed(&vectors)).expect("upsert");
    assert_eq!(search(index, &axis(0), 0), [], "none wanted, none given");
    assert_eq!(keys(&search(index, &axis(0), 3)), [0, 1, 2], "the best three");
    assert_eq!(keys(&search(index, &axis(0), 1_000)), (0..20).collect::<Vec<_>>(), "all there are, each once");
    let options = SearchOptions { limit: 3, expansion: Some(1) };
    assert_eq!(index.search(&axis(0), options).expect("search").len(), 3, "an expansion below the limit counts as the limit");
    let options = SearchOptions { limit: 3, expansion: Some(500) };
    assert_eq!(index.search(&axis(0), options).expect("search").len(), 3, "a larger expansion gives no more hits");
}

fn upsert_replaces(index: &dyn VectorIndex) {
    index.upsert(&[(1, &axis(0)), (2, &axis(1))]).expect("upsert");
    index.upsert(&[(1, &axis(2))]).expect("upsert");
    assert_eq!(index.count().expect("count"), 2, "replacing adds none");
    assert_hits(&search(index, &axis(2), 10), &[(1, 0.0), (2, 2.0)], "the new vector counts");
    assert_hits(&search(index, &axis(0), 10), &[(1, 2.0), (2, 2.0)], "the old vector is gone");
}

fn the_last_of_equal_keys_counts(index: &dyn VectorIndex) {
    index.upsert(&[(1, &axis(0)), (2, &axis(1)), (1, &axis(2))]).expect("upsert");
    assert_eq!(index.keys().expect("keys"), [1, 2], "one vector a key");
    assert_hits(&search(index, &axis(2), 10), &[(1, 0.0), (2, 2.0)], "the last one of the batch");
}

fn removed_keys_are_not_found(index: &dyn VectorIndex) {
    let vectors: Vec<_> = (0..100).map(|key| (key, between(0, 1, 0.01 * key as f32))).collect();
    index.upsert(&borrowed(&vectors)).expect("upsert");
    let odd: Vec<ImageKey> = (0..100).filter(|key| key % 2 == 1).collect();
    assert_eq!(index.remove(&odd).expect("remove"), 50);
    assert_eq!(index.remove(&odd).expect("remove"), 0, "a second time there is nothing to remove");
    assert_eq!(index.remove(&[0, 0, 1_000]).expect("remove"), 1, "twice the same key is one removal");
    let even: Vec<ImageKey> = (2..100).step_by(2).collect();
    assert_eq!(index.keys().expect("keys"), even);
    assert_eq!(index.count().expect("count"), even.len());
    assert_eq!(keys(&search(index, &axis(0), 200)), even, "only what is left is found, and all of it");
    assert!(!index.contains(1).expect("contains"));
}

fn removed_keys_can_return(index: &dyn VectorIndex) {
    for round in 0..5 {
        index.upsert(&[(1, &axis(round)), (2, &axis(round + 1))]).expect("upsert");
        assert_hits(&search(index, &axis(round), 10), &[(1, 0.0), (2, 2.0)], "as if it had never been away");
        assert_eq!(index.remove(&[1]).expect("remove"), 1);
        assert_eq!(keys(&search(index, &axis(round), 10)), [2], "gone again");
    }
    assert_eq!(index.remove(&[2]).expect("remove"), 1);
    assert_eq!(search(index, &axis(0), 10), [], "an index that was emptied is empty");
}

fn bad_vectors_are_refused_whole(index: &dyn VectorIndex) {
    let good = axis(0);
    let long = vec![1.0; DIMENSION + 1];
    let (mut nan, mut infinite) = (good.clone(), good.clone());
    (nan[1], infinite[1]) = (f32::NAN, f32::INFINITY);
    let double: Vec<f32> = good.iter().map(|x| 2.0 * x).collect();
    let zero = vec![0.0; DIMENSION];
    type IsExpected = fn(&IndexError) -> bool;
    let cases: [(&[f32], IsExpected); 6] = [
        (&long, |e| matches!(e, IndexError::WrongDimension { .. })),
        (&[], |e| matches!(e, IndexError::WrongDimension { .. })),
        (&nan, |e| matches!(e, IndexError::NotFinite)),
        (&infinite, |e| matches!(e, IndexError::NotFinite)),
        (&double, |e| matches!(e, IndexError::NotUnit { .. })),
        (&zero, |e| matches!(e, IndexError::NotUnit { .. })),
    ];
    for (bad, is_expected) in cases {
        let error = index.upsert(&[(1, &good), (2, bad)]).expect_err("a bad vector is refused");
        assert!(is_expected(&error), "the error says what is wrong: {error}");
        assert_eq!(index.count().expect("count"), 0, "nothing of a refused batch is written");
        let error = index.search(bad, SearchOptions::best(1)).expect_err("a bad query is refused");
        assert!(is_expected(&error), "the error says what is wrong: {error}");
    }
    let error = index.upsert(&[(ImageKey::MAX, &good)]).expect_err("the reserved key is refused");
    assert!(matches!(error, IndexError::ReservedKey), "the error says what is wrong: {error}");
}

fn large_and_small_keys_work(index: &dyn VectorIndex) {
    let wanted = [0, 1, u64::from(u32::MAX) + 1, i64::MAX as u64];
    for key in wanted {
        index.upsert(&[(key, &axis(0))]).expect("upsert");
    }
    assert_eq!(index.keys().expect("keys"), wanted);
    assert_eq!(keys(&search(index, &axis(0), 10)), wanted);
}

fn searching_while_writing_is_safe(index: &dyn VectorIndex) {
    const KEPT: u64 = 200;
    const ROUNDS: u64 = 30;
    let family = ClusteredVectors::new(DIMENSION, 2_000, 3);
    fill(index, &family, 0..KEPT);
    fill(index, &family, 10_000..10_050);
    let early: Vec<ImageKey> = (10_000..10_050).collect();
    assert_eq!(index.remove(&early).expect("remove"), early.len());
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let searches: Vec<_> = (0..4)
            .map(|thread| {
                let (family, is_done) = (&family, &is_done);
                scope.spawn(move || {
                    let mut made = 0;
                    while !is_done.load(Ordering::Relaxed) || made < 20 {
                        let key = (made * 4 + thread) % KEPT;
                        let hits = search(index, &family.vector(key), 5);
                        assert_eq!(hits.first().map(|hit| hit.key), Some(key), "what is there all the time is always found");
                        let distinct: BTreeSet<ImageKey> = keys(&hits).into_iter().collect();
                        assert_eq!(distinct.len(), hits.len(), "each key once");
                        assert!(hits.iter().all(|hit| hit.key < 10_000), "a key removed before the search began is not found");
                        made += 1;
                    }
                })
            })
            .collect();
        // Fresh keys come and go, some are rewritten; capacity grows on the way.
        for round in 0..ROUNDS {
            fill(index, &family, KEPT + round * 40..KEPT + (round + 1) * 40);
            fill(index, &family, round * 5..round * 5 + 5);
            let gone: Vec<ImageKey> = (KEPT + round * 40..KEPT + round * 40 + 20).collect();
            assert_eq!(index.remove(&gone).expect("remove"), 20);
        }
        is_done.store(true, Ordering::Relaxed);
        for search in searches {
            search.join().expect("every search succeeds");
        }
    });
    assert_eq!(index.count().expect("count"), (KEPT + ROUNDS * 20) as usize, "nothing is lost or doubled");
}

fn many_are_found_as_by_the_exact_index(index: &dyn VectorIndex, dimension: usize) {
    const COUNT: u64 = 5_000;
    let family = ClusteredVectors::new(dimension, COUNT as usize, 1);
    let exact = ExactIndex::new(dimension);
    fill(&exact, &family, 0..COUNT);
    fill(index, &family, 0..COUNT);
    assert_eq!(index.keys().expect("keys"), exact.keys().expect("keys"));
    assert_neighbours(index, &exact, &family, COUNT);
}

fn recall_survives_churn(index: &dyn VectorIndex, dimension: usize) {
    const COUNT: u64 = 3_000;
    let family = ClusteredVectors::new(dimension, COUNT as usize, 2);
    let exact = ExactIndex::new(dimension);
    for index in [index, &exact] {
        fill(index, &family, 0..COUNT);
        for round in 0..4 {
            let gone: Vec<ImageKey> = (0..COUNT * (round + 1)).filter(|key| key % 3 == round % 3).collect();
            index.remove(&gone).expect("remove");
            fill(index, &family, COUNT * (round + 1)..COUNT * (round + 1) + 1_000);
        }
    }
    assert_eq!(index.keys().expect("keys"), exact.keys().expect("keys"));
    assert_neighbours(index, &exact, &family, 1_000_000);
}

fn assert_neighbours(index: &dyn VectorIndex, exact: &ExactIndex, family: &ClusteredVectors, first_query: u64) {
    let queries: Vec<_> = (first_query..first_query + 100).map(|number| family.vector(number)).collect();
    let recall = recall(index, exact, &queries, 10);
    assert!(recall >= LEAST_RECALL, "recall@10 is {recall}, at least {LEAST_RECALL} is wanted");
    for query in &queries {
        let all = search(exact, query, exact.len());
        let truth: BTreeMap<ImageKey, f32> = all.iter().map(|hit| (hit.key, hit.distance)).collect();
        let hits = search(index, query, 50);
        assert_eq!(hits.len(), 50);
        assert!(hits.is_sorted_by(|a, b| (a.distance, a.key) < (b.distance, b.key)), "ascending, each once: {hits:?}");
        for hit in hits {
            let wanted = truth[&hit.key];
            assert!((hit.distance - wanted).abs() <= DISTANCE_TOLERANCE, "key {}: distance {} and not {wanted}", hit.key, hit.distance);
        }
    }
}

fn assert_hits(hits: &[Hit], wanted: &[(ImageKey, f32)], about: &str) {
    assert_eq!(keys(hits), wanted.iter().map(|(key, _)| *key).collect::<Vec<_>>(), "{about}");
    for (hit, (key, distance)) in hits.iter().zip(wanted) {
        assert!((hit.distance - distance).abs() <= DISTANCE_TOLERANCE, "{about}: key {key} at {} and not {distance}", hit.distance);
    }
}

fn search(index: &dyn VectorIndex, query: &[f32], limit: usize) -> Vec<Hit> {
    index.search(query, SearchOptions::best(limit)).expect("a valid search succeeds")
}

fn keys(hits: &[Hit]) -> Vec<ImageKey> {
    hits.iter().map(|hit| hit.key).collect()
}

fn borrowed(vectors: &[(ImageKey, Vec<f32>)]) -> Vec<Entry<'_>> {
    vectors.iter().map(|(key, vector)| (*key, vector.as_slice())).collect()
}

/// The unit vector along one axis.
fn axis(at: usize) -> Vec<f32> {
    between(at, at + 1, 0.0)
}

/// A unit vector at an angle, in radians, from one axis towards another.
fn between(from: usize, to: usize, angle: f32) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSION];
    (vector[from], vector[to]) = (angle.cos(), angle.sin());
    normalise(&mut vector);
    vector
}
