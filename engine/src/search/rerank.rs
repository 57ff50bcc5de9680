//! The second stage of a search: what is the same picture is put in front, by what tells copies or by the pixels of the first candidates.
//! A cut-out of a photo may lie far from it as a vector goes and still fit into it to the pixel.

use super::similarity;

/// Candidates whose pixels are looked at: of quarter cut-outs the photo is among the first 24 in all of 200 searches among 2,400
/// pictures; by the vectors alone it comes first in half of them (held-out pictures, Lookalike S 3 and 4).
pub(crate) const CANDIDATES: usize = 24;

/// Puts in front what is the same picture as the query. `ranked`: by ascending distance; `found`: which pictures are the same by
/// their pixels or by what tells copies, and how well they agree. What is the same picture comes no farther away than
/// `same_picture`, the lowest similarity of that band, and takes part even where its vector lies too far to be ranked.
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

/// Takes what is another picture, however near its vector lies, out of the band `same_picture`: it stands right below it, in its order.
pub(crate) fn take_out<T: PartialEq>(ranked: &mut [(T, f32)], others: &[T], same_picture: f32) {
    let mut nearest = farthest_at(same_picture);
    while similarity(nearest) >= same_picture {
        nearest = nearest.next_up();
    }
    for (_, distance) in ranked.iter_mut().filter(|(picture, _)| others.contains(picture)) {
        *distance = distance.max(nearest);
    }
    ranked.sort_by(|(_, near), (_, far)| near.total_cmp(far));
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
    fn what_is_another_picture_is_not_called_the_same() {
        let mut ranked = vec![('a', 0.1), ('b', 0.2), ('c', 0.3), ('d', 0.6)];
        take_out(&mut ranked, &['a', 'c', 'd'], 0.741);
        assert_eq!(ranked.iter().map(|(picture, _)| picture).collect::<String>(), "bacd");
        let similarities: Vec<_> = ranked.iter().map(|(_, distance)| similarity(*distance)).collect();
        assert!(similarities[1] < 0.741 && similarities[1] > 0.7409 && similarities[2] == similarities[1], "{similarities:?}");
        assert_eq!((ranked[0].1, ranked[3].1), (0.2, 0.6), "and nothing else moves");
    }

    #[test]
    fn what_vectors_know_already_stays_closest() {
        let mut ranked = vec![('a', 0.1), ('b', 0.6)];
        rerank(&mut ranked, &[('b', 1.0)], 0.741);
        assert_eq!(ranked[0], ('a', 0.1));
    }
}
