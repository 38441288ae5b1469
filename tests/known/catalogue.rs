//! Cases of the catalogue, from a run of all of it that was recorded and cut down (tests/known/recorded/README.md says how):
//! read as commands read their records, beside the catalogue's own listing. Where the recorded ceilings contradict the
//! expected leader of a row, they are right, and the row says so.

use std::path::Path;
use std::process::Command;

use perflab::analysis::Estimate;
use perflab::analysis::findings::derive;
use perflab::analysis::predictions::{Prediction, predictions};
use perflab::record::{
    Finding, FindingKind as Kind, Layout, ListedFamily, Listing, Metric, Recorded, RecordedCase, load,
};

use super::{Row, id};

/// The catalogue as `perflab list --json` prints it, and what was recorded and found of it.
struct Catalogued {
    listing: Listing,
    recorded: Recorded,
    predictions: Vec<Prediction>,
}

impl Catalogued {
    fn read() -> Self {
        let listed = Command::new(env!("CARGO_BIN_EXE_perflab")).args(["list", "--json"]).output();
        let listing: Listing =
            serde_json::from_slice(&listed.expect("perflab starts").stdout).expect("a listing");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/known/recorded");
        let layout = Layout::new(&folder, folder.join("reports"));
        let loaded = load(&layout).expect("the folder can be read");
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        let mut recorded = Recorded::merge(&loaded.runs);
        let told = derive(&listing, &mut recorded, &layout);
        assert!(told.is_empty(), "{told:?}");
        let predictions = predictions(&listing, &recorded);
        Self { listing, recorded, predictions }
    }

    fn case(&self, case: &str) -> &RecordedCase {
        self.recorded.case(&id(case)).unwrap_or_else(|| panic!("{case} was not recorded"))
    }

    /// A row of what was found of `case`.
    fn row(&self, case: &'static str, expected: Kind) -> Row {
        Row::of(case, expected, self.case(case).findings.clone())
    }

    fn finding(&self, case: &str, kind: Kind) -> Option<&Finding> {
        self.case(case).findings.iter().find(|finding| finding.kind == kind)
    }

    fn number(&self, case: &str, metric: Metric) -> f64 {
        let number = self.case(case).measurement(metric);
        number.unwrap_or_else(|| panic!("{case} has no {}", metric.as_str())).value
    }

    /// How many times as fast as `case`, which is its family's baseline, the fastest sibling is that is declared to be the
    /// same without the cost of `kind`.
    fn spared(&self, case: &str, kind: Kind) -> f64 {
        let case = id(case);
        let family: &ListedFamily = self.listing.family(&case.family).expect("a family of the catalogue");
        assert_eq!(family.baseline, case.workload);
        let spares = family.workloads.iter().filter(|sibling| {
            sibling.spares.iter().any(|spare| spare.cost == kind.as_str() && spare.of == case.workload)
        });
        let ratios = spares.filter_map(|sibling| {
            let sibling = self
                .recorded
                .case(&perflab::record::CaseId { workload: sibling.name.clone(), ..case.clone() })?;
            Some(Estimate::of(sibling.measurement(Metric::TimeRatio)?)?.value)
        });
        1.0 / ratios.fold(f64::INFINITY, f64::min)
    }

