//! Pictures for the tests: four rectangles, in every format that can be written from Rust.

use std::io::Cursor;

use image::codecs::{bmp::BmpEncoder, gif::GifEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, Frame, ImageBuffer, ImageEncoder, RgbaImage};
use jpeg_encoder::{ColorType as JpegColour, Encoder as JpegEncoder};
use tiff::encoder::colortype::{ColorType as TiffColour, RGB8};
use tiff::encoder::{TiffEncoder, TiffValue};
use tiff::tags::Tag;

pub(super) const RED: [u8; 3] = [220, 40, 40];
pub(super) const GREEN: [u8; 3] = [40, 180, 60];
pub(super) const BLUE: [u8; 3] = [40, 60, 200];
pub(super) const YELLOW: [u8; 3] = [240, 220, 60];
pub(super) const QUARTERS: [[u8; 3]; 4] = [RED, GREEN, BLUE, YELLOW];

pub(super) const WIDTH: u32 = 64;
pub(super) const HEIGHT: u32 = 48;

pub(super) const HEIC: &[u8] = include_bytes!("../../../tests/fixtures/quadrants.heic");
pub(super) const ORIENTED_HEIC: &[u8] = include_bytes!("../../../tests/fixtures/oriented.heic");
pub(super) const AVIF: &[u8] = include_bytes!("../../../tests/fixtures/quadrants.avif");
pub(super) const ROTATED_AVIF: &[u8] = include_bytes!("../../../tests/fixtures/rotated.avif");
pub(super) const ALPHA_AVIF: &[u8] = include_bytes!("../../../tests/fixtures/alpha.avif");
pub(super) const P3_AVIF: &[u8] = include_bytes!("../../../tests/fixtures/display-p3-10bit.avif");
pub(super) const JXL: &[u8] = include_bytes!("../../../tests/fixtures/quadrants.jxl");
pub(super) const ORIENTED_JXL: &[u8] = include_bytes!("../../../tests/fixtures/oriented.jxl");
pub(super) const ALPHA_JXL: &[u8] = include_bytes!("../../../tests/fixtures/alpha.jxl");

/// One value for each pixel of four rectangles.
pub(super) fn quartered<T: Copy, const N: usize>(width: u32, height: u32, values: [[T; N]; 4]) -> Vec<T> {
    let quarter = |x: u32, y: u32| values[usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2)];
    (0..height).flat_map(|y| (0..width).flat_map(move |x| quarter(x, y))).collect()
}

pub(super) fn rgb() -> Vec<u8> {
    quartered(WIDTH, HEIGHT, QUARTERS)
}

/// The quarters with this opacity each.
pub(super) fn rgba(alpha: [u8; 4]) -> Vec<u8> {
    let mut values = [[0; 4]; 4];
    for ((value, [red, green, blue]), alpha) in values.iter_mut().zip(QUARTERS).zip(alpha) {
        *value = [red, green, blue, alpha];
    }
    quartered(WIDTH, HEIGHT, values)
}

/// What a JPEG may carry.
#[derive(Default)]
pub(super) struct JpegOptions<'a> {
    pub(super) exif: Option<&'a [u8]>,
    pub(super) profile: Option<&'a [u8]>,
    pub(super) is_progressive: bool,
}

pub(super) fn jpeg_of(data: &[u8], width: u32, height: u32, colour: JpegColour, options: JpegOptions) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes, 92);
    encoder.set_progressive(options.is_progressive);
    if let Some(exif) = options.exif {
        encoder.add_exif_metadata(exif).expect("short enough");
    }
    if let Some(profile) = options.profile {
        encoder.add_icc_profile(profile).expect("short enough");
    }
    encoder.encode(data, width as u16, height as u16, colour).expect("encodes");
    bytes
}

pub(super) fn jpeg() -> Vec<u8> {
    jpeg_of(&rgb(), WIDTH, HEIGHT, JpegColour::Rgb, JpegOptions::default())
}

pub(super) fn png_of(data: &[u8], width: u32, height: u32, colour: ExtendedColorType, exif: Option<Vec<u8>>, profile: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).expect("PNG has Exif");
    }
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).expect("PNG has profiles");
    }
    encoder.write_image(data, width, height, colour).expect("encodes");
    bytes
}

pub(super) fn png() -> Vec<u8> {
    png_of(&rgb(), WIDTH, HEIGHT, ExtendedColorType::Rgb8, None, None)
}

pub(super) fn webp(exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut bytes);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).expect("WebP has Exif");
    }
    encoder.write_image(&rgb(), WIDTH, HEIGHT, ExtendedColorType::Rgb8).expect("encodes");
    bytes
}

