//! Profiles: numbers meant in other colours come out as sRGB.

use image::ExtendedColorType;
use jpeg_encoder::ColorType as JpegColour;
use moxcms::ColorProfile;
use tiff::encoder::colortype::RGB8;
use tiff::tags::Tag;

use super::samples::*;
use super::{assert_quarters, picture};

const PLAIN: [[u8; 3]; 4] = [[120, 160, 140], [200, 90, 80], [128, 128, 128], [30, 30, 30]];
/// The same numbers meant in Display P3 and in Adobe RGB (1998), computed from the definitions of these spaces.
const FROM_P3: [[u8; 3]; 4] = [[108, 161, 139], [216, 81, 74], [128, 128, 128], [30, 30, 30]];
const FROM_ADOBE: [[u8; 3]; 4] = [[99, 161, 140], [228, 90, 78], [128, 128, 128], [29, 29, 29]];

fn plain_jpeg(profile: Option<&[u8]>) -> Vec<u8> {
    jpeg_of(&quartered(WIDTH, HEIGHT, PLAIN), WIDTH, HEIGHT, JpegColour::Rgb, JpegOptions { profile, ..Default::default() })
}

fn profile(profile: &ColorProfile) -> Vec<u8> {
    profile.encode().expect("encodes")
}

#[test]
fn profiles_are_converted() {
    let p3 = profile(&ColorProfile::new_display_p3());
    let adobe = profile(&ColorProfile::new_adobe_rgb());
    assert_quarters(&picture(&plain_jpeg(Some(&p3))).pixels, FROM_P3, 5, "Display P3 in JPEG");
    assert_quarters(&picture(&plain_jpeg(Some(&adobe))).pixels, FROM_ADOBE, 5, "Adobe RGB in JPEG");
    let data = quartered(WIDTH, HEIGHT, PLAIN);
    let png = png_of(&data, WIDTH, HEIGHT, ExtendedColorType::Rgb8, None, Some(p3.clone()));
    assert_quarters(&picture(&png).pixels, FROM_P3, 2, "Display P3 in PNG");
    let tiff = tiff_of::<RGB8>(&data, &[(Tag::IccProfile, TagValue::Bytes(&p3))]);
    assert_quarters(&picture(&tiff).pixels, FROM_P3, 2, "Display P3 in TIFF");
}

#[test]
fn grey_profiles_are_converted() {
    let linear = profile(&ColorProfile::new_gray_with_gamma(1.0));
    let data = quartered(WIDTH, HEIGHT, [[0], [55], [128], [255]]);
    let png = png_of(&data, WIDTH, HEIGHT, ExtendedColorType::L8, None, Some(linear));
    assert_quarters(&picture(&png).pixels, [[0; 3], [128; 3], [188; 3], [255; 3]], 2, "linear grey");
}

#[test]
fn srgb_profiles_change_nothing() {
    let srgb = profile(&ColorProfile::new_srgb());
    let data = rgb();
    let png = png_of(&data, WIDTH, HEIGHT, ExtendedColorType::Rgb8, None, Some(srgb));
    assert_eq!(picture(&png).pixels.data, data, "to the last bit");
}

#[test]
fn unusable_profiles_are_ignored() {
    let p3 = profile(&ColorProfile::new_display_p3());
    let cut = &p3[..p3.len() / 2];
    for bad in [&b"no profile"[..], cut, &profile(&ColorProfile::new_gray_with_gamma(2.2))[..40]] {
        assert_quarters(&picture(&plain_jpeg(Some(bad))).pixels, PLAIN, 5, "as if it had none");
    }
}

#[test]
fn primaries_named_by_a_container_are_converted() {
    if cfg!(not(feature = "heif")) {
        return;
    }
    let wanted = [[240, 0, 21], [0, 183, 30], [34, 61, 208], [244, 219, 0]];
    assert_quarters(&picture(P3_AVIF).pixels, wanted, 20, "Display P3 in AVIF, 10 bits");
}
