//! What the pixels of two pictures say about whether they are the same, and how one came from the other: mirrored, turned,
//! cropped, covered, tilted. Says nothing rather than something doubtful.

use super::sketch::Sketch;
use crate::wire::Reason;

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
/// Where nothing but a yes or no is asked for, and a no is what most pictures deserve.
const SURE_TILTED: f32 = 0.85;
/// Correlation from which two thirds of two pictures are the same, whatever covers the rest: of 200 photos with a line of words on a bar
/// all reach it, nine in ten with a sticker, and of 2,800 pairs of strangers none.
const SAME_MOST: f32 = 0.9;
/// How much better one explanation must be than "as it is".
const CLEARLY: f32 = 0.1;

/// How two pictures are the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resemblance {
    /// Correlation of their pixels, once what was done to one of them is undone; at most 1.
    pub(crate) correlation: f32,
    /// What was done to the result; none where it is as the query is.
    pub(crate) reasons: Vec<Reason>,
}

/// Something that may have been done to a picture, and how well it fits once that is undone.
type Explanation = (Vec<Reason>, f32);

/// How a result is the same picture as the query, unless one of them was tilted; none where their pixels do not say that it is.
pub(crate) fn resemblance(query: &Sketch, result: &Sketch) -> Option<Resemblance> {
    if query.is_plain() || result.is_plain() {
        return None;
    }
    let as_it_is = as_it_is(query, result);
    let clear = |limit: f32| move |(_, correlation): &Explanation| *correlation >= limit && *correlation > as_it_is + CLEARLY;
    let at_least = |limit: f32| move |(_, correlation): &Explanation| *correlation >= limit;
    strongest(turned(query, result).into_iter().chain(framed(query, result)))
        .filter(clear(SAME_WHOLE))
        .or_else(|| strongest(parts(query, result)).filter(clear(SAME_PART)))
        .or_else(|| Some((Vec::new(), as_it_is)).filter(at_least(SAME_WHOLE)))
        .or_else(|| Some(covered(query, result)).filter(at_least(SAME_MOST)))
        .map(|(reasons, correlation)| Resemblance { correlation, reasons })
}

/// What is to be asked where [`resemblance`] says nothing, as it takes several times longer: whether a result is a mirrored part of the
/// query, or the query of it, or the same picture, tilted. Of pictures of large plain forms it believes too much.
pub(crate) fn second_look(query: &Sketch, result: &Sketch) -> Option<Resemblance> {
    if query.is_plain() || result.is_plain() {
        return None;
    }
    let at_least = |limit: f32| move |(_, correlation): &Explanation| *correlation >= limit;
    strongest(mirrored_parts(query, result))
        .filter(at_least(SAME_PART))
        .or_else(|| Some(tilted(query, result)).filter(at_least(SAME_TILTED)))
        .map(|(reasons, correlation)| Resemblance { correlation, reasons })
}

/// How well two pictures agree if they are the same, 0 ..= 1. Whatever says so first is believed: what it was does not matter here.
/// `is_likely`: whether their vectors say so.
///
/// Measured with 400 photos, most of them of clothes on plain grounds, and what may be the same among 6,800 by Lookalike S (2.1
/// strangers for each): as wholes and as parts no stranger is taken for the same, and of 200 photos each, edited in 19 ways, 98 in 100
/// of those that are whole are known, 96 of those of which a part is there.
pub(super) fn same(a: &Sketch, b: &Sketch, look: Look, is_likely: bool) -> Option<f32> {
    if a.is_plain() || b.is_plain() {
        return None;
    }
    if look == Look::ForTurns {
        return correlation(strongest(turned(a, b)), SAME_WHOLE).filter(|correlation| *correlation > as_it_is(a, b) + CLEARLY);
    }
    let at_a_glance = || {
        let whole = strongest(turned(a, b).into_iter().chain(framed(a, b)).chain([(Vec::new(), as_it_is(a, b))]));
        correlation(whole, SAME_WHOLE).or_else(|| correlation(Some(covered(a, b)), SAME_MOST))
    };
    let in_parts = || if look >= Look::Closely { correlation(strongest(parts(a, b)), SAME_PART) } else { None };
    let mirrored = || if look >= Look::MostClosely { correlation(strongest(mirrored_parts(a, b)), SAME_PART) } else { None };
    let tilted = || if look >= Look::MostClosely && is_likely { correlation(Some(tilted(a, b)), SURE_TILTED) } else { None };
    at_a_glance().or_else(in_parts).or_else(mirrored).or_else(tilted)
}

