//! Thumbnails and resizing.

use super::super::{Rgb8, THUMBNAIL_SIDE, resize, thumbnail};
use super::samples::*;
use super::{assert_quarters, picture};

fn quarters_of(width: u32, height: u32) -> Rgb8 {
    Rgb8 { width, height, data: quartered(width, height, QUARTERS) }
}

#[test]
fn thumbnails_fit_and_keep_their_shape() {
    for ((width, height), wanted) in
        [((1600, 1200), (320, 240)), ((500, 375), (320, 240)), ((375, 500), (240, 320)), ((2000, 2), (320, 1)), ((64, 48), (64, 48))]
    {
        let shown = picture(&thumbnail(&quarters_of(width, height), THUMBNAIL_SIDE));
        assert_eq!((shown.width, shown.height), wanted, "of {width} × {height}");
        if wanted.1 > 1 {
            assert_quarters(&shown.pixels, QUARTERS, 8, "thumbnail");
        }
    }
}

#[test]
fn resizing_averages_what_it_replaces() {
    let stripes = Rgb8 { width: 256, height: 4, data: (0..256 * 4).flat_map(|at| [if at % 2 == 0 { 0 } else { 200 }; 3]).collect() };
    let grey = resize(&stripes, 16, 4);
    assert_eq!((grey.width, grey.height, grey.data.len()), (16, 4, 16 * 4 * 3));
    assert!(grey.data.iter().all(|&value| value.abs_diff(100) <= 3), "no stripes left: {:?}", &grey.data[..12]);
}

#[test]
fn resizing_follows_the_triangle_filter() {
    // Halving, each pixel weighs its neighbours at distances 0.5 and 1.5 by 3/4 and 1/4; at the ends one is missing.
    let ramp = Rgb8 { width: 8, height: 1, data: (0..8).flat_map(|step| [step * 10; 3]).collect() };
    let halved: Vec<u8> = resize(&ramp, 4, 1).data.into_iter().step_by(3).collect();
    assert_eq!(halved, [7, 25, 45, 63]);
}

#[test]
fn resizing_enlarges_too() {
    let large = resize(&quarters_of(64, 48), 640, 480);
    assert_quarters(&large, QUARTERS, 0, "enlarged");
}
