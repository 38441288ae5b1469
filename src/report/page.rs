//! The frame of every page, and the small pieces that all pages write alike.

use std::path::{Path, PathBuf};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Source, format, link, theme};
use crate::record::CaseId;

/// Longest text shown at full length.
const SHOWN: usize = 160;
/// Longest text kept behind a shortened one.
const KEPT: usize = 1_000;

const STYLE: &str = include_str!("style.css");

/// A page at `path`: `trail` leads to it from the first page, `rules` are its own styles.
pub(super) fn frame(
    source: &Source<'_>,
    path: &Path,
    title: &str,
    trail: &[(&str, PathBuf)],
    rules: &str,
    body: &Markup,
) -> Markup {
    let index = source.layout.index_page();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (format::clipped(title, SHOWN)) @if path != index { " · perflab" } }
                style { (PreEscaped(STYLE)) (PreEscaped(rules)) }
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header.top {
                    nav aria-label="Where this page lies" {
                        @if path == index { strong { "perflab" } } @else { a href=(link::relative(path, &index)) { "perflab" } }
                        @for (name, target) in trail {
                            span.sep aria-hidden="true" { "/" }
                            @if target == path { span aria-current="page" { (clip(name, 60)) } }
                            @else { a href=(link::relative(path, target)) { (clip(name, 60)) } }
                        }
                    }
                    @if let Some(revision) = &source.revision {
                        span.muted title="revision of the newest run; + means that the tree held more changes" {
                            "revision " code { (format::clipped(revision, 14)) }
                        }
                    }
                }
                main #content {
                    @for warning in &source.recorded.warnings { p.problem role="note" { "Warning: " (clip(warning, 600)) } }
                    (body)
                }
            }
        }
    }
}

/// Text of any length: shortened visibly, with more of it on hover.
pub(super) fn clip(text: &str, most: usize) -> Markup {
    let shown = format::clipped(text, most);
    html! {
        @if text.chars().nth(most).is_some() { span title=(format::clipped(text, KEPT)) { (shown) } }
        @else { (shown) }
    }
}

/// A reason, a claim, a description; what stands between backticks is code.
pub(super) fn words(text: &str) -> Markup {
    prose(text, SHOWN)
}

/// The same of another length.
pub(super) fn prose(text: &str, most: usize) -> Markup {
    if text.chars().nth(most).is_some() {
        return clip(text, most);
    }
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (format::clipped(part, most)) } } @else { (format::clipped(part, most)) }
        }
    }
}

/// A case's name, linked to its page.
pub(super) fn case_link(source: &Source<'_>, path: &Path, id: &CaseId) -> Markup {
    let target = source.layout.case_page(id);
    html! { a href=(link::relative(path, &target)) { code { (clip(&id.to_string(), 100)) } } }
}

/// A table that scrolls within its own box; reachable by keyboard, so that it can be scrolled by one.
pub(super) fn scrolled(label: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

/// The way from a sentence to what proves it.
pub(super) fn proof(address: &str) -> Markup {
    html! { a.proof href=(address) title="what this sentence rests on" { "proof" } }
}

/// The SVG at `address`, which keeps its zoom and search: those are lost within `<img>`.
pub(super) fn embedded(address: &str, name: &str) -> Markup {
    html! {
        div.picture tabindex="0" role="region" aria-label=(name) {
            object data=(address) type="image/svg+xml" aria-label=(name) { a href=(address) { (name) } }
        }
    }
}

/// The stroke, dash and marker of a workload, small.
pub(super) fn swatch(index: usize) -> Markup {
    let colour = theme::series(index);
    html! {
        svg.swatch viewBox="0 0 24 10" aria-hidden="true" focusable="false" {
            polyline points="0,5 24,5" fill="none" stroke=(colour) stroke-width="2" {}
            @match index % 4 {
                0 => circle cx="12" cy="5" r="3.6" fill=(colour) {},
                1 => rect x="8.6" y="1.6" width="6.8" height="6.8" fill=(colour) {},
                2 => polygon points="12,0.6 16.4,8.6 7.6,8.6" fill=(colour) {},
                _ => polygon points="12,0.2 16.6,5 12,9.8 7.4,5" fill=(colour) {},
            }
        }
    }
}
