//! The numbers of a profile's lines, byte by byte: a profile of 50 MB holds millions.

/// The words of a line, parted by blanks.
pub(super) struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    pub(super) fn of(line: &'a [u8]) -> Self {
        Self { rest: line }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.rest.iter().position(|byte| !is_blank(*byte))?;
        let rest = &self.rest[start..];
        let end = rest.iter().position(|byte| is_blank(*byte)).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        Some(word)
    }
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// A decimal number; `None` for anything else, and for one that does not fit.
pub(super) fn decimal(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

/// A decimal number, or a hexadecimal one behind `0x`.
pub(super) fn number(word: &[u8]) -> Option<u64> {
    let Some(digits) = word.strip_prefix(b"0x") else { return decimal(word) };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u64, |number, byte| Some(number << 4 | u64::from(char::from(*byte).to_digit(16)?)))
}

/// A position: a number, `+n` or `-n` from the one before, or `*` for the same.
pub(super) fn position(word: &[u8], before: u64) -> Option<u64> {
    match word.split_first()? {
        (b'+', further) => before.checked_add(number(further)?),
        (b'-', back) => before.checked_sub(number(back)?),
        (b'*', []) => Some(before),
        _ => number(word),
    }
}
