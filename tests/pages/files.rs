//! What is written as pages: links that lead somewhere, the instruments' files, folders that cannot be written.

use std::fs;
use std::path::Path;

use perflab::record::Layout;
use perflab::report::{ReportError, render};

use crate::fabricated;
use crate::rendered::{Pages, assert_xml, charts, read, values};

#[test]
fn every_link_is_relative_and_leads_to_a_file_within_reports() {
    let pages = Pages::with_holes();
    let reports = pages.layout.reports.canonicalize().expect("a folder");
    let mut links = 0;
    for page in pages.all() {
        let text = read(&page);
        for link in ["href", "src", "data"].iter().flat_map(|attribute| values(&text, attribute)) {
            let (file, anchor) =
                link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            assert!(!link.contains("://") && !link.starts_with('/'), "{link} in {}", page.display());
            // What a picture is asked to search for is no part of its name.
            let file = file.split('?').next().unwrap_or(file);
            let target = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            let target = target
                .canonicalize()
                .unwrap_or_else(|_| panic!("{link} in {} leads nowhere", page.display()));
            assert!(target.starts_with(&reports), "{link} in {} leaves the folder", page.display());
            if let Some(anchor) = anchor {
                assert!(read(&target).contains(&format!("id=\"{anchor}\"")), "{link} in {}", page.display());
            }
            links += 1;
        }
    }
    assert!(links > 500, "{links}");
}

#[test]
fn pages_ask_nothing_of_a_network() {
    let pages = Pages::with_holes();
    for page in pages.all() {
        let text = read(&page).replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{}", page.display());
    }
}

#[test]
fn nothing_is_linked_that_is_not_there() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, false, &[]);
    let case = pages.case("build-vec/push@1000");
    assert!(!case.contains("<object") && !case.contains("dhat.json"));
    assert!(case.contains("just bench build-vec/push@1000"));
    assert!(!pages.family("build-vec").contains("criterion/"));
}

#[test]
fn hostile_names_are_harmless() {
    let hostile = "<script>alert('1')</script>\" onload=\"x\u{1b}";
    let long = "long".repeat(2_500);
    let (mut listing, mut recorded) = fabricated::with_holes();
    listing.families[1].question = hostile.into();
    listing.families[1].axis = hostile.into();
    for (index, name) in [(1, hostile), (2, long.as_str()), (3, "../../escape")] {
        listing.families[1].workloads[index].about = long.clone();
        let old = std::mem::replace(&mut listing.families[1].workloads[index].name, name.into());
        for case in recorded.cases.iter_mut().filter(|case| case.workload == old) {
            case.id.workload = name.into();
            case.workload = name.into();
        }
    }
    recorded.cases.sort_by(|a, b| a.id.cmp(&b.id));
    fabricated::change(&mut recorded, "build-vec/linked-list@1000", |case| {
        case.failures[0].reason = format!("{hostile}{long}");
        let finding = &mut case.findings[0];
        for text in [&mut finding.claim, &mut finding.advice, &mut finding.evidence[0].says] {
            *text = format!("{hostile}{long}");
        }
        finding.evidence[0].file = Some(hostile.into());
        (finding.share, finding.share_low, finding.ceiling) =
            (Some(f64::NAN), Some(-1.0), Some(f64::INFINITY));
    });
    let pages = Pages::of(&listing, &recorded, false, &[hostile.into(), long.clone()]);
    for page in pages.all() {
        let text = read(&page);
        assert!(!text.contains("<script") && !text.contains("\" onload"), "{}", page.display());
        assert!(!text.contains('\u{1b}'), "{}", page.display());
        assert!(!text.contains(&long), "{} shows all of a long name", page.display());
        charts(&text).iter().for_each(|chart| assert_xml(chart));
    }
}

