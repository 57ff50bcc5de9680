//! Pictures: bytes of a file in, pixels, thumbnail and metadata out.
//!
//! A file's format is recognised by its content. Whatever the bytes are,
//! [`decode`] gives a picture or says why there is none; it neither panics nor
//! takes more memory than its [`Limits`] allow. Pictures come out upright, in
//! sRGB, transparency on white, and large ones scaled down.
//!
//! Knows no database, no model and no file: the caller reads the bytes.

mod cmyk;
mod colour;
mod completeness;
mod error;
mod exif;
mod format;
#[cfg(feature = "heif")]
mod heif;
#[cfg(not(feature = "heif"))]
#[path = "heif_missing.rs"]
mod heif;
mod jpeg;
pub mod jpeg_eighth;
mod jxl;
mod metadata;
mod pixels;
mod raster;
#[cfg(test)]
mod tests;
mod thumbnail;
mod tiff;
mod trim;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use error::DecodeError;
pub use format::{EXTENSIONS, Format, Support, probe, supported_formats};
pub use metadata::Metadata;
pub(crate) use pixels::Luma;
pub use pixels::{Rgb8, resize};
pub use thumbnail::{THUMBNAIL_SHORT_SIDE, THUMBNAIL_SIDE, thumbnail};
pub(crate) use trim::{TrimBox, trim_box};

use colour::Colours;

/// What one file may cost. Checked against the file's header before memory is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub max_bytes: u64,
    /// Most pixels of the full picture.
    pub max_pixels: u64,
    /// Longest side of the full picture, in pixels.
    pub max_side: u32,
    /// Most memory that decoding may take, in bytes.
    pub max_memory: u64,
}

impl Default for Limits {
    /// Room for any camera (the largest telephone sensors have 200 megapixels), for large stitched panoramas, and for
    /// 16-bit TIFF files of 100 megapixels.
    fn default() -> Self {
        Self { max_bytes: 512 << 20, max_pixels: 400_000_000, max_side: 65_535, max_memory: 2 << 30 }
    }
}

impl Limits {
    fn check_size(&self, width: u32, height: u32) -> Result<(), DecodeError> {
        if width == 0 || height == 0 {
            return Err(DecodeError::malformed("it has no pixels"));
        }
        if width.max(height) > self.max_side || u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(DecodeError::TooLarge { width, height, limit: self.max_pixels });
        }
        Ok(())
    }

    fn check_memory(&self, width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), DecodeError> {
        if (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel) > self.max_memory {
            return Err(DecodeError::TooMuchMemory { limit: self.max_memory });
        }
        Ok(())
    }
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Format of the file.
    pub format: Format,
    /// Width of the full picture as it is seen, that is after orientation.
    pub width: u32,
    /// Height of the full picture as it is seen.
    pub height: u32,
    /// The pixels: upright, sRGB, transparency on white, possibly scaled down.
    pub pixels: Rgb8,
    /// When and with what it was taken.
    pub metadata: Metadata,
}

/// What the reader of one format gives: a picture as it is stored.
struct Decoded<'a> {
    /// Size of the full picture.
    width: u32,
    height: u32,
    pixels: Rgb8,
    colours: Colours<'a>,
    exif: Option<Cow<'a, [u8]>>,
    /// Whether it already is as it should be seen, whatever Exif says.
    is_upright: bool,
}

/// Decodes the file in `bytes`.
///
/// `want_side` is how many pixels the shorter side needs: the picture may come scaled down by 2, 4 or 8 (sides rounded
/// up) as long as it keeps them.
///
/// # Errors
/// Why there is no picture: see [`DecodeError`].
pub fn decode(bytes: &[u8], want_side: u32, limits: &Limits) -> Result<Picture, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if bytes.len() as u64 > limits.max_bytes {
        return Err(DecodeError::FileTooLarge { bytes: bytes.len() as u64, limit: limits.max_bytes });
    }
    let format = probe(bytes).ok_or_else(|| DecodeError::NotAPicture { found: format::describe_other(bytes) })?;
    // Decoders should return errors, but they are large and files can be hostile. Nothing outlives a panic here.
    catch_unwind(AssertUnwindSafe(|| decode_as(format, bytes, want_side, limits))).unwrap_or_else(|_| Err(DecodeError::malformed("its decoder gave up")))
}

fn decode_as(format: Format, bytes: &[u8], want_side: u32, limits: &Limits) -> Result<Picture, DecodeError> {
    if completeness::is_cut(format, bytes) {
        return Err(DecodeError::Truncated);
    }
    let decoded = match format {
        Format::Jpeg => jpeg::decode(bytes, want_side, limits),
        Format::JpegXl => jxl::decode(bytes, limits),
        Format::Avif | Format::Heif => heif::decode(format, bytes, limits),
        Format::Tiff => tiff::decode(bytes, want_side, limits),
        Format::Png | Format::Gif | Format::WebP | Format::Bmp => raster::decode(format, bytes, limits),
    }?;
    let (metadata, mut orientation) = metadata::read(decoded.exif.as_deref());
    if decoded.is_upright {
        orientation = Default::default();
    }
    let (width, height) = orientation.size(decoded.width, decoded.height);
    let is_full_size = (decoded.pixels.width, decoded.pixels.height) == (decoded.width, decoded.height);
    let mut pixels = if is_full_size { decoded.pixels.shrunk(want_side) } else { decoded.pixels };
    colour::to_srgb(&mut pixels, &decoded.colours);
    Ok(Picture { format, width, height, pixels: pixels.oriented(orientation), metadata })
}
