//! What the pixels of two pictures say about whether they are the same, and how one came from the other: mirrored, turned,
//! cropped, tilted. Says nothing rather than something doubtful.

use std::sync::OnceLock;

use super::grey::Grey;
use super::part::{Grounds, Part, Tilted};
use crate::media::Rgb8;
use crate::wire::Reason;

/// Side of the square copies that are compared as wholes, in pixels.
const SQUARE: u32 = 32;
/// Correlation from which two pictures as wholes, or a part and its place, are the same. Measured with 160 photos, each edited
/// one compared with the 24 that are nearest by vector among 2,500: the right wholes correlate at 0.91 or more, the right parts
/// nineteen times in twenty at 0.86 or more; another one reaches these limits in one search of 200, and where the query is a
/// quarter of a photo, in one of 14.
const SAME_WHOLE: f32 = 0.85;
const SAME_PART: f32 = 0.78;
/// Correlation from which one is the other, tilted. Measured with 300 photos tilted by 3 to 14 degrees (corners filled, added or cut
/// off), each compared with the 24 that are nearest by vector among 4,800: the right ones reach it nine times in ten, and 266 of 300
/// come first by it; another one reaches it in one search of 27, and where the photo is not there at all, in one of 60.
const SAME_TILTED: f32 = 0.78;
/// How much better one explanation must be than "as it is".
const CLEARLY: f32 = 0.1;

/// The small copies of a picture that a comparison takes.
pub(crate) struct Sketch {
    whole: Grey,
    is_plain: bool,
    grounds: Grounds,
    part: Part,
    /// Made where it is asked for: of a query that fits nowhere as it is.
    tilted: OnceLock<Tilted>,
}

impl Sketch {
    pub(crate) fn of(pixels: Rgb8) -> Self {
        let whole = Grey::of(&pixels, SQUARE, SQUARE);
        let (is_plain, grounds, part) = (whole.is_plain(), Grounds::of(&pixels), Part::new(pixels));
        Self { whole: whole.normalised(), is_plain, grounds, part, tilted: OnceLock::new() }
    }

    fn tilted(&self) -> &Tilted {
        self.tilted.get_or_init(|| Tilted::of(&self.part))
    }
}

/// How two pictures are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Resemblance {
    /// Correlation of their pixels, once what was done to one of them is undone; at most 1.
    pub(crate) correlation: f32,
    /// What was done to the result; none where it is as the query is.
    pub(crate) reason: Option<Reason>,
}

/// How a result is the same picture as the query, unless one of them was tilted; none where their pixels do not say that it is.
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
        let parts = [(Reason::PartOfQuery, result.part.fit(&query.grounds)), (Reason::HoldsQuery, query.part.fit(&result.grounds))];
        strongest(parts).filter(clear(SAME_PART))
    });
    match changed {
        Some((reason, correlation)) => Some(Resemblance { correlation, reason: Some(reason) }),
        None => (as_it_is >= SAME_WHOLE).then_some(Resemblance { correlation: as_it_is, reason: None }),
    }
}

/// Whether a result is the same picture as the query and was only tilted. To be asked where [`resemblance`] says nothing: it takes
/// several times longer, and of pictures of large plain forms it believes too much.
pub(crate) fn tilted(query: &Sketch, result: &Sketch) -> Option<Resemblance> {
    if query.is_plain || result.is_plain {
        return None;
    }
    let correlation = query.tilted().fit(&result.grounds);
    (correlation >= SAME_TILTED).then_some(Resemblance { correlation, reason: Some(Reason::Tilted) })
}

fn strongest(explanations: impl IntoIterator<Item = (Reason, f32)>) -> Option<(Reason, f32)> {
    explanations.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::resize;

    fn explain(query: &Rgb8, result: &Rgb8) -> Option<Reason> {
        let (query, result) = (Sketch::of(query.clone()), Sketch::of(result.clone()));
        resemblance(&query, &result).or_else(|| tilted(&query, &result)).and_then(|found| found.reason)
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

    /// Turned clockwise about its middle; what comes from outside is black.
    fn tilt(picture: &Rgb8, degrees: f32) -> Rgb8 {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (w, h) = (picture.width, picture.height);
        let mut tilted = Rgb8 { width: w, height: h, data: vec![0; 3 * (w * h) as usize] };
        for y in 0..h {
            for x in 0..w {
                let (right, down) = (x as f32 - w as f32 / 2.0, y as f32 - h as f32 / 2.0);
                let (from_x, from_y) = (cos * right + sin * down + w as f32 / 2.0, cos * down - sin * right + h as f32 / 2.0);
                if (0.0..w as f32).contains(&from_x) && (0.0..h as f32).contains(&from_y) {
                    let [to, from] = [(x, y), (from_x as u32, from_y as u32)].map(|(x, y)| 3 * (y * w + x) as usize);
                    tilted.data[to..to + 3].copy_from_slice(&picture.data[from..from + 3]);
                }
            }
        }
        tilted
    }

    #[test]
    fn a_tilted_horizon_is_told() {
        let scene = detailed();
        for degrees in [-14.0, -8.0, 6.0, 12.0] {
            let tilted = tilt(&scene, degrees);
            assert_eq!(explain(&scene, &tilted), Some(Reason::Tilted), "{degrees}");
            assert_eq!(explain(&tilted, &scene), Some(Reason::Tilted), "{degrees}");
            let [width, height] = [scene.width, scene.height].map(|side| side * 7 / 10);
            let straightened = map(&tilted, width, height, |x, y| (x + (scene.width - width) / 2, y + (scene.height - height) / 2));
            assert_eq!(explain(&scene, &straightened), Some(Reason::Tilted), "{degrees}, with its corners cut off");
            assert_eq!(explain(&straightened, &scene), Some(Reason::Tilted), "{degrees}, with its corners cut off");
        }
    }

    /// With enough edges that a tilt of some degrees is seen.
    fn detailed() -> Rgb8 {
        let (width, height) = (240_u32, 180_u32);
        let mut state = 7_u32;
        let mut next = |most: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % most
        };
        let mut picture = Rgb8 { width, height, data: vec![128; 3 * (width * height) as usize] };
        for _ in 0..60 {
            let (left, top, w, h, grey) = (next(width), next(height), 8 + next(40), 8 + next(40), next(256) as u8);
            for y in top..(top + h).min(height) {
                for x in left..(left + w).min(width) {
                    let at = 3 * (y * width + x) as usize;
                    picture.data[at..at + 3].fill(grey);
                }
            }
        }
        picture
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
