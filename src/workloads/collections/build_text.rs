//! How should the numbers below n be put into a text? Most members join them with ", "; those named `range-…`
//! name the range, `0..n`, and write no number between. Both can be read back, so the answer of a text is the
//! sequence of numbers that it says, and its check reads it back.

use std::fmt::Write;

use crate::workload::{Answer, Floor, Spare, Workload};

/// The numbers that `text` says, or nothing when it is no such text.
fn read_back(text: &str) -> Option<Vec<u64>> {
    if let Some((first, end)) = text.split_once("..") {
        return Some((first.parse().ok()?..end.parse().ok()?).collect());
    }
    match text {
        "" => Some(Vec::new()),
        _ => text.split(", ").map(|number| number.parse().ok()).collect(),
    }
}

/// How many digits the numbers below `size` have together: one for each number, one more for each from 10 on,
/// one more for each from 100 on, and so on.
fn digits(size: usize) -> usize {
    let longer = (1..20).map_while(|power| 10_usize.checked_pow(power));
    size + longer.map(|least| size.saturating_sub(least)).sum::<usize>()
}

/// Whether `text` says `0, 1, …, size − 1` in `bytes` bytes: neither padding nor signs nor leading zeros.
fn says_numbers(text: &str, size: usize, bytes: usize) -> bool {
    text.len() == bytes && read_back(text).is_some_and(|numbers| numbers.into_iter().eq(0..size as u64))
}

/// What members share: the input is the size, the output a text of a known length that says the numbers.
macro_rules! text_of_numbers {
    ($size:ident => $bytes:expr) => {
        type Input = usize;
        type Output = String;

        fn input(size: usize) -> usize {
            size
        }

        fn check($size: &usize, text: &String) -> bool {
            says_numbers(text, *$size, $bytes)
        }

        fn answer(text: &String) -> Answer {
            // A text that cannot be read says nothing; its check has failed already.
            Answer::of_sequence(read_back(text).unwrap_or_default())
        }
    };
}

/// The bytes of all numbers below `size` joined with ", ".
fn joined(size: usize) -> usize {
    digits(size) + 2 * size.saturating_sub(1)
}

/// The bytes of the range `0..size`, by name.
fn named(size: usize) -> usize {
    "0..".len() + digits(size + 1) - digits(size)
}

/// Room for `size` numbers as wide as the widest, and their separators: what one would reserve.
fn room(size: usize) -> usize {
    size * (size.max(1).ilog10() as usize + 1 + 2)
}

pub(crate) struct PushStr;

impl Workload for PushStr {
    const NAME: &'static str = "push-str";
    const ABOUT: &'static str =
        "a String made for every number, copied and freed; the text moves as it grows";
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::new();
        let mut separator = "";
        for i in 0..*size {
            text.push_str(separator);
            text.push_str(&i.to_string());
            separator = ", ";
        }
        text
    }

    /// Each byte of the text is written, to a block that holds it. The members named `range-…` say the same numbers
    /// without writing them, and lie below.
    fn floor(size: usize) -> Option<Floor> {
        Some(Floor { bytes_written: joined(size) as u64, allocations: 1, ..Floor::default() })
    }
}

pub(crate) struct PushStrReserved;

impl Workload for PushStrReserved {
    const NAME: &'static str = "push-str-reserved";
    const ABOUT: &'static str = "the baseline less its growth: still a String made for every number";
    const SPARES: &'static [Spare] = &[Spare::growth("push-str")];
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::with_capacity(room(*size));
        let mut separator = "";
        for i in 0..*size {
            text.push_str(separator);
            text.push_str(&i.to_string());
            separator = ", ";
        }
        text
    }
}

pub(crate) struct WriteEach;

impl Workload for WriteEach {
    const NAME: &'static str = "write";
    const ABOUT: &'static str = "the formatting machinery straight into the text: no String for a number";
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::new();
        let mut separator = "";
        for i in 0..*size {
            write!(text, "{separator}{i}").expect("a String takes whatever is written");
            separator = ", ";
        }
        text
    }
}

pub(crate) struct WriteReserved;

impl Workload for WriteReserved {
    const NAME: &'static str = "write-reserved";
    const ABOUT: &'static str = "the formatting machinery into a text with room for all";
    const SPARES: &'static [Spare] = &[Spare::growth("write")];
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::with_capacity(room(*size));
        let mut separator = "";
        for i in 0..*size {
            write!(text, "{separator}{i}").expect("a String takes whatever is written");
            separator = ", ";
        }
        text
    }
}

pub(crate) struct Itoa;

