//! Results that show nearly the same as a better one, so that a window may fold them behind it.

use std::collections::HashMap;
use std::ops::Range;

use super::SamePicture;
use crate::embed::Embedding;

/// Results that are compared with each other at most: a burst is found among the first ones, and each costs a vector.
pub(crate) const MOST_COMPARED: usize = 400;

/// Which results, by their place from 0, may be folded behind which.
#[derive(Debug, Default)]
pub(crate) struct Folds {
    behind: HashMap<usize, usize>,
    counts: HashMap<usize, u32>,
}

impl Folds {
    /// Folds the results of one band. `places`: the band's; `distances`: of all results to the query, ascending; `vector`: of a
    /// place, none where it is not known; `same`: which show the same.
    pub(crate) fn add_band(&mut self, places: Range<usize>, distances: &[f32], vector: impl Fn(usize) -> Option<Embedding>, same: &SamePicture) {
        let mut leaders: Vec<(usize, Embedding)> = Vec::new();
        for place in places {
            let Some(own) = vector(place) else { continue };
            // Two pictures that are close to each other are about equally far from the query (the triangle inequality).
            let nearest = same.reach().map_or(0.0, |reach| (distances[place].max(0.0).sqrt() - reach).max(0.0).powi(2));
            let first = leaders.partition_point(|(leader, _)| distances[*leader] < nearest);
            match leaders[first..].iter().find(|(_, other)| same.holds_for(&own, other)) {
                Some((leader, _)) => {
                    self.behind.insert(place, *leader);
                    *self.counts.entry(*leader).or_default() += 1;
                }
                None => leaders.push((place, own)),
            }
        }
    }

    /// The place behind which this one may be folded.
    pub(crate) fn behind(&self, place: usize) -> Option<usize> {
        self.behind.get(&place).copied()
    }

    /// How many may be folded behind this place.
    pub(crate) fn count(&self, place: usize) -> u32 {
        self.counts.get(&place).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Limits, similarity};

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
    }

    /// Pictures that are at most so many degrees apart are the same.
    fn within(degrees: f32) -> SamePicture {
        let alone = similarity(distance(&at(0.0), &at(degrees)));
        SamePicture::new(Limits { candidate: alone, alone }, None)
    }

    /// A unit vector in the plane; the query lies at angle 0.
    fn at(degrees: f32) -> Embedding {
        vec![degrees.to_radians().cos(), degrees.to_radians().sin()]
    }

    #[test]
    fn a_burst_folds_behind_its_best() {
        // Two bursts at about the same distance from the query, on either side of it, and a picture apart.
        let angles = [30.0, -30.5, 31.0, -31.5, 32.0, 60.0];
        let distances: Vec<f32> = angles.iter().map(|angle| distance(&at(0.0), &at(*angle))).collect();
        let mut folds = Folds::default();
        folds.add_band(0..6, &distances, |place| Some(at(angles[place])), &within(3.0));
        assert_eq!((0..6).map(|place| folds.behind(place)).collect::<Vec<_>>(), [None, None, Some(0), Some(1), Some(0), None]);
        assert_eq!((folds.count(0), folds.count(1), folds.count(5)), (2, 1, 0));
    }

    #[test]
    fn what_has_no_vector_stays_where_it_is() {
        let mut folds = Folds::default();
        folds.add_band(0..2, &[0.1, 0.1], |_| None, &within(3.0));
        assert_eq!(folds.behind(1), None);
    }
}
