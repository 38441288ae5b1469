//! Text of others within Markdown: it says what it says, and is neither markup nor a mention nor a link.

/// At most `most` characters of `text`, with an ellipsis where it was cut.
pub(super) fn clipped(text: &str, most: usize) -> String {
    super::format::clipped(text, most)
}

/// `text` as words within a line or a cell of a table.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '!' | '$' => {
                out.extend(['\\', character])
            }
            // GitHub tells whoever is named, and links numbers: a space of no width keeps it from both.
            '@' | '#' => out.extend([character, '\u{200b}']),
            // The same for addresses: `http://`, `www.`.
            ':' => out.push_str(":\u{200b}"),
            '.' if before == 'w' => out.push_str(".\u{200b}"),
            _ if character.is_control() || character.is_whitespace() => out.push(' '),
            _ => out.push(character),
        }
        before = character;
    }
    out
}

/// `text` as code, where it holds nothing that would end it; else as words.
pub(super) fn code(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_graphic() && !matches!(c, '`' | '|' | '\\' | '<' | '>') || c == ' ';
    if !text.is_empty() && text.chars().all(is_safe) { format!("`{text}`") } else { plain(text) }
}