#[test]
fn charts_are_well_formed_and_take_their_colours_from_the_page() {
    let pages = Pages::with_holes();
    let page = pages.family("build-vec");
    let charts = charts(&page);
    assert!(charts.len() > 20, "{}", charts.len());
    for chart in &charts {
        assert_xml(chart);
        assert!(!chart.contains("=\"#"), "a literal colour in {chart}");
    }
    assert!(page.contains("stroke=\"var(--s3)\""));
}

/// Writes as instruments do: a file is replaced, never written into.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).expect("it can be written");
    fs::rename(&new, path).expect("it can be replaced");
}

#[test]
fn files_beside_pages_are_those_of_the_newest_measurement() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, true, &[]);
    let id = "build-vec/push@1000".parse().expect("a case id");
    let source = pages.layout.folded(&id);
    let beside = pages.layout.beside_pages(&source).expect("it lies in profiles");
    let before = read(&source);
    assert_eq!(read(&beside), before);
    let kept = pages.layout.reports.join("kept");
    fs::hard_link(&beside, &kept).expect("a name that outlives the measurement");
    replace(&source, "main;run 12640\n");
    assert_eq!(read(&beside), before, "pages and what they link to are of one measurement");
    render(&listing, &recorded, &[], &pages.layout).expect("pages render");
    assert_eq!(read(&beside), "main;run 12640\n");
    assert_eq!(read(&kept), before, "replaced, and not written into");
    // As new as the profile and as long: left alone.
    fs::remove_file(&beside).expect("it is there");
    fs::write(&beside, "main;run 99999\n").expect("it can be written");
    render(&listing, &recorded, &[], &pages.layout).expect("pages render");
    assert_eq!(read(&beside), "main;run 99999\n");
}

/// Memory is a file system of its own, in which the disk's files can have no second name.
#[cfg(target_os = "linux")]
#[test]
fn files_are_copied_where_they_cannot_be_linked() {
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("not tested here: /dev/shm cannot be written");
        return;
    };
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, true, &[]);
    let layout = Layout::new(&pages.layout.profiles, elsewhere.path());
    let id = "build-vec/push@1000".parse().expect("a case id");
    let source = layout.folded(&id);
    let copy = layout.beside_pages(&source).expect("it lies in profiles");
    for text in [None, Some("main;run 12640\n")] {
        text.inspect(|text| replace(&source, text));
        render(&listing, &recorded, &[], &layout).expect("pages render");
        assert_eq!(read(&copy), read(&source));
    }
}

#[test]
fn only_criterions_pages_are_brought() {
    let (listing, recorded) = fabricated::with_holes();
    let pages = Pages::of(&listing, &recorded, true, &[]);
    let id = "build-vec/push@1000".parse().expect("a case id");
    let page = pages.layout.criterion_page(&id);
    let data = page.parent().and_then(Path::parent).expect("a folder").join("new/estimates.json");
    fabricated::put(&data, "{}");
    render(&listing, &recorded, &[], &pages.layout).expect("pages render");
    let copied = |path: &Path| pages.layout.beside_pages(path).expect("it lies in profiles").is_file();
    assert!(copied(&page) && copied(&page.with_file_name("pdf.svg")));
    assert!(!copied(&data));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let reports = folder.path().join("reports");
    fs::write(&reports, "a file where the folder should be").expect("a file of the test's own");
    let error = render(&listing, &recorded, &[], &Layout::new(folder.path().join("profiles"), &reports))
        .expect_err("a file is no folder");
    assert!(matches!(error, ReportError::Folder { .. }));
    assert!(error.to_string().contains(&reports.display().to_string()), "{error}");
    assert!(error.to_string().contains("just report"), "{error}");
}

#[test]
fn a_page_that_cannot_be_written_is_named() {
    let (listing, recorded) = fabricated::with_holes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let layout = Layout::new(folder.path().join("profiles"), folder.path().join("reports"));
    let page = layout.family_page("build-vec");
    fs::create_dir_all(page.join("in-the-way")).expect("a folder where the page should be");
    let error = render(&listing, &recorded, &[], &layout).expect_err("a folder is no page");
    assert!(error.to_string().contains(&page.display().to_string()), "{error}");
}
