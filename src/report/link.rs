//! Links between pages: always relative, so that the folder can be moved, zipped and sent.

use std::path::{Component, Path};

/// The relative address of `target` as seen from the page at `page`. Both lie in the same reports folder.
pub(super) fn relative(page: &Path, target: &Path) -> String {
    let from: Vec<_> = page.parent().map(|folder| folder.components().collect()).unwrap_or_default();
    let to: Vec<_> = target.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".to_owned(); from.len() - common];
    parts.extend(to[common..].iter().map(|part| encoded(part)));
    parts.join("/")
}

/// Percent-encodes what has a meaning in addresses; our own names hold nothing of the kind.
fn encoded(part: &Component<'_>) -> String {
    let mut out = String::new();
    for byte in part.as_os_str().to_string_lossy().bytes() {
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
    fn what_has_a_meaning_in_addresses_is_encoded() {
        assert_eq!(relative(Path::new("r/a"), Path::new("r/b c#?\"")), "b%20c%23%3F%22");
    }
}
