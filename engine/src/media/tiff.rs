//! TIFF: the first page, in the kinds that scanners, cameras and editors write.
//!
//! Decompressed by the `tiff` crate, which leaves the meaning of the samples to
//! its user: grey of 1 to 64 bits, RGB, transparency, CMYK, YCbCr (of
//! JPEG-compressed files), palettes, integers and floats, planar or not.

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::colour::Colours;
use super::exif::Exif;
use super::pixels::{Rgb8, on_white, rgb_from_ycbcr};
use super::{DecodeError, Decoded, Limits, cmyk};
use crate::words::sayings;

const PHOTOMETRIC: u16 = 0x0106;
const PALETTE: u16 = 3;
const BLACK_IS_ZERO: u8 = 1;

/// Decodes the first page. The file's directories serve as its Exif block.
pub(super) fn decode<'a>(bytes: &'a [u8], want_side: u32, limits: &Limits) -> Result<Decoded<'a>, DecodeError> {
    let decoded = match as_grey_indices(bytes) {
        Some(grey) => read(&grey, want_side, limits, true),
        None => read(bytes, want_side, limits, false),
    }?;
    Ok(Decoded { exif: Some(Cow::Borrowed(bytes)), ..decoded })
}

/// The `tiff` crate refuses palettes; but declared to be grey, the indices can be read. A copy of the file that says so.
fn as_grey_indices(bytes: &[u8]) -> Option<Vec<u8>> {
    let header = Exif::new(bytes)?;
    let main = header.main()?;
    if header.short(main, PHOTOMETRIC) != Some(PALETTE) {
        return None;
    }
    let at = header.value_at(main, PHOTOMETRIC)?;
    let mut grey = bytes.to_vec();
    let value = if header.is_big_endian() { [0, BLACK_IS_ZERO] } else { [BLACK_IS_ZERO, 0] };
    grey.get_mut(at..at + 2)?.copy_from_slice(&value);
    Some(grey)
}

fn read(bytes: &[u8], want_side: u32, limits: &Limits, is_palette: bool) -> Result<Decoded<'static>, DecodeError> {
    let explain = |error| explain(error, limits);
    let mut budget = TiffLimits::default();
    budget.decoding_buffer_size = limits.max_memory as usize;
    budget.intermediate_buffer_size = limits.max_memory as usize;
    budget.ifd_value_size = 16 << 20;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(explain)?.with_limits(budget);
    let (width, height) = decoder.dimensions().map_err(explain)?;
    limits.check_size(width, height)?;
    let colour = decoder.colortype().map_err(explain)?;
    // The samples as stored, reduced to 8 bits, and ours.
    let channels = u64::from(colour.num_samples());
    limits.check_memory(width, height, (u64::from(colour.bit_depth()).div_ceil(8) + 1) * channels + 3)?;

    let profile = decoder.get_tag_u8_vec(Tag::IccProfile).ok();
    let palette = if is_palette { decoder.get_tag_u16_vec(Tag::ColorMap).ok() } else { None };
    let mut buffer = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut buffer).map_err(explain)?;
    let samples = match buffer {
        DecodingResult::U8(packed) if colour.bit_depth() < 8 => {
            let row = layout.row_stride.map_or(packed.len(), std::num::NonZero::get);
            unpack(&packed, colour.bit_depth(), width as usize, row, palette.is_some())
        }
        buffer => to_8_bits(buffer).ok_or_else(|| unsupported(format!("{colour:?} with signed samples")))?,
    };
    let pixels = (width as usize) * (height as usize);
    let samples = match samples.len().checked_div(pixels) {
        Some(found) if found as u64 >= channels && found >= layout.planes => interleaved(samples, pixels, layout.planes),
        _ => return Err(DecodeError::Truncated),
    };
    let data = match (colour, palette) {
        (ColorType::Gray(_), Some(palette)) => look_up(&samples, &palette)?,
        (ColorType::Gray(_) | ColorType::Multiband { num_samples: 1, .. }, _) => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        (ColorType::GrayA(_) | ColorType::Multiband { num_samples: 2, .. }, _) => {
            on_white(&samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect::<Vec<_>>())
        }
        (ColorType::RGB(_), _) => samples,
        (ColorType::RGBA(_), _) => on_white(&samples),
        (ColorType::YCbCr(8), _) => samples.chunks_exact(3).flat_map(|pixel| rgb_from_ycbcr([pixel[0], pixel[1], pixel[2]])).collect(),
        (ColorType::CMYK(_), _) => {
            let pixels = cmyk::to_rgb(samples, width, height, profile.as_deref(), want_side);
            return Ok(Decoded { width, height, pixels, colours: Colours::Srgb, exif: None, is_upright: false });
        }
        (other, _) => return Err(unsupported(format!("{other:?}"))),
    };
    Ok(Decoded { width, height, pixels: Rgb8 { width, height, data }, colours: Colours::of(profile), exif: None, is_upright: false })
}

