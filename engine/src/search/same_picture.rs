//! How vectors tell that two pictures are the same. Where a model says which of its numbers tell copies, by these alone: what the
//! pictures show, which the others tell, brings strangers closer and takes edited copies apart.

use super::similarity;
use crate::embed::Embedding;

/// What the copy part counts where candidates are looked for whose pixels are compared: with less, cut-outs that show something
/// else by themselves are missed (`models/train/combine.py` measures it).
const COPY_SHARE: f32 = 0.75;

/// The rule of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SamePicture {
    /// How many of the first numbers tell copies.
    copy: Option<usize>,
    /// The lowest similarity, by these or by all.
    lowest: f32,
}

/// What to look for, and which of what is found is the same picture.
pub(crate) struct SameQuery {
    /// Of unit length.
    pub(crate) vector: Embedding,
    /// The length of a stored vector's part that is compared.
    length: f32,
    lowest: f32,
}

impl SamePicture {
    /// `whole`: the lowest similarity of whole vectors; `copy`: how many of the first numbers tell copies, and the lowest
    /// similarity of these alone.
    pub(crate) fn new(whole: f32, copy: Option<(usize, f32)>) -> Self {
        copy.map_or(Self { copy: None, lowest: whole }, |(numbers, lowest)| Self { copy: Some(numbers), lowest })
    }

    /// How pictures are found that are the same as one with this vector.
    pub(crate) fn query(&self, vector: &[f32]) -> SameQuery {
        let whole = || SameQuery { vector: vector.to_vec(), length: 1.0, lowest: self.lowest };
        self.copy.and_then(|copy| weighted(vector, copy, 1.0)).map_or_else(whole, |(vector, length)| SameQuery { vector, length, lowest: self.lowest })
    }

    /// Whether two stored vectors are of the same picture.
    pub(crate) fn holds_for(&self, a: &[f32], b: &[f32]) -> bool {
        let numbers = self.copy.unwrap_or(a.len()).min(a.len()).min(b.len());
        let (a, b) = (&a[..numbers], &b[..numbers]);
        let cosine = product(a, b) / (product(a, a) * product(b, b)).sqrt().max(f32::MIN_POSITIVE);
        similarity((2.0 - 2.0 * cosine).max(0.0)) >= self.lowest
    }

    /// How far apart the whole vectors of the same picture are at most (L2); none where they may be as far as any.
    pub(crate) fn reach(&self) -> Option<f32> {
        self.copy.is_none().then(|| (1.0 / self.lowest - 1.0).sqrt())
    }
}

impl SameQuery {
    /// Whether it asks by some of the numbers only.
    pub(crate) fn is_of_a_part(&self) -> bool {
        self.length < 1.0
    }

    /// The squared distance of what is compared, from that at which the whole was found; none where it is another picture.
    pub(crate) fn distance(&self, found: f32) -> Option<f32> {
        // All stored vectors share out their length alike, so the part's cosine is the product over its length.
        let cosine = (1.0 - found / 2.0) / self.length;
        Some((2.0 - 2.0 * cosine).max(0.0)).filter(|distance| similarity(*distance) >= self.lowest)
    }
}

/// The query by which candidates are found whose pixels are compared: what says which picture it is, the first `copy` numbers of
/// the vector, counts more than what it shows. Of unit length.
pub(crate) fn towards_copies(vector: &[f32], copy: usize) -> Embedding {
    weighted(vector, copy, COPY_SHARE).map_or_else(|| vector.to_vec(), |(vector, _)| vector)
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A vector of unit length whose product with a stored one is `share` of the first part's cosine and the rest of the other's, times
/// a number; and that number, inverted. None where one of the parts is empty.
fn weighted(vector: &[f32], copy: usize, share: f32) -> Option<(Embedding, f32)> {
    let (which, what) = vector.split_at(copy.min(vector.len()));
    let squares = |part: &[f32]| product(part, part);
    let has = squares(which) / (squares(which) + squares(what));
    if has.is_nan() || has <= 0.0 || has >= 1.0 {
        return None;
    }
    // Both parts of a stored vector are as long as the query's, so a product with this is share × cosine + (1 - share) × cosine.
    let (more, less) = (share / has, (1.0 - share) / (1.0 - has));
    let mut weighted: Embedding = which.iter().map(|value| value * more).chain(what.iter().map(|value| value * less)).collect();
    let length = squares(&weighted).sqrt();
    weighted.iter_mut().for_each(|value| *value /= length);
    Some((weighted, 1.0 / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        2.0 - 2.0 * product(a, b)
    }

    #[test]
    fn candidates_are_nearer_by_what_tells_copies() {
        let [query, copy, subject] = [[HALF, 0.0, HALF, 0.0], [HALF, 0.0, 0.0, HALF], [0.0, HALF, HALF, 0.0]];
        assert_eq!(product(&query, &copy), product(&query, &subject), "to the vector, both are as near");
        let towards = towards_copies(&query, 2);
        assert!((product(&towards, &copy) / product(&towards, &subject) - 3.0).abs() < 1e-5, "to candidates, three quarters to one");
        assert!((product(&towards, &towards) - 1.0).abs() < 1e-5);
        assert_eq!(towards_copies(&[1.0, 0.0, 0.0, 0.0], 2), [1.0, 0.0, 0.0, 0.0], "with nothing in one part it stays");
    }

    #[test]
    fn a_copy_is_one_whatever_it_shows() {
        // The same picture as far as copies go, at a cosine of 0.8, and another subject; and the reverse.
        let [query, copy, stranger] = [[HALF, 0.0, HALF, 0.0], [0.8 * HALF, 0.6 * HALF, 0.0, HALF], [0.0, HALF, HALF, 0.0]];
        let by_part = SamePicture::new(0.8, Some((2, 0.7))).query(&query);
        assert!((product(&by_part.vector, &by_part.vector) - 1.0).abs() < 1e-5);
        let apart = by_part.distance(distance(&by_part.vector, &copy)).expect("it is the same picture");
        assert!((apart - 0.4).abs() < 1e-4, "two less twice the cosine of the parts: {apart}");
        assert_eq!(by_part.distance(distance(&by_part.vector, &stranger)), None);
        let rule = SamePicture::new(0.8, Some((2, 0.7)));
        assert!(rule.holds_for(&query, &copy) && !rule.holds_for(&query, &stranger));
        assert!(!SamePicture::new(0.8, None).holds_for(&query, &copy));
        let by_all = SamePicture::new(0.8, None).query(&query);
        assert_eq!(by_all.distance(distance(&by_all.vector, &copy)), None, "by all numbers it is too far");
        assert_eq!(by_all.distance(0.0), Some(0.0));
    }
}
