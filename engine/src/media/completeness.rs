//! Whether a file has been cut off, by the lengths that its container declares.
//!
//! A file that is still being copied, or whose download broke, must not be
//! indexed with half of its picture grey. Decoders differ in what they make of
//! the missing rest: some report it, some call it damage, some fill it. This
//! looks only at the structure around the pixels, which costs next to nothing.
//!
//! JPEG, TIFF, BMP and bare JPEG XL have no such lengths; their readers find out.

use super::Format;

/// Whether the file ends before its picture does.
pub(super) fn is_cut(format: Format, bytes: &[u8]) -> bool {
    match format {
        Format::Png => !png_reaches_its_end(bytes),
        Format::Gif => gif_first_frame(bytes).is_none(),
        Format::WebP => !riff_reaches_its_end(bytes),
        Format::Avif | Format::Heif => !boxes_reach_their_end(bytes),
        Format::JpegXl => !bytes.starts_with(b"\xff\x0a") && !boxes_reach_their_end(bytes),
        Format::Jpeg | Format::Tiff | Format::Bmp => false,
    }
}

/// A PNG file is a row of chunks, of which the last is IEND.
fn png_reaches_its_end(bytes: &[u8]) -> bool {
    const AROUND_DATA: usize = 4 + 4 + 4;
    let mut rest = &bytes[8..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some(next) = rest.get(AROUND_DATA + u32::from_be_bytes(*length) as usize..) else { return false };
        if after.starts_with(b"IEND") {
            return true;
        }
        rest = next;
    }
    false
}

/// The end of a GIF file's first frame, if the file reaches it.
fn gif_first_frame(bytes: &[u8]) -> Option<usize> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let skip_blocks = |mut at: usize| {
        loop {
            match *bytes.get(at)? {
                0 => return Some(at + 1),
                length => at += 1 + usize::from(length),
            }
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    loop {
        match *bytes.get(at)? {
            0x2c => return skip_blocks(at + 10 + table(*bytes.get(at + 9)?) + 1),
            0x21 => at = skip_blocks(at + 2)?,
            // The end without a frame, or disorder: for the decoder to explain.
            _ => return Some(at),
        }
    }
}

fn riff_reaches_its_end(bytes: &[u8]) -> bool {
    let size = bytes.get(4..8).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes);
    size.is_some_and(|size| u64::from(size) + 8 <= bytes.len() as u64)
}

/// The top level of an ISO base media file is a row of boxes; one of size 0 goes on to the end.
fn boxes_reach_their_end(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(size) = rest.first_chunk::<4>() {
        let size = match u32::from_be_bytes(*size) {
            0 => return true,
            1 => rest.get(8..16).and_then(|size| size.try_into().ok()).map_or(u64::MAX, u64::from_be_bytes),
            size => size.into(),
        };
        let next = usize::try_from(size.max(8)).ok().and_then(|size| rest.get(size..));
        match next {
            Some(next) => rest = next,
            None => return false,
        }
    }
    rest.is_empty()
}