pub(super) fn bmp() -> Vec<u8> {
    let mut bytes = Vec::new();
    BmpEncoder::new(&mut bytes).write_image(&rgb(), WIDTH, HEIGHT, ExtendedColorType::Rgb8).expect("encodes");
    bytes
}

/// An animation: the four rectangles, then black.
pub(super) fn gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let first: RgbaImage = ImageBuffer::from_raw(WIDTH, HEIGHT, rgba([255; 4])).expect("of this size");
    let second = RgbaImage::from_pixel(WIDTH, HEIGHT, image::Rgba([0, 0, 0, 255]));
    GifEncoder::new(&mut bytes).encode_frames([first, second].map(Frame::new)).expect("encodes");
    bytes
}

/// A value of a TIFF tag.
pub(super) enum TagValue<'a> {
    Short(u16),
    Bytes(&'a [u8]),
}

/// A TIFF of these samples, with tags added to the usual ones.
pub(super) fn tiff_of<C: TiffColour>(data: &[C::Inner], tags: &[(Tag, TagValue)]) -> Vec<u8>
where
    [C::Inner]: TiffValue,
{
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).expect("memory takes it");
    let mut page = encoder.new_image::<C>(WIDTH, HEIGHT).expect("a page");
    for (tag, value) in tags {
        match value {
            TagValue::Short(value) => page.encoder().write_tag(*tag, *value),
            TagValue::Bytes(value) => page.encoder().write_tag(*tag, *value),
        }
        .expect("memory takes it");
    }
    page.write_data(data).expect("encodes");
    bytes.into_inner()
}

pub(super) fn tiff() -> Vec<u8> {
    tiff_of::<RGB8>(&rgb(), &[])
}

/// A TIFF page written tag by tag, for kinds that the encoder does not know: `photometric` with samples of `bits` bits.
pub(super) fn raw_tiff(photometric: u16, bits: u16, samples: u16, planar: bool, data: &[u8], palette: Option<&[u16]>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).expect("memory takes it");
    let mut page = encoder.image_directory().expect("a page");
    let strips = if planar { usize::from(samples) } else { 1 };
    let offsets: Vec<u32> = data.chunks(data.len() / strips).map(|strip| page.write_data(strip).expect("memory takes it") as u32).collect();
    let sizes = vec![(data.len() / strips) as u32; strips];
    let tag = "memory takes it";
    page.write_tag(Tag::ImageWidth, WIDTH).expect(tag);
    page.write_tag(Tag::ImageLength, HEIGHT).expect(tag);
    page.write_tag(Tag::BitsPerSample, vec![bits; usize::from(samples)].as_slice()).expect(tag);
    page.write_tag(Tag::Compression, 1u16).expect(tag);
    page.write_tag(Tag::PhotometricInterpretation, photometric).expect(tag);
    page.write_tag(Tag::StripOffsets, offsets.as_slice()).expect(tag);
    page.write_tag(Tag::SamplesPerPixel, samples).expect(tag);
    page.write_tag(Tag::RowsPerStrip, HEIGHT).expect(tag);
    page.write_tag(Tag::StripByteCounts, sizes.as_slice()).expect(tag);
    page.write_tag(Tag::PlanarConfiguration, if planar { 2u16 } else { 1 }).expect(tag);
    if let Some(palette) = palette {
        page.write_tag(Tag::ColorMap, palette).expect(tag);
    }
    page.finish().expect(tag);
    bytes.into_inner()
}

/// An Exif block: Canon EOS R5, 2024-05-01 12:34:56, and this orientation.
pub(super) fn exif(orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut entry = Vec::new();
        entry.extend_from_slice(&tag.to_le_bytes());
        entry.extend_from_slice(&kind.to_le_bytes());
        entry.extend_from_slice(&count.to_le_bytes());
        entry.extend_from_slice(&value.to_le_bytes());
        entry
    };
    let (make, model, taken) = (b"Canon\0", b"Canon EOS R5\0\0", b"2024:05:01 12:34:56\0");
    let values = 8 + 2 + 4 * 12 + 4;
    let details = values + make.len() + model.len();
    [
        b"II*\0\x08\0\0\0\x04\0".to_vec(),
        entry(0x010f, 2, 6, values as u32),
        entry(0x0110, 2, 13, (values + make.len()) as u32),
        entry(0x0112, 3, 1, orientation.into()),
        entry(0x8769, 4, 1, details as u32),
        vec![0; 4],
        make.to_vec(),
        model.to_vec(),
        vec![1, 0],
        entry(0x9003, 2, 20, (details + 2 + 12 + 4) as u32),
        vec![0; 4],
        taken.to_vec(),
    ]
    .concat()
}
