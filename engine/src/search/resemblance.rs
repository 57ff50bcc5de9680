//! What the pixels of two pictures say about whether they are the same, and how one came from the other: mirrored, turned,
//! cropped. Says nothing rather than something doubtful.

use super::grey::{Grey, Ground, Place};
use crate::media::Rgb8;
use crate::wire::Reason;

/// Side of the square copies that are compared as wholes, in pixels.
const SQUARE: u32 = 32;
/// Longer side of the copies in which parts are looked for.
const COARSE: f32 = 32.0;
/// Longer side of those in which a part that was found is looked at again: what only has about the same lights and darks does not
/// fit there.
const FINE: f32 = 96.0;
/// Correlation from which two pictures as wholes, or a part and its place, are the same. Measured with 160 photos, each edited
/// one compared with the 24 that are nearest by vector among 2,500: the right wholes correlate at 0.91 or more, the right parts
/// nineteen times in twenty at 0.86 or more; another one reaches these limits in one search of 200, and where the query is a
/// quarter of a photo, in one of 14.
const SAME_WHOLE: f32 = 0.85;
const SAME_PART: f32 = 0.78;
/// Correlation from which a place is looked at again, finer.
const HOPEFUL: f32 = 0.6;
/// Places that are, at most: the right one need not be the best at first sight.
const LOOKED_AT_AGAIN: usize = 4;
/// How much better one explanation must be than "as it is".
const CLEARLY: f32 = 0.1;
/// Shares of the longer side that a part may have.
const SMALLEST_PART: f32 = 0.3;
const LARGEST_PART: f32 = 0.93;
/// From one share to the next, and when it is looked at again.
const STEP: f32 = 1.08;
const FINE_STEPS: [f32; 9] = [0.96, 0.97, 0.98, 0.99, 1.0, 1.01, 1.02, 1.03, 1.04];
/// Shortest side of a part, in pixels.
const LEAST: u32 = 7;

/// The small copies of a picture that a comparison takes.
pub(crate) struct Sketch {
    pixels: Rgb8,
    whole: Grey,
    is_plain: bool,
    coarse: Ground,
    fine: Ground,
    /// Scaled to the shares that a part of another picture may have.
    parts: Vec<(f32, Grey)>,
}

impl Sketch {
    pub(crate) fn of(pixels: Rgb8) -> Self {
        let whole = Grey::of(&pixels, SQUARE, SQUARE);
        let ground = |side: f32| {
            let [width, height] = scaled(&pixels, side);
            Ground::new(Grey::of(&pixels, width, height))
        };
        let shares = std::iter::successors(Some(SMALLEST_PART), |share| Some(share * STEP)).take_while(|share| *share <= LARGEST_PART);
        let parts = shares.filter_map(|share| Some((share, part_of(&pixels, share * COARSE)?))).collect();
        Self { is_plain: whole.is_plain(), whole: whole.normalised(), coarse: ground(COARSE), fine: ground(FINE), parts, pixels }
    }

    /// How well it fits into another at the best place and size, 0 ..= 1.
    fn as_part_of(&self, other: &Self) -> f32 {
        let parts = self.parts.iter().filter(|(_, part)| other.coarse.has_room_for(part));
        let mut places: Vec<_> = parts.map(|(share, part)| (*share, other.coarse.best_place(part))).collect();
        places.sort_by(|(_, a), (_, b)| b.correlation.total_cmp(&a.correlation));
        let hopeful = places.iter().take(LOOKED_AT_AGAIN).filter(|(_, place)| place.correlation >= HOPEFUL);
        hopeful.map(|(share, place)| self.look_again(other, *share, *place)).fold(0.0, f32::max)
    }

    /// How well it fits near a place that was found.
    fn look_again(&self, other: &Self, share: f32, place: Place) -> f32 {
        let parts = FINE_STEPS.iter().filter_map(|step| part_of(&self.pixels, share * step * FINE)).filter(|part| other.fine.has_room_for(part));
        // Of a picture without fine detail there is no more to see.
        parts.map(|part| other.fine.best_place_near(&part, place, FINE / COARSE).correlation).max_by(f32::total_cmp).unwrap_or(place.correlation)
    }
}

/// The size of a picture whose longer side is to have so many pixels.
fn scaled(pixels: &Rgb8, side: f32) -> [u32; 2] {
    let scale = side / pixels.width.max(pixels.height) as f32;
    [pixels.width, pixels.height].map(|pixels| ((pixels as f32 * scale).round() as u32).max(1))
}

/// A picture as a part of another one, its longer side so many pixels there; none where it is too small or too plain to tell.
fn part_of(pixels: &Rgb8, side: f32) -> Option<Grey> {
    let [width, height] = scaled(pixels, side);
    if width.min(height) < LEAST {
        return None;
    }
    Some(Grey::of(pixels, width, height)).filter(|part| !part.is_plain()).map(Grey::normalised)
}

/// How two pictures are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Resemblance {
    /// Correlation of their pixels, once what was done to one of them is undone; at most 1.
    pub(crate) correlation: f32,
    /// What was done to the result; none where it is as the query is.
    pub(crate) reason: Option<Reason>,
}