    /// The points of the time by which the prediction errs that was made of `case` for `sibling`.
    fn error(&self, case: &str, sibling: &str) -> f64 {
        let case = id(case);
        let of_pair = |one: &&Prediction| one.case == case && one.sibling.as_deref() == Some(sibling);
        let prediction = self.predictions.iter().find(of_pair);
        100.0 * prediction.unwrap_or_else(|| panic!("nothing was predicted of {sibling}")).error()
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let catalogued = Catalogued::read();
    let mut rows = sets(&catalogued);
    rows.extend(vectors(&catalogued));
    rows.extend(texts(&catalogued));
    rows.extend(threads(&catalogued));
    rows.extend(waiting(&catalogued));
    rows.push(catalogued.row("noop/noop@1", Kind::NoBottleneck));
    rows
}

fn sets(catalogued: &Catalogued) -> Vec<Row> {
    let (insert, reserved) = ("build-set/insert@1000", "build-set/insert-reserved@1000");
    let [growth, hashing] = [Kind::Growth, Kind::Hashing].map(|kind| catalogued.spared(insert, kind));
    // The table of the issue names growth before hashing. Which is the larger ceiling is for the record to say: the identity
    // as a hash gains more than room from the start.
    let (larger, smaller) =
        if hashing > growth { (Kind::Hashing, Kind::Growth) } else { (Kind::Growth, Kind::Hashing) };
    let measured =
        |kind| catalogued.finding(insert, kind).and_then(|finding| finding.ceiling_measured).unwrap_or(0.0);
    let told = [(Kind::Growth, growth), (Kind::Hashing, hashing)]
        .into_iter()
        .all(|(kind, times)| (measured(kind) - times).abs() < 1e-9);
    let error = catalogued.error(reserved, "rustc-hash-reserved");
    vec![
        catalogued.row(insert, larger).beside(&[smaller]).holds(
            told,
            format!("growth {growth:.2} and hashing {hashing:.2} are not what is told as measured"),
        ),
        catalogued
            .row(reserved, Kind::Hashing)
            .says("`rustc-hash-reserved` is")
            .silent(&[Kind::Growth])
            .holds(error.abs() <= 15.0, format!("predicted {error:.0} points too much for rustc-hash")),
    ]
}

fn vectors(catalogued: &Catalogued) -> Vec<Row> {
    let long = "build-vec/push@10000";
    let growth = catalogued.finding(long, Kind::Growth).and_then(|finding| finding.ceiling_measured);
    let spared = catalogued.spared(long, Kind::Growth);
    vec![
        catalogued.row("build-vec/push@100", Kind::Growth).says("`push-reserved` is"),
        // Growth is a small part there: without it the case is not even half as fast again.
        catalogued
            .row(long, Kind::ExcessWork)
            .says("4.1 times the instructions of")
            .holds(growth.is_none_or(|times| times < 1.5), format!("{growth:?} by growth"))
            .holds(spared < 1.5, format!("{spared:.2} times as fast with room from the start")),
        catalogued.row("build-vec/collect@1000000", Kind::AtFloor).says("writing 8000000 bytes"),
        catalogued.row("build-vec/push@1000000", Kind::ExcessWork).silent(&[Kind::AtFloor]),
    ]
}

fn texts(catalogued: &Catalogued) -> Vec<Row> {
    vec![
        catalogued
            .row("build-text/format-into-itself@1000", Kind::SuperLinear)
            .says("heap bytes grow with the size to the power of 2.")
            .beside(&[Kind::Formatting, Kind::Allocation]),
        catalogued
            .row("build-text/write@1000", Kind::Formatting)
            .says("`itoa` is")
            .silent(&[Kind::Allocation]),
        // The table of the issue has formatting first. A String a number costs more than its digits: 57 % of the instructions
        // to 13, and without it the case is 1.4 times as fast.
        catalogued.row("build-text/push-str@1000", Kind::Allocation).beside(&[Kind::Formatting]),
    ]
}

fn threads(catalogued: &Catalogued) -> Vec<Row> {
    let packed = "shared-counter/atomic-each-packed@2";
    let [own, padded] = [packed, "shared-counter/atomic-each-padded@2"]
        .map(|case| catalogued.number(case, Metric::Instructions));
    vec![
        // Euclid's is not the fastest: Stein's is, without a division.
        catalogued
            .row("gcd/serial@10", Kind::HotFunction)
            .says("first_common")
            .says("another algorithm before anything else: `gcd-algorithm/binary`")
            .silent(&[Kind::Allocation]),
        catalogued.row("gcd/global-lock@10", Kind::LockContention).says("times as long as one thread"),
        catalogued
            .row(packed, Kind::FalseSharing)
            .says("`atomic-each-padded`")
            .holds((0.9..1.1).contains(&(own / padded)), format!("{own} instructions and {padded}")),
    ]
}

fn waiting(catalogued: &Catalogued) -> Vec<Row> {
    vec![
        catalogued.row("wait/serial@20", Kind::Waiting).says("in ppoll"),
        catalogued
            .row("children/one-after-another@10", Kind::Waiting)
            .says("in wait4, waiting for 10 children an iteration"),
        // A task of eight bytes is turned into bytes by no library: the share is told, and is nothing.
        catalogued
            .row("dispatch/process-ready@100", Kind::SystemCalls)
            .says("called most by write")
            .says("turning values into bytes and back is 0 %")
            .beside(&[Kind::Waiting]),
        // 2,048 numbers are, and that costs more than the way there and back.
        catalogued
            .row("pipeline/pipes@16384", Kind::Serialisation)
            .says("turning values into bytes and back is 54 %")
            .beside(&[Kind::Waiting, Kind::SystemCalls]),
    ]
}
