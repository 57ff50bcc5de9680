//! Tests of the whole module: pictures made here, or by other programs, go in as bytes.

mod colours;
mod formats;
mod hostile;
mod metadata;
mod resizing;
mod samples;

use super::{DecodeError, Limits, Picture, Rgb8};

/// Decodes with the default limits, at full size.
fn decode(bytes: &[u8]) -> Result<Picture, DecodeError> {
    super::decode(bytes, u32::MAX, &Limits::default())
}

/// Decodes what must decode.
fn picture(bytes: &[u8]) -> Picture {
    decode(bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// The pixel at a place given as a fraction of width and height.
fn pixel(pixels: &Rgb8, x: f32, y: f32) -> [u8; 3] {
    let column = (x * pixels.width as f32) as usize;
    let row = (y * pixels.height as f32) as usize;
    let at = 3 * (row * pixels.width as usize + column);
    [pixels.data[at], pixels.data[at + 1], pixels.data[at + 2]]
}

/// The middles of the four quarters, row by row.
fn quarters(pixels: &Rgb8) -> [[u8; 3]; 4] {
    [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].map(|(x, y)| pixel(pixels, x, y))
}

#[track_caller]
fn assert_near(found: [u8; 3], wanted: [u8; 3], tolerance: u8, what: &str) {
    let is_near = found.iter().zip(wanted).all(|(&a, b)| a.abs_diff(b) <= tolerance);
    assert!(is_near, "{what}: found {found:?}, wanted {wanted:?} within {tolerance}");
}

#[track_caller]
fn assert_quarters(pixels: &Rgb8, wanted: [[u8; 3]; 4], tolerance: u8, what: &str) {
    for (place, (found, wanted)) in quarters(pixels).into_iter().zip(wanted).enumerate() {
        assert_near(found, wanted, tolerance, &format!("{what}, quarter {place}"));
    }
}
