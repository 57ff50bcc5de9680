//! Where a picture lies in another one that it may be a part of: at any place and size, and tilted by some degrees.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::grey::{Grey, Ground, Place};
use crate::media::Luma;

/// Longer side of the copies in which parts are looked for, in pixels.
const COARSE: f32 = 32.0;
/// Longer side of those in which a part that was found is looked at again: what only has about the same lights and darks does not
/// fit there.
const FINE: f32 = 96.0;
/// Correlation from which a place is looked at again, finer.
const HOPEFUL: f32 = 0.6;
/// Places that are, at most: the right one need not be the best at first sight.
const LOOKED_AT_AGAIN: usize = 4;
/// Shares of the longer side that a part may have.
const SHARES: RangeInclusive<f32> = 0.3..=0.93;
/// From one share to the next, and around one that is looked at again: roughly, and then closely what lies between.
const STEP: f32 = 1.08;
const ROUGH_STEPS: [f32; 3] = [0.97, 1.0, 1.03];
const FINE_STEPS: [f32; 6] = [0.96, 0.98, 0.99, 1.01, 1.02, 1.04];
/// Shortest side of a part, in pixels.
const LEAST: u32 = 7;

/// How far a picture may be tilted, in degrees, and what is tried beside each where it might fit.
const TILTS: [f32; 6] = [-15.0, -10.0, -5.0, 5.0, 10.0, 15.0];
const FINE_TILTS: [f32; 3] = [-2.5, 0.0, 2.5];
/// The share of a picture, both ways, that is still all there once it was tilted, and straightened again.
const HEART: f32 = 0.6;
/// Shares that it may have in the other picture: what tilts one cuts its edges off, or adds to them.
const HEART_SHARES: RangeInclusive<f32> = 0.42..=0.85;
/// Longer side of what a heart is taken from, in pixels.
const HEART_FROM: f32 = 144.0;

/// A picture as a part of others, at all sizes that it may have there.
pub(super) struct Part {
    pixels: Arc<Luma>,
    sized: Vec<(f32, Grey)>,
}

impl Part {
    pub(super) fn new(pixels: Arc<Luma>) -> Self {
        Self::with_shares(pixels, SHARES)
    }

    fn with_shares(pixels: Arc<Luma>, shares: RangeInclusive<f32>) -> Self {
        let steps = std::iter::successors(Some(*shares.start()), |share| Some(share * STEP)).take_while(|share| shares.contains(share));
        let sized = steps.filter_map(|share| Some((share, sized(&pixels, share * COARSE)?))).collect();
        Self { pixels, sized }
    }

    /// How well it fits into another picture at the best place and size, 0 ..= 1.
    pub(super) fn fit(&self, into: &Grounds) -> f32 {
        best_fit(&[(self, &[self])], into)
    }

    /// How well it fits near a place that was found, at so many times the size that it had there; `None` for a picture without fine
    /// detail, where there is no more to see.
    fn look_again(&self, ground: &Ground, seen: &Seen, steps: &[f32]) -> Option<f32> {
        let parts = steps.iter().filter_map(|step| sized(&self.pixels, seen.share * step * FINE)).filter(|part| ground.has_room_for(part));
        parts.map(|part| ground.best_place_near(&part, seen.place, FINE / COARSE).correlation).max_by(f32::total_cmp)
    }
}

/// Where a part may lie, and with which share of the longer side.
struct Seen {
    share: f32,
    place: Place,
}

/// The heart of a picture, tilted to both sides by several degrees.
pub(super) struct Tilted(Vec<[Part; FINE_TILTS.len()]>);

impl Tilted {
    pub(super) fn of(pixels: &Luma) -> Self {
        let [width, height] = scaled(pixels, HEART_FROM);
        let from = pixels.resized(width, height);
        Self(TILTS.map(|degrees| FINE_TILTS.map(|more| Part::with_shares(Arc::new(heart(&from, degrees + more)), HEART_SHARES))).into())
    }

    /// How well it fits into another picture at the best tilt, place and size, 0 ..= 1.
    pub(super) fn fit(&self, into: &Grounds) -> f32 {
        let parts: Vec<_> = self.0.iter().map(|around| around.each_ref()).collect();
        let tried: Vec<_> = parts.iter().map(|around| (around[around.len() / 2], &around[..])).collect();
        best_fit(&tried, into)
    }
}

