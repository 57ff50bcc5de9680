//! Files come from another encoder, and are checked against the means of the
//! pixels that it was given; or, where it has no such kind of file, from a few
//! lines here.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{Colour, Eighth, Error, decode_eighth};

/// More pixels than any picture here has.
const PIXELS: u64 = 1 << 16;

/// A small generator of repeatable numbers (xorshift).
struct Random(u32);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as usize % end
    }
}

/// What to encode, and how.
#[derive(Debug, Clone, Copy)]
struct Settings {
    size: (u16, u16),
    /// Levels of noise either way.
    noise: usize,
    quality: u8,
    grey: bool,
    sampling: SamplingFactor,
    progressive: bool,
    /// Also makes a baseline file have a scan for each component.
    optimised: bool,
    restart: u16,
}

const PLAIN: Settings =
    Settings { size: (203, 149), noise: 30, quality: 90, grey: false, sampling: SamplingFactor::F_2_2, progressive: false, optimised: false, restart: 0 };

/// The RGB pixels to encode: colours that change gently over the picture, with
/// noise in their brightness.
fn scene(settings: Settings) -> Vec<u8> {
    let mut random = Random(2_463_534_242);
    let mut pixels = Vec::new();
    for y in 0..usize::from(settings.size.1) {
        for x in 0..usize::from(settings.size.0) {
            let grain = random.below(2 * settings.noise + 1);
            for level in [96 + x / 4, 156 - y / 4, 96 + (x + y) / 8] {
                let level = if settings.grey { 128 } else { level };
                pixels.push((level + grain).saturating_sub(settings.noise).min(255) as u8);
            }
        }
    }
    pixels
}

fn encode(settings: Settings) -> Vec<u8> {
    let (width, height) = settings.size;
    let mut pixels = scene(settings);
    if settings.grey {
        pixels = pixels.into_iter().step_by(3).collect();
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, settings.quality);
    encoder.set_sampling_factor(settings.sampling);
    encoder.set_progressive(settings.progressive);
    encoder.set_optimized_huffman_tables(settings.optimised);
    if settings.restart > 0 {
        encoder.set_restart_interval(settings.restart);
    }
    let colour = if settings.grey { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels, width, height, colour).unwrap();
    file
}

/// The largest difference between a picture and the means of the pixels
/// encoded, over the rows that `rows` selects and the blocks that are whole.
fn largest_difference(eighth: &Eighth, settings: Settings, rows: impl Fn(usize) -> bool) -> f64 {
    let (width, height) = (usize::from(settings.size.0), usize::from(settings.size.1));
    assert_eq!((eighth.full_width as usize, eighth.full_height as usize), (width, height));
    assert_eq!(eighth.width as usize, width.div_ceil(8));
    assert_eq!(eighth.height as usize, height.div_ceil(8));
    assert_eq!(eighth.rgb.len(), width.div_ceil(8) * height.div_ceil(8) * 3);
    let pixels = scene(settings);
    let mut largest = 0.0f64;
    for y in (0..height / 8).filter(|&y| rows(y)) {
        for i in 0..width / 8 * 3 {
            let (x, channel) = (i / 3, i % 3);
            let at = |pixel: usize| ((y * 8 + pixel / 8) * width + x * 8 + pixel % 8) * 3 + channel;
            let mean = (0..64).map(|pixel| f64::from(pixels[at(pixel)])).sum::<f64>() / 64.0;
            let found = eighth.rgb[y * width.div_ceil(8) * 3 + i];
            largest = largest.max((f64::from(found) - mean).abs());
        }
    }
    largest
}

fn check(settings: Settings, tolerance: f64) {
    let eighth = decode_eighth(&encode(settings), PIXELS).unwrap();
    assert!(!eighth.truncated, "{settings:?}");
    let largest = largest_difference(&eighth, settings, |_| true);
    assert!(largest <= tolerance, "{settings:?}: {largest}");
}

#[test]
fn every_layout_has_the_means_of_its_blocks() {
    use SamplingFactor::*;
    for sampling in [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1, F_4_2, F_1_4, F_2_4] {
        for (progressive, optimised) in [(false, false), (false, true), (true, false)] {
            // The encoder's optimised tables do not allow for restarts.
            let restarts: &[u16] = if optimised { &[0] } else { &[0, 1, 7] };
            for &restart in restarts {
                // Most of this is at the edges, where the colours go on
                // changing but there is nothing to interpolate with.
                check(Settings { sampling, progressive, optimised, restart, ..PLAIN }, 4.5);
            }
        }
    }
}

#[test]
fn every_size_has_the_means_of_its_blocks() {
    for size in [(1, 1), (8, 8), (16, 16), (17, 9), (7, 130), (129, 8), (64, 33)] {
        for grey in [false, true] {
            for progressive in [false, true] {
                check(Settings { size, grey, progressive, ..PLAIN }, 2.5);
            }
        }
    }
}

