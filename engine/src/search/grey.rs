//! Small grey pictures and how well they fit each other, by normalised cross-correlation (J. P. Lewis, "Fast Normalized
//! Cross-Correlation", 1995): light and contrast do not matter to it. The mean of each pixel's surroundings is taken off first, for
//! any two landscapes are bright above and dark below.

use std::ops::RangeInclusive;

use crate::media::Luma;

/// Pixels to each side that are a pixel's surroundings.
const AROUND: usize = 3;
/// Grey levels by which a picture must vary: one that is plain looks like every plain place.
const PLAIN: f32 = 3.0;
/// Products that are added up side by side, which compiles to vector instructions.
const LANES: usize = 16;

/// A small grey picture, less its surroundings.
pub(super) struct Grey {
    width: usize,
    height: usize,
    data: Vec<f32>,
}

impl Grey {
    /// Scaled to a size.
    pub(super) fn of(picture: &Luma, width: u32, height: u32) -> Self {
        Self::scaled(picture, width, height).without_surroundings()
    }

    /// The upper, the lower, the left and the right two thirds of a picture scaled to a square, each as if there were no more of it.
    pub(super) fn two_thirds_of(picture: &Luma, side: u32) -> [Self; 4] {
        let whole = Self::scaled(picture, side, side);
        let (all, most) = (side as usize, side as usize * 2 / 3);
        [(0, 0, all, most), (0, all - most, all, most), (0, 0, most, all), (all - most, 0, most, all)]
            .map(|(left, top, width, height)| whole.cut_out(left, top, width, height).without_surroundings())
    }

    fn scaled(picture: &Luma, width: u32, height: u32) -> Self {
        let data = picture.resized(width, height).data.into_iter().map(f32::from).collect();
        Self { width: width as usize, height: height as usize, data }
    }

    fn cut_out(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let rows = self.data.chunks_exact(self.width).skip(top).take(height);
        Self { width, height, data: rows.flat_map(|row| row[left..left + width].iter().copied()).collect() }
    }

    /// The mean around each pixel is taken along the rows and then along the columns.
    fn without_surroundings(self) -> Self {
        let mut across = vec![0.0; self.data.len()];
        let mut sums = vec![0.0; self.width + 1];
        for (line, means) in self.data.chunks_exact(self.width).zip(across.chunks_exact_mut(self.width)) {
            for (x, value) in line.iter().enumerate() {
                sums[x + 1] = sums[x] + value;
            }
            for (x, mean) in means.iter_mut().enumerate() {
                let (from, to) = around(x, self.width);
                *mean = (sums[to] - sums[from]) / (to - from) as f32;
            }
        }
        let mut data = self.data;
        for (y, line) in data.chunks_exact_mut(self.width).enumerate() {
            let (from, to) = around(y, self.height);
            let share = 1.0 / (to - from) as f32;
            for means in across[from * self.width..to * self.width].chunks_exact(self.width) {
                line.iter_mut().zip(means).for_each(|(pixel, mean)| *pixel -= share * mean);
            }
        }
        Self { data, ..self }
    }

    pub(super) fn mirrored(&self) -> Self {
        let data = self.data.chunks_exact(self.width).flat_map(|row| row.iter().rev().copied()).collect();
        Self { data, ..*self }
    }

    /// A quarter turn clockwise.
    pub(super) fn turned(&self) -> Self {
        let (width, height) = (self.height, self.width);
        let data = (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).map(|(y, x)| self.data[(self.height - 1 - x) * self.width + y]).collect();
        Self { width, height, data }
    }

    pub(super) fn is_plain(&self) -> bool {
        let mean = self.data.iter().sum::<f32>() / self.data.len() as f32;
        let variance = self.data.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / self.data.len() as f32;
        variance.sqrt() < PLAIN
    }

    /// Less its mean and of length 1, so that a sum of products is a correlation.
    pub(super) fn normalised(mut self) -> Self {
        let mean = self.data.iter().sum::<f32>() / self.data.len() as f32;
        self.data.iter_mut().for_each(|x| *x -= mean);
        let length = self.data.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        self.data.iter_mut().for_each(|x| *x /= length);
        self
    }

    /// The rows one after the other, each with at least so many zeros behind it and a multiple of [`LANES`] long; and that length.
    fn padded(&self, zeros: usize) -> (Vec<f32>, usize) {
        let stride = (self.width + zeros).next_multiple_of(LANES);
        let mut data = vec![0.0; stride * self.height];
        for (row, padded) in self.data.chunks_exact(self.width).zip(data.chunks_exact_mut(stride)) {
            padded[..self.width].copy_from_slice(row);
        }
        (data, stride)
    }

