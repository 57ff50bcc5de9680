//! Reads the few Exif fields that Lookalike uses, straight from the bytes.
//!
//! Exif is a TIFF structure: directories of entries that point into the same
//! bytes. So this reads the Exif block of other formats and TIFF files alike,
//! touching only the directories and the values asked for. It follows no chain
//! of directories, and whatever points outside or makes no sense is left out.

/// Names of the fields (Exif 2.32, tables 4 and 7).
pub(super) mod tag {
    pub(in super::super) const MAKE: u16 = 0x010f;
    pub(in super::super) const MODEL: u16 = 0x0110;
    pub(in super::super) const ORIENTATION: u16 = 0x0112;
    pub(in super::super) const DATE_TIME: u16 = 0x0132;
    pub(in super::super) const EXIF_DIRECTORY: u16 = 0x8769;
    pub(in super::super) const DATE_TIME_ORIGINAL: u16 = 0x9003;
    pub(in super::super) const DATE_TIME_DIGITIZED: u16 = 0x9004;
}

/// An Exif block or a TIFF file.
pub(super) struct Exif<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

/// A directory of an [`Exif`], by the place of its first entry and their number.
#[derive(Clone, Copy)]
pub(super) struct Directory {
    first: usize,
    entries: usize,
}

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const ENTRY: usize = 12;

impl<'a> Exif<'a> {
    /// Opens a block that begins with a TIFF header, with or without the "Exif" mark before it.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"Exif\0\0").unwrap_or(bytes);
        let big_endian = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    /// The first directory, which describes the main picture.
    pub(super) fn main(&self) -> Option<Directory> {
        self.directory(self.u32(4)?)
    }

    /// The directory that an entry of another one points to.
    pub(super) fn child(&self, parent: Directory, tag: u16) -> Option<Directory> {
        let entry = self.entry(parent, tag)?;
        self.directory(self.u32(entry + 8)?)
    }

    /// A 16-bit number.
    pub(super) fn short(&self, directory: Directory, tag: u16) -> Option<u16> {
        let entry = self.entry(directory, tag)?;
        if self.u16(entry + 2)? != SHORT {
            return None;
        }
        self.u16(entry + 8)
    }

    /// Where a value that fits into its entry stands.
    pub(super) fn value_at(&self, directory: Directory, tag: u16) -> Option<usize> {
        Some(self.entry(directory, tag)? + 8)
    }

    /// Whether numbers have their high byte first.
    pub(super) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// A text up to its first NUL, trimmed; `None` when nothing is left or it is longer than a name can be.
    pub(super) fn text(&self, directory: Directory, tag: u16) -> Option<String> {
        let entry = self.entry(directory, tag)?;
        let length = self.u32(entry + 4)? as usize;
        if self.u16(entry + 2)? != ASCII || length > 256 {
            return None;
        }
        let start = if length <= 4 { entry + 8 } else { self.u32(entry + 8)? as usize };
        let value = self.bytes.get(start..start.checked_add(length)?)?;
        let value = value.split(|&byte| byte == 0).next()?;
        let text = String::from_utf8_lossy(value).trim().replace(char::is_control, "");
        (!text.is_empty()).then_some(text)
    }

    fn directory(&self, offset: u32) -> Option<Directory> {
        let offset = offset as usize;
        Some(Directory { first: offset.checked_add(2)?, entries: self.u16(offset)?.into() })
    }

    /// Where the entry begins.
    fn entry(&self, directory: Directory, tag: u16) -> Option<usize> {
        (0..directory.entries)
            .map(|index| directory.first + ENTRY * index)
            .take_while(|&at| at + ENTRY <= self.bytes.len())
            .find(|&at| self.u16(at) == Some(tag))
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}
