//! A gzip member around deflated bytes: RFC 1952. Deflating is the library's; backtrace brings it already.

/// Fast, and most of what can be gained.
const LEVEL: u8 = 6;

/// `bytes` as a gzip file. The same bytes give the same file: it holds no time.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    // Magic number, deflate, no flags, no time, no extra flags, unknown system.
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(miniz_oxide::deflate::compress_to_vec(bytes, LEVEL));
    file.extend(crc32(bytes).to_le_bytes());
    // The size modulo 2^32, as the format has it.
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}

/// The check sum of RFC 1952, section 8.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |crc: u32, byte: &u8| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8);
    !bytes.iter().fold(u32::MAX, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut n = 0;
    while n < table.len() {
        let mut crc = n as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_that_of_every_other_program() {
        // The check value that catalogues of check sums list for CRC-32/ISO-HDLC.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