/// Two copies of a picture in which parts are looked for.
pub(super) struct Grounds {
    coarse: Ground,
    fine: Ground,
}

impl Grounds {
    pub(super) fn of(pixels: &Luma) -> Self {
        let [coarse, fine] = [COARSE, FINE].map(|side| {
            let [width, height] = scaled(pixels, side);
            Ground::new(Grey::of(pixels, width, height))
        });
        Self { coarse, fine }
    }
}

/// How well the best of some parts fits. Each comes with those, itself among them, that are looked at closely where it fits.
fn best_fit(tried: &[(&Part, &[&Part])], into: &Grounds) -> f32 {
    let mut seen = Vec::new();
    for (part, close) in tried {
        let sized = part.sized.iter().filter(|(_, part)| into.coarse.has_room_for(part));
        seen.extend(sized.map(|(share, sized)| (Seen { share: *share, place: into.coarse.best_place(sized) }, *part, *close)));
    }
    seen.sort_by(|(a, ..), (b, ..)| b.place.correlation.total_cmp(&a.place.correlation));
    let hopeful = seen.iter().take(LOOKED_AT_AGAIN).filter(|(seen, ..)| seen.place.correlation >= HOPEFUL);
    let rough = hopeful.map(|found @ (seen, part, _)| (part.look_again(&into.fine, seen, &ROUGH_STEPS).unwrap_or(seen.place.correlation), found));
    let Some((rough, (seen, best, close))) = rough.max_by(|(a, ..), (b, ..)| a.total_cmp(b)) else { return 0.0 };
    let looks = close.iter().flat_map(|part| {
        let roughly = if std::ptr::eq(*part, *best) { None } else { part.look_again(&into.fine, seen, &ROUGH_STEPS) };
        [roughly, part.look_again(&into.fine, seen, &FINE_STEPS)]
    });
    looks.flatten().fold(rough, f32::max)
}

/// The size of a picture whose longer side is to have so many pixels.
fn scaled(pixels: &Luma, side: f32) -> [u32; 2] {
    let scale = side / pixels.width.max(pixels.height) as f32;
    [pixels.width, pixels.height].map(|pixels| ((pixels as f32 * scale).round() as u32).max(1))
}

/// A picture as a part of another one, its longer side so many pixels there; none where it is too small or too plain to tell.
fn sized(pixels: &Luma, side: f32) -> Option<Grey> {
    let [width, height] = scaled(pixels, side);
    if width.min(height) < LEAST {
        return None;
    }
    Some(Grey::of(pixels, width, height)).filter(|part| !part.is_plain()).map(Grey::normalised)
}

/// The middle of a picture as it looks once the whole is turned clockwise, between its pixels linearly; what lies outside is as
/// its edge.
fn heart(pixels: &Luma, degrees: f32) -> Luma {
    let [width, height] = [pixels.width, pixels.height].map(|side| ((side as f32 * HEART).round() as u32).max(1));
    let (sin, cos) = degrees.to_radians().sin_cos();
    let middle = |side: u32| (side as f32 - 1.0) / 2.0;
    // The two pixels beside a place along a line, and how far it is from the first to the second.
    let beside = |at: f32, side: u32| {
        let last = side as usize - 1;
        let at = at.clamp(0.0, last as f32);
        let first = at as usize;
        (first, (first + 1).min(last), at - first as f32)
    };
    let between = |a: f32, b: f32, share: f32| a + share * (b - a);
    let mut data = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        for x in 0..width {
            let (x, y) = (x as f32 - middle(width), y as f32 - middle(height));
            let (left, right, across) = beside(cos * x + sin * y + middle(pixels.width), pixels.width);
            let (above, below, downwards) = beside(cos * y - sin * x + middle(pixels.height), pixels.height);
            let pixel = |x: usize, y: usize| f32::from(pixels.data[y * pixels.width as usize + x]);
            let (upper, lower) = (between(pixel(left, above), pixel(right, above), across), between(pixel(left, below), pixel(right, below), across));
            data.push((between(upper, lower, downwards) + 0.5) as u8);
        }
    }
    Luma { width, height, data }
}