    /// The correlation of two of the same size that are normalised, -1 ..= 1.
    pub(super) fn correlation(&self, other: &Self) -> f32 {
        self.data.iter().zip(&other.data).map(|(a, b)| a * b).sum()
    }
}

/// Where a part fits into a picture, and how well: at most 1.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) correlation: f32,
    left: usize,
    top: usize,
}

/// A picture in which parts are looked for: with the sums of all that lies above and left of each pixel, and of its squares.
pub(super) struct Ground {
    grey: Grey,
    /// Its rows, so far apart.
    padded: Vec<f32>,
    stride: usize,
    sums: Vec<(f64, f64)>,
}

impl Ground {
    pub(super) fn new(grey: Grey) -> Self {
        let width = grey.width + 1;
        let mut sums = vec![(0.0, 0.0); width * (grey.height + 1)];
        for (y, row) in grey.data.chunks_exact(grey.width).enumerate() {
            let mut of_row = (0.0, 0.0);
            for (x, value) in row.iter().map(|value| f64::from(*value)).enumerate() {
                of_row = (of_row.0 + value, of_row.1 + value * value);
                let above = sums[y * width + x + 1];
                sums[(y + 1) * width + x + 1] = (above.0 + of_row.0, above.1 + of_row.1);
            }
        }
        let (padded, stride) = grey.padded(LANES);
        Self { grey, padded, stride, sums }
    }

    /// Whether a part is smaller both ways.
    pub(super) fn has_room_for(&self, part: &Grey) -> bool {
        part.width < self.grey.width && part.height < self.grey.height
    }

    /// Where a normalised part fits best.
    pub(super) fn best_place(&self, part: &Grey) -> Place {
        self.best_place_within(part, 0..=usize::MAX, 0..=usize::MAX)
    }

    /// Where it fits best near a place that was found at another scale: `factor` of this one's size to that one's.
    pub(super) fn best_place_near(&self, part: &Grey, place: Place, factor: f32) -> Place {
        let around = |at: usize| {
            let at = at as f32 * factor;
            (at - factor).floor().max(0.0) as usize..=(at + factor).ceil() as usize
        };
        self.best_place_within(part, around(place.left), around(place.top))
    }

    fn best_place_within(&self, part: &Grey, lefts: RangeInclusive<usize>, tops: RangeInclusive<usize>) -> Place {
        let (last_left, last_top) = (self.grey.width - part.width, self.grey.height - part.height);
        let (lefts, tops) = ((*lefts.start()).min(last_left)..=(*lefts.end()).min(last_left), (*tops.start()).min(last_top)..=(*tops.end()).min(last_top));
        let mut best = Place { correlation: 0.0, left: *lefts.start(), top: *tops.start() };
        let (rows, length) = part.padded(0);
        for top in tops {
            for left in lefts.clone() {
                let spread = self.spread(left, top, part);
                let correlation = if spread > 1.0 { self.product(left, top, &rows, length) / spread.sqrt() as f32 } else { 0.0 };
                if correlation > best.correlation {
                    best = Place { correlation, left, top };
                }
            }
        }
        best
    }

    /// The sum of the products of a part's padded rows with what lies under them. What lies under their zeros counts nothing.
    fn product(&self, left: usize, top: usize, rows: &[f32], length: usize) -> f32 {
        let mut sums = [0.0_f32; LANES];
        for (row, under) in rows.chunks_exact(length).zip(self.padded.chunks_exact(self.stride).skip(top)) {
            let (row, under) = (row.as_chunks::<LANES>().0, under[left..left + length].as_chunks::<LANES>().0);
            for (row, under) in row.iter().zip(under) {
                for lane in 0..LANES {
                    sums[lane] += row[lane] * under[lane];
                }
            }
        }
        sums.iter().sum()
    }

    /// The sum of the squares, less their mean, of what lies under a part.
    fn spread(&self, left: usize, top: usize, part: &Grey) -> f64 {
        let at = |x: usize, y: usize| self.sums[y * (self.grey.width + 1) + x];
        let (right, bottom) = (left + part.width, top + part.height);
        let (a, b, c, d) = (at(right, bottom), at(left, bottom), at(right, top), at(left, top));
        let (sum, squares) = (a.0 - b.0 - c.0 + d.0, a.1 - b.1 - c.1 + d.1);
        squares - sum * sum / (part.width * part.height) as f64
    }
}

/// From and to where a pixel's surroundings reach along a line; less far at its ends.
fn around(at: usize, length: usize) -> (usize, usize) {
    (at.saturating_sub(AROUND), (at + AROUND + 1).min(length))
}
