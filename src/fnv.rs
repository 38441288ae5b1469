//! FNV-1a, 64 bits: a digest that is the same on every machine and in every version, as what stands in files must be.
//! Whoever can choose the bytes can choose the digest too.

/// The digest of no bytes. The parameters are those of Fowler, Noll and Vo,
/// <http://www.isthe.com/chongo/tech/comp/fnv/>.
pub(crate) const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The digest of `bytes`.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    extend(EMPTY, bytes)
}

/// The digest of what `digest` is of, and then `bytes`.
pub(crate) fn extend(digest: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(digest, |digest, byte| (digest ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold_in_one_go_and_in_two() {
        assert_eq!(digest(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(extend(digest(b"foo"), b"bar"), 0x8594_4171_f739_67e8);
    }
}
