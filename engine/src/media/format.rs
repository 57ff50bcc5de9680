//! Picture formats: recognised by their first bytes, never by a file's name.
//!
//! Knows what each format is called and whether this build can read it; knows
//! nothing of how.

use crate::words::{Words, sayings};

/// A picture format that Lookalike knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG, of an animated one the first frame.
    Png,
    /// GIF, of an animated one the first frame.
    Gif,
    /// WebP, of an animated one the first frame.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// TIFF, of several pages the first.
    Tiff,
    /// AV1 in a HEIF container.
    Avif,
    /// HEVC in a HEIF container, as telephones write it.
    Heif,
    /// JPEG XL, bare or in its container.
    JpegXl,
}

/// Extensions (lower case, no dot) of files worth opening. Only a filter that
/// spares the scan from reading every file: the content decides.
pub const EXTENSIONS: &[&str] =
    &["avif", "avifs", "bmp", "dib", "gif", "heic", "heics", "heif", "heifs", "hif", "jfif", "jpe", "jpeg", "jpg", "jxl", "png", "tif", "tiff", "webp"];

/// Whether this build reads a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does.
    Yes,
    /// It does not; says what to do about it.
    No(&'static str),
}

impl Format {
    /// All formats, the commonest first.
    pub const ALL: [Self; 9] = [Self::Jpeg, Self::Png, Self::Heif, Self::WebP, Self::Gif, Self::Tiff, Self::Avif, Self::Bmp, Self::JpegXl];

    /// Stable name in kebab case, as the catalog keeps it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Avif => "avif",
            Self::Heif => "heif",
            Self::JpegXl => "jpeg-xl",
        }
    }

    /// Name to show.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Heif => "HEIC/HEIF",
            Self::JpegXl => "JPEG XL",
        }
    }

    /// Media type, for HTTP and object stores.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Avif => "image/avif",
            Self::Heif => "image/heic",
            Self::JpegXl => "image/jxl",
        }
    }
}

/// The format of a file, from its first bytes (64 are enough).
#[must_use]
pub fn probe(bytes: &[u8]) -> Option<Format> {
    let starts = |signature: &[u8]| bytes.starts_with(signature);
    if starts(b"\xff\xd8\xff") {
        Some(Format::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(Format::Gif)
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(Format::WebP)
    } else if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        Some(Format::Tiff)
    } else if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL \r\n\x87\n") {
        Some(Format::JpegXl)
    } else if is_bmp(bytes) {
        Some(Format::Bmp)
    } else {
        heif_family(bytes)
    }
}

/// "BM" alone begins many texts, so the size of the second header must be one that exists.
fn is_bmp(bytes: &[u8]) -> bool {
    let header = bytes.get(14..18).and_then(|field| field.try_into().ok()).map(u32::from_le_bytes);
    bytes.starts_with(b"BM") && matches!(header, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// The brands of an ISO base media file tell AVIF and HEIF from films.
fn heif_family(bytes: &[u8]) -> Option<Format> {
    let size = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let major = bytes.get(8..12)?;
    let compatible = bytes.get(16..size.min(bytes.len())).unwrap_or_default();
    let has = |wanted: &[&[u8; 4]]| std::iter::once(major).chain(compatible.chunks_exact(4)).any(|brand| wanted.iter().any(|w| brand == *w));
    // "mif1" and "msf1" only say HEIF; the codec is among the other brands.
    if has(&[b"avif", b"avis"]) {
        Some(Format::Avif)
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"]) {
        Some(Format::Heif)
    } else {
        None
    }
}

/// What a file that is no picture seems to be, for the message.
pub(super) fn describe_other(bytes: &[u8]) -> Option<Words> {
    let text = bytes.trim_ascii_start();
    let starts = |signature: &[u8]| bytes.starts_with(signature);
    if bytes.iter().take(4096).all(|&byte| byte == 0) {
        Some(sayings::zeros())
    } else if starts(b"%PDF") {
        Some(sayings::pdf())
    } else if starts(b"PK\x03\x04") {
        Some(sayings::zip())
    } else if starts(b"8BPS") {
        Some(sayings::photoshop())
    } else if bytes.get(4..8) == Some(b"ftyp") {
        Some(sayings::video_or_raw())
    } else if text.starts_with(b"<svg") || text.starts_with(b"<?xml") {
        Some(sayings::drawing_or_xml())
    } else if text.starts_with(b"<!DOCTYPE") || text.starts_with(b"<!doctype") || text.starts_with(b"<html") {
        Some(sayings::web_page())
    } else {
        None
    }
}

/// Every format with whether this build reads it.
#[must_use]
pub fn supported_formats() -> Vec<(Format, Support)> {
    Format::ALL.into_iter().map(|format| (format, support(format))).collect()
}

fn support(format: Format) -> Support {
    match format {
        Format::Avif | Format::Heif => super::heif::support(format),
        _ => Support::Yes,
    }
}
