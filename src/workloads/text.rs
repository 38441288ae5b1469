//! The text that is counted: seeded, its true counts noted as it is written.

use crate::workloads::seeded::SplitMix64;

/// How many distinct words a long text has.
const VOCABULARY: u64 = 1_000;

/// Word r of the vocabulary weighs `HEAVIEST` / r: Zipf's law with exponent 1 (Zipf, "Human behavior and the
/// principle of least effort", 1949). Large enough that rounding down changes the rarest weight by less than 0.1 %.
const HEAVIEST: u64 = 1_000_000;

/// Words separated by single spaces.
pub(crate) struct Text {
    words: String,
    /// How often each word was written, by rank: counted by the writer, without a map of words.
    written: Vec<u64>,
}

impl Text {
    /// The text of `size` words.
    pub(crate) fn of(size: usize) -> Self {
        let sums: Vec<u64> = (1..=VOCABULARY)
            .scan(0, |sum, rank| {
                *sum += HEAVIEST / rank;
                Some(*sum)
            })
            .collect();
        let total = sums[sums.len() - 1];
        let mut random = SplitMix64::new(0);
        let mut text = Self { words: String::new(), written: vec![0; sums.len()] };
        for place in 0..size {
            let drawn = random.below(total);
            let rank = sums.partition_point(|sum| *sum <= drawn);
            if place > 0 {
                text.words.push(' ');
            }
            text.words.push_str(&word(rank));
            text.written[rank] += 1;
        }
        text
    }

    /// The words, in the order of the text.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.split_ascii_whitespace()
    }

    /// The text in `parts` of about as many bytes each, cut between words. A short text has empty parts.
    pub(crate) fn parts(&self, parts: usize) -> Vec<&str> {
        let mut rest = self.words.as_str();
        let mut cut = Vec::with_capacity(parts);
        for left in (1..=parts).rev() {
            // The last part takes what is left; the others end at the first blank behind their share.
            let share = rest.len().div_ceil(left);
            let end =
                if left == 1 { None } else { rest.as_bytes()[share..].iter().position(|byte| *byte == b' ') };
            let (part, after) = rest.split_at(end.map_or(rest.len(), |blank| share + blank));
            cut.push(part);
            rest = after.trim_ascii_start();
        }
        cut
    }

    /// Whether a map of `distinct` words, in which `count` looks a word up, holds what was written.
    pub(crate) fn has_counts(&self, distinct: usize, count: impl Fn(&str) -> Option<u64>) -> bool {
        let written = || self.written.iter().enumerate().filter(|(_, times)| **times > 0);
        distinct == written().count() && written().all(|(rank, times)| count(&word(rank)) == Some(*times))
    }
}

/// The word of `rank`: its decimal digits as syllables, so that words are 2 to 6 letters long and all differ.
fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "su"];
    rank.to_string().bytes().map(|digit| SYLLABLES[usize::from(digit - b'0')]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_as_many_words_as_asked_for_and_is_always_the_same() {
        for size in [0, 1, 2, 1_000] {
            assert_eq!(Text::of(size).words().count(), size);
            assert_eq!(Text::of(size).words, Text::of(size).words);
        }
    }

    #[test]
    fn parts_hold_every_word_once_and_are_about_equal() {
        for size in [0, 1, 2, 7, 1_000] {
            let text = Text::of(size);
            for parts in [1, 2, 3, 64] {
                let cut = text.parts(parts);
                assert_eq!(cut.len(), parts);
                let words = cut.iter().flat_map(|part| part.split_ascii_whitespace());
                assert!(words.eq(text.words()), "{size} words in {parts} parts");
                // No word is longer than six letters.
                let longest = cut.iter().map(|part| part.len()).max();
                assert!(
                    longest <= Some(text.words.len() / parts + 7),
                    "{size} words in {parts} parts: {longest:?}"
                );
            }
        }
    }

    #[test]
    fn words_repeat_as_zipfs_law_says() {
        let text = Text::of(100_000);
        // The harmonic number of 1,000 is 7.485: the first word takes 13.36 % of the text, the tenth 1.336 %.
        assert!((13_000..13_700).contains(&text.written[0]), "{}", text.written[0]);
        assert!((1_200..1_470).contains(&text.written[9]), "{}", text.written[9]);
    }

    #[test]
    fn a_wrong_count_is_rejected() {
        let text = Text { words: "ba ba de".into(), written: vec![2, 1, 0] };
        let right = |word: &str| [("ba", 2), ("de", 1)].into_iter().find(|(w, _)| *w == word).map(|(_, c)| c);
        assert!(text.has_counts(2, right));
        assert!(!text.has_counts(3, right), "a word too many");
        assert!(!text.has_counts(2, |word| right(word).map(|count| count + 1)));
        assert!(!text.has_counts(2, |_| None));
    }
}
