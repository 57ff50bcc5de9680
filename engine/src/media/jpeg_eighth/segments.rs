//! Marker segments (ITU-T T.81 Annex B): the headers and tables of a file, and
//! which scans to decode.

use super::entropy;
use super::huffman::{AcTable, Codes, DcTable};
use super::scan::{self, Coding, Part};
use super::{Colour, Component, Error, Frame};

/// Marker codes (T.81 table B.1).
const TEM: u8 = 0x01;
const SOF0: u8 = 0xc0;
const SOF2: u8 = 0xc2;
const DHT: u8 = 0xc4;
const RST0: u8 = 0xd0;
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DQT: u8 = 0xdb;
const DRI: u8 = 0xdd;
const APP0: u8 = 0xe0;
const APP14: u8 = 0xee;

/// The state of decoding a file.
#[derive(Default)]
pub(super) struct Decoder<'a> {
    rest: &'a [u8],
    max_pixels: u64,
    /// The first element of each quantisation table.
    quantisers: [Option<u16>; 4],
    dc_codes: [Option<Codes>; 4],
    ac_codes: [Option<Codes>; 4],
    restart_interval: usize,
    has_jfif: bool,
    adobe_transform: Option<u8>,
    pub(super) frame: Option<Frame>,
    /// Whether a scan was not whole.
    pub(super) is_damaged: bool,
}

impl<'a> Decoder<'a> {
    /// Far more than files have: it bounds the time that a hostile one takes.
    const MAX_SCANS: usize = 100;

    pub(super) fn new(bytes: &'a [u8], max_pixels: u64) -> Result<Self, Error> {
        match bytes {
            [0xff, SOI, rest @ ..] => Ok(Self { rest, max_pixels, ..Self::default() }),
            _ => Err(Error::Malformed("no start of image")),
        }
    }

    /// Reads marker segments and scans, until the frame is complete or the
    /// file ends.
    pub(super) fn read_segments(&mut self) -> Result<(), Error> {
        let mut scans = 0;
        while let Some(marker) = self.next_marker() {
            match marker {
                EOI => break,
                TEM | RST0..=SOI => continue,
                _ => (),
            }
            let segment = self.segment()?;
            match marker {
                SOF0..=SOF2 => self.read_frame(segment, marker == SOF2)?,
                DHT => self.read_huffman_codes(segment)?,
                DQT => self.read_quantisers(segment)?,
                DRI => match *segment {
                    [high, low] => self.restart_interval = u16::from_be_bytes([high, low]).into(),
                    _ => return Err(Error::Malformed("restart interval")),
                },
                SOS => {
                    scans += 1;
                    if scans > Self::MAX_SCANS {
                        return Err(Error::Malformed("too many scans"));
                    }
                    self.read_scan(segment)?;
                    if self.frame.as_ref().is_some_and(Frame::is_complete) {
                        break;
                    }
                }
                // The other SOF markers, DAC and DHP, and JPEG-LS's SOF.
                0xc3 | 0xc5..=0xcf | 0xde | 0xf7 => {
                    return Err(Error::Unsupported("not baseline nor progressive Huffman coding"));
                }
                APP0 => self.has_jfif |= segment.starts_with(b"JFIF\0"),
                APP14 if segment.starts_with(b"Adobe") => {
                    self.adobe_transform = segment.get(11).copied();
                }
                _ => (),
            }
        }
        Ok(())
    }