/// Samples of less than 8 bits, packed into rows of whole bytes: spread to 0 ..= 255, or kept where they are `indices`.
fn unpack(packed: &[u8], bits: u8, width: usize, row: usize, indices: bool) -> Vec<u8> {
    let (mask, per_byte) = ((1u16 << bits) - 1, usize::from(8 / bits.max(1)).max(1));
    let mut samples = Vec::with_capacity(packed.len() * per_byte);
    for row in packed.chunks(row.max(1)) {
        let values = row.iter().flat_map(|&byte| (1..=per_byte).map(move |place| (u16::from(byte) >> (8 - place * usize::from(bits))) & mask));
        samples.extend(values.take(width).map(|value| if indices { value as u8 } else { (value * 255 / mask) as u8 }));
    }
    samples
}

fn to_8_bits(buffer: DecodingResult) -> Option<Vec<u8>> {
    let from_unit = |value: f64| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    Some(match buffer {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples.into_iter().map(|value| ((u32::from(value) + 128) / 257) as u8).collect(),
        DecodingResult::U32(samples) => samples.into_iter().map(|value| (value >> 24) as u8).collect(),
        DecodingResult::U64(samples) => samples.into_iter().map(|value| (value >> 56) as u8).collect(),
        DecodingResult::F16(samples) => samples.into_iter().map(|value| from_unit(value.into())).collect(),
        DecodingResult::F32(samples) => samples.into_iter().map(|value| from_unit(value.into())).collect(),
        DecodingResult::F64(samples) => samples.into_iter().map(from_unit).collect(),
        _ => return None,
    })
}

/// Samples pixel by pixel, where they were stored plane by plane.
fn interleaved(samples: Vec<u8>, pixels: usize, planes: usize) -> Vec<u8> {
    if planes <= 1 {
        return samples;
    }
    (0..pixels).flat_map(|pixel| (0..planes).map(move |plane| plane * pixels + pixel)).map(|at| samples[at]).collect()
}

/// A palette has all reds, then all greens, then all blues, of 16 bits.
fn look_up(indices: &[u8], palette: &[u16]) -> Result<Vec<u8>, DecodeError> {
    let colours = palette.len() / 3;
    let colour = |index: u8| -> Option<[u8; 3]> {
        let at = Some(usize::from(index)).filter(|&at| at < colours)?;
        Some([0, 1, 2].map(|channel| (palette[channel * colours + at] >> 8) as u8))
    };
    let table: Vec<[u8; 3]> = (0..=255).map_while(colour).collect();
    let pixels = indices.iter().map(|&index| table.get(usize::from(index)).copied());
    Ok(pixels.collect::<Option<Vec<_>>>().ok_or_else(|| DecodeError::malformed("a colour that its palette lacks"))?.concat())
}

fn unsupported(kind: String) -> DecodeError {
    DecodeError::Unsupported { what: sayings::this_kind_of_tiff(kind), hint: Some("Save it as an ordinary 8 or 16-bit RGB TIFF, or as PNG.") }
}

fn explain(error: TiffError, limits: &Limits) -> DecodeError {
    match error {
        TiffError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => DecodeError::Truncated,
        TiffError::UnsupportedError(kind) => unsupported(kind.to_string()),
        TiffError::LimitsExceeded => DecodeError::TooMuchMemory { limit: limits.max_memory },
        error => DecodeError::malformed(error),
    }
}
