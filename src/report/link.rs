//! Links between pages: always relative, so that the folder can be moved, zipped and sent.

use std::path::{Component, Path};

/// The relative address of `target` as seen from the page at `page`. Both lie in the same reports folder.
pub(super) fn relative(page: &Path, target: &Path) -> String {
    let from: Vec<_> = page.parent().map(|folder| folder.components().collect()).unwrap_or_default();
    let to: Vec<_> = target.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".to_owned(); from.len() - common];
    parts.extend(to[common..].iter().map(|part| encoded_part(part)));
    parts.join("/")
}

/// The address of the part called `part` of the page at `target`, as seen from the page at `page`.
pub(super) fn to_part(page: &Path, target: &Path, part: &str) -> String {
    let address = if page == target { String::new() } else { relative(page, target) };
    format!("{address}#{part}")
}

/// The address of the flamegraph at `svg` in which every frame of `function` is searched for when it opens: inferno's
/// script reads an expression from the query, and meets it with titles, which go on with ` (samples, share)`.
pub(super) fn to_frame(page: &Path, svg: &Path, function: &str) -> String {
    let expression = format!("^{} \\(", regex::escape(function));
    format!("{}?s={}", relative(page, svg), encoded(&expression))
}

/// Percent-encodes what has a meaning in addresses; our own names hold nothing of the kind.
fn encoded_part(part: &Component<'_>) -> String {
    encoded(&part.as_os_str().to_string_lossy())
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                out.push(byte as char)
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_climbs_to_the_common_folder_and_descends() {
        let page = Path::new("reports/cases/build-vec/push@10.html");
        assert_eq!(relative(page, Path::new("reports/heap/a/b@1.svg")), "../../heap/a/b@1.svg");
        assert_eq!(relative(page, Path::new("reports/cases/build-vec/push@9.html")), "push@9.html");
        assert_eq!(relative(Path::new("reports/index.html"), Path::new("reports/a.html")), "a.html");
    }

    #[test]
    fn a_part_of_the_same_page_needs_no_address() {
        let page = Path::new("r/cases/a/b@1.html");
        assert_eq!(to_part(page, page, "heap"), "#heap");
        assert_eq!(to_part(page, Path::new("r/a.html"), "at-1-b"), "../../a.html#at-1-b");
    }

    #[test]
    fn a_flamegraph_opens_with_its_function_searched_for() {
        let address = to_frame(Path::new("r/a.html"), Path::new("r/f.svg"), "<a::B<u8>>::c=d&e");
        let (file, query) = address.split_once("?s=").expect("a query");
        assert_eq!(file, "f.svg");
        // The script splits the query at these before it decodes what lies between.
        assert!(!query.contains(['&', '=', '#', '"', '<']), "{query}");
        assert!(query.starts_with("%5E%3Ca%3A%3AB") && query.ends_with("%20%5C%28"), "{query}");
    }

    #[test]
    fn what_has_a_meaning_in_addresses_is_encoded() {
        assert_eq!(relative(Path::new("r/a"), Path::new("r/b c#?\"")), "b%20c%23%3F%22");
    }
}
