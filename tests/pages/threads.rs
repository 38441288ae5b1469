//! What a family's page says of threads: speed-ups, what the schedule allows, what the machine gave.

use perflab::record::{InstrumentName, ListedRole, Metric};

use crate::fabricated;
use crate::rendered::Pages;

#[test]
fn threads_that_are_faster_on_one_cpu_are_told_beside_their_speed_up() {
    let (listing, mut recorded) = fabricated::workers::on_cores(2);
    let one_cpu =
        |value| fabricated::number(Metric::CeilingOneCpu, InstrumentName::Ceilings, value, 0.02, "4f2a91c");
    for (case, times) in
        [("scaling-sum/in-order@2", 1.84), ("scaling-sum/in-order@4", 0.55), ("gcd/two-threads@10", 1.27)]
    {
        fabricated::change(&mut recorded, case, |case| case.measurements.push(one_cpu(times)));
    }
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let page = pages.family("scaling-sum");
    assert_eq!(page.matches("on one CPU").count(), 1, "only what is faster there: {page}");
    assert!(page.contains("on one CPU 1.84\u{a0}× as fast"), "{page}");
    assert!(pages.family("gcd").contains("on one CPU 1.27\u{a0}× as fast"), "{}", pages.family("gcd"));
}

#[test]
fn what_the_machine_gave_copies_is_told_beside_a_speed_up_of_the_same_rounds() {
    let (listing, mut recorded) = fabricated::workers::on_cores(2);
    let of =
        |metric, value, revision| fabricated::number(metric, InstrumentName::Time, value, 0.01, revision);
    for case in ["scaling-sum/longest-first@2", "gcd/two-threads@10"] {
        fabricated::change(&mut recorded, case, |case| {
            case.measurements.push(of(Metric::Capacity, 1.8, "4f2a91c"));
            case.measurements.push(of(Metric::BoundReached, 0.97, "4f2a91c"));
        });
    }
    // Of another revision than the speed-up beside it.
    fabricated::change(&mut recorded, "scaling-sum/longest-first@3", |case| {
        case.measurements.push(of(Metric::Capacity, 1.8, "0000000"));
        case.measurements.push(of(Metric::BoundReached, 0.97, "0000000"));
    });
    let pages = Pages::of(&listing, &recorded, false, &[]);
    for family in ["scaling-sum", "gcd"] {
        let page = pages.family(family);
        assert_eq!(page.matches("copies were given 1.80 CPUs [1.78, 1.82]").count(), 1, "{page}");
        assert_eq!(page.matches("on them 97 % of what is allowed [96, 98]").count(), 1, "{page}");
    }
}

#[test]
fn a_family_page_shows_what_the_members_threads_did() {
    let page = Pages::with_holes().family("build-vec");
    let chart = page.split("Wall time of threads at n = 1,000, by what they did").nth(1).expect("a chart");
    let chart = chart.split("</figure>").next().expect("its end");
    // Wall 3 parts, of which 1.1 on CPU in user code and 1.55 blocked.
    for words in ["var(--w0)", "waiting for a CPU", ">36.7 %<", ">51.7 %<"] {
        assert!(chart.contains(words), "{words}");
    }
}

#[test]
fn more_threads_are_shown_against_the_ideal_and_what_the_schedule_allows() {
    let (listing, recorded) = fabricated::workers::on_cores(2);
    let page = Pages::of(&listing, &recorded, false, &[]).family("scaling-sum");
    assert!(page.contains("Speed-up by threads") && page.contains("\nideal\n"), "{page}");
    assert!(page.contains("3\u{a0}threads <span class=\"mark\">oversubscribed</span>"), "{page}");
    assert!(page.contains("of 2.00\u{a0}×: 91 %"), "0.1 serial gives 1.82 of 2 on two cores: {page}");
    assert!(page.contains("and there are 2 at 2"), "two cores identify no law: {page}");
    assert!(page.contains("At 2\u{a0}threads, ") && !page.contains("per thread"), "{page}");
}

#[test]
fn enough_cores_identify_the_planted_serial_share() {
    let (listing, recorded) = fabricated::workers::on_cores(16);
    let page = Pages::of(&listing, &recorded, false, &[]).family("scaling-sum");
    assert!(page.contains("</strong></a>: by Amdahl, a serial share of 10.0 %"), "{page}");
    assert!(!page.contains("no law is fitted") && !page.contains("oversubscribed</span>"), "{page}");
}

#[test]
fn one_core_says_so_and_draws_what_it_can() {
    let (listing, recorded) = fabricated::workers::on_cores(1);
    let page = Pages::of(&listing, &recorded, false, &[]).family("scaling-sum");
    assert!(page.contains("This machine has one core") && page.contains("\nideal\n"), "{page}");
}

#[test]
fn a_parallel_member_is_shown_beside_what_its_schedule_allows() {
    let (listing, recorded) = fabricated::workers::on_cores(2);
    let page = Pages::of(&listing, &recorded, false, &[]).family("gcd");
    assert!(page.contains("1.96\u{a0}× as fast</span><span class=\"interval\" title=\"what the schedule allows, by counting work\">of 1.97\u{a0}×"), "{page}");
}

#[test]
fn where_threads_take_turns_both_ends_of_what_is_allowed_are_shown() {
    let (mut listing, recorded) = fabricated::workers::on_cores(2);
    let families = listing.families.iter_mut().filter(|family| family.name == "gcd");
    let bounds =
        families.flat_map(|family| &mut family.workloads).flat_map(|member| &mut member.speedup_bounds);
    bounds.for_each(|bound| bound.at_worst = Some(1.69));
    let page = Pages::of(&listing, &recorded, false, &[]).family("gcd");
    assert!(page.contains("1.96\u{a0}× as fast</span>") && page.contains("of 1.69 to 1.97\u{a0}×"), "{page}");
}

#[test]
fn a_family_that_compares_a_call_with_handing_over_says_from_where_it_pays() {
    let (mut listing, recorded) = fabricated::whole(2);
    for (workload, role) in [("collect", ListedRole::Direct), ("push", ListedRole::HandedOver)] {
        let found = listing.families[0].workloads.iter_mut().find(|listed| listed.name == workload);
        found.expect("a workload of the fabricated family").role = Some(role);
    }
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let page = pages.family("build-vec-00");
    assert!(page.contains("Where handing over pays"));
    // At 1,000,000 push takes 2,698,095 ns and collect 513,017 ns; on two cores twice the difference, an element.
    assert!(page.contains("pays from <b>4.37\u{a0}ns</b> of work per element"), "{page}");
    assert!(page.contains("<td>4.37\u{a0}ms "), "the table says it as well");
    // At 10,000 there is no ratio.
    let table = page.split("Least work of an item").nth(1).and_then(|rest| rest.split("</table>").next());
    let marked = table.map(|table| table.matches("<span class=\"mark\">unpaired</span>").count());
    assert_eq!(marked, Some(1), "{page}");
    assert!(!pages.family("build-vec-01").contains("Where handing over pays"));
}