/// From blocks with next to no AC coefficients to blocks with all 63.
#[test]
fn every_quality_has_the_means_of_its_blocks() {
    for (noise, quality, tolerance) in [(0, 30, 2.0), (10, 75, 1.5), (40, 95, 1.0), (120, 100, 1.0)] {
        for (progressive, optimised) in [(false, false), (false, true), (true, false)] {
            let grey = Settings { grey: true, noise, quality, progressive, optimised, ..PLAIN };
            check(grey, tolerance);
        }
    }
}

#[test]
fn a_cut_file_is_truncated() {
    let settings = Settings { grey: true, ..PLAIN };
    let file = encode(settings);
    let eighth = decode_eighth(&file[..file.len() / 2], PIXELS).unwrap();
    assert!(eighth.truncated);
    assert!(largest_difference(&eighth, settings, |y| y < 8) <= 1.5);
    assert!(eighth.rgb[eighth.rgb.len() - 30..].iter().all(|&level| level == 128));
}

/// The indices of the restart markers in a file.
fn restart_markers(file: &[u8]) -> Vec<usize> {
    let is_marker = |&i: &usize| file[i] == 0xff && matches!(file[i + 1], 0xd0..=0xd7);
    (0..file.len() - 1).filter(is_marker).collect()
}

#[test]
fn a_lost_restart_interval_leaves_the_others() {
    // An interval is a row of blocks.
    let settings = Settings { grey: true, restart: 26, ..PLAIN };
    let file = encode(settings);
    let markers = restart_markers(&file);
    let mut lost = file.clone();
    lost.drain(markers[3]..markers[4]);
    let mut garbled = file.clone();
    garbled[markers[3] + 2..markers[4]].fill(0xaa);
    for file in [lost, garbled] {
        let eighth = decode_eighth(&file, PIXELS).unwrap();
        assert!(eighth.truncated);
        assert!(largest_difference(&eighth, settings, |y| y != 4) <= 1.5);
    }
}

/// Entropy-coded data in the making. All codes are of 4 bits, and equal to
/// their symbols.
#[derive(Default)]
struct Bits {
    bits: Vec<bool>,
}

impl Bits {
    const TABLE: [u8; 29] = [0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

    fn push(&mut self, value: i32, count: u32) {
        self.bits.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    }

    /// Adds a DC difference.
    fn push_difference(&mut self, difference: i32) {
        let size = 32 - difference.unsigned_abs().leading_zeros();
        self.push(size as i32, 4);
        self.push(if difference < 0 { difference - 1 } else { difference }, size);
    }

    fn into_bytes(self) -> Vec<u8> {
        let byte = |bits: &[bool]| (0..8).fold(0u8, |byte, i| byte << 1 | u8::from(bits.get(i).copied().unwrap_or(true)));
        let stuffed = |byte| if byte == 0xff { vec![byte, 0] } else { vec![byte] };
        self.bits.chunks(8).map(byte).flat_map(stuffed).collect()
    }
}

fn segment(marker: u8, parameters: &[u8]) -> Vec<u8> {
    let length = (parameters.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], parameters].concat()
}

/// A grey progressive file that gives the DC coefficients, 5 across, less their
/// lowest `low` bits, and then each of these.
fn refined(coefficients: &[i32], low: u8) -> Vec<u8> {
    let mut first = Bits::default();
    let mut prediction = 0;
    for &coefficient in coefficients {
        first.push_difference((coefficient >> low) - prediction);
        prediction = coefficient >> low;
    }
    let rows = coefficients.len() as u8 / 5;
    let mut file = [
        &[0xff, 0xd8],
        &segment(0xdb, &[&[0][..], &[8; 64]].concat())[..],
        &segment(0xc2, &[8, 0, rows * 8, 0, 40, 1, 7, 0x11, 0]),
        &segment(0xc4, &Bits::TABLE),
        &segment(0xda, &[1, 7, 0, 0, 0, low]),
        &first.into_bytes(),
        // A scan of AC coefficients has whatever data, between fill bytes.
        &segment(0xda, &[1, 7, 0, 1, 63, 0]),
        &[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff],
    ]
    .concat();
    for bit in (0..low).rev() {
        let mut refinement = Bits::default();
        coefficients.iter().for_each(|coefficient| refinement.push(coefficient >> bit, 1));
        file.extend(segment(0xda, &[1, 7, 0, 0, 0, (bit + 1) << 4 | bit]));
        file.extend(refinement.into_bytes());
    }
    file.extend([0xff, 0xd9]);
    file
}

