//! The second stage of a search: the first candidates, which vectors found, are put in order by their pixels. A cut-out of a photo
//! may lie far from it as a vector goes and still fit into it to the pixel.

use super::similarity;
use crate::embed::Embedding;

/// Candidates whose pixels are looked at: of quarter cut-outs the photo is among the first 24 in all of 200 searches among 2,400
/// pictures; by the vectors alone it comes first in half of them (held-out pictures, Lookalike S 3).
pub(crate) const CANDIDATES: usize = 24;

/// What the copy part counts where candidates are looked for: with less, cut-outs that show something else by themselves are missed
/// (`models/train/combine.py` measures it).
const COPY_SHARE: f32 = 0.75;

/// The query by which candidates are found: what says which picture it is, the first `copy` numbers of the vector, counts more
/// than what it shows. Of unit length, as all stored vectors share out their length alike.
pub(crate) fn towards_copies(vector: &[f32], copy: usize) -> Embedding {
    let (which, what) = vector.split_at(copy.min(vector.len()));
    let squares = |part: &[f32]| part.iter().map(|value| value * value).sum::<f32>();
    let share = squares(which) / (squares(which) + squares(what));
    if share <= 0.0 || share >= 1.0 {
        return vector.to_vec();
    }
    // Both parts of a stored vector are as long as the query's, so a product with it is share × cosine + (1 - share) × cosine.
    let (more, less) = (COPY_SHARE / share, (1.0 - COPY_SHARE) / (1.0 - share));
    let mut towards: Embedding = which.iter().map(|value| value * more).chain(what.iter().map(|value| value * less)).collect();
    let length = squares(&towards).sqrt();
    towards.iter_mut().for_each(|value| *value /= length);
    towards
}

/// Puts in front what is the same picture as the query. `ranked`: by ascending distance; `found`: which pictures' pixels show the
/// same, and how well they agree. What is the same picture comes no farther away than `same_picture`, the lowest similarity of that
/// band, and takes part even where its vector lies too far to be ranked.
pub(crate) fn rerank<T: Copy + PartialEq>(ranked: &mut Vec<(T, f32)>, found: &[(T, f32)], same_picture: f32) {
    let farthest = farthest_at(same_picture);
    for (picture, _) in found {
        match ranked.iter_mut().find(|(other, _)| other == picture) {
            Some((_, distance)) => *distance = distance.min(farthest),
            None => ranked.push((*picture, farthest)),
        }
    }
    let correlation = |picture: &T| found.iter().find(|(other, _)| other == picture).map_or(0.0, |(_, correlation)| *correlation);
    // Stable: what the pixels say nothing of keeps the order of the vectors.
    ranked.sort_by(|(a, near), (b, far)| near.total_cmp(far).then_with(|| correlation(b).total_cmp(&correlation(a))));
}

/// The largest distance that is not below a similarity, whatever rounding makes of it.
fn farthest_at(lowest: f32) -> f32 {
    let mut distance = 1.0 / lowest - 1.0;
    while similarity(distance) < lowest {
        distance = distance.next_down();
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_pixels_show_comes_first_and_is_the_same_picture() {
        let mut ranked = vec![('a', 0.5), ('b', 0.6), ('c', 0.7), ('d', 0.8), ('e', 0.9)];
        rerank(&mut ranked, &[('b', 0.8), ('d', 0.9), ('f', 0.7)], 0.741);
        let order: String = ranked.iter().map(|(picture, _)| picture).collect();
        assert_eq!(order, "dbface", "the better fit first, whatever its rank, then the vectors' order");
        assert!(ranked[..3].iter().all(|(_, distance)| similarity(*distance) >= 0.741), "{ranked:?}");
        assert_eq!(ranked[3..].iter().map(|(_, distance)| *distance).collect::<Vec<_>>(), [0.5, 0.7, 0.9], "the others stay as far as they are");
    }

    #[test]
    fn what_vectors_know_already_stays_closest() {
        let mut ranked = vec![('a', 0.1), ('b', 0.6)];
        rerank(&mut ranked, &[('b', 1.0)], 0.741);
        assert_eq!(ranked[0], ('a', 0.1));
    }

    #[test]
    fn candidates_are_nearer_by_what_tells_copies() {
        let half = 0.5_f32.sqrt();
        let [query, copy, subject] = [[half, 0.0, half, 0.0], [half, 0.0, 0.0, half], [0.0, half, half, 0.0]];
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        assert_eq!(product(&query, &copy), product(&query, &subject), "to the vector, both are as near");
        let towards = towards_copies(&query, 2);
        assert!((product(&towards, &copy) / product(&towards, &subject) - 3.0).abs() < 1e-5, "to candidates, three quarters to one");
        assert!((product(&towards, &towards) - 1.0).abs() < 1e-5);
        assert_eq!(towards_copies(&[1.0, 0.0, 0.0, 0.0], 2), [1.0, 0.0, 0.0, 0.0], "with nothing in one part it stays");
    }
}
