//! What a search may find, and where it looks, checked. Knows no query.

use time::PrimitiveDateTime;
use time::format_description::well_known::Iso8601;

use super::PageSpec;
use crate::media::Format;
use crate::wire::{Crop, Orientation, Scope, SearchFilter, SearchRequest, SentTerms};
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// Least share of a picture's width and height that a part has.
const SMALLEST_PART: f32 = 0.02;
/// Most pictures to be more, or less, like.
const MOST_STEERING: usize = 32;

/// The terms of a search by a file or by bytes; a [`SearchRequest`] without its query.
#[derive(Clone, Debug)]
pub struct SearchTerms {
    /// Where to look.
    pub scope: Scope,
    /// Which pictures may be found.
    pub filter: SearchFilter,
    /// The part of the query that counts; none: all of it.
    pub crop: Option<Crop>,
    /// Ids of pictures to be more like.
    pub more: Vec<String>,
    /// Ids of pictures to be less like.
    pub less: Vec<String>,
    /// Whether to say which results show nearly the same as a better one.
    pub fold: bool,
    /// Lowest similarity, 0 ..= 1.
    pub similarity: f32,
    /// Page, from 1.
    pub page: u32,
    /// Results a page.
    pub page_size: u32,
}

impl Default for SearchTerms {
    fn default() -> Self {
        let (more, less) = (Vec::new(), Vec::new());
        Self { scope: Scope::Local, filter: SearchFilter::default(), crop: None, more, less, fold: false, similarity: 0.0, page: 1, page_size: 20 }
    }
}

impl From<&SearchRequest> for SearchTerms {
    fn from(request: &SearchRequest) -> Self {
        Self {
            scope: request.scope,
            filter: request.filter.clone().unwrap_or_default(),
            crop: request.crop,
            more: request.more.clone(),
            less: request.less.clone(),
            fold: request.fold,
            similarity: request.similarity,
            page: request.page,
            page_size: request.page_size,
        }
    }
}

impl SearchTerms {
    /// The first page of a search by a picture that is sent or pasted.
    pub fn of_sent(sent: SentTerms, scope: Scope, similarity: f32, page_size: u32) -> Self {
        let SentTerms { filter, crop, more, less, fold } = sent;
        Self { scope, filter: filter.unwrap_or_default(), crop, more, less, fold, similarity, page: 1, page_size }
    }

    /// Whether it goes towards some pictures, or away from some.
    pub(crate) fn is_steered(&self) -> bool {
        !self.more.is_empty() || !self.less.is_empty()
    }

    /// The page that is asked for.
    ///
    /// # Errors
    ///
    /// Where any term is out of range or malformed; names it.
    pub(crate) fn checked(&self) -> Result<PageSpec> {
        let filter = &self.filter;
        filter.check()?;
        if filter.folder.is_some() && self.scope == Scope::Shared {
            return Err(Error::invalid(sayings::shared_has_no_folder()).with_hint(sayings::search_this_computer()));
        }
        if let Some(Crop { x, y, width, height }) = self.crop {
            let is_within = |from: f32, share: f32| from >= 0.0 && share >= SMALLEST_PART && from + share <= 1.0 + 1e-4;
            if !is_within(x, width) || !is_within(y, height) {
                return Err(Error::invalid("crop: that is no part of the picture")
                    .with_hint("x, y, width and height are shares of the picture between 0 and 1; a part is at least a fiftieth wide and high."));
            }
        }
        for (name, ids) in [("more", &self.more), ("less", &self.less)] {
            if ids.len() > MOST_STEERING {
                return Err(Error::invalid(format!("{name}: {} pictures are too many; {MOST_STEERING} count", ids.len())));
            }
        }
        PageSpec::new(self.similarity, self.page, self.page_size)
    }
}

impl SearchFilter {
    /// # Errors
    ///
    /// Where a part is malformed; names it.
    pub(crate) fn check(&self) -> Result<()> {
        check_day(self.taken_from.as_deref(), sayings::no_first_day)?;
        check_day(self.taken_until.as_deref(), sayings::no_last_day)?;
        if let Some(format) = self.formats.iter().find(|format| !Format::ALL.iter().any(|known| known.as_str() == **format)) {
            let known: Vec<&str> = Format::ALL.iter().map(|known| known.as_str()).collect();
            return Err(Error::invalid(format!("formats: {format:?} is not known")).with_hint(format!("Known are {}.", known.join(", "))));
        }
        Ok(())
    }

    /// Whether everything passes.
    pub(crate) fn lets_all_pass(&self) -> bool {
        *self == Self::default()
    }

    /// The last moment that passes, in the form of a picture's own time.
    pub(crate) fn last_moment(&self) -> Option<String> {
        self.taken_until.as_ref().map(|day| format!("{day}T23:59:59"))
    }
}

impl Orientation {
    /// How width and height compare, as SQL and Milvus write it.
    pub(crate) fn condition(self) -> &'static str {
        match self {
            Self::Landscape => "width > height",
            Self::Portrait => "width < height",
            Self::Square => "width == height",
        }
    }
}

/// `refused`: says of a text that it is no day.
fn check_day(day: Option<&str>, refused: impl FnOnce(String) -> Words) -> Result<()> {
    match day.filter(|day| !is_day(day)) {
        Some(other) => Err(Error::invalid(refused(format!("{other:?}"))).with_hint(sayings::write_days_so())),
        None => Ok(()),
    }
}

/// `YYYY-MM-DD`, and a day that there is.
fn is_day(text: &str) -> bool {
    text.len() == 10 && PrimitiveDateTime::parse(&format!("{text}T00:00:00"), &Iso8601::DEFAULT).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut SearchTerms)) -> String {
        let mut terms = SearchTerms::default();
        change(&mut terms);
        terms.checked().expect_err("out of range").to_string()
    }

    #[test]
    fn what_is_malformed_is_named() {
        for day in ["", "2026", "2026-13-01", "2026-00-10", "01.05.2026", "2026-5-1", "2026-05-01T", "2026-05-3\u{661}", "2026-02-30"] {
            assert!(refusal(|terms| terms.filter.taken_from = Some(day.into())).contains("taken_from"), "{day}");
        }
        assert!(refusal(|terms| terms.filter.formats = vec!["jpeg".into(), "jpg\" or 1".into()]).contains("formats"));
        assert!(refusal(|terms| (terms.scope, terms.filter.folder) = (Scope::Shared, Some(1))).contains("folder"));
        for (x, width) in [(-0.1, 0.5), (0.6, 0.5), (0.0, 0.0), (f32::NAN, 0.5), (0.0, f32::INFINITY)] {
            assert!(refusal(|terms| terms.crop = Some(Crop { x, y: 0.0, width, height: 1.0 })).contains("crop"), "{x} {width}");
        }
        assert!(refusal(|terms| terms.less = vec![String::new(); 33]).contains("less"));
        let filter = SearchFilter {
            taken_from: Some("2024-02-29".into()),
            taken_until: Some("2026-12-31".into()),
            formats: vec!["jpeg".into(), "png".into()],
            ..SearchFilter::default()
        };
        let good = SearchTerms { filter, crop: Some(Crop { x: 0.25, y: 0.0, width: 0.75, height: 1.0 }), ..SearchTerms::default() };
        good.checked().unwrap();
    }
}
