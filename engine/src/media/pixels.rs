//! Pixels in memory: resizing, turning, and putting transparency on white.
//!
//! Knows no file format.

use std::fmt;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// An 8-bit sRGB picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Rgb8 {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// Rows from the top, `width` pixels of red, green and blue, no padding.
    pub data: Vec<u8>,
}

impl fmt::Debug for Rgb8 {
    /// The size alone: the data would flood a log.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Rgb8({} × {})", self.width, self.height)
    }
}

/// How a stored picture must be turned to be seen upright: Exif's values 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Orientation {
    /// Rows become columns: reflected in the diagonal from the top left, before the other two.
    transpose: bool,
    flip_horizontally: bool,
    flip_vertically: bool,
}

impl Orientation {
    /// The orientation that an Exif value means; unknown values mean upright.
    pub(super) fn from_exif(value: u16) -> Self {
        let (transpose, flip_horizontally, flip_vertically) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transpose, flip_horizontally, flip_vertically }
    }

    /// The size of a picture of this size once it is upright.
    pub(super) fn size(self, width: u32, height: u32) -> (u32, u32) {
        if self.transpose { (height, width) } else { (width, height) }
    }
}

impl Rgb8 {
    /// The picture turned upright.
    pub(super) fn oriented(self, orientation: Orientation) -> Self {
        if orientation == Orientation::default() {
            return self;
        }
        let (width, height) = orientation.size(self.width, self.height);
        let mut data = Vec::with_capacity(self.data.len());
        let (stored_width, out_width, out_height) = (self.width as usize, width as usize, height as usize);
        for y in 0..out_height {
            let y = if orientation.flip_vertically { out_height - 1 - y } else { y };
            for x in 0..out_width {
                let x = if orientation.flip_horizontally { out_width - 1 - x } else { x };
                let pixel = if orientation.transpose { x * stored_width + y } else { y * stored_width + x };
                data.extend_from_slice(&self.data[3 * pixel..3 * pixel + 3]);
            }
        }
        Self { width, height, data }
    }

    /// How bright each pixel is.
    pub(crate) fn luma(&self) -> Luma {
        let luma = |pixel: &[u8]| 0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]);
        let data = self.data.chunks_exact(3).map(|pixel| (luma(pixel) + 0.5) as u8).collect();
        Luma { width: self.width, height: self.height, data }
    }

    /// The picture divided by the power of two that [`scale_for`] gives; each pixel is the mean of those it replaces.
    pub(crate) fn shrunk(self, want_side: u32) -> Self {
        match scale_for(self.width, self.height, want_side) {
            1 => self,
            scale => {
                let (width, height) = (self.width.div_ceil(scale), self.height.div_ceil(scale));
                let data = resample::<U8x3>(&self.data, (self.width, self.height), (width, height), FilterType::Box);
                Self { width, height, data }
            }
        }
    }
}

/// A picture's brightness: the luma of ITU-R BT.601, a byte a pixel, row by row from the top left.
pub(crate) struct Luma {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) data: Vec<u8>,
}

impl Luma {
    /// At another size, as [`resize`] does it.
    pub(crate) fn resized(&self, width: u32, height: u32) -> Self {
        let data = resample::<U8>(&self.data, (self.width, self.height), (width, height), FilterType::Bilinear);
        Self { width, height, data }
    }

    /// Left and right exchanged.
    pub(crate) fn mirrored(&self) -> Self {
        let data = self.data.chunks_exact(self.width as usize).flat_map(|row| row.iter().rev().copied()).collect();
        Self { width: self.width, height: self.height, data }
    }
}

/// The largest of 1, 2, 4 and 8 by which a picture can be divided so that its shorter side keeps `want_side` pixels.
///
/// These are the scales at which JPEG decodes cheaply; all formats use them, so that one photo saved in several
/// formats gives nearly the same pixels.
pub(super) fn scale_for(width: u32, height: u32, want_side: u32) -> u32 {
    let short = width.min(height);
    [8, 4, 2].into_iter().find(|scale| short / scale >= want_side.max(1)).unwrap_or(1)
}

/// The picture at another size, antialiased with the triangle filter (what Pillow calls BILINEAR).
///
/// # Panics
/// If a side is 0, or the picture's data does not have the length that its size demands.
#[must_use]
pub fn resize(picture: &Rgb8, width: u32, height: u32) -> Rgb8 {
    assert!(width > 0 && height > 0, "a picture has at least one pixel");
    let data = resample::<U8x3>(&picture.data, (picture.width, picture.height), (width, height), FilterType::Bilinear);
    Rgb8 { width, height, data }
}

/// As [`Rgb8::shrunk`], for four independent channels: the data and its new width and height.
pub(super) fn shrink_quads(data: Vec<u8>, width: u32, height: u32, want_side: u32) -> (Vec<u8>, u32, u32) {
    match scale_for(width, height, want_side) {
        1 => (data, width, height),
        scale => {
            let small = (width.div_ceil(scale), height.div_ceil(scale));
            (resample::<U8x4>(&data, (width, height), small, FilterType::Box), small.0, small.1)
        }
    }
}

fn resample<P: PixelTrait>(data: &[u8], from: (u32, u32), to: (u32, u32), filter: FilterType) -> Vec<u8> {
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, data).expect("data as long as its size demands");
    let mut resampled = vec![0; size_of::<P>() * to.0 as usize * to.1 as usize];
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut resampled).expect("made for this size");
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).use_alpha(false);
    Resizer::new().resize_typed(&source, &mut target, &options).expect("the whole picture is within itself");
    resampled
}

/// Red, green, blue and straight alpha, laid on white.
pub(super) fn on_white(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        let over = |colour: u8| ((u32::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        rgb.extend_from_slice(&[over(pixel[0]), over(pixel[1]), over(pixel[2])]);
    }
    rgb
}

/// Luma and chroma of JPEG (ITU-T T.871, clause 7) as red, green and blue.
pub(super) fn rgb_from_ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    // A cast of a float ends at 0 and 255 by itself.
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|value| value.round() as u8)
}
