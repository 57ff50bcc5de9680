//! Orientation, time and camera.

use image::ExtendedColorType;
use jpeg_encoder::ColorType as JpegColour;
use tiff::encoder::colortype::RGB8;
use tiff::tags::Tag;

use super::super::Metadata;
use super::samples::*;
use super::{assert_quarters, picture};

/// The quarters as they look once each Exif orientation is applied (1 to 8).
const UPRIGHT: [[[u8; 3]; 4]; 8] = [
    [RED, GREEN, BLUE, YELLOW],
    [GREEN, RED, YELLOW, BLUE],
    [YELLOW, BLUE, GREEN, RED],
    [BLUE, YELLOW, RED, GREEN],
    [RED, BLUE, GREEN, YELLOW],
    [BLUE, RED, YELLOW, GREEN],
    [YELLOW, GREEN, BLUE, RED],
    [GREEN, YELLOW, RED, BLUE],
];

fn all() -> Metadata {
    Metadata { taken_at: Some("2024-05-01T12:34:56".into()), camera: Some("Canon EOS R5".into()) }
}

#[test]
fn exif_orientations() {
    for (orientation, upright) in (1u16..).zip(UPRIGHT) {
        let exif = exif(orientation);
        for (format, bytes) in [
            ("JPEG", jpeg_of(&rgb(), WIDTH, HEIGHT, JpegColour::Rgb, JpegOptions { exif: Some(&exif), ..Default::default() })),
            ("PNG", png_of(&rgb(), WIDTH, HEIGHT, ExtendedColorType::Rgb8, Some(exif.clone()), None)),
            ("WebP", webp(Some(exif.clone()))),
            ("TIFF", tiff_of::<RGB8>(&rgb(), &[(Tag::Orientation, TagValue::Short(orientation))])),
        ] {
            let picture = picture(&bytes);
            let size = if orientation > 4 { (HEIGHT, WIDTH) } else { (WIDTH, HEIGHT) };
            assert_eq!((picture.width, picture.height), size, "{format} {orientation}");
            assert_eq!((picture.pixels.width, picture.pixels.height), size, "{format} {orientation}");
            assert_quarters(&picture.pixels, upright, 6, &format!("{format} {orientation}"));
            if format != "TIFF" {
                assert_eq!(picture.metadata, all(), "{format}");
            }
        }
    }
}

#[test]
fn orientation_of_scaled_jpegs() {
    let (width, height) = (640, 480);
    let exif = exif(6);
    let bytes = jpeg_of(&quartered(width, height, QUARTERS), width, height, JpegColour::Rgb, JpegOptions { exif: Some(&exif), ..Default::default() });
    let picture = super::super::decode(&bytes, 60, &Default::default()).expect("decodes");
    assert_eq!((picture.width, picture.height, picture.pixels.width, picture.pixels.height), (480, 640, 60, 80));
    assert_quarters(&picture.pixels, UPRIGHT[5], 6, "an eighth, turned");
}

#[test]
fn containers_with_their_own_orientation_are_not_turned_twice() {
    let jxl = picture(ORIENTED_JXL);
    assert_eq!((jxl.width, jxl.height), (HEIGHT, WIDTH));
    assert_quarters(&jxl.pixels, UPRIGHT[5], 16, "JPEG XL");
    assert_eq!(jxl.metadata, all(), "Exif in JPEG XL");
    if cfg!(feature = "heif") {
        let heic = picture(ORIENTED_HEIC);
        assert_eq!((heic.width, heic.height), (WIDTH, HEIGHT), "Exif does not count in HEIF");
        assert_quarters(&heic.pixels, QUARTERS, 16, "HEIC");
        assert_eq!(heic.metadata, all(), "Exif in HEIC");
        let avif = picture(ROTATED_AVIF);
        assert_eq!((avif.width, avif.height), (HEIGHT, WIDTH));
        assert_quarters(&avif.pixels, UPRIGHT[7], 16, "AVIF, a quarter to the left");
    }
}

#[test]
fn pictures_without_metadata_have_none() {
    for bytes in [jpeg(), png(), gif(), webp(None), bmp(), tiff()] {
        assert_eq!(picture(&bytes).metadata, Metadata::default());
    }
}

#[test]
fn damaged_exif_is_as_good_as_none() {
    let whole = exif(6);
    for length in 0..whole.len() {
        let options = JpegOptions { exif: Some(&whole[..length]), ..Default::default() };
        picture(&jpeg_of(&rgb(), WIDTH, HEIGHT, JpegColour::Rgb, options));
    }
}
