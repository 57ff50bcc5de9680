//! Whatever the bytes are, there is a picture or a reason.

use image::ExtendedColorType;
use jpeg_encoder::ColorType as JpegColour;

use super::super::{DecodeError, Limits, decode as decode_with, probe};
use super::samples::*;
use super::{decode, picture};

/// One file of each kind that takes another way through the code.
fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let large = quartered(640, 480, QUARTERS);
    let exif = exif(6);
    let with = |is_progressive| JpegOptions { exif: Some(&exif), is_progressive, ..Default::default() };
    vec![
        ("JPEG", jpeg_of(&rgb(), WIDTH, HEIGHT, JpegColour::Rgb, with(false))),
        ("progressive JPEG", jpeg_of(&rgb(), WIDTH, HEIGHT, JpegColour::Rgb, with(true))),
        ("large JPEG", jpeg_of(&large, 640, 480, JpegColour::Rgb, with(false))),
        ("large progressive JPEG", jpeg_of(&large, 640, 480, JpegColour::Rgb, with(true))),
        ("CMYK JPEG", jpeg_of(&rgba([255; 4]), WIDTH, HEIGHT, JpegColour::CmykAsYcck, with(false))),
        ("PNG", png_of(&rgb(), WIDTH, HEIGHT, ExtendedColorType::Rgb8, Some(exif.clone()), None)),
        ("GIF", gif()),
        ("WebP", webp(Some(exif.clone()))),
        ("BMP", bmp()),
        ("TIFF", tiff()),
        ("palette TIFF", raw_tiff(3, 8, 1, false, &quartered(WIDTH, HEIGHT, [[0], [1], [2], [3]]), Some(&[7; 768]))),
        ("JPEG XL", JXL.to_vec()),
        ("JPEG XL of a JPEG", ORIENTED_JXL.to_vec()),
        ("HEIC", HEIC.to_vec()),
        ("AVIF", AVIF.to_vec()),
    ]
}

/// Marsaglia's xorshift: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// A changed copy: bytes overwritten, some left out, or some said twice; half of the time near the beginning.
    fn mutated(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut copy = bytes.to_vec();
        let reach = if self.below(2) == 0 { bytes.len() } else { bytes.len().min(200) };
        match self.below(8) {
            0 => {
                let start = self.below(reach);
                let length = self.below(64).min(copy.len() - start);
                copy.drain(start..start + length);
            }
            1 => {
                let start = self.below(reach);
                let piece = copy[start..copy.len().min(start + 64)].to_vec();
                copy.splice(start..start, piece);
            }
            _ => {
                for _ in 0..=self.below(8) {
                    let at = self.below(reach);
                    copy[at] = [0x00, 0xff, 0x7f, 0x80, self.below(256) as u8][self.below(5)];
                }
            }
        }
        copy
    }
}

/// That the call gave a picture of a sound size, or a reason in words.
fn check(what: &str, bytes: &[u8]) -> Result<(), DecodeError> {
    let limits = Limits { max_memory: 256 << 20, ..Limits::default() };
    match decode_with(bytes, 32, &limits) {
        Ok(picture) => {
            let pixels = &picture.pixels;
            assert!(pixels.width > 0 && pixels.height > 0, "{what}: a picture has pixels");
            assert_eq!(pixels.data.len(), 3 * pixels.width as usize * pixels.height as usize, "{what}: all of its pixels");
            Ok(())
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.code().is_empty(), "{what}: a reason");
            Err(error)
        }
    }
}

#[test]
fn mutated_files_give_a_picture_or_a_reason() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut decoded = 0;
    let corpus = corpus();
    for (what, bytes) in &corpus {
        for _ in 0..100 {
            decoded += usize::from(check(what, &random.mutated(bytes)).is_ok());
        }
    }
    assert!(decoded > 0 && decoded < 100 * corpus.len(), "changes that matter and changes that do not: {decoded}");
}

#[test]
fn cut_files_are_refused() {
    for (what, bytes) in corpus() {
        // Of an animation the first frame is what counts.
        let enough = if what == "GIF" { 10 } else { 20 };
        for part in 1..enough {
            let cut = &bytes[..bytes.len() * part / 20];
            let result = check(what, cut);
            let code = result.as_ref().map_err(DecodeError::code);
            assert!(matches!(code, Err("truncated" | "damaged" | "not-a-picture" | "format-not-supported")), "{what}, {part}/20: {result:?}");
        }
    }
}

#[test]
fn cut_photos_are_called_truncated() {
    for (what, bytes) in corpus() {
        let error = decode(&bytes[..bytes.len() * 2 / 5]).expect_err(what);
        assert_eq!(error.code(), "truncated", "{what}: {error}");
    }
}

#[test]
fn a_photo_with_a_false_end_is_called_damaged() {
    let bytes = jpeg_of(&quartered(640, 480, QUARTERS), 640, 480, JpegColour::Rgb, JpegOptions::default());
    let mut mended = bytes[..bytes.len() * 3 / 5].to_vec();
    mended.extend_from_slice(&[0xff, 0xd9]);
    for want_side in [32, u32::MAX] {
        let error = decode_with(&mended, want_side, &Limits::default()).expect_err("two fifths are missing");
        assert_eq!(error.code(), "damaged", "{error}");
    }
}

#[test]
fn bombs_are_refused_by_their_header() {
    let limits = Limits { max_pixels: 2000, ..Limits::default() };
    for (what, bytes) in corpus() {
        if cfg!(not(feature = "heif")) && matches!(what, "HEIC" | "AVIF") {
            continue;
        }
        let error = decode_with(&bytes, 32, &limits).expect_err(what);
        assert_eq!(error.code(), "too-large", "{what}: {error}");
    }
    let limits = Limits { max_memory: 4096, ..Limits::default() };
    for (what, bytes) in corpus() {
        if !what.contains("large") && (cfg!(feature = "heif") || !matches!(what, "HEIC" | "AVIF")) {
            let error = decode_with(&bytes, u32::MAX, &limits).expect_err(what);
            assert_eq!(error.code(), "too-large", "{what}: {error}");
        }
    }
    let limits = Limits { max_bytes: 100, ..Limits::default() };
    assert_eq!(decode_with(&jpeg(), 32, &limits).expect_err("101 bytes and more").code(), "too-large");
}

#[test]
fn a_png_bomb_costs_nothing() {
    // 60,000 × 60,000 pixels, declared in a valid header.
    let mut bomb = png();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let error = decode(&bomb).expect_err("3.6 gigapixels");
    assert_eq!(error.code(), "too-large", "{error}");
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1))))
}

#[test]
fn other_files_are_told_apart() {
    for (bytes, code, word) in [
        (&b""[..], "empty", "empty"),
        (&[0; 5000], "not-a-picture", "zeros"),
        (b"%PDF-1.7 ...", "not-a-picture", "PDF"),
        (b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "not-a-picture", "video"),
        (b"<!DOCTYPE html><html>", "not-a-picture", "web page"),
        (b"BMW is a maker of cars", "not-a-picture", "not a picture"),
        (b"\xff\xd8\xff", "truncated", "too early"),
    ] {
        let error = decode(bytes).expect_err(word);
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn what_follows_the_picture_does_not_matter() {
    let mut motion_photo = jpeg();
    motion_photo.extend_from_slice(b"\0\0\0\x18ftypmp42 and then a film");
    assert_eq!(picture(&motion_photo).pixels, picture(&jpeg()).pixels);
    assert_eq!(probe(&motion_photo), probe(&jpeg()));
}
