//! Whether two pictures are the same. Vectors tell which may be: where a model says which of its numbers tell copies, by these
//! alone, for what the pictures show, which the others tell, brings strangers closer and takes edited copies apart. Of those that
//! may be, the pixels tell which are: two photos of one kind of coat lie as near as vectors go as two copies of one.

use super::resemblance::{Look, same};
use super::similarity;
use super::sketch::Sketch;
use crate::embed::Embedding;

/// What the copy part counts where candidates are looked for whose pixels are compared: with less, cut-outs that show something
/// else by themselves are missed (`models/train/combine.py` measures it).
const COPY_SHARE: f32 = 0.75;

/// The rule of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SamePicture {
    /// How many of the first numbers tell copies.
    copy: Option<usize>,
    limits: Limits,
}

/// Similarities by the numbers that tell copies, or by all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From which two pictures may be the same.
    pub(crate) candidate: f32,
    /// From which they are, where no pixels can be compared.
    pub(crate) alone: f32,
}

/// What to look for, and which of what is found may be the same picture.
pub(crate) struct SameQuery {
    /// Of unit length.
    pub(crate) vector: Embedding,
    /// The length of a stored vector's part that is compared.
    length: f32,
    limits: Limits,
}

/// Two pictures that may be the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MayBe {
    /// Squared, of what is compared.
    pub(crate) distance: f32,
    /// Whether the vectors alone say that they are.
    pub(crate) is_likely: bool,
}

impl SamePicture {
    /// `whole`: limits for whole vectors; `copy`: how many of the first numbers tell copies, and limits for these alone.
    pub(crate) fn new(whole: Limits, copy: Option<(usize, Limits)>) -> Self {
        copy.map_or(Self { copy: None, limits: whole }, |(numbers, limits)| Self { copy: Some(numbers), limits })
    }

    /// How pictures are found that may be the same as one with this vector.
    pub(crate) fn query(&self, vector: &[f32]) -> SameQuery {
        let whole = || SameQuery { vector: vector.to_vec(), length: 1.0, limits: self.limits };
        self.copy.and_then(|copy| weighted(vector, copy, 1.0)).map_or_else(whole, |(vector, length)| SameQuery { vector, length, limits: self.limits })
    }

    /// Whether two stored vectors alone say that they are of the same picture.
    pub(crate) fn holds_for(&self, a: &[f32], b: &[f32]) -> bool {
        let numbers = self.copy.unwrap_or(a.len()).min(a.len()).min(b.len());
        let (a, b) = (&a[..numbers], &b[..numbers]);
        let cosine = product(a, b) / (product(a, a) * product(b, b)).sqrt().max(f32::MIN_POSITIVE);
        similarity((2.0 - 2.0 * cosine).max(0.0)) >= self.limits.alone
    }

    /// How far apart the whole vectors of the same picture are at most (L2); none where they may be as far as any.
    pub(crate) fn reach(&self) -> Option<f32> {
        self.copy.is_none().then(|| (1.0 / self.limits.alone - 1.0).sqrt())
    }
}

impl SameQuery {
    /// Whether it asks by some of the numbers only.
    pub(crate) fn is_of_a_part(&self) -> bool {
        self.length < 1.0
    }

    /// What a picture at this squared distance of the whole may be; none where it is another one.
    pub(crate) fn may_be(&self, found: f32) -> Option<MayBe> {
        // All stored vectors share out their length alike, so the part's cosine is the product over its length.
        let cosine = (1.0 - found / 2.0) / self.length;
        let distance = (2.0 - 2.0 * cosine).max(0.0);
        let similarity = similarity(distance);
        (similarity >= self.limits.candidate).then_some(MayBe { distance, is_likely: similarity >= self.limits.alone })
    }
}

impl MayBe {
    /// Where vectors say that it is another one.
    pub(crate) const UNLIKELY: Self = Self { distance: f32::INFINITY, is_likely: false };

    /// How well the two agree if they are the same picture, by their pixels, 0 ..= 1. Where these cannot be had, or are plain, the
    /// vectors decide.
    pub(crate) fn agreement(&self, a: Option<&Sketch>, b: Option<&Sketch>, look: Look) -> Option<f32> {
        match (a, b) {
            (Some(a), Some(b)) if !a.is_plain() && !b.is_plain() => same(a, b, look, self.is_likely),
            _ => self.is_likely.then(|| similarity(self.distance)),
        }
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
    use crate::media::Rgb8;

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
        let limits = |candidate, alone| Limits { candidate, alone };
        let rule = SamePicture::new(limits(0.8, 0.8), Some((2, limits(0.6, 0.75))));
        let by_part = rule.query(&query);
        assert!((product(&by_part.vector, &by_part.vector) - 1.0).abs() < 1e-5);
        let found = by_part.may_be(distance(&by_part.vector, &copy)).expect("it may be the same picture");
        assert!((found.distance - 0.4).abs() < 1e-4, "two less twice the cosine of the parts: {}", found.distance);
        assert!(!found.is_likely, "at a similarity of 0.71 the pixels must tell");
        assert!(by_part.may_be(distance(&by_part.vector, &stranger)).is_none());
        assert!(by_part.may_be(distance(&by_part.vector, &query)).expect("itself").is_likely);
        let near = [0.9 * HALF, 0.19_f32.sqrt() * HALF, 0.0, HALF];
        assert!(rule.holds_for(&query, &near) && !rule.holds_for(&query, &copy) && !rule.holds_for(&query, &stranger));
        assert!(!SamePicture::new(limits(0.8, 0.8), None).holds_for(&query, &near), "by all numbers it is too far");
        let by_all = SamePicture::new(limits(0.8, 0.8), None).query(&query);
        assert!(by_all.may_be(distance(&by_all.vector, &near)).is_none());
        assert!(by_all.may_be(0.0).is_some());
    }

    #[test]
    fn the_pixels_decide_where_there_are_any() {
        let sketch = |seed: u32| {
            let pixel = move |at: u32| ((at.wrapping_mul(seed) ^ (at >> 5).wrapping_mul(seed * 7)) % 251) as u8;
            Sketch::of(Rgb8 { width: 8, height: 8, data: (0..64).flat_map(|at| [pixel(at); 3]).collect() })
        };
        let plain = Sketch::of(Rgb8 { width: 8, height: 8, data: vec![90; 192] });
        let (one, other) = (sketch(37), sketch(91));
        let (likely, unlikely) = (MayBe { distance: 0.1, is_likely: true }, MayBe { distance: 0.4, is_likely: false });
        for may_be in [likely, unlikely] {
            assert!(may_be.agreement(Some(&one), Some(&one), Look::AtAGlance).is_some());
            assert!(may_be.agreement(Some(&one), Some(&other), Look::MostClosely).is_none(), "whatever the vectors say");
            for unseen in [None, Some(&plain)] {
                assert_eq!(may_be.agreement(Some(&one), unseen, Look::MostClosely).is_some(), may_be.is_likely);
            }
        }
    }
}
