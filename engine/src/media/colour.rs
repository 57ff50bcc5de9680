//! Colour: pixels in the colours of a profile become sRGB.
//!
//! Done on pixels that are already scaled down, so it costs little. A profile
//! that cannot be used is ignored, as viewers do.

use std::borrow::Cow;

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::pixels::Rgb8;

/// In which colours a picture's numbers are meant.
pub(super) enum Colours<'a> {
    /// sRGB, which a picture that says nothing also has.
    Srgb,
    /// Those of an ICC profile.
    Icc(Cow<'a, [u8]>),
    /// Display P3, named without a profile.
    #[cfg_attr(not(feature = "heif"), expect(dead_code, reason = "only HEIF containers name their primaries"))]
    DisplayP3,
    /// BT.2020 with its own transfer curve, named without a profile.
    #[cfg_attr(not(feature = "heif"), expect(dead_code, reason = "only HEIF containers name their primaries"))]
    Bt2020,
}

impl<'a> Colours<'a> {
    /// The colours of a picture with this ICC profile, if it has one.
    pub(super) fn of(profile: Option<impl Into<Cow<'a, [u8]>>>) -> Self {
        profile.map_or(Self::Srgb, |profile| Self::Icc(profile.into()))
    }
}

/// Converts the pixels to sRGB in place.
pub(super) fn to_srgb(pixels: &mut Rgb8, colours: &Colours) {
    let profile = match colours {
        Colours::Srgb => return,
        Colours::Icc(profile) => match ColorProfile::new_from_slice(profile) {
            Ok(profile) => profile,
            Err(_) => return,
        },
        Colours::DisplayP3 => ColorProfile::new_display_p3(),
        Colours::Bt2020 => ColorProfile::new_bt2020(),
    };
    let converted = match profile.color_space {
        DataColorSpace::Rgb if !is_like_srgb(&profile) => convert(&profile, Layout::Rgb, &pixels.data),
        DataColorSpace::Gray => {
            let grey: Vec<u8> = pixels.data.iter().copied().step_by(3).collect();
            convert(&profile, Layout::Gray, &grey)
        }
        _ => None,
    };
    if let Some(converted) = converted {
        pixels.data = converted;
    }
}

/// Whether the profile moves no 8-bit colour by more than can be seen, as the many variants of the sRGB profile do.
fn is_like_srgb(profile: &ColorProfile) -> bool {
    const PATCHES: [u8; 24] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 128, 128, 128, 40, 40, 40, 200, 120, 60, 60, 200, 120, 120, 60, 200];
    convert(profile, Layout::Rgb, &PATCHES).is_some_and(|converted| converted.iter().zip(PATCHES).all(|(&a, b)| a.abs_diff(b) <= 2))
}

fn convert(profile: &ColorProfile, layout: Layout, data: &[u8]) -> Option<Vec<u8>> {
    let transform = profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default()).ok()?;
    let channels = if layout == Layout::Gray { 1 } else { 3 };
    let mut converted = vec![0; data.len() / channels * 3];
    transform.transform(data, &mut converted).ok()?;
    Some(converted)
}
