//! A case against its family's baseline: the differential flamegraph on its page. Draws nothing: it shows what is drawn.

use std::path::Path;

use maud::{Markup, html};

use super::case::picture;
use super::page::clip;
use super::{Source, link};
use crate::record::{CaseId, ListedFamily};

/// Where an iteration costs more than one of the baseline's, and where less: drawn beforehand, or how to have it drawn.
pub(super) fn section(source: &Source<'_>, path: &Path, family: &ListedFamily, id: &CaseId) -> Markup {
    let baseline = CaseId { workload: family.baseline.clone(), ..id.clone() };
    // Unequal evidence is no difference, and a picture whose stacks are gone shows nothing that is recorded.
    let has = |id: &CaseId| source.files.of(id).folded.is_some() || source.files.of(id).callgrind.is_some();
    if *id == baseline || !has(id) || !has(&baseline) {
        return html! {};
    }
    let drawn = ["instructions", "samples"].map(|by| (by, source.layout.differential(id, &baseline, by)));
    let drawn = drawn.iter().find(|(_, pictures)| pictures.iter().all(|picture| picture.is_file()));
    html! {
        h2 #difference { "Against the baseline" }
        @match drawn {
            Some((by, [as_case, as_baseline])) => {
                p {
                    "What an iteration costs here and in " (clip(&family.baseline, 48))
                    @match *by { "samples" => ", in time by CPU samples: ", _ => ", in instructions: " }
                    span.mark.more { "red" } " costs more here, " span.mark.less { "blue" }
                    " less, by the function that costs it; pale is alike. Frames that the two call alike share a tower."
                }
                (picture(path, as_case, "Difference, as wide as this case"))
                p.small {
                    "What is gone has no width there: "
                    a href=(link::relative(path, as_baseline)) { "the same, as wide as " (clip(&family.baseline, 48)) }
                    " shows it in blue."
                }
            },
            None => p.muted { "Type " code { "perflab diff " (clip(&id.to_string(), 120)) } " to have the difference drawn, then " code { "just report" } "." },
        }
    }
}