fn correlation(found: Option<Explanation>, limit: f32) -> Option<f32> {
    found.map(|(_, correlation)| correlation).filter(|correlation| *correlation >= limit)
}

/// How much work a comparison may be: each is several times as much as the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// Only whether it is mirrored or turned, which takes a picture far from itself for some models.
    ForTurns,
    /// As wholes, mirrored and turned too, without margins, and but for something that covers a part.
    AtAGlance,
    /// As parts of each other.
    Closely,
    /// As mirrored parts, and tilted where vectors say that they are the same.
    MostClosely,
}

fn as_it_is(query: &Sketch, result: &Sketch) -> f32 {
    query.whole().correlation(result.whole())
}

/// Mirrored or turned. What is told is how the result lies against the query.
fn turned(query: &Sketch, result: &Sketch) -> [Explanation; 4] {
    let (asked, found) = (query.whole(), result.whole());
    let quarter = found.turned();
    let half = quarter.turned();
    // Turned counterclockwise is how it came.
    [
        (vec![Reason::Turned { degrees: 270 }], asked.correlation(&quarter)),
        (vec![Reason::Turned { degrees: 90 }], asked.correlation(&half.turned())),
        (vec![Reason::Turned { degrees: 180 }], asked.correlation(&half)),
        (vec![Reason::Mirrored], asked.correlation(&found.mirrored())),
    ]
}

/// One of them has a margin around it that the other has not. Never both without theirs: what lies on plain grounds would be
/// compared by its outline.
fn framed(query: &Sketch, result: &Sketch) -> impl Iterator<Item = Explanation> {
    let of_query = query.without_margin().map(|asked| (vec![Reason::PartOfQuery], asked.correlation(result.whole())));
    let of_result = result.without_margin().map(|found| (vec![Reason::HoldsQuery], query.whole().correlation(found)));
    of_query.into_iter().chain(of_result)
}

/// How well two thirds of both agree, at the best side.
fn covered(query: &Sketch, result: &Sketch) -> Explanation {
    let sides = query.most().iter().zip(result.most()).filter_map(|(asked, found)| Some(asked.as_ref()?.correlation(found.as_ref()?)));
    (vec![Reason::Covered], sides.max_by(f32::total_cmp).unwrap_or(0.0))
}

fn parts(query: &Sketch, result: &Sketch) -> [Explanation; 2] {
    [(vec![Reason::PartOfQuery], result.part().fit(query.grounds())), (vec![Reason::HoldsQuery], query.part().fit(result.grounds()))]
}

fn tilted(query: &Sketch, result: &Sketch) -> Explanation {
    (vec![Reason::Tilted], query.tilted().fit(result.grounds()))
}

fn mirrored_parts(query: &Sketch, result: &Sketch) -> [Explanation; 2] {
    [
        (vec![Reason::Mirrored, Reason::PartOfQuery], result.mirrored_part().fit(query.grounds())),
        (vec![Reason::Mirrored, Reason::HoldsQuery], query.mirrored_part().fit(result.grounds())),
    ]
}

