//! Entropy-coded data as a stream of bits: byte stuffing undone, restart
//! markers found (ITU-T T.81 B.1.1.5 and F.2.2.5).

/// A stretch of the entropy-coded data between two markers, unstuffed a piece
/// at a time.
pub(super) struct Window<'a> {
    /// What has not been unstuffed yet. When `ended`, it starts at a marker, or
    /// is empty.
    source: &'a [u8],
    bytes: Box<[u8; Window::CAPACITY]>,
    /// How many of `bytes` are data. When `ended`, an MCU of zeros follows, so
    /// that reading on past the end is harmless and noticed afterwards.
    len: usize,
    ended: bool,
}

impl<'a> Window<'a> {
    /// The most bytes that an MCU can take, with some to spare for reading
    /// ahead: 10 blocks (T.81 B.2.3) of 64 coefficients, each of at most 16
    /// bits of code and 15 of value.
    const MCU: usize = 10 * 64 * 4 + 64;
    /// Reads are at an index below this power of two, and 8 bytes long.
    const INDEX: usize = 1 << 15;
    const CAPACITY: usize = Self::INDEX + 8;
    /// The most data held at a time.
    const FILL: usize = Self::INDEX - Self::MCU;

    pub(super) fn new(source: &'a [u8]) -> Self {
        let mut window = Self { source, bytes: Box::new([0; Self::CAPACITY]), len: 0, ended: false };
        window.fill();
        window
    }

    /// Makes sure that what `cursor` has ahead of it is an MCU at least, or all
    /// there is up to the marker.
    #[inline(always)]
    pub(super) fn top_up(&mut self, cursor: &mut Cursor) {
        if !self.ended && cursor.next + Self::MCU > self.len {
            self.bytes.copy_within(cursor.next..self.len, 0);
            self.len -= cursor.next;
            cursor.next = 0;
            self.fill();
        }
    }

    #[inline(never)]
    fn fill(&mut self) {
        while !self.ended && self.len < Self::FILL {
            let chunk = &self.source[..self.source.len().min(Self::FILL - self.len)];
            let plain = memchr::memchr(0xff, chunk).unwrap_or(chunk.len());
            self.bytes[self.len..][..plain].copy_from_slice(&chunk[..plain]);
            self.len += plain;
            self.source = &self.source[plain..];
            if self.source.is_empty() {
                self.ended = true;
            } else if plain < chunk.len() {
                self.take_ff();
            }
        }
        if self.ended {
            self.bytes[self.len..][..Self::MCU].fill(0);
        }
    }

    /// Takes the 0xff byte at the start of the source, if it is data, and not
    /// a marker's.
    fn take_ff(&mut self) {
        // A marker may have any number of 0xff bytes before it (B.1.1.2).
        let fill = self.source.iter().take_while(|&&byte| byte == 0xff).count();
        if self.source.get(fill) == Some(&0) {
            self.bytes[self.len] = 0xff;
            self.len += 1;
            self.source = &self.source[fill + 1..];
        } else {
            self.source = &self.source[fill - 1..];
            self.ended = true;
        }
    }

    /// Whether `cursor` has consumed more than the data.
    pub(super) fn is_overrun(&self, cursor: &Cursor) -> bool {
        cursor.next * 8 > self.len * 8 + cursor.valid as usize
    }

    /// Goes on to the data after the next marker, if that is a restart marker;
    /// returns the marker's number, 0 to 7.
    pub(super) fn restart(&mut self) -> Option<u8> {
        if !self.ended {
            self.source = &self.source[next_marker(self.source)..];
        }
        let (&[_, marker @ 0xd0..=0xd7], after) = self.source.split_first_chunk()? else {
            return None;
        };
        self.source = after;
        self.len = 0;
        self.ended = false;
        self.fill();
        Some(marker - 0xd0)
    }

    /// The rest of the file, from the first marker on that is not a restart
    /// marker.
    pub(super) fn finish(self) -> &'a [u8] {
        skip_scan(self.source)
    }
}

/// The next bits of a [`Window`].
#[derive(Clone, Copy, Default)]
pub(super) struct Cursor {
    /// The next bits, from the top. Below the `valid` ones there are either
    /// zeros or the right bits.
    word: u64,
    valid: u32,
    /// Index in the window of the first byte not wholly in `word`.
    next: usize,
}

impl Cursor {
    /// The bits that are valid, at least, after a refill.
    pub(super) const REFILLED: u32 = 56;

    /// Loads whole bytes until at least [`Self::REFILLED`] bits are valid.
    #[inline(always)]
    pub(super) fn refill(&mut self, window: &Window) {
        let at = self.next & (Window::INDEX - 1);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&window.bytes[at..at + 8]);
        self.word |= u64::from_be_bytes(bytes) >> self.valid;
        self.next += (63 - self.valid as usize) >> 3;
        self.valid |= Self::REFILLED;
    }

    #[inline(always)]
    pub(super) fn word(&self) -> u64 {
        self.word
    }

    /// Goes past some of the valid bits.
    #[inline(always)]
    pub(super) fn consume(&mut self, bits: u32) {
        self.word <<= bits;
        self.valid -= bits;
    }
}

/// The data from the first marker on that is not a restart marker.
pub(super) fn skip_scan(mut data: &[u8]) -> &[u8] {
    loop {
        data = &data[next_marker(data)..];
        match data {
            [_, 0xd0..=0xd7, after @ ..] => data = after,
            _ => return data,
        }
    }
}

/// The index of the next marker in entropy-coded data, or the data's length.
fn next_marker(data: &[u8]) -> usize {
    memchr::memchr_iter(0xff, data).find(|&i| !matches!(data.get(i + 1), Some(0 | 0xff))).unwrap_or(data.len())
}