/// How a result is the same picture as the query; none where their pixels do not say that it is.
pub(crate) fn resemblance(query: &Sketch, result: &Sketch) -> Option<Resemblance> {
    if query.is_plain || result.is_plain {
        return None;
    }
    let (asked, found) = (&query.whole, &result.whole);
    let as_it_is = asked.correlation(found);
    let [quarter, half] = [found.turned(), found.turned().turned()];
    // Turned counterclockwise is how it came; what is told is how the result lies against the query.
    let turns = [(270, &quarter), (90, &half.turned()), (180, &half)].map(|(degrees, copy)| (Reason::Turned { degrees }, asked.correlation(copy)));
    let wholes = turns.into_iter().chain([(Reason::Mirrored, asked.correlation(&found.mirrored()))]);
    let clear = |limit: f32| move |(_, correlation): &(Reason, f32)| *correlation >= limit && *correlation > as_it_is + CLEARLY;
    let of_whole = strongest(wholes).filter(clear(SAME_WHOLE));
    let changed = of_whole.or_else(|| {
        let parts = [(Reason::PartOfQuery, result.as_part_of(query)), (Reason::HoldsQuery, query.as_part_of(result))];
        strongest(parts).filter(clear(SAME_PART))
    });
    match changed {
        Some((reason, correlation)) => Some(Resemblance { correlation, reason: Some(reason) }),
        None => (as_it_is >= SAME_WHOLE).then_some(Resemblance { correlation: as_it_is, reason: None }),
    }
}

fn strongest(explanations: impl IntoIterator<Item = (Reason, f32)>) -> Option<(Reason, f32)> {
    explanations.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::resize;

    fn explain(query: &Rgb8, result: &Rgb8) -> Option<Reason> {
        resemblance(&Sketch::of(query.clone()), &Sketch::of(result.clone())).and_then(|found| found.reason)
    }

    /// Bright and dark spots at places that no turn or mirror maps onto each other.
    fn scene() -> Rgb8 {
        let (width, height) = (240_u32, 180_u32);
        let spots =
            [(40.0, 30.0, 30.0, 120.0), (190.0, 50.0, 22.0, -90.0), (120.0, 130.0, 40.0, 70.0), (60.0, 140.0, 15.0, -110.0), (210.0, 150.0, 12.0, 90.0)];
        let grey = |x: u32, y: u32| {
            let light = spots.iter().map(|(cx, cy, r, light)| light * (-((x as f32 - cx).powi(2) + (y as f32 - cy).powi(2)) / (r * r)).exp());
            (128.0 + light.sum::<f32>()).clamp(0.0, 255.0) as u8
        };
        let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| [grey(x, y); 3])).collect();
        Rgb8 { width, height, data }
    }

    fn map(picture: &Rgb8, width: u32, height: u32, from: impl Fn(u32, u32) -> (u32, u32)) -> Rgb8 {
        let pixel = |x: u32, y: u32| {
            let (x, y) = from(x, y);
            let at = 3 * (y * picture.width + x) as usize;
            [picture.data[at], picture.data[at + 1], picture.data[at + 2]]
        };
        let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
        Rgb8 { width, height, data }
    }

    #[test]
    fn what_was_done_to_a_picture_is_told() {
        let scene = scene();
        let (w, h) = (scene.width, scene.height);
        assert_eq!(explain(&scene, &scene), None, "nothing was done");
        assert_eq!(explain(&scene, &resize(&scene, w / 2, h / 2)), None, "only smaller");
        assert_eq!(explain(&scene, &map(&scene, w, h, |x, y| (w - 1 - x, y))), Some(Reason::Mirrored));
        let clockwise = map(&scene, h, w, |x, y| (y, h - 1 - x));
        assert_eq!(explain(&scene, &clockwise), Some(Reason::Turned { degrees: 90 }));
        assert_eq!(explain(&clockwise, &scene), Some(Reason::Turned { degrees: 270 }));
        assert_eq!(explain(&scene, &map(&scene, w, h, |x, y| (w - 1 - x, h - 1 - y))), Some(Reason::Turned { degrees: 180 }));
        let part = map(&scene, 150, 120, |x, y| (x + 20, y + 10));
        assert_eq!(explain(&scene, &part), Some(Reason::PartOfQuery));
        assert_eq!(explain(&part, &scene), Some(Reason::HoldsQuery));
    }

    #[test]
    fn plain_pictures_and_others_say_nothing() {
        let plain = Rgb8 { width: 90, height: 60, data: vec![200; 90 * 60 * 3] };
        assert_eq!(explain(&plain, &plain), None);
        let stripes = Rgb8 { width: 90, height: 60, data: (0..90 * 60).flat_map(|at| [if at % 90 / 9 % 2 == 0 { 20 } else { 230 }; 3]).collect() };
        assert_eq!(explain(&scene(), &stripes), None);
        // Bright above, dark below, and hills of their own: no part of each other.
        let landscape = |waves: f32| {
            let grey = move |x: u32, y: u32| {
                let is_hill = y as f32 > 80.0 + 30.0 * (x as f32 * waves).sin();
                (230.0 - y as f32 - if is_hill { 40.0 } else { 0.0 }) as u8
            };
            let data = (0..180).flat_map(|y| (0..240).flat_map(move |x| [grey(x, y); 3])).collect();
            Rgb8 { width: 240, height: 180, data }
        };
        assert_eq!(explain(&landscape(0.031), &landscape(0.07)), None);
    }
}
