//! Cuts uniform margins (padding, frames, the screen around a picture) off, so that a screenshot of a photo meets the photo.
//! Integer arithmetic; `models/README.md`, "Trimming", states the rule.

use std::borrow::Cow;

use super::Rgb8;

/// Largest difference in any channel at which a pixel still counts as of the margin's colour.
const TOLERANCE: u8 = 12;
/// One pixel in so many of a line may differ.
const OUTLIERS: usize = 200;
/// An axis is never cut below this fraction of the whole picture's.
const KEEP: usize = 4;
const PASSES: usize = 4;

/// The box that is left: `left..right` × `top..bottom` in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrimBox {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) right: usize,
    pub(crate) bottom: usize,
}

impl TrimBox {
    /// The pixels of the box, copied only where something is cut away.
    pub(crate) fn cut_out(self, picture: &Rgb8) -> Cow<'_, Rgb8> {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        if (width, height) == (picture.width as usize, picture.height as usize) {
            return Cow::Borrowed(picture);
        }
        let rows = picture.data.chunks_exact(picture.width as usize * 3).skip(self.top).take(height);
        let data = rows.flat_map(|row| &row[self.left * 3..self.right * 3]).copied().collect();
        Cow::Owned(Rgb8 { width: width as u32, height: height as u32, data })
    }
}

/// Finds the box without uniform margins. A margin goes only together with its opposite in the same colour.
pub(crate) fn trim_box(picture: &Rgb8) -> TrimBox {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let pixel = |x: usize, y: usize| -> [u8; 3] {
        let at = (y * width + x) * 3;
        [picture.data[at], picture.data[at + 1], picture.data[at + 2]]
    };
    let mut kept = TrimBox { left: 0, top: 0, right: width, bottom: height };
    for _ in 0..PASSES {
        let before = kept;
        let TrimBox { left, top, right, bottom } = kept;
        if let Some((start, end)) = margins(bottom - top, right - left, height, |line, at| pixel(left + at, top + line)) {
            kept.top += start;
            kept.bottom -= end;
        }
        let TrimBox { top, bottom, .. } = kept;
        if let Some((start, end)) = margins(right - left, bottom - top, width, |line, at| pixel(left + line, top + at)) {
            kept.left += start;
            kept.right -= end;
        }
        if kept == before {
            break;
        }
    }
    kept
}

/// Lines to cut at the start and at the end, where there are such at both. `whole`: the picture's extent along this axis.
fn margins(lines: usize, length: usize, whole: usize, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Option<(usize, usize)> {
    let colour = lower_median((0..length).map(|at| pixel(0, at)));
    let is_margin = |line: &usize| {
        let differs = |at: &usize| pixel(*line, *at).iter().zip(colour).any(|(&a, b)| a.abs_diff(b) > TOLERANCE);
        // Stops at the first pixel too many, so that a busy line costs next to nothing.
        (0..length).filter(differs).take(length / OUTLIERS + 1).count() * OUTLIERS <= length
    };
    let start = (0..lines).take_while(is_margin).count();
    if start == 0 || start == lines {
        return None;
    }
    let end = (0..lines).rev().take_while(is_margin).count();
    (end > 0 && (lines - start - end) * KEEP >= whole).then_some((start, end))
}

/// The lower median of each channel by itself.
fn lower_median(pixels: impl Iterator<Item = [u8; 3]>) -> [u8; 3] {
    let mut histograms = [[0usize; 256]; 3];
    let mut count = 0;
    for pixel in pixels {
        for (histogram, value) in histograms.iter_mut().zip(pixel) {
            histogram[usize::from(value)] += 1;
        }
        count += 1;
    }
    histograms.map(|histogram| {
        let mut before = 0;
        let rank = (count - 1) / 2;
        let found = histogram.iter().position(|&n| {
            before += n;
            before > rank
        });
        found.unwrap_or(0) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Golden {
        name: String,
        width: u32,
        height: u32,
        #[serde(rename = "box")]
        wanted: [usize; 4],
        /// Runs of pixels, `RRGGBBxN`, separated by spaces.
        pixels: String,
    }

    #[test]
    fn agrees_with_the_recipe_that_trained_the_model() {
        let golden: Vec<Golden> = serde_json::from_str(include_str!("../../../models/train/tests/trim_golden.json")).unwrap();
        assert!(golden.len() >= 6, "the golden file holds the recipe's cases");
        for case in golden {
            let mut data = Vec::new();
            for run in case.pixels.split_whitespace() {
                let (colour, count) = run.split_once('x').unwrap();
                let colour = u32::from_str_radix(colour, 16).unwrap().to_be_bytes();
                for _ in 0..count.parse::<usize>().unwrap() {
                    data.extend_from_slice(&colour[1..]);
                }
            }
            let found = trim_box(&Rgb8 { width: case.width, height: case.height, data });
            assert_eq!([found.left, found.top, found.right, found.bottom], case.wanted, "trim box of {:?}", case.name);
        }
    }
}
