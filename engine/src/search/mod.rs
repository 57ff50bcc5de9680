//! From a query's vector to ranked, banded pages. A search is frozen into a result set, so that its pages never repeat
//! or skip while indexing goes on. Knows no file and no model.

mod folds;
mod grey;
mod keeper;
mod part;
mod reasons;
mod rerank;
mod resemblance;
mod result_set;
mod same_picture;
mod sketch;
mod terms;

pub(crate) use folds::{Folds, MOST_COMPARED};
pub(crate) use keeper::IndexKeeper;
pub(crate) use reasons::{Occasion, reasons};
pub(crate) use rerank::{CANDIDATES, rerank, take_out};
pub(crate) use resemblance::{Look, Resemblance, resemblance, second_look};
pub(crate) use result_set::{Asked, OrderFacts, Ranked, ResultSet, ResultSets, Source};
pub(crate) use same_picture::{Limits, MayBe, SamePicture, SameQuery, towards_copies};
pub(crate) use sketch::{Sketch, Sketches};
pub use terms::SearchTerms;

use crate::wire::{Band, BandLimits, MAX_PAGE_SIZE};
use crate::{Error, Result};

/// `1 / (1 + distance)`: the first seed system's contract, on unit vectors. In 0.2 ..= 1.
pub(crate) fn similarity(distance: f32) -> f32 {
    1.0 / (1.0 + distance)
}

/// The band of a result; `same-file` is decided by the content hash, not here.
pub(crate) fn band(similarity: f32, limits: &BandLimits) -> Band {
    match similarity {
        s if s >= limits.same_picture => Band::SamePicture,
        s if s >= limits.same_scene => Band::SameScene,
        s if s >= limits.similar => Band::Similar,
        _ => Band::Weak,
    }
}

/// Last page that can be asked for: what signed numbers of 32 bits hold, for descriptions in which there are no others.
const LAST_PAGE: u32 = i32::MAX as u32;

/// A page's place, checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageSpec {
    pub(crate) similarity: f32,
    pub(crate) page: u32,
    pub(crate) page_size: u32,
}

impl PageSpec {
    pub(crate) fn new(similarity: f32, page: u32, page_size: u32) -> Result<Self> {
        if !(0.0..=1.0).contains(&similarity) {
            return Err(Error::invalid(format!("similarity {similarity} is not within 0 and 1")));
        }
        if page == 0 {
            return Err(Error::invalid("page 0 does not exist: pages count from 1"));
        }
        if page > LAST_PAGE {
            return Err(Error::invalid(format!("page {page} does not exist: {LAST_PAGE} is the last that can be asked for")));
        }
        if !(1..=MAX_PAGE_SIZE).contains(&page_size) {
            return Err(Error::invalid(format!("page size {page_size} is not within 1 and {MAX_PAGE_SIZE}")));
        }
        Ok(Self { similarity, page, page_size })
    }

    /// Results before this page.
    pub(crate) fn offset(&self) -> usize {
        (self.page as usize - 1).saturating_mul(self.page_size as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_follows_the_contract() {
        assert_eq!(similarity(0.0), 1.0, "identical pictures");
        assert_eq!(similarity(4.0), 0.2, "opposite vectors");
    }

    #[test]
    fn pages_out_of_range_are_refused_with_the_field_named() {
        for (similarity, page, size, field) in [
            (-0.1, 1, 20, "similarity"),
            (f32::NAN, 1, 20, "similarity"),
            (0.5, 0, 20, "page"),
            (0.5, u32::MAX, 20, "page"),
            (0.5, 1, 0, "page size"),
            (0.5, 1, 201, "page size"),
        ] {
            let error = PageSpec::new(similarity, page, size).expect_err("out of range");
            assert!(error.to_string().contains(field), "{error} names {field}");
        }
    }
}
