//! What a photo says about itself: when it was taken, by which camera, which way up.
//!
//! Metadata never fails: what is missing or makes no sense is absent.

use super::exif::{Exif, tag};
use super::pixels::Orientation;

/// What a photo says about how it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// When it was taken, in the camera's local time, as `YYYY-MM-DDTHH:MM:SS`. Photos seldom say their time zone, so
    /// there is none; such texts sort by time.
    pub taken_at: Option<String>,
    /// Make and model of the camera, the make not said twice.
    pub camera: Option<String>,
}

/// Reads an Exif block (or a TIFF file, which has the same structure).
pub(super) fn read(exif: Option<&[u8]>) -> (Metadata, Orientation) {
    exif.and_then(read_block).unwrap_or_default()
}

fn read_block(bytes: &[u8]) -> Option<(Metadata, Orientation)> {
    let exif = Exif::new(bytes)?;
    let main = exif.main()?;
    let details = exif.child(main, tag::EXIF_DIRECTORY);
    let original = details.and_then(|details| {
        exif.text(details, tag::DATE_TIME_ORIGINAL).and_then(timestamp).or_else(|| exif.text(details, tag::DATE_TIME_DIGITIZED).and_then(timestamp))
    });
    // The last one is the time of the last change, in photos that were never edited the time they were taken.
    let taken_at = original.or_else(|| exif.text(main, tag::DATE_TIME).and_then(timestamp));
    let camera = camera(exif.text(main, tag::MAKE), exif.text(main, tag::MODEL));
    let orientation = Orientation::from_exif(exif.short(main, tag::ORIENTATION).unwrap_or(1));
    Some((Metadata { taken_at, camera }, orientation))
}

/// `2024:05:01 12:34:56` as `2024-05-01T12:34:56`; other separators are tolerated, impossible dates are not.
fn timestamp(text: String) -> Option<String> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(|part| part.parse::<u16>().ok());
    let mut next = |range: std::ops::RangeInclusive<u16>| numbers.next()?.filter(|number| range.contains(number));
    let (year, month, day) = (next(1826..=9999)?, next(1..=12)?, next(1..=31)?);
    let (hour, minute, second) = (next(0..=23)?, next(0..=59)?, next(0..=60)?);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// Many models repeat their make ("Canon" and "Canon EOS R5"), or shorten it ("NIKON CORPORATION" and "NIKON D750").
fn camera(make: Option<String>, model: Option<String>) -> Option<String> {
    match (make, model) {
        (Some(make), Some(model)) => {
            let first_word = |name: &str| name.split_whitespace().next().unwrap_or_default().to_lowercase();
            Some(if first_word(&make) == first_word(&model) { model } else { format!("{make} {model}") })
        }
        (make, model) => model.or(make),
    }
}
