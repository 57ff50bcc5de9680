//! Printing inks (cyan, magenta, yellow, black) to sRGB.
//!
//! With the picture's own profile where it has a usable one, otherwise by the
//! simple rule that every viewer falls back to.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::pixels::{Rgb8, shrink_quads};

/// An sRGB picture, scaled down as far as `want_side` allows, of four inks a pixel (255 is full ink).
pub(super) fn to_rgb(inks: Vec<u8>, width: u32, height: u32, profile: Option<&[u8]>, want_side: u32) -> Rgb8 {
    let (inks, width, height) = shrink_quads(inks, width, height, want_side);
    let data = profile.and_then(|profile| by_profile(&inks, profile)).unwrap_or_else(|| by_rule(&inks));
    Rgb8 { width, height, data }
}

fn by_profile(inks: &[u8], profile: &[u8]) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile).ok().filter(|profile| profile.color_space == DataColorSpace::Cmyk)?;
    // moxcms takes four inks in the layout of four channels.
    let transform = profile.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default()).ok()?;
    let mut data = vec![0; inks.len() / 4 * 3];
    transform.transform(inks, &mut data).ok()?;
    Some(data)
}

/// Each ink takes its share of the light that the black ink leaves.
fn by_rule(inks: &[u8]) -> Vec<u8> {
    inks.chunks_exact(4)
        .flat_map(|ink| {
            let light = 255 - u32::from(ink[3]);
            [0, 1, 2].map(|channel| (((255 - u32::from(ink[channel])) * light + 127) / 255) as u8)
        })
        .collect()
}
