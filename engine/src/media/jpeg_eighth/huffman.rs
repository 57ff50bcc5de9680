//! Huffman tables shaped for reading DC coefficients and skipping AC ones.
//!
//! Codes are the canonical ones of ITU-T T.81 Annex C. What the symbols stand
//! for is in F.1.2; the DC symbols of progressive scans are the same (G.1.2.1).

use std::sync::{Arc, Mutex, PoisonError};

use super::Error;
use super::entropy::{Cursor, Window};

/// Coefficients in a block: the DC coefficient, then 63 AC coefficients.
const BLOCK: u32 = 64;

/// Canonical Huffman codes, as a DHT segment defines them (T.81 B.2.4.2).
#[derive(Clone, PartialEq)]
pub(super) struct Codes {
    symbols: [u8; 256],
    /// For each length, the end of the codes that are no longer than it,
    /// left-justified in 16 bits.
    limits: [u32; 16],
    /// For each length, what to add to a code to get the index of its symbol.
    offsets: [i32; 16],
}

impl Codes {
    /// Builds the codes from how many there are of each length, and their
    /// symbols in order of code.
    pub(super) fn new(counts: &[u8; 16], listed: &[u8]) -> Result<Self, Error> {
        let mut symbols = [0; 256];
        symbols.get_mut(..listed.len()).ok_or(Error::Malformed("more than 256 Huffman codes"))?.copy_from_slice(listed);
        let mut limits = [0; 16];
        let mut offsets = [0; 16];
        let mut code = 0u32;
        let mut index = 0;
        for (i, &count) in counts.iter().enumerate() {
            offsets[i] = index - code as i32;
            index += i32::from(count);
            code += u32::from(count);
            if code > 2 << i {
                return Err(Error::Malformed("Huffman codes overflow their length"));
            }
            limits[i] = code << (15 - i);
            code <<= 1;
        }
        Ok(Self { symbols, limits, offsets })
    }

    /// Reads the code at the top of `peek`, the next 16 bits of the stream:
    /// its length and its symbol.
    fn read(&self, peek: u32) -> Option<(u32, u8)> {
        let i = self.limits.iter().position(|&limit| peek < limit)?;
        let index = (peek >> (15 - i)) as i32 + self.offsets[i];
        Some((i as u32 + 1, self.symbols[index as usize & 255]))
    }
}

/// Reads DC differences.
pub(super) struct DcTable {
    codes: Codes,
    /// By the next [`Self::BITS`] bits: the difference (high half) and the
    /// bits it takes (low half), or 0 where it takes more than the index has.
    direct: Box<[u32; 1 << Self::BITS]>,
}

impl DcTable {
    const BITS: u32 = 11;

    pub(super) fn new(codes: &Codes) -> Self {
        let codes = codes.clone();
        let mut direct = Box::new([0; 1 << Self::BITS]);
        for (index, entry) in (0u64..).zip(direct.iter_mut()) {
            let word = index << (64 - Self::BITS);
            *entry = match Self::read_code(&codes, word) {
                Some((bits, difference)) if bits <= Self::BITS => (difference as u32) << 16 | bits,
                _ => 0,
            };
        }
        Self { codes, direct }
    }

    /// Reads one difference; `None` where there is no such code. The cursor
    /// must have just been refilled.
    #[inline(always)]
    pub(super) fn read(&self, cursor: &mut Cursor) -> Option<i32> {
        let word = cursor.word();
        let entry = self.direct[(word >> (64 - Self::BITS)) as usize];
        let (bits, difference) = if entry != 0 { (entry & 0xffff, entry as i32 >> 16) } else { Self::read_code(&self.codes, word)? };
        cursor.consume(bits);
        Some(difference)
    }

    /// Reads the difference at the top of `word`: the bits it takes, up to 31,
    /// and its value (T.81 F.2.2.1).
    #[inline(never)]
    fn read_code(codes: &Codes, word: u64) -> Option<(u32, i32)> {
        let (length, size) = codes.read((word >> 48) as u32)?;
        let size = u32::from(size);
        match size {
            0 => Some((length, 0)),
            1..=15 => {
                let extra = (word << length >> (64 - size)) as i32;
                // A leading 0 bit marks a negative number (F.2.2.1, EXTEND).
                let half = 1 << (size - 1);
                let difference = if extra < half { extra - 2 * half + 1 } else { extra };
                Some((length + size, difference))
            }
            _ => None,
        }
    }
}

/// Skips the AC coefficients of sequential blocks, several at each lookup.
pub(super) struct AcTable {
    codes: Codes,
    /// By the next [`Self::BITS`] bits: the bits that the symbols take whose
    /// codes are whole there, and, at [`Self::COUNT_SHIFT`], the coefficients
    /// that these symbols stand for; or else [`Self::ESCAPE`].
    skip: Box<[u16; 1 << Self::BITS]>,
}

/// What to skip for a symbol.
#[derive(Clone, Copy)]
struct Symbol {
    /// The bits of its code.
    length: u32,
    /// The bits of its code and the extra bits after it.
    bits: u32,
    /// The coefficients it stands for; `None` if it ends the block.
    count: Option<u32>,
}

impl AcTable {
    /// A wider index takes in more symbols at a time, until the tables (2
    /// bytes an entry) outgrow the first-level cache.
    const BITS: u32 = 13;

    /// Lookups between refills.
    const LOOKUPS: u32 = 3;

    /// The most bits that an entry takes. Those may go beyond the index, since
    /// it does not matter what the last symbol's extra bits are.
    const REACH: u32 = Cursor::REFILLED / Self::LOOKUPS;

    /// Wide enough below for all the bits taken between two refills.
    const COUNT_SHIFT: u32 = 6;
    const BITS_MASK: u32 = (1 << Self::COUNT_SHIFT) - 1;

