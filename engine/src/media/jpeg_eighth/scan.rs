//! Scans: the order of their blocks (ITU-T T.81 A.2), and the decoding of a
//! block's DC coefficient (F.2.2.1 and G.1.2.1).

use super::Frame;
use super::entropy::{Cursor, Window};
use super::huffman::{AcTable, DcTable};

/// One component's part in a scan.
pub(super) struct Part<'a> {
    /// Index of the component in the frame.
    pub(super) component: usize,
    pub(super) coding: Coding<'a>,
}

/// What a scan holds of each block of a component.
pub(super) enum Coding<'a> {
    /// All the coefficients.
    Sequential { dc: &'a DcTable, ac: &'a AcTable },
    /// The DC coefficient less its lowest bits, whose number is `low`.
    First { dc: &'a DcTable, low: u32 },
    /// The DC coefficient's bit number `low`.
    Refinement { low: u32 },
}

/// A block of an MCU.
struct Slot {
    /// Index of the part of the scan.
    part: usize,
    component: usize,
    /// Index in the component's plane of this block of the first MCU.
    offset: usize,
    /// How far apart, in the plane, this block is in neighbouring MCUs.
    across: usize,
    down: usize,
}

/// Decodes the scan at the start of `data` into the planes of `frame`. Returns
/// the data after it and whether the scan was whole: blocks that were lost keep
/// the coefficient that they had.
pub(super) fn decode<'a>(frame: &mut Frame, parts: &[Part], restart_interval: usize, data: &'a [u8]) -> (&'a [u8], bool) {
    let (slots, across, down) = layout(frame, parts);
    let mcus = across * down;
    let interval = if restart_interval == 0 { mcus } else { restart_interval };
    let mut window = Window::new(data);
    let mut whole = true;
    let mut start = 0;
    loop {
        let end = mcus.min(start + interval);
        whole &= decode_interval(frame, parts, &slots, across, start..end, &mut window);
        if end == mcus {
            break;
        }
        start = end;
        let Some(lost) = resynchronise(&mut window, start / interval - 1) else {
            return (window.finish(), false);
        };
        whole &= lost == 0;
        start += lost * interval;
        if start >= mcus {
            break;
        }
    }
    (window.finish(), whole)
}

/// Goes to the next restart interval. `ended` is the number of the interval
/// that has just ended. Returns how many intervals, markers included, are
/// missing from the data; `None` where the data ends.
fn resynchronise(window: &mut Window, ended: usize) -> Option<usize> {
    loop {
        // Markers are numbered modulo 8. One that is slightly ahead of the
        // expected number follows lost data; one behind it has strayed.
        let ahead = usize::from(window.restart()?).wrapping_sub(ended) & 7;
        if ahead < 4 {
            return Some(ahead);
        }
    }
}

/// The blocks of an MCU, and how many MCUs the scan has across and down.
fn layout(frame: &Frame, parts: &[Part]) -> (Vec<Slot>, usize, usize) {
    if let [part] = parts {
        // A component alone has one block to an MCU, and no padding (A.2.2).
        let component = &frame.components[part.component];
        let slot = Slot { part: 0, component: part.component, offset: 0, across: 1, down: component.stride };
        return (vec![slot], component.width, component.height);
    }
    let mut slots = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let component = &frame.components[part.component];
        for y in 0..component.v {
            for x in 0..component.h {
                slots.push(Slot {
                    part: index,
                    component: part.component,
                    offset: y * component.stride + x,
                    across: component.h,
                    down: component.v * component.stride,
                });
            }
        }
    }
    (slots, frame.mcus_across, frame.mcus_down)
}

/// Decodes the MCUs of one restart interval; returns whether they were whole.
fn decode_interval(frame: &mut Frame, parts: &[Part], slots: &[Slot], across: usize, mcus: std::ops::Range<usize>, window: &mut Window) -> bool {
    let mut cursor = Cursor::default();
    let mut predictions = [0; 4];
    let (mut x, mut y) = (mcus.start % across, mcus.start / across);
    for _ in mcus {
        window.top_up(&mut cursor);
        for slot in slots {
            let dc = &mut frame.components[slot.component].plane[slot.offset + y * slot.down + x * slot.across];
            let prediction = &mut predictions[slot.part & 3];
            if decode_block(&parts[slot.part].coding, prediction, dc, &mut cursor, window).is_none() {
                return false;
            }
        }
        if window.is_overrun(&cursor) {
            return false;
        }
        x += 1;
        if x == across {
            (x, y) = (0, y + 1);
        }
    }
    true
}

/// Decodes one block's DC coefficient; `None` if the data is not valid.
#[inline(always)]
fn decode_block(coding: &Coding, prediction: &mut i32, coefficient: &mut i16, cursor: &mut Cursor, window: &Window) -> Option<()> {
    cursor.refill(window);
    match *coding {
        Coding::Sequential { dc, ac } => {
            *prediction = prediction.wrapping_add(dc.read(cursor)?);
            *coefficient = *prediction as i16;
            ac.skip_block(cursor, window)?;
        }
        Coding::First { dc, low } => {
            *prediction = prediction.wrapping_add(dc.read(cursor)?);
            *coefficient = (*prediction << low) as i16;
        }
        Coding::Refinement { low } => {
            let bit = (cursor.word() >> 63) as i16;
            cursor.consume(1);
            *coefficient |= bit << low;
        }
    }
    Some(())
}