#[test]
fn refinement_scans_give_the_lowest_bits() {
    let mut random = Random(7);
    let coefficients: Vec<i32> = (0..50).map(|_| random.below(256) as i32 - 128).collect();
    let levels: Vec<u8> = coefficients.iter().flat_map(|coefficient| [(coefficient + 128) as u8; 3]).collect();
    for low in [0, 1, 3] {
        let file = refined(&coefficients, low);
        let eighth = decode_eighth(&file, PIXELS).unwrap();
        assert!(!eighth.truncated);
        assert_eq!(eighth.colour, Colour::Grey);
        assert_eq!(eighth.rgb, levels, "{low}");
    }
    let file = refined(&coefficients, 1);
    let eighth = decode_eighth(&file[..file.len() - 20], PIXELS).unwrap();
    assert!(eighth.truncated);
    assert!(eighth.rgb.iter().zip(&levels).all(|(&found, &level)| found == level & 0xfe));
}

#[test]
fn the_adobe_marker_tells_rgb_from_ycbcr() {
    let settings = Settings { sampling: SamplingFactor::F_1_1, ..PLAIN };
    let file = encode(settings);
    let jfif = 2..4 + usize::from(u16::from_be_bytes([file[4], file[5]]));
    let with = |header: &[u8]| [&file[..2], header, &file[jfif.end..]].concat();
    let colour = |file: &[u8]| decode_eighth(file, PIXELS).unwrap().colour;
    let adobe = |transform| segment(0xee, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat());
    assert_eq!(colour(&file), Colour::YCbCr);
    assert_eq!(colour(&with(&[])), Colour::YCbCr);
    assert_eq!(colour(&with(&adobe(1))), Colour::YCbCr);
    assert_eq!(colour(&with(&adobe(0))), Colour::Rgb);
    // Read as RGB, the first sample is the luma.
    let luma = decode_eighth(&with(&adobe(0)), PIXELS).unwrap().rgb[0];
    let rgb = &decode_eighth(&file, PIXELS).unwrap().rgb[..3];
    let expected = [0.299, 0.587, 0.114].iter().zip(rgb).map(|(f, &c)| f * f64::from(c));
    assert!((f64::from(luma) - expected.sum::<f64>()).abs() <= 1.0);
}

#[test]
fn what_is_not_known_is_an_error() {
    let file = encode(PLAIN);
    assert_eq!(decode_eighth(&file, 203 * 149 - 1).unwrap_err(), Error::TooLarge);
    assert!(decode_eighth(&file, 203 * 149).is_ok());

    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let changed = |offset: usize, byte| {
        let mut file = file.clone();
        file[frame + offset] = byte;
        decode_eighth(&file, PIXELS).unwrap_err()
    };
    // Lossless, hierarchical and arithmetic coding; samples of 12 bits.
    assert!(matches!(changed(1, 0xc3), Error::Unsupported(_)));
    assert!(matches!(changed(1, 0xc5), Error::Unsupported(_)));
    assert!(matches!(changed(1, 0xc9), Error::Unsupported(_)));
    assert!(matches!(changed(4, 12), Error::Unsupported(_)));
    assert!(matches!(changed(9, 4), Error::Malformed(_)));
    let mut cmyk = Vec::new();
    Encoder::new(&mut cmyk, 90).encode(&[99; 8 * 8 * 4], 8, 8, ColorType::Cmyk).unwrap();
    assert!(matches!(decode_eighth(&cmyk, PIXELS), Err(Error::Unsupported(_))));

    for no_picture in [&[][..], b"GIF89a", &file[..2], &file[..frame + 30]] {
        assert!(matches!(decode_eighth(no_picture, PIXELS), Err(Error::Malformed(_))));
    }
}

#[test]
fn damage_never_panics() {
    let mut random = Random(88_675_123);
    let small = Settings { size: (90, 70), restart: 3, ..PLAIN };
    let coefficients: Vec<i32> = (0..50).map(|i| i * 5 - 128).collect();
    let files = [
        encode(small),
        encode(Settings { restart: 0, quality: 100, noise: 100, ..small }),
        encode(Settings { optimised: true, sampling: SamplingFactor::F_4_1, restart: 0, ..small }),
        encode(Settings { progressive: true, ..small }),
        refined(&coefficients, 2),
    ];
    for round in 0..2000 {
        let mut file = files[round % files.len()].clone();
        // Half of the changes are to the headers and tables.
        let end = if round % 2 == 0 { file.len() } else { file.len().min(700) };
        for _ in 0..=random.below(4) {
            file[random.below(end)] = random.below(256) as u8;
        }
        if round % 5 == 0 {
            file.truncate(random.below(file.len()));
        }
        if let Ok(eighth) = decode_eighth(&file, PIXELS) {
            assert_eq!(eighth.rgb.len() as u32, eighth.width * eighth.height * 3);
        }
    }
}
