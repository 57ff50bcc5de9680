//! JPEG: reads the header and picks the cheapest decoder that gives enough pixels.
//!
//! Large photos are decoded at an eighth of their size by [`decode_eighth`];
//! what that cannot do (CMYK, small pictures) is decoded in full by zune-jpeg
//! and shrunk.

use std::borrow::Cow;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::colour::Colours;
use super::jpeg_eighth::decode_eighth;
use super::pixels::{Rgb8, rgb_from_ycbcr, scale_for};
use super::{DecodeError, Decoded, Limits, cmyk};
use crate::words::sayings;

/// Bytes of memory per pixel of a full decode: the pixels, and of a progressive file its coefficients.
const BASELINE_COST: u64 = 4;
const PROGRESSIVE_COST: u64 = 4 + 8;

/// Decodes a JPEG file, at 1/8 where that keeps `want_side`.
pub(super) fn decode<'a>(bytes: &'a [u8], want_side: u32, limits: &Limits) -> Result<Decoded<'a>, DecodeError> {
    let header = Header::read(bytes)?;
    limits.check_size(header.width, header.height)?;
    if !has_end(&bytes[header.scans..]) {
        return Err(DecodeError::Truncated);
    }
    let profile = header.profile();
    let (pixels, colours) = match decode_eighth(bytes, limits.max_pixels) {
        // Asked even where it is too small to be used: the full decoder fills what is missing with grey and says nothing.
        Ok(small) if small.truncated => return Err(DecodeError::Malformed("part of it cannot be read".into())),
        Ok(small) if scale_for(header.width, header.height, want_side) == 8 => {
            (Rgb8 { width: small.width, height: small.height, data: small.rgb }, Colours::of(profile))
        }
        _ => full(bytes, &header, profile, want_side, limits)?,
    };
    let exif = header.exif.map(Cow::Borrowed);
    Ok(Decoded { width: header.width, height: header.height, pixels, colours, exif, is_upright: false })
}

/// The picture at its full size; of CMYK possibly less, and in sRGB.
fn full<'a>(bytes: &[u8], header: &Header, profile: Option<Cow<'a, [u8]>>, want_side: u32, limits: &Limits) -> Result<(Rgb8, Colours<'a>), DecodeError> {
    limits.check_memory(header.width, header.height, if header.is_progressive { PROGRESSIVE_COST } else { BASELINE_COST })?;
    let options = DecoderOptions::default().set_max_width(header.width as usize).set_max_height(header.height as usize).set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(DecodeError::malformed)?;
    if decoder.dimensions() != Some((header.width as usize, header.height as usize)) {
        return Err(DecodeError::malformed("it declares two sizes"));
    }
    let wanted = match decoder.input_colorspace() {
        Some(inks @ (ColorSpace::CMYK | ColorSpace::YCCK)) => inks,
        _ => ColorSpace::RGB,
    };
    // Oddities among the headers are common and harmless; missing or broken pixels are not.
    decoder.set_options(options.set_strict_mode(true).jpeg_set_out_colorspace(wanted));
    let mut data = decoder.decode().map_err(DecodeError::malformed)?;
    let (width, height) = (header.width, header.height);
    if wanted == ColorSpace::RGB {
        return Ok((Rgb8 { width, height, data }, Colours::of(profile)));
    }
    to_inks(&mut data, wanted == ColorSpace::YCCK, header.is_adobe);
    Ok((cmyk::to_rgb(data, width, height, profile.as_deref(), want_side), Colours::Srgb))
}

/// Makes four channels inks, 255 being full ink. Adobe stores them the other way round.
fn to_inks(data: &mut [u8], is_ycck: bool, is_adobe: bool) {
    for pixel in data.chunks_exact_mut(4) {
        if is_ycck {
            let complement = rgb_from_ycbcr([pixel[0], pixel[1], pixel[2]]);
            pixel[..3].copy_from_slice(&complement.map(|value| 255 - value));
        }
        if is_adobe {
            pixel.iter_mut().for_each(|value| *value = 255 - *value);
        }
    }
}

/// Whether there is an end marker. It may be followed by anything: previews, depth maps, a video of the moment.
fn has_end(scans: &[u8]) -> bool {
    memchr::memmem::rfind(scans, &[0xff, 0xd9]).is_some()
}

/// What stands before the first scan.
struct Header<'a> {
    width: u32,
    height: u32,
    is_progressive: bool,
    /// Whether Adobe's marker is there, which changes the meaning of CMYK.
    is_adobe: bool,
    exif: Option<&'a [u8]>,
    /// Pieces of the ICC profile, each with its number.
    profile: Vec<(u8, &'a [u8])>,
    /// Where the first scan begins.
    scans: usize,
}

impl<'a> Header<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut header = Self { width: 0, height: 0, is_progressive: false, is_adobe: false, exif: None, profile: Vec::new(), scans: 0 };
        let mut at = 2;
        loop {
            // A marker may be preceded by any number of fill bytes, and in sloppy files by others.
            while bytes.get(at).is_some_and(|&byte| byte != 0xff) {
                at += 1;
            }
            while bytes.get(at) == Some(&0xff) {
                at += 1;
            }
            let marker = *bytes.get(at).ok_or(DecodeError::Truncated)?;
            at += 1;
            if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
                continue;
            }
            if marker == 0xd9 {
                return Err(DecodeError::malformed("no picture before the end marker"));
            }
            let length = bytes.get(at..at + 2).ok_or(DecodeError::Truncated)?;
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            let segment = bytes.get(at + 2..at + length.max(2)).ok_or(DecodeError::Truncated)?;
            at += length.max(2);
            match marker {
                0xda if header.width > 0 && header.height > 0 => {
                    header.scans = at;
                    return Ok(header);
                }
                0xda => return Err(DecodeError::malformed("no size before the first scan")),
                _ => header.segment(marker, segment)?,
            }
        }
    }

    fn segment(&mut self, marker: u8, segment: &'a [u8]) -> Result<(), DecodeError> {
        match marker {
            // All frame types; 0xc4, 0xc8 and 0xcc are tables and a reserved one.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let frame = segment.get(..6).ok_or_else(|| DecodeError::malformed("short frame header"))?;
                if frame[0] != 8 || !matches!(marker, 0xc0..=0xc2) {
                    let what = sayings::unusual_jpeg();
                    return Err(DecodeError::Unsupported { what, hint: Some("Save it as an ordinary JPEG.") });
                }
                self.height = u32::from(u16::from_be_bytes([frame[1], frame[2]]));
                self.width = u32::from(u16::from_be_bytes([frame[3], frame[4]]));
                self.is_progressive = marker == 0xc2;
            }
            0xe1 if self.exif.is_none() => self.exif = segment.strip_prefix(b"Exif\0\0"),
            0xe2 => {
                if let Some([number, _count, piece @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((*number, piece));
                }
            }
            0xee => self.is_adobe |= segment.starts_with(b"Adobe"),
            _ => {}
        }
        Ok(())
    }

    /// The ICC profile put together; a part missing makes it unreadable, which later means ignored.
    fn profile(&self) -> Option<Cow<'a, [u8]>> {
        match self.profile.as_slice() {
            [] => None,
            [(_, whole)] => Some(Cow::Borrowed(whole)),
            pieces => {
                let mut pieces = pieces.to_vec();
                pieces.sort_by_key(|&(number, _)| number);
                Some(Cow::Owned(pieces.iter().flat_map(|&(_, piece)| piece).copied().collect()))
            }
        }
    }
}