impl Workload for Itoa {
    const NAME: &'static str = "itoa";
    const ABOUT: &'static str =
        "digits on the stack and a copy: neither formatting machinery nor a String for a number";
    const SPARES: &'static [Spare] = &[Spare::formatting("write")];
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::new();
        let mut digits = itoa::Buffer::new();
        let mut separator = "";
        for i in 0..*size {
            text.push_str(separator);
            text.push_str(digits.format(i));
            separator = ", ";
        }
        text
    }
}

pub(crate) struct ItoaReserved;

impl Workload for ItoaReserved {
    const NAME: &'static str = "itoa-reserved";
    const ABOUT: &'static str =
        "digits on the stack into a text with room for all: what writing the digits must cost";
    const SPARES: &'static [Spare] = &[Spare::formatting("write-reserved"), Spare::growth("itoa")];
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::with_capacity(room(*size));
        let mut digits = itoa::Buffer::new();
        let mut separator = "";
        for i in 0..*size {
            text.push_str(separator);
            text.push_str(digits.format(i));
            separator = ", ";
        }
        text
    }
}

pub(crate) struct CollectJoin;

impl Workload for CollectJoin {
    const NAME: &'static str = "collect-join";
    const ABOUT: &'static str =
        "n Strings alive at once, then one text of known length; then n + 2 blocks to free";
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let numbers: Vec<String> = (0..*size).map(|i| i.to_string()).collect();
        numbers.join(", ")
    }
}

pub(crate) struct Add;

impl Workload for Add {
    const NAME: &'static str = "add";
    const ABOUT: &'static str =
        "s = s + x takes s by value and appends in place: looks quadratic and is not; a String a number";
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::new();
        let mut separator = "";
        for i in 0..*size {
            text = text + separator + &i.to_string();
            separator = ", ";
        }
        text
    }
}

pub(crate) struct FormatIntoItself;

impl Workload for FormatIntoItself {
    const NAME: &'static str = "format-into-itself";
    const ABOUT: &'static str =
        "quadratic: the whole text so far is copied into a new String for every number";
    const SIZES: Option<&'static [usize]> = Some(&[10, 100, 1_000, 10_000]);
    text_of_numbers!(size => joined(*size));

    fn run(size: &usize) -> String {
        let mut text = String::new();
        let mut separator = "";
        for i in 0..*size {
            text = format!("{text}{separator}{i}");
            separator = ", ";
        }
        text
    }
}

pub(crate) struct RangeDebug;

impl Workload for RangeDebug {
    const NAME: &'static str = "range-debug";
    const ABBREVIATES: bool = true;
    const ABOUT: &'static str =
        "says the same numbers by naming their range, `0..n`, and writes none between: str(range(n))";
    const MIRRORS: Option<&'static str> = Some("f4");
    text_of_numbers!(size => named(*size));

    fn run(size: &usize) -> String {
        let range = 0..*size;
        format!("{range:?}")
    }
}

pub(crate) struct RangeItoa;

impl Workload for RangeItoa {
    const NAME: &'static str = "range-itoa";
    const ABBREVIATES: bool = true;
    const ABOUT: &'static str = "the same short text as range-debug without the formatting machinery";
    const SPARES: &'static [Spare] = &[Spare::formatting("range-debug")];
    text_of_numbers!(size => named(*size));

    fn run(size: &usize) -> String {
        let mut digits = itoa::Buffer::new();
        let mut text = String::from("0..");
        text.push_str(digits.format(*size));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same_numbers() {
        assert_eq!(read_back("0, 1, 2"), read_back("0..3"));
        assert_eq!(read_back(""), read_back("0..0"));
        assert_ne!(read_back("0, 1, 2"), read_back("0..4"));
        assert_eq!(read_back("0, one"), None);
    }

    #[test]
    fn a_text_with_other_bytes_is_rejected() {
        assert!(says_numbers("0, 1, 2", 3, joined(3)));
        assert!(!says_numbers("0, 2, 1", 3, joined(3)));
        assert!(!says_numbers("0, 1, 02", 3, joined(3)));
        assert!(!says_numbers("0..3", 3, joined(3)));
        assert!(says_numbers("0..3", 3, named(3)));
        assert!(!says_numbers("0..03", 3, named(3)));
    }

    #[test]
    fn digits_are_counted_as_they_are_written() {
        for size in [0, 1, 9, 10, 11, 99, 100, 101, 1_000, 1_001, 12_345] {
            assert_eq!(digits(size), (0..size).map(|i| i.to_string().len()).sum::<usize>(), "below {size}");
        }
    }
}