fn strongest(explanations: impl IntoIterator<Item = Explanation>) -> Option<Explanation> {
    explanations.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Rgb8, resize};

    fn explain(query: &Rgb8, result: &Rgb8) -> Vec<Reason> {
        let (query, result) = (Sketch::of(query.clone()), Sketch::of(result.clone()));
        resemblance(&query, &result).or_else(|| second_look(&query, &result)).map(|found| found.reasons).unwrap_or_default()
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
        assert_eq!(explain(&scene, &scene), [], "nothing was done");
        assert_eq!(explain(&scene, &resize(&scene, w / 2, h / 2)), [], "only smaller");
        assert_eq!(explain(&scene, &map(&scene, w, h, |x, y| (w - 1 - x, y))), [Reason::Mirrored]);
        let clockwise = map(&scene, h, w, |x, y| (y, h - 1 - x));
        assert_eq!(explain(&scene, &clockwise), [Reason::Turned { degrees: 90 }]);
        assert_eq!(explain(&clockwise, &scene), [Reason::Turned { degrees: 270 }]);
        assert_eq!(explain(&scene, &map(&scene, w, h, |x, y| (w - 1 - x, h - 1 - y))), [Reason::Turned { degrees: 180 }]);
        let part = map(&scene, 150, 120, |x, y| (x + 20, y + 10));
        assert_eq!(explain(&scene, &part), [Reason::PartOfQuery]);
        assert_eq!(explain(&part, &scene), [Reason::HoldsQuery]);
        let mirrored_part = map(&part, 150, 120, |x, y| (149 - x, y));
        assert_eq!(explain(&scene, &mirrored_part), [Reason::Mirrored, Reason::PartOfQuery]);
        assert_eq!(explain(&mirrored_part, &scene), [Reason::Mirrored, Reason::HoldsQuery]);
    }

    #[test]
    fn what_was_laid_over_or_around_a_picture_is_told() {
        let scene = detailed();
        let (w, h) = (scene.width as usize, scene.height as usize);
        let mut captioned = scene.clone();
        captioned.data[3 * w * (h * 3 / 4)..].fill(10);
        assert_eq!(explain(&scene, &captioned), [Reason::Covered]);
        assert_eq!(explain(&captioned, &scene), [Reason::Covered]);
        let mut framed = Rgb8 { width: scene.width + 60, height: scene.height + 40, data: vec![240; 3 * (w + 60) * (h + 40)] };
        for (y, row) in scene.data.chunks_exact(3 * w).enumerate() {
            let at = 3 * ((y + 20) * (w + 60) + 30);
            framed.data[at..at + row.len()].copy_from_slice(row);
        }
        assert_eq!(explain(&scene, &framed), [Reason::HoldsQuery]);
        assert_eq!(explain(&framed, &scene), [Reason::PartOfQuery]);
        let mut covered = detailed_by(3);
        covered.data[3 * w * (h * 3 / 4)..].fill(10);
        assert_eq!(explain(&scene, &covered), [], "another one under the same words");
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
            assert_eq!(explain(&scene, &tilted), [Reason::Tilted], "{degrees}");
            assert_eq!(explain(&tilted, &scene), [Reason::Tilted], "{degrees}");
            let [width, height] = [scene.width, scene.height].map(|side| side * 7 / 10);
            let straightened = map(&tilted, width, height, |x, y| (x + (scene.width - width) / 2, y + (scene.height - height) / 2));
            assert_eq!(explain(&scene, &straightened), [Reason::Tilted], "{degrees}, with its corners cut off");
            assert_eq!(explain(&straightened, &scene), [Reason::Tilted], "{degrees}, with its corners cut off");
        }
    }

    /// With enough edges that a tilt of some degrees is seen.
    fn detailed() -> Rgb8 {
        detailed_by(7)
    }

    fn detailed_by(seed: u32) -> Rgb8 {
        let (width, height) = (240_u32, 180_u32);
        let mut state = seed;
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
        assert_eq!(explain(&plain, &plain), []);
        let stripes = Rgb8 { width: 90, height: 60, data: (0..90 * 60).flat_map(|at| [if at % 90 / 9 % 2 == 0 { 20 } else { 230 }; 3]).collect() };
        assert_eq!(explain(&scene(), &stripes), []);
        // Bright above, dark below, and hills of their own: no part of each other.
        let landscape = |waves: f32| {
            let grey = move |x: u32, y: u32| {
                let is_hill = y as f32 > 80.0 + 30.0 * (x as f32 * waves).sin();
                (230.0 - y as f32 - if is_hill { 40.0 } else { 0.0 }) as u8
            };
            let data = (0..180).flat_map(|y| (0..240).flat_map(move |x| [grey(x, y); 3])).collect();
            Rgb8 { width: 240, height: 180, data }
        };
        assert_eq!(explain(&landscape(0.031), &landscape(0.07)), []);
    }
}
