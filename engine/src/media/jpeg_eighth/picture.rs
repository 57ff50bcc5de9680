//! From planes of DC coefficients to RGB pixels.

use super::{Colour, Component, Eighth, Frame};

/// Makes the picture that the planes of `frame` hold.
pub(super) fn compose(mut frame: Frame, colour: Colour, truncated: bool) -> Eighth {
    let width = frame.width.div_ceil(8);
    let height = frame.height.div_ceil(8);
    frame.components.iter_mut().for_each(reconstruct);
    let mut channels: Vec<Channel> = frame.components.iter().map(|component| Channel::new(&frame, component)).collect();
    let mut rows = vec![vec![0; width]; channels.len()];
    let mut rgb = vec![0; width * height * 3];
    for (y, line) in rgb.chunks_exact_mut(width * 3).enumerate() {
        for (channel, row) in channels.iter_mut().zip(&mut rows) {
            channel.read_row(y, row);
        }
        let pixels = line.chunks_exact_mut(3);
        match (colour, &rows[..]) {
            (Colour::YCbCr, [luma, blue, red]) => {
                for (((pixel, &y), &cb), &cr) in pixels.zip(luma).zip(blue).zip(red) {
                    pixel.copy_from_slice(&ycbcr_to_rgb(y, cb, cr));
                }
            }
            (Colour::Rgb, [red, green, blue]) => {
                for (((pixel, &r), &g), &b) in pixels.zip(red).zip(green).zip(blue) {
                    pixel.copy_from_slice(&[r, g, b]);
                }
            }
            _ => {
                for (pixel, &grey) in pixels.zip(&rows[0]) {
                    pixel.fill(grey);
                }
            }
        }
    }
    Eighth { width: width as u32, height: height as u32, full_width: frame.width as u32, full_height: frame.height as u32, colour, rgb, truncated }
}

/// A component's samples, and where the picture's grid (a sample for each 8 by
/// 8 pixels) lies among them.
struct Channel<'a> {
    component: &'a Component,
    columns: Vec<Tap>,
    rows: Vec<Tap>,
    /// Whether the component is not subsampled: its grid is the picture's.
    is_full: bool,
    /// Working space: a row of the picture's grid by the component's columns,
    /// the last of which is repeated.
    blended: Vec<i16>,
}

impl<'a> Channel<'a> {
    fn new(frame: &Frame, component: &'a Component) -> Self {
        let (width, height) = (component.width, component.height);
        Self {
            component,
            columns: taps(frame.width.div_ceil(8), component.h, frame.h_max, width),
            rows: taps(frame.height.div_ceil(8), component.v, frame.v_max, height),
            is_full: component.h == frame.h_max && component.v == frame.v_max,
            blended: vec![0; width + 1],
        }
    }

    /// Writes row `y` of the picture's grid, interpolated linearly.
    fn read_row(&mut self, y: usize, out: &mut [u8]) {
        let Component { width, height, stride, ref plane, .. } = *self.component;
        let row = |y: usize| &plane[y * stride..][..width];
        if self.is_full {
            for (sample, &value) in out.iter_mut().zip(row(y)) {
                *sample = value as u8;
            }
            return;
        }
        let Tap { near, share } = self.rows[y];
        let share = share as i16;
        let far = row((near + 1).min(height - 1));
        for ((blended, &near), &far) in self.blended.iter_mut().zip(row(near)).zip(far) {
            *blended = near * (Tap::WHOLE as i16 - share) + far * share;
        }
        self.blended[width] = self.blended[width - 1];
        for (sample, &Tap { near, share }) in out.iter_mut().zip(&self.columns) {
            let pair = &self.blended[near..near + 2];
            let sum = i32::from(pair[0]) * (Tap::WHOLE - share) + i32::from(pair[1]) * share;
            *sample = ((sum + Tap::WHOLE * Tap::WHOLE / 2) >> (2 * Tap::SHIFT)) as u8;
        }
    }
}

/// Where a sample of the picture's grid lies between a sample of a component,
/// number `near`, and the next.
struct Tap {
    near: usize,
    /// The share of the next sample, out of [`Tap::WHOLE`].
    share: i32,
}

impl Tap {
    const SHIFT: u32 = 7;
    const WHOLE: i32 = 1 << Self::SHIFT;
}

/// The taps of `count` samples along one direction, for a component that has
/// `samples` along it, `factor` to every `max` of the picture's grid. Samples
/// of either lie at the centre of what they cover, as JFIF has it.
fn taps(count: usize, factor: usize, max: usize, samples: usize) -> Vec<Tap> {
    let tap = |i: usize| {
        // From the centre of sample 0, in units of 1 / (2 * max) samples.
        let distance = ((2 * i + 1) * factor).saturating_sub(max);
        Tap { near: (distance / (2 * max)).min(samples - 1), share: (distance % (2 * max)) as i32 * Tap::WHOLE / (2 * max as i32) }
    };
    (0..count).map(tap).collect()
}

/// Turns dequantised DC coefficients into samples, in place: the mean of a
/// block is an eighth of its DC coefficient, plus the level shift (T.81 A.3.1
/// and A.3.3).
fn reconstruct(component: &mut Component) {
    let quantiser = i32::from(component.quantiser);
    for value in &mut component.plane {
        *value = (((i32::from(*value) * quantiser + 4) >> 3) + 128).clamp(0, 255) as i16;
    }
}

/// Converts to RGB as JFIF defines it (ITU-T T.871, clause 7).
#[inline(always)]
fn ycbcr_to_rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const fn fixed(factor: f64) -> i32 {
        (factor * 65536.0 + 0.5) as i32
    }
    let y = (i32::from(y) << 16) + (1 << 15);
    let cb = i32::from(cb) - 128;
    let cr = i32::from(cr) - 128;
    [y + fixed(1.402) * cr, y - fixed(0.344136) * cb - fixed(0.714136) * cr, y + fixed(1.772) * cb].map(|value| (value >> 16).clamp(0, 255) as u8)
}
