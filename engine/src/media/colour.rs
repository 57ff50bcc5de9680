//! Colour: pixels in the colours of a profile become sRGB.
//!
//! Done on pixels that are already scaled down, so it costs little. A profile
//! that cannot be used is ignored, as viewers do.

use std::borrow::Cow;
use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

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
        DataColorSpace::Rgb => Transform::new(&profile, Layout::Rgb).filter(Transform::moves_colours).and_then(|transform| transform.apply(&pixels.data)),
        DataColorSpace::Gray => {
            let greys: Vec<u8> = pixels.data.iter().copied().step_by(3).collect();
            Transform::new(&profile, Layout::Gray).and_then(|transform| transform.apply(&greys))
        }
        _ => None,
    };
    if let Some(converted) = converted {
        pixels.data = converted;
    }
}

/// The way from a profile's colours to sRGB.
struct Transform {
    executor: Arc<Transform8BitExecutor>,
    /// Numbers per pixel that it takes; it gives three.
    channels: usize,
}

impl Transform {
    fn new(profile: &ColorProfile, layout: Layout) -> Option<Self> {
        let executor = profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default()).ok()?;
        Some(Self { executor, channels: if layout == Layout::Gray { 1 } else { 3 } })
    }

    fn apply(&self, data: &[u8]) -> Option<Vec<u8>> {
        let mut converted = vec![0; data.len() / self.channels * 3];
        self.executor.transform(data, &mut converted).ok()?;
        Some(converted)
    }

    /// Whether it moves any colour far enough to be seen, which the many variants of the sRGB profile do not.
    fn moves_colours(&self) -> bool {
        const PATCHES: [u8; 24] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 128, 128, 128, 40, 40, 40, 200, 120, 60, 60, 200, 120, 120, 60, 200];
        self.apply(&PATCHES).is_some_and(|converted| converted.iter().zip(PATCHES).any(|(&after, before)| after.abs_diff(before) > 2))
    }
}
