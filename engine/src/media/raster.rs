//! PNG, GIF, WebP and BMP, decoded in full by the `image` crate.

use std::borrow::Cow;
use std::io;

use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::error::ImageError;
use image::{DynamicImage, ImageDecoder, Limits as ImageLimits};

use super::colour::Colours;
use super::pixels::{Rgb8, on_white};
use super::{DecodeError, Decoded, Format, Limits};
use crate::words::sayings;

/// Decodes a file of one of this module's formats.
pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Decoded<'static>, DecodeError> {
    let source = || io::Cursor::new(bytes);
    match format {
        Format::Gif => read(GifDecoder::new(source()), limits),
        Format::WebP => read(WebPDecoder::new(source()), limits),
        Format::Bmp => read(BmpDecoder::new(source()), limits),
        _ => read(PngDecoder::with_limits(source(), image_limits(limits)), limits),
    }
}

fn read<D: ImageDecoder>(decoder: Result<D, ImageError>, limits: &Limits) -> Result<Decoded<'static>, DecodeError> {
    let explain = |error| explain(error, limits);
    let mut decoder = decoder.map_err(explain)?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width, height)?;
    // The decoder's own pixels, ours, and as much again for its state.
    limits.check_memory(width, height, 2 * u64::from(decoder.color_type().bytes_per_pixel()) + 3)?;
    decoder.set_limits(image_limits(limits)).map_err(explain)?;
    // Colour and metadata that cannot be read are as good as absent.
    let profile = decoder.icc_profile().ok().flatten();
    let exif = decoder.exif_metadata().ok().flatten();
    let data = match DynamicImage::from_decoder(decoder).map_err(explain)? {
        DynamicImage::ImageRgb8(image) => image.into_raw(),
        image if image.color().has_alpha() => on_white(&image.into_rgba8()),
        image => image.into_rgb8().into_raw(),
    };
    Ok(Decoded { width, height, pixels: Rgb8 { width, height, data }, colours: Colours::of(profile), exif: exif.map(Cow::Owned), is_upright: false })
}

fn image_limits(limits: &Limits) -> ImageLimits {
    // Size is checked by `read`, which can say what it found.
    let mut ours = ImageLimits::no_limits();
    ours.max_alloc = Some(limits.max_memory);
    ours
}

fn explain(error: ImageError, limits: &Limits) -> DecodeError {
    match error {
        ImageError::Unsupported(what) => DecodeError::Unsupported { what: sayings::this_kind_of_picture(what.to_string()), hint: None },
        ImageError::Limits(_) => DecodeError::TooMuchMemory { limit: limits.max_memory },
        ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => DecodeError::Truncated,
        error => DecodeError::malformed(error),
    }
}
