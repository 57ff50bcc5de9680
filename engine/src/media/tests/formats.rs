//! Every format and kind gives the picture that went in.

use image::ExtendedColorType;
use jpeg_encoder::ColorType as JpegColour;
use tiff::encoder::colortype::{CMYK8, Gray16, RGB16, RGB32Float, RGBA8};
use tiff::tags::Tag;

use super::super::{EXTENSIONS, Format, Support, supported_formats};
#[cfg(not(feature = "heif"))]
use super::decode;
use super::samples::*;
use super::{assert_quarters, picture};

const GREYS: [[u8; 3]; 4] = [[0; 3], [85; 3], [170; 3], [255; 3]];
const WHITE: [u8; 3] = [255; 3];

#[test]
fn common_formats() {
    for (format, bytes, tolerance) in [
        (Format::Jpeg, jpeg(), 6),
        (Format::Png, png(), 0),
        (Format::Gif, gif(), 8),
        (Format::WebP, webp(None), 0),
        (Format::Bmp, bmp(), 0),
        (Format::Tiff, tiff(), 0),
        (Format::JpegXl, JXL.to_vec(), 8),
    ] {
        let picture = picture(&bytes);
        assert_eq!(picture.format, format, "known by its content");
        assert_eq!((picture.width, picture.height), (WIDTH, HEIGHT), "{}", format.name());
        assert_eq!((picture.pixels.width, picture.pixels.height), (WIDTH, HEIGHT), "{}", format.name());
        assert_quarters(&picture.pixels, QUARTERS, tolerance, format.name());
    }
}

#[test]
#[cfg(feature = "heif")]
fn heif_formats() {
    for (format, bytes) in [(Format::Heif, HEIC), (Format::Avif, AVIF)] {
        let picture = picture(bytes);
        assert_eq!(picture.format, format, "known by its content");
        assert_eq!((picture.width, picture.height), (WIDTH, HEIGHT), "{}", format.name());
        assert_quarters(&picture.pixels, QUARTERS, 16, format.name());
    }
}

#[test]
#[cfg(not(feature = "heif"))]
fn heif_formats_say_what_is_missing() {
    for bytes in [HEIC, AVIF] {
        let error = decode(bytes).expect_err("this build has no libheif");
        assert_eq!(error.code(), "format-not-supported");
        assert!(error.hint().is_some_and(|hint| hint.contains("libheif")), "the hint names the library");
    }
}

#[test]
fn every_format_is_listed() {
    let formats = supported_formats();
    assert_eq!(formats.len(), Format::ALL.len());
    for (format, support) in formats {
        let is_optional = matches!(format, Format::Avif | Format::Heif);
        assert!(support == Support::Yes || is_optional && cfg!(not(feature = "heif")), "{}: {support:?}", format.name());
    }
    assert!(EXTENSIONS.is_sorted(), "sorted, so that a scan can search it");
}

#[test]
fn jpeg_kinds() {
    let progressive = jpeg_of(&rgb(), WIDTH, HEIGHT, JpegColour::Rgb, JpegOptions { is_progressive: true, ..Default::default() });
    assert_quarters(&picture(&progressive).pixels, QUARTERS, 6, "progressive");

    let grey = jpeg_of(&quartered(WIDTH, HEIGHT, GREYS.map(|[grey, ..]| [grey])), WIDTH, HEIGHT, JpegColour::Luma, JpegOptions::default());
    assert_quarters(&picture(&grey).pixels, GREYS, 2, "grey");
}

#[test]
fn large_jpegs_come_scaled_down() {
    let (width, height) = (1203, 801);
    for is_progressive in [false, true] {
        let bytes = jpeg_of(&quartered(width, height, QUARTERS), width, height, JpegColour::Rgb, JpegOptions { is_progressive, ..Default::default() });
        for (want_side, scale) in [(100, 8), (101, 4), (200, 4), (400, 2), (401, 1), (0, 8)] {
            let picture = super::super::decode(&bytes, want_side, &Default::default()).expect("decodes");
            assert_eq!((picture.width, picture.height), (width, height), "the full size is reported");
            let wanted = (width.div_ceil(scale), height.div_ceil(scale));
            assert_eq!((picture.pixels.width, picture.pixels.height), wanted, "for {want_side} pixels");
            assert_quarters(&picture.pixels, QUARTERS, 8, "scaled");
        }
    }
}

#[test]
fn all_formats_scale_alike() {
    let (width, height) = (1203, 801);
    let data = quartered(width, height, QUARTERS);
    let sizes = [jpeg_of(&data, width, height, JpegColour::Rgb, JpegOptions::default()), png_of(&data, width, height, ExtendedColorType::Rgb8, None, None)]
        .map(|bytes| super::super::decode(&bytes, 100, &Default::default()).expect("decodes").pixels)
        .map(|pixels| (pixels.width, pixels.height));
    assert_eq!(sizes, [(151, 101); 2], "an eighth, rounded up");
}

