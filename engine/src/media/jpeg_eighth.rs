//! Decodes JPEG photos at one eighth of their size.
//!
//! At that scale a pixel is the mean of an 8 by 8 block, which is the block's
//! DC coefficient: the 63 AC coefficients need only be skipped, and skipping
//! them several at a time makes this a few times faster than a decoder that
//! reads them one by one. Of progressive files only the scans that hold DC
//! coefficients are decoded.
//!
//! It knows baseline, extended sequential and progressive Huffman JPEG of 8
//! bits a sample, in greyscale, YCbCr or RGB, with any sampling factors, one
//! or several scans, and restart intervals. Subsampled chroma is interpolated
//! linearly (a decoder that also reads low AC coefficients, as libjpeg does at
//! this scale, has sharper chroma). Damage costs the blocks up to the next
//! restart marker, which stay grey.
//!
//! It does not know arithmetic coding, 12-bit samples, lossless and
//! hierarchical JPEG, CMYK, or files whose height comes only after the first
//! scan (DNL): they are [`Error::Unsupported`]. Orientation (Exif) and colour
//! profiles (ICC) are left to the caller.
//!
//! The format is ITU-T Recommendation T.81 (ISO/IEC 10918-1), cited by clause;
//! JFIF is T.871, and the Adobe marker T.872.

mod entropy;
mod huffman;
mod picture;
mod scan;
mod segments;
#[cfg(test)]
mod tests;

use std::fmt;

use segments::Decoder;

/// A picture decoded at one eighth of its size.
#[derive(Debug, Clone)]
pub struct Eighth {
    /// An eighth of the full width, rounded up.
    pub width: u32,
    /// An eighth of the full height, rounded up.
    pub height: u32,
    /// The width of the picture at full size.
    pub full_width: u32,
    /// The height of the picture at full size.
    pub full_height: u32,
    /// What the file holds, before the conversion to RGB.
    pub colour: Colour,
    /// Rows from the top, of `width` pixels of 3 bytes, with no padding.
    pub rgb: Vec<u8>,
    /// Whether data was missing or visibly damaged, so that part of the picture
    /// is grey or coarse.
    pub truncated: bool,
}

/// The colour components that a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// One component; all three bytes of a pixel are the same.
    Grey,
    /// Luma and two colour differences (JFIF).
    YCbCr,
    /// RGB itself.
    Rgb,
}

/// Why a file could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// A kind of JPEG that this module does not know, but others may.
    Unsupported(&'static str),
    /// More pixels than the caller allows.
    TooLarge,
    /// Not a JPEG file, or one without a usable beginning.
    Malformed(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Unsupported(what) => write!(f, "unsupported JPEG: {what}"),
            Self::TooLarge => write!(f, "too many pixels"),
            Self::Malformed(what) => write!(f, "malformed JPEG: {what}"),
        }
    }
}

impl std::error::Error for Error {}

/// Decodes the JPEG file in `bytes` at one eighth of its size, if it has at
/// most `max_pixels` at full size. Each of these costs at most about a seventh
/// of a byte of memory.
///
/// Damage after the beginning of the first scan is no error, but makes the
/// picture [`truncated`](Eighth::truncated).
pub fn decode_eighth(bytes: &[u8], max_pixels: u64) -> Result<Eighth, Error> {
    let mut decoder = Decoder::new(bytes, max_pixels)?;
    let result = decoder.read_segments();
    match decoder.frame.take() {
        Some(frame) if frame.is_begun() => {
            let truncated = decoder.is_damaged || !frame.is_complete();
            let colour = decoder.colour(&frame);
            Ok(picture::compose(frame, colour, truncated))
        }
        _ => Err(result.err().unwrap_or(Error::Malformed("no scan"))),
    }
}

/// A frame: the picture's size, and its components (T.81 B.2.2).
struct Frame {
    width: usize,
    height: usize,
    is_progressive: bool,
    components: Vec<Component>,
    /// The largest sampling factors of all components.
    h_max: usize,
    v_max: usize,
    /// The MCUs of an interleaved scan.
    mcus_across: usize,
    mcus_down: usize,
}

struct Component {
    id: u8,
    /// Sampling factors.
    h: usize,
    v: usize,
    /// Which quantisation table.
    table: usize,
    /// That table's first element, as it was at the component's first scan.
    quantiser: u16,
    /// Blocks across and down.
    width: usize,
    height: usize,
    /// DC coefficients, in rows of `stride`: those of interleaved MCUs, which
    /// may go past the component's width and height.
    plane: Vec<i16>,
    stride: usize,
    /// How many low bits the coefficients still lack; `None` before the first
    /// scan.
    missing: Option<u32>,
}

impl Frame {
    fn is_begun(&self) -> bool {
        self.components.iter().any(|component| component.missing.is_some())
    }

    fn is_complete(&self) -> bool {
        self.components.iter().all(|component| component.missing == Some(0))
    }
}
