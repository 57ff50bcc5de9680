//! Thumbnails: a small JPEG of an upright sRGB picture.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::pixels::{Rgb8, resize};

/// Longer side of the thumbnails that the library keeps, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// What the shorter side of a picture of the usual shape (4:3) needs for that, in pixels.
pub const THUMBNAIL_SHORT_SIDE: u32 = THUMBNAIL_SIDE * 3 / 4;

const QUALITY: u8 = 80;

/// A JPEG of the picture, at most `max_side` pixels wide and high (itself at most 65,535), never enlarged.
#[must_use]
pub fn thumbnail(picture: &Rgb8, max_side: u32) -> Vec<u8> {
    let long = picture.width.max(picture.height);
    if long <= max_side {
        return encode(picture);
    }
    let scaled = |side: u32| ((u64::from(side) * u64::from(max_side) + u64::from(long) / 2) / u64::from(long)).max(1) as u32;
    encode(&resize(picture, scaled(picture.width), scaled(picture.height)))
}

fn encode(picture: &Rgb8) -> Vec<u8> {
    let mut jpeg = Vec::with_capacity(picture.data.len() / 8);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    let (width, height) = (picture.width as u16, picture.height as u16);
    encoder.encode(&picture.data, width, height, ColorType::Rgb).expect("memory takes all that is written to it");
    jpeg
}
