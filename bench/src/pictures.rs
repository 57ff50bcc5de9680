//! Pictures to measure with, made by code from the suites' scenes: photos as a camera writes them, small ones, tiny ones.
//!
//! A folder that is complete has a note beside it, so that a later part or run finds it again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use image::{ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use lookalike_tests::scenes::{Numbers, scene};

use crate::{Bench, Result};

/// Pictures of which the 12-megapixel photos are made. Drawing one takes over a second, hence so few.
const PHOTO_SCENES: usize = 8;
/// Copies of each small scene.
const SMALL_COPIES: usize = 25;
/// Tiny pictures in a folder.
const TINY_IN_FOLDER: usize = 500;
/// With this much texture a scene of 4000 × 3000 pixels has 3.6 MB at this quality, as a camera's photo has.
const TEXTURE: f32 = 4.0;
const QUALITY: u8 = 92;

/// A folder of pictures.
pub(crate) struct Folder {
    pub(crate) dir: PathBuf,
    pub(crate) files: usize,
    /// Of all files together.
    pub(crate) bytes: u64,
}

/// 12-megapixel JPEGs of about 3.6 MB with 4:2:0 chroma: a few scenes, each many times.
///
/// Files of one scene differ in a comment only. Lookalike hashes contents and so takes each for a picture of its own;
/// decoding and embedding cost what they cost for any other.
pub(crate) fn photos(bench: &Bench) -> Result<Folder> {
    folder(bench, "photos", bench.size(300, 24), |dir, files| {
        in_parallel(bench.cores, PHOTO_SCENES.min(files), |number| {
            let jpeg = photo(number as u64 + 1)?;
            copies(&jpeg, dir, (number..files).step_by(PHOTO_SCENES))
        })
    })
}

/// Distinct JPEGs of 640 × 480 pixels, as many as the bar for memory names.
pub(crate) fn small(bench: &Bench) -> Result<Folder> {
    folder(bench, "small", bench.size(10_000, 500), |dir, files| {
        in_parallel(bench.cores, files / SMALL_COPIES, |number| {
            let jpeg = encode(&scene(1_000 + number as u64, 640, 480), 90)?;
            copies(&jpeg, dir, number * SMALL_COPIES..(number + 1) * SMALL_COPIES)
        })
    })
}

/// Distinct PNGs of 8 × 8 pixels: files that cost next to nothing but their place in the library.
pub(crate) fn tiny(bench: &Bench) -> Result<Folder> {
    folder(bench, "tiny", bench.size(100_000, 5_000), |dir, files| {
        in_parallel(bench.cores, files.div_ceil(TINY_IN_FOLDER), |part| {
            let inner = dir.join(format!("{part:03}"));
            fs_err::create_dir_all(&inner)?;
            for number in part * TINY_IN_FOLDER..files.min((part + 1) * TINY_IN_FOLDER) {
                let mut numbers = Numbers::new(number as u64);
                // Four colours in blocks that the number places: distinct pictures, not merely distinct noise.
                let colours: [[u8; 3]; 4] = std::array::from_fn(|_| std::array::from_fn(|_| numbers.below(256) as u8));
                let places = numbers.bits();
                let picture = RgbImage::from_fn(8, 8, |x, y| image::Rgb(colours[(places >> (2 * (x / 2 + 4 * (y / 2))) & 3) as usize]));
                picture.save_with_format(inner.join(format!("{number:06}.png")), ImageFormat::Png)?;
            }
            Ok(())
        })
    })
}

/// One 12-megapixel photo as a JPEG.
pub(crate) fn photo(number: u64) -> Result<Vec<u8>> {
    const SIDE: usize = 512;
    let mut picture = scene(number, 4000, 3000);
    let texture = texture(number, SIDE);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let change = TEXTURE * texture[(y as usize % SIDE) * SIDE + x as usize % SIDE];
        pixel.0 = pixel.0.map(|value| (f32::from(value) + change).clamp(0.0, 255.0) as u8);
    }
    encode(&picture, QUALITY)
}

/// A tile of noise in octaves: detail at every scale, as foliage and fabric have it.
fn texture(seed: u64, side: usize) -> Vec<f32> {
    let mut numbers = Numbers::new(seed);
    let mut tile = vec![0.0; side * side];
    for step in [1, 2, 4, 8, 16] {
        let across = side / step;
        let grid: Vec<f32> = (0..across * across).map(|_| numbers.below(1_001) as f32 / 500.0 - 1.0).collect();
        let strength = (step as f32).sqrt();
        for (at, value) in tile.iter_mut().enumerate() {
            let (x, y) = (at % side, at / side);
            let (left, top) = (x / step, y / step);
            let (right, below) = ((left + 1) % across, (top + 1) % across);
            let (u, v) = ((x % step) as f32 / step as f32, (y % step) as f32 / step as f32);
            let upper = grid[top * across + left] * (1.0 - u) + grid[top * across + right] * u;
            let lower = grid[below * across + left] * (1.0 - u) + grid[below * across + right] * u;
            *value += strength * (upper * (1.0 - v) + lower * v);
        }
    }
    tile
}

/// A JPEG with the halved chroma that cameras write.
fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(picture.as_raw(), u16::try_from(picture.width())?, u16::try_from(picture.height())?, ColorType::Rgb)?;
    Ok(jpeg)
}

/// Writes the JPEG under several numbers, each with a comment of its own behind the JFIF segment.
fn copies(jpeg: &[u8], dir: &Path, numbers: impl Iterator<Item = usize>) -> Result<()> {
    let (start, jfif) = jpeg.split_at_checked(4).ok_or("the encoder wrote no JPEG")?;
    if start != [0xff, 0xd8, 0xff, 0xe0] {
        return Err("the encoder wrote no JFIF segment".into());
    }
    let at = 4 + usize::from(u16::from_be_bytes([jfif[0], jfif[1]]));
    for number in numbers {
        let comment = format!("{number:08}");
        let mut bytes = Vec::with_capacity(jpeg.len() + 12);
        bytes.extend_from_slice(&jpeg[..at]);
        bytes.extend_from_slice(&[0xff, 0xfe, 0, 2 + comment.len() as u8]);
        bytes.extend_from_slice(comment.as_bytes());
        bytes.extend_from_slice(&jpeg[at..]);
        fs_err::write(dir.join(format!("{number:05}.jpg")), bytes)?;
    }
    Ok(())
}

/// The folder of this name with so many files, made if it is not there.
fn folder(bench: &Bench, name: &str, files: usize, fill: impl FnOnce(&Path, usize) -> Result<()>) -> Result<Folder> {
    let (dir, note) = (bench.work.join(name), bench.work.join(format!("{name}.complete")));
    let is_there = fs_err::read_to_string(&note).is_ok_and(|text| text == files.to_string());
    if !is_there {
        if dir.exists() {
            fs_err::remove_dir_all(&dir)?;
        }
        fs_err::create_dir_all(&dir)?;
        fill(&dir, files)?;
        fs_err::write(note, files.to_string())?;
    }
    let bytes = size_of(&dir)?;
    Ok(Folder { dir, files, bytes })
}

fn size_of(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs_err::read_dir(dir)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { size_of(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

/// Does work number 0, 1, … on so many threads; returns the first failure.
fn in_parallel(threads: usize, count: usize, work: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    if let Err(error) = work(number) {
                        failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        return;
                    }
                }
            });
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}