    /// Set in an entry whose last symbol ends the block. This flag and the
    /// next are worth a block of coefficients or more, so that one comparison
    /// notices an end, a run up to or past the last coefficient, and an escape.
    const END_OF_BLOCK: u32 = BLOCK << Self::COUNT_SHIFT;
    /// The entry where even the first code is not whole, or is of a symbol that
    /// takes too many bits.
    const ESCAPE: u32 = (2 * BLOCK) << Self::COUNT_SHIFT;

    /// Tables that are kept for the next pictures: luma's and chroma's of two programs that wrote some.
    const KEPT: usize = 4;

    /// The table of these codes. Pictures in a row mostly have the same ones, and to build it takes longer than to read a thumbnail.
    pub(super) fn shared(codes: &Codes) -> Arc<Self> {
        static LATEST: Mutex<Vec<Arc<AcTable>>> = Mutex::new(Vec::new());
        let latest = || LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = latest().iter().find(|table| table.codes == *codes) {
            return Arc::clone(known);
        }
        let table = Arc::new(Self::new(codes));
        let mut latest = latest();
        latest.truncate(Self::KEPT - 1);
        latest.insert(0, Arc::clone(&table));
        table
    }

    fn new(codes: &Codes) -> Self {
        let symbols = Self::first_symbols(codes);
        let mut skip = Box::new([0; 1 << Self::BITS]);
        for (index, entry) in skip.iter_mut().enumerate() {
            *entry = Self::combine(&symbols, index) as u16;
        }
        Self { codes: codes.clone(), skip }
    }

    /// The symbol that starts each index, if its code is whole there.
    fn first_symbols(codes: &Codes) -> Vec<Option<Symbol>> {
        let mut symbols = Vec::with_capacity(1 << Self::BITS);
        while symbols.len() < 1 << Self::BITS {
            let symbol = Self::read_symbol(codes, (symbols.len() as u32) << (16 - Self::BITS)).filter(|symbol| symbol.length <= Self::BITS);
            let span = symbol.map_or(1, |symbol| 1 << (Self::BITS - symbol.length));
            symbols.resize(symbols.len() + span, symbol);
        }
        symbols
    }

    /// The entry for the symbols whose codes are whole in the bits of `index`.
    fn combine(symbols: &[Option<Symbol>], index: usize) -> u32 {
        let (mut bits, mut total) = (0, 0);
        // The bits that a shift brings in at the bottom are not really zeros,
        // so that no code may reach into them.
        while let Some(symbol) = symbols[index << bits & (symbols.len() - 1)] {
            let count = symbol.count.unwrap_or(0);
            if bits + symbol.length > Self::BITS || bits + symbol.bits > Self::REACH || total + count >= BLOCK {
                break;
            }
            bits += symbol.bits;
            total += count;
            if symbol.count.is_none() {
                return Self::END_OF_BLOCK | total << Self::COUNT_SHIFT | bits;
            }
        }
        if bits == 0 { Self::ESCAPE } else { total << Self::COUNT_SHIFT | bits }
    }

    /// Reads the symbol at the top of `peek`, the next 16 bits (F.1.2.2).
    fn read_symbol(codes: &Codes, peek: u32) -> Option<Symbol> {
        let (length, symbol) = codes.read(peek)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        // Size 0 is a run of 16 zeros if the run is 15, and else the end.
        let count = (size != 0 || run == 15).then_some(run + 1);
        Some(Symbol { length, bits: length + size, count })
    }

    /// Skips the 63 AC coefficients of a block; `None` if they are not valid.
    #[inline(always)]
    pub(super) fn skip_block(&self, cursor: &mut Cursor, window: &Window) -> Option<()> {
        // The number of the next coefficient, above the bits consumed since
        // the last refill: adding an entry advances both.
        let mut state = 1 << Self::COUNT_SHIFT;
        'refill: loop {
            cursor.refill(window);
            let mut word = cursor.word();
            for _ in 0..Self::LOOKUPS {
                let entry = u32::from(self.skip[(word >> (64 - Self::BITS)) as usize]);
                let next = state + entry;
                if next < Self::END_OF_BLOCK {
                    state = next;
                    word <<= entry & Self::BITS_MASK;
                    continue;
                }
                cursor.consume(state & Self::BITS_MASK);
                // The block is over if its end came before the coefficients
                // ran out, or if these ran out with the entry's last symbol.
                // Else they may have run out with an earlier one.
                let ended = entry & Self::END_OF_BLOCK != 0 && next < Self::ESCAPE;
                if ended || next >> Self::COUNT_SHIFT == BLOCK {
                    cursor.consume(entry & Self::BITS_MASK);
                    return Some(());
                }
                let number;
                (number, *cursor) = self.step(state >> Self::COUNT_SHIFT, *cursor, window)?;
                if number == BLOCK {
                    return Some(());
                }
                state = number << Self::COUNT_SHIFT;
                continue 'refill;
            }
            cursor.consume(state & Self::BITS_MASK);
            state &= !Self::BITS_MASK;
        }
    }

    /// Skips one symbol from coefficient `number` on; returns the number of
    /// the coefficient after it, which at the end of the block is [`BLOCK`].
    ///
    /// The cursor goes by value, so that the caller's can be in registers.
    #[inline(never)]
    fn step(&self, number: u32, mut cursor: Cursor, window: &Window) -> Option<(u32, Cursor)> {
        cursor.refill(window);
        let symbol = Self::read_symbol(&self.codes, (cursor.word() >> 48) as u32)?;
        cursor.consume(symbol.bits);
        let next = symbol.count.map_or(BLOCK, |count| number + count);
        (next <= BLOCK).then_some((next, cursor))
    }
}