    /// Goes past the next marker, and whatever precedes it; returns its code.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            let start = memchr::memchr(0xff, self.rest)?;
            let fill = self.rest[start..].iter().take_while(|&&byte| byte == 0xff).count();
            let (&code, rest) = self.rest[start + fill..].split_first()?;
            self.rest = rest;
            if code != 0 {
                return Some(code);
            }
        }
    }

    /// Takes a segment's parameters, which start with their length.
    fn segment(&mut self) -> Result<&'a [u8], Error> {
        let short = Error::Malformed("segment past the end of the file");
        let length = self.rest.first_chunk().map(|&bytes| usize::from(u16::from_be_bytes(bytes)));
        let length = length.ok_or(short)?;
        let (segment, rest) = self.rest.split_at_checked(length).ok_or(short)?;
        self.rest = rest;
        segment.get(2..).ok_or(Error::Malformed("segment length"))
    }

    /// Reads a frame header (B.2.2).
    fn read_frame(&mut self, segment: &[u8], is_progressive: bool) -> Result<(), Error> {
        let malformed = Error::Malformed("frame header");
        let &[precision, y1, y0, x1, x0, count, ref specified @ ..] = segment else {
            return Err(malformed);
        };
        let height = usize::from(u16::from_be_bytes([y1, y0]));
        let width = usize::from(u16::from_be_bytes([x1, x0]));
        if self.frame.is_some() || width == 0 || specified.len() != usize::from(count) * 3 {
            return Err(malformed);
        }
        if precision != 8 {
            return Err(Error::Unsupported("not 8 bits a sample"));
        }
        if height == 0 {
            return Err(Error::Unsupported("height defined after the first scan"));
        }
        if count != 1 && count != 3 {
            return Err(Error::Unsupported("neither 1 nor 3 components"));
        }
        if (width * height) as u64 > self.max_pixels {
            return Err(Error::TooLarge);
        }
        let specified = specified.as_chunks().0.iter();
        let specified = specified.map(|&[id, factors, table]| (id, usize::from(factors >> 4), usize::from(factors & 15), usize::from(table)));
        if specified.clone().any(|(_, h, v, table)| !(1..=4).contains(&h) || !(1..=4).contains(&v) || table > 3) {
            return Err(malformed);
        }
        let h_max = specified.clone().map(|(_, h, ..)| h).max().unwrap_or(1);
        let v_max = specified.clone().map(|(_, _, v, _)| v).max().unwrap_or(1);
        let mcus_across = width.div_ceil(8 * h_max);
        let mcus_down = height.div_ceil(8 * v_max);
        let component = |(id, h, v, table)| Component {
            id,
            h,
            v,
            table,
            quantiser: 0,
            width: (width * h).div_ceil(8 * h_max),
            height: (height * v).div_ceil(8 * v_max),
            plane: vec![0; mcus_across * h * mcus_down * v],
            stride: mcus_across * h,
            missing: None,
        };
        let components = specified.map(component).collect();
        self.frame = Some(Frame { width, height, is_progressive, components, h_max, v_max, mcus_across, mcus_down });
        Ok(())
    }

    /// Reads quantisation tables (B.2.4.1): of each, the DC coefficient's.
    fn read_quantisers(&mut self, mut segment: &[u8]) -> Result<(), Error> {
        while let Some((&byte, after)) = segment.split_first() {
            let malformed = Error::Malformed("quantisation table");
            let (precision, table) = (byte >> 4, usize::from(byte & 15));
            let (quantiser, length) = match (precision, after) {
                (0, &[element, ..]) => (element.into(), 64),
                (1, &[high, low, ..]) => (u16::from_be_bytes([high, low]), 128),
                _ => return Err(malformed),
            };
            *self.quantisers.get_mut(table).ok_or(malformed)? = Some(quantiser);
            segment = after.get(length..).ok_or(malformed)?;
        }
        Ok(())
    }

    /// Reads Huffman tables (B.2.4.2).
    fn read_huffman_codes(&mut self, mut segment: &[u8]) -> Result<(), Error> {
        while let Some((&byte, after)) = segment.split_first() {
            let malformed = Error::Malformed("Huffman table");
            let (counts, after) = after.split_first_chunk().ok_or(malformed)?;
            let count = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, after) = after.split_at_checked(count).ok_or(malformed)?;
            let class = match byte >> 4 {
                0 => &mut self.dc_codes,
                1 => &mut self.ac_codes,
                _ => return Err(malformed),
            };
            let codes = class.get_mut(usize::from(byte & 15)).ok_or(malformed)?;
            *codes = Some(Codes::new(counts, symbols)?);
            segment = after;
        }
        Ok(())
    }

    /// Reads a scan header (B.2.3), and decodes the scan's DC coefficients if
    /// it has any.
    fn read_scan(&mut self, segment: &[u8]) -> Result<(), Error> {
        let malformed = Error::Malformed("scan header");
        let frame = self.frame.as_mut().ok_or(Error::Malformed("scan before the frame"))?;
        let (&count, segment) = segment.split_first().ok_or(malformed)?;
        let (specified, &[spectral_start, _, approximation]) = segment.split_at_checked(usize::from(count) * 2).ok_or(malformed)? else {
            return Err(malformed);
        };
        if frame.is_progressive && spectral_start > 0 {
            self.rest = entropy::skip_scan(self.rest);
            return Ok(());
        }
        // Sequential scans have no successive approximation.
        let approximation = if frame.is_progressive { u32::from(approximation) } else { 0 };
        let (high, low) = (approximation >> 4, approximation & 15);

        let mut dc_tables = [const { None }; 4];
        let mut ac_tables = [const { None }; 4];
        let mut selected: Vec<(usize, usize, usize)> = Vec::new();
        for &[id, tables] in specified.as_chunks().0 {
            let index = frame.components.iter().position(|component| component.id == id);
            let index = index.ok_or(malformed)?;
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            if dc > 3 || ac > 3 || selected.iter().any(|&(other, ..)| other == index) {
                return Err(malformed);
            }
            selected.push((index, dc, ac));

            let component = &mut frame.components[index];
            if component.missing.is_none() {
                let quantiser = self.quantisers[component.table];
                component.quantiser = quantiser.ok_or(Error::Malformed("no quantisation table"))?;
            }
            if high == 0 {
                build(&mut dc_tables[dc], &self.dc_codes[dc], DcTable::new)?;
            } else if component.missing != Some(high) || high != low + 1 {
                return Err(malformed);
            }
            if !frame.is_progressive {
                build(&mut ac_tables[ac], &self.ac_codes[ac], AcTable::shared)?;
            }
        }
        let blocks = |&(index, ..): &(usize, _, _)| frame.components[index].h * frame.components[index].v;
        if selected.is_empty() || selected.len() > 1 && selected.iter().map(blocks).sum::<usize>() > 10 {
            return Err(malformed);
        }

        let part = |&(component, dc, ac): &(usize, usize, usize)| Part {
            component,
            coding: match (&dc_tables[dc], &ac_tables[ac]) {
                (Some(dc), Some(ac)) => Coding::Sequential { dc, ac },
                (Some(dc), None) => Coding::First { dc, low },
                (None, _) => Coding::Refinement { low },
            },
        };
        let parts: Vec<Part> = selected.iter().map(part).collect();
        for part in &parts {
            frame.components[part.component].missing = Some(low);
        }
        let (rest, is_whole) = scan::decode(frame, &parts, self.restart_interval, self.rest);
        self.rest = rest;
        self.is_damaged |= !is_whole;
        Ok(())
    }

    /// Which colours the components are (T.871 and T.872; where they say
    /// nothing, as libjpeg guesses).
    pub(super) fn colour(&self, frame: &Frame) -> Colour {
        let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
        match (&ids[..], self.adobe_transform) {
            ([_], _) => Colour::Grey,
            _ if self.has_jfif => Colour::YCbCr,
            (_, Some(0)) => Colour::Rgb,
            (b"RGB", None) => Colour::Rgb,
            _ => Colour::YCbCr,
        }
    }
}

/// Builds a Huffman table from its codes, if it has not been built before.
fn build<T>(table: &mut Option<T>, codes: &Option<Codes>, new: impl FnOnce(&Codes) -> T) -> Result<(), Error> {
    if table.is_none() {
        let codes = codes.as_ref().ok_or(Error::Unsupported("no Huffman table"))?;
        *table = Some(new(codes));
    }
    Ok(())
}
