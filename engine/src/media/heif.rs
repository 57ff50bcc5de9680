//! HEIC, HEIF and AVIF, decoded by the system's libheif.
//!
//! libheif is LGPL and linked dynamically: the user's system provides it, and
//! with it the codecs (libde265 for HEIC; dav1d or aom for AVIF). Compiled only
//! with the cargo feature `heif`; what stands in for it is `heif_missing.rs`.
//!
//! Knows nothing of Exif's orientation: the container has its own, which
//! libheif applies.

use std::borrow::Cow;
use std::sync::OnceLock;

use libheif_rs::{
    ColorPrimaries, ColorSpace, HeifContext, HeifError, HeifErrorCode, HeifErrorSubCode, ImageHandle, LibHeif, RgbChroma, TransferCharacteristics,
};

use super::colour::Colours;
use super::pixels::{Rgb8, on_white};
use super::{DecodeError, Decoded, Format, Limits, Support};
use crate::words::sayings;

/// The decoder's planes of up to 16 bits, libheif's interleaved copy, ours.
const COST: u64 = 8 + 4 + 3;

/// Of a few hundred bytes each: whether they decode tells which codecs this system's libheif has.
const SAMPLE_AVIF: &[u8] = include_bytes!("samples/grey.avif");
const SAMPLE_HEIC: &[u8] = include_bytes!("samples/grey.heic");

/// Decodes the primary picture.
pub(super) fn decode(format: Format, bytes: &[u8], limits: &Limits) -> Result<Decoded<'static>, DecodeError> {
    read(bytes, limits).map_err(|error| match error {
        Failure::Ours(error) => error,
        Failure::Library(error) => explain(format, &error),
    })
}

/// Whether this system's libheif has the codec of the format.
pub(super) fn support(format: Format) -> Support {
    let sample = if format == Format::Avif { SAMPLE_AVIF } else { SAMPLE_HEIC };
    match read(sample, &Limits::default()) {
        Ok(_) => Support::Yes,
        Err(_) => Support::No(missing_codec(format)),
    }
}

enum Failure {
    Ours(DecodeError),
    Library(HeifError),
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Ours(error)
    }
}

impl From<HeifError> for Failure {
    fn from(error: HeifError) -> Self {
        Self::Library(error)
    }
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Decoded<'static>, Failure> {
    // Initialised once: the last guard to go would unload the codecs under other threads.
    static LIBRARY: OnceLock<LibHeif> = OnceLock::new();
    let library = LIBRARY.get_or_init(LibHeif::new);

    let mut context = HeifContext::read_from_bytes(bytes)?;
    // The pipeline already has a worker for each core.
    context.set_max_decoding_threads(0);
    let handle = context.primary_image_handle()?;
    let (width, height) = (handle.width(), handle.height());
    limits.check_size(width, height)?;
    limits.check_memory(width, height, COST)?;

    let (chroma, channels) = if handle.has_alpha_channel() { (RgbChroma::Rgba, 4) } else { (RgbChroma::Rgb, 3) };
    let image = library.decode(&handle, ColorSpace::Rgb(chroma), None)?;
    let plane = image.planes().interleaved.ok_or_else(|| DecodeError::malformed("no pixels"))?;
    // What is declared and what is coded may differ; the pixels decide.
    let (width, height) = (image.width(), image.height());
    limits.check_size(width, height)?;
    let row = width as usize * channels;
    if plane.stride < row || plane.data.len() < plane.stride * height as usize {
        return Err(DecodeError::malformed("fewer pixels than declared").into());
    }
    let rows = plane.data.chunks_exact(plane.stride).take(height as usize);
    let samples: Vec<u8> = rows.flat_map(|stored| &stored[..row]).copied().collect();
    let data = if channels == 4 { on_white(&samples) } else { samples };
    let pixels = Rgb8 { width, height, data };
    Ok(Decoded { width, height, pixels, colours: colours(&handle), exif: exif(&handle).map(Cow::Owned), is_upright: true })
}

/// An ICC profile, or the primaries that the container names. Brightness beyond white (PQ, HLG) stays as it is coded.
fn colours(handle: &ImageHandle) -> Colours<'static> {
    if let Some(profile) = handle.color_profile_raw() {
        return Colours::Icc(Cow::Owned(profile.data));
    }
    let Some(profile) = handle.color_profile_nclx() else { return Colours::Srgb };
    if matches!(profile.transfer_characteristics(), TransferCharacteristics::ITU_R_BT_2100_0_PQ | TransferCharacteristics::ITU_R_BT_2100_0_HLG) {
        return Colours::Srgb;
    }
    match profile.color_primaries() {
        ColorPrimaries::SMPTE_EG_432_1 => Colours::DisplayP3,
        ColorPrimaries::ITU_R_BT_2020_2_and_2100_0 => Colours::Bt2020,
        _ => Colours::Srgb,
    }
}

fn exif(handle: &ImageHandle) -> Option<Vec<u8>> {
    let mut ids = [0];
    if handle.metadata_block_ids(&mut ids, b"Exif") == 0 {
        return None;
    }
    let block = handle.metadata(ids[0]).ok()?;
    // Its first four bytes say how many to skip before the TIFF header.
    let skip = u32::from_be_bytes(block.get(..4)?.try_into().ok()?) as usize;
    block.get(4usize.checked_add(skip)?..).map(<[u8]>::to_vec)
}

fn explain(format: Format, error: &HeifError) -> DecodeError {
    match (error.code, error.sub_code) {
        (_, HeifErrorSubCode::EndOfData) => DecodeError::Truncated,
        (HeifErrorCode::UnsupportedFeature | HeifErrorCode::UnsupportedFileType, sub_code) => DecodeError::Unsupported {
            what: sayings::this_kind_of_format(format.name()),
            hint: matches!(sub_code, HeifErrorSubCode::UnsupportedCodec).then(|| missing_codec(format)),
        },
        _ => DecodeError::malformed(error.message.trim()),
    }
}

fn missing_codec(format: Format) -> &'static str {
    match format {
        Format::Avif => "libheif on this system has no AV1 decoder; on Debian and Ubuntu install libheif-plugin-dav1d or libheif-plugin-aomdec.",
        _ => "libheif on this system has no HEVC decoder; on Debian and Ubuntu install libheif-plugin-libde265.",
    }
}
