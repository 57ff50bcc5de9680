//! JPEG XL, decoded by jxl-oxide.

use std::borrow::Cow;

use jxl_oxide::{AllocTracker, AuxBoxData, EnumColourEncoding, JxlImage, JxlThreadPool, RenderingIntent};

use super::colour::Colours;
use super::pixels::{Rgb8, on_white};
use super::{DecodeError, Decoded, Limits};
use crate::words::sayings;

/// Bytes of memory per pixel, measured: samples are 32-bit floats, of which the decoder holds a few copies.
const COST: u64 = 28;

/// Decodes the first frame. Orientation is the container's, which the decoder applies.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded<'static>, DecodeError> {
    let mut image = JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(limits.max_memory as usize))
        .read(bytes)
        .map_err(|error| explain(&*error))?;
    let (width, height) = (image.width(), image.height());
    limits.check_size(width, height)?;
    limits.check_memory(width, height, COST)?;
    if !image.is_loading_done() {
        return Err(DecodeError::Truncated);
    }
    if image.pixel_format().has_black() {
        return Err(DecodeError::Unsupported { what: sayings::cmyk_jpeg_xl(), hint: None });
    }
    let colours = if image.original_icc().is_some() {
        Colours::Icc(Cow::Owned(image.rendered_icc()))
    } else {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
        Colours::Srgb
    };
    let exif = match image.aux_boxes().first_exif() {
        Ok(AuxBoxData::Data(exif)) => Some(Cow::Owned(exif.payload().to_vec())),
        _ => None,
    };
    let render = image.render_frame(0).map_err(|error| explain(&*error))?;
    let mut stream = render.stream();
    let channels = stream.channels() as usize;
    let mut samples = vec![0u8; width as usize * height as usize * channels];
    stream.write_to_buffer(&mut samples);
    let data = match channels {
        1 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        2 => on_white(&samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect::<Vec<_>>()),
        4 => on_white(&samples),
        _ => samples,
    };
    Ok(Decoded { width, height, pixels: Rgb8 { width, height, data }, colours, exif, is_upright: true })
}

fn explain(error: &(dyn std::error::Error + 'static)) -> DecodeError {
    DecodeError::malformed(error)
}