#[test]
fn cmyk_jpegs() {
    // Pure inks; the simple rule gives pure colours.
    let inks = [[255, 0, 0, 0], [0, 255, 0, 0], [0, 0, 255, 0], [0, 0, 0, 200]];
    let wanted = [[0, 255, 255], [255, 0, 255], [255, 255, 0], [55, 55, 55]];
    for colour in [JpegColour::Cmyk, JpegColour::CmykAsYcck] {
        let bytes = jpeg_of(&quartered(WIDTH, HEIGHT, inks), WIDTH, HEIGHT, colour, JpegOptions::default());
        assert_quarters(&picture(&bytes).pixels, wanted, 6, &format!("{colour:?}"));
        let scaled = super::super::decode(&bytes, 12, &Default::default()).expect("decodes");
        assert_eq!((scaled.pixels.width, scaled.pixels.height), (16, 12), "scaled like any other");
    }
}

#[test]
fn png_kinds() {
    let wide = |values: Vec<u8>| values.into_iter().flat_map(|value| [value, value]).collect::<Vec<u8>>();
    let sixteen = png_of(&wide(rgb()), WIDTH, HEIGHT, ExtendedColorType::Rgb16, None, None);
    assert_quarters(&picture(&sixteen).pixels, QUARTERS, 0, "16 bits");

    let grey = png_of(&quartered(WIDTH, HEIGHT, GREYS.map(|[grey, ..]| [grey])), WIDTH, HEIGHT, ExtendedColorType::L8, None, None);
    assert_quarters(&picture(&grey).pixels, GREYS, 0, "grey");

    let clear = png_of(&rgba([255, 0, 128, 255]), WIDTH, HEIGHT, ExtendedColorType::Rgba8, None, None);
    assert_quarters(&picture(&clear).pixels, [RED, WHITE, [147, 157, 227], YELLOW], 1, "transparency on white");
}

#[test]
fn transparency_in_modern_formats() {
    let wanted = [RED, WHITE, BLUE, WHITE];
    assert_quarters(&picture(ALPHA_JXL).pixels, wanted, 1, "JPEG XL");
    if cfg!(feature = "heif") {
        assert_quarters(&picture(ALPHA_AVIF).pixels, wanted, 16, "AVIF");
    }
}

#[test]
fn tiff_kinds() {
    let wide: Vec<u16> = rgb().into_iter().map(|value| u16::from(value) * 257).collect();
    assert_quarters(&picture(&tiff_of::<RGB16>(&wide, &[])).pixels, QUARTERS, 0, "16 bits");

    let floats: Vec<f32> = rgb().into_iter().map(|value| f32::from(value) / 255.0).collect();
    assert_quarters(&picture(&tiff_of::<RGB32Float>(&floats, &[])).pixels, QUARTERS, 0, "floats");

    let grey = quartered(WIDTH, HEIGHT, GREYS.map(|[grey, ..]| [u16::from(grey) * 257]));
    assert_quarters(&picture(&tiff_of::<Gray16>(&grey, &[])).pixels, GREYS, 0, "grey");

    let clear = tiff_of::<RGBA8>(&rgba([255, 0, 128, 255]), &[(Tag::ExtraSamples, TagValue::Short(2))]);
    assert_quarters(&picture(&clear).pixels, [RED, WHITE, [147, 157, 227], YELLOW], 1, "transparency");

    let inks = [[255, 0, 0, 0], [0, 255, 0, 0], [0, 0, 255, 0], [0, 0, 0, 200]];
    let wanted = [[0, 255, 255], [255, 0, 255], [255, 255, 0], [55, 55, 55]];
    assert_quarters(&picture(&tiff_of::<CMYK8>(&quartered(WIDTH, HEIGHT, inks), &[])).pixels, wanted, 0, "CMYK");

    let planes: Vec<u8> = (0..3).flat_map(|channel| rgb().into_iter().skip(channel).step_by(3)).collect();
    assert_quarters(&picture(&raw_tiff(2, 8, 3, true, &planes, None)).pixels, QUARTERS, 0, "planar");
}

#[test]
fn tiff_palettes_and_few_bits() {
    let palette: Vec<u16> = (0..3).flat_map(|channel| (0..256).map(move |index| u16::from(QUARTERS[index % 4][channel]) * 257)).collect();
    let indices = quartered(WIDTH, HEIGHT, [[0], [1], [2], [3]]);
    assert_quarters(&picture(&raw_tiff(3, 8, 1, false, &indices, Some(&palette))).pixels, QUARTERS, 0, "palette");

    let packed: Vec<u8> = indices.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let short_palette: Vec<u16> = palette.chunks(256).flat_map(|channel| &channel[..16]).copied().collect();
    assert_quarters(&picture(&raw_tiff(3, 4, 1, false, &packed, Some(&short_palette))).pixels, QUARTERS, 0, "palette of 16");

    let bits = |value: [u8; 4]| quartered(WIDTH / 8, HEIGHT, value.map(|value| [value]));
    let (black, white) = ([0; 3], WHITE);
    assert_quarters(&picture(&raw_tiff(1, 1, 1, false, &bits([0, 255, 255, 0]), None)).pixels, [black, white, white, black], 0, "1 bit");
    assert_quarters(&picture(&raw_tiff(0, 1, 1, false, &bits([0, 255, 255, 0]), None)).pixels, [white, black, black, white], 0, "1 bit, white is zero");
}
