//! What is compared of a picture, and where it comes from: the library's thumbnails. The latest sketches are kept, as what is compared
//! comes in clusters.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::grey::Grey;
use super::part::{Grounds, Part, Tilted};
use crate::catalog::{ContentHash, Thumbnails};
use crate::media::{self, Limits, Luma, Rgb8, trim_box};

/// What is looked at has a shorter side of this to twice as many pixels.
const SIDE: u32 = 64;
/// Side of the square copies that are compared as wholes, in pixels.
const SQUARE: u32 = 32;
/// Sketches that are kept, half of them at least: one in which parts were looked for takes 0.3 MB.
const KEPT: usize = 256;

/// The small copies of a picture that a comparison takes. What only some comparisons need is made for the first of them.
pub(crate) struct Sketch {
    pixels: Rgb8,
    luma: Arc<Luma>,
    whole: Grey,
    is_plain: bool,
    most: OnceLock<[Option<Grey>; 4]>,
    without_margin: OnceLock<Option<Grey>>,
    grounds: OnceLock<Grounds>,
    part: OnceLock<Part>,
    mirrored_part: OnceLock<Part>,
    tilted: OnceLock<Tilted>,
}

impl Sketch {
    pub(crate) fn of(pixels: Rgb8) -> Self {
        let pixels = pixels.shrunk(SIDE);
        let luma = Arc::new(pixels.luma());
        let whole = Grey::of(&luma, SQUARE, SQUARE);
        Self {
            is_plain: whole.is_plain(),
            whole: whole.normalised(),
            pixels,
            luma,
            most: OnceLock::new(),
            without_margin: OnceLock::new(),
            grounds: OnceLock::new(),
            part: OnceLock::new(),
            mirrored_part: OnceLock::new(),
            tilted: OnceLock::new(),
        }
    }

    /// Whether there is nothing on it that could be compared.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    pub(super) fn whole(&self) -> &Grey {
        &self.whole
    }

    /// The upper, lower, left and right two thirds of it; none of what is plain.
    pub(super) fn most(&self) -> &[Option<Grey>; 4] {
        self.most.get_or_init(|| Grey::two_thirds_of(&self.luma, SQUARE).map(something))
    }

    /// What is left without its uniform margins; none where it has none.
    pub(super) fn without_margin(&self) -> Option<&Grey> {
        let of = || match trim_box(&self.pixels).cut_out(&self.pixels) {
            Cow::Borrowed(_) => None,
            Cow::Owned(cut) => something(Grey::of(&cut.luma(), SQUARE, SQUARE)),
        };
        self.without_margin.get_or_init(of).as_ref()
    }

    pub(super) fn grounds(&self) -> &Grounds {
        self.grounds.get_or_init(|| Grounds::of(&self.luma))
    }

    pub(super) fn part(&self) -> &Part {
        self.part.get_or_init(|| Part::new(Arc::clone(&self.luma)))
    }

    pub(super) fn mirrored_part(&self) -> &Part {
        self.mirrored_part.get_or_init(|| Part::new(Arc::new(self.luma.mirrored())))
    }

    pub(super) fn tilted(&self) -> &Tilted {
        self.tilted.get_or_init(|| Tilted::of(&self.luma))
    }
}

/// To be compared, if there is anything on it.
fn something(grey: Grey) -> Option<Grey> {
    (!grey.is_plain()).then(|| grey.normalised())
}

/// Where sketches come from.
pub(crate) struct Sketches {
    thumbnails: Arc<Thumbnails>,
    limits: Limits,
    kept: Mutex<Kept>,
}

/// Two generations: when the newer one is full, the older one goes, but for what was asked for since.
#[derive(Default)]
struct Kept {
    newer: HashMap<ContentHash, Arc<Sketch>>,
    older: HashMap<ContentHash, Arc<Sketch>>,
}

impl Sketches {
    pub(crate) fn new(thumbnails: Arc<Thumbnails>, limits: Limits) -> Self {
        Self { thumbnails, limits, kept: Mutex::default() }
    }

    /// A picture's, where its thumbnail is made already: rendering one takes longer than a search. One that cannot be read says
    /// nothing.
    pub(crate) fn get(&self, hash: ContentHash) -> Option<Arc<Sketch>> {
        let kept = |what: &mut Kept| what.newer.get(&hash).cloned().or_else(|| what.older.remove(&hash));
        let known = kept(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let sketch = known.or_else(|| self.of(&self.thumbnails.get(hash).ok()??).map(Arc::new))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.newer.len() >= KEPT / 2 {
            kept.older = std::mem::take(&mut kept.newer);
        }
        kept.newer.insert(hash, Arc::clone(&sketch));
        Some(sketch)
    }

    /// Of a thumbnail; none where it cannot be read.
    pub(crate) fn of(&self, thumbnail: &[u8]) -> Option<Sketch> {
        media::decode(thumbnail, SIDE, &self.limits).ok().map(|picture| Sketch::of(picture.pixels))
    }
}
