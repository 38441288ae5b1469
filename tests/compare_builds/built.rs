//! What comes out, and what is kept.

use std::fs;
use std::path::PathBuf;

use perflab::instruments::compare::builds::build_this_tree;

use crate::project::{PROGRAM, Project, Tested, layout_of, output_of};

pub(crate) fn built_aside() -> Tested {
    let project = Project::that_prints("one");
    project.print("two");
    project.commit();
    project.print("three");
    project.write("src/new.rs", "");
    let before = project.git(&["status", "--porcelain"]);
    let (old, told) = project.build(Some("HEAD~1"), 0);
    let old = old?;
    assert_eq!(output_of(&old.executables[0]), "one 6");
    assert_eq!((old.revision, old.dirty), (project.git(&["rev-parse", "HEAD~1"]), false));
    assert_eq!(old.described, project.git(&["rev-parse", "--short", "HEAD~1"]));
    assert!(told.iter().any(|line| line.contains("built in")), "{told:?}");
    let (new, told) = project.build(None, 0);
    let new = new?;
    assert_eq!(output_of(&new.executables[0]), "three 6");
    assert_eq!((new.revision, new.dirty), (project.git(&["rev-parse", "HEAD"]), true));
    assert_eq!(new.described, format!("{}-dirty", project.git(&["rev-parse", "--short", "HEAD"])));
    assert!(told.iter().any(|line| line.contains("uncommitted work")), "{told:?}");
    assert_eq!(output_of(&old.executables[0]), "one 6");
    assert_eq!(project.git(&["status", "--porcelain"]), before);
    assert!(!project.folder.join("target").exists());
    project.holds_nothing_unfinished();
    Ok(())
}

pub(crate) fn placements() -> Tested {
    let project = Project::that_prints("one");
    let build = project.build(Some("HEAD"), 2).0?;
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        // lld is Rust's own linker there alone.
        assert_eq!(build.executables.len() == 3, build.without_placements.is_none());
        return Ok(());
    }
    assert_eq!((build.executables.len(), &build.without_placements), (3, &None));
    let read = |index: usize| fs::read(&build.executables[index]).expect("it can be read");
    assert!(read(0) != read(1) && read(1) != read(2) && read(0) != read(2));
    for executable in &build.executables {
        assert_eq!(output_of(executable), "one 6");
    }
    // One library is linked to all three programs.
    let entries = fs::read_dir(project.builds().join("target/release/deps"))?;
    let names: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    let ending_in = |ending: Option<&str>| {
        names.iter().filter(|name| name.extension().and_then(|found| found.to_str()) == ending).count()
    };
    assert_eq!((ending_in(Some("rlib")), ending_in(None)), (1, 3), "{names:?}");
    Ok(())
}

pub(crate) fn aligned() -> Tested {
    let project = Project::that_prints("one");
    let function = |index: usize| {
        format!(
            "#[inline(never)] fn f{index}(x: u64) -> u64 {{ (0..x).fold(x, |y, z| y.rotate_left({index}) ^ z) }}\n"
        )
    };
    let functions: String = (1..9).map(function).collect();
    let places = (1..9).map(|index| format!("f{index} as fn(u64) -> u64 as usize % 64, "));
    let places: String = places.collect();
    project.write("src/main.rs", &format!("{functions}fn main() {{ println!(\"{{:?}}\", [{places}]); }}\n"));
    let (build, _) = project.build(None, 0);
    let build = build?;
    // Whoever has a wrapper or a compiler of his own keeps it.
    if let Some(reason) = build.unaligned {
        println!("not aligned: {reason}");
        return Ok(());
    }
    assert_eq!(output_of(&build.executables[0]), format!("{:?}", [0; 8]));
    Ok(())
}

pub(crate) fn built_once() -> Tested {
    let project = Project::that_prints("one");
    let first = project.build(Some("HEAD"), 1).0?;
    fs::remove_file(project.builds().join("build.log"))?;
    let (second, told) = project.build(Some("HEAD"), 1);
    assert_eq!(second?, first);
    assert_eq!(told, [format!("{}: cached", first.described)]);
    assert!(!project.builds().join("build.log").exists(), "cargo was called");
    // The tree as it stands is that of HEAD.
    let (third, told) = project.build(None, 1);
    assert_eq!(third?, first);
    assert_eq!(told, [format!("{}: cached", first.described)]);
    let fewer = project.build(Some("HEAD"), 0).0?;
    assert_eq!(fewer.executables.len(), 1);
    assert_ne!(fewer.executables[0], first.executables[0]);
    Ok(())
}

pub(crate) fn equal_sources() -> Tested {
    let project = Project::that_prints("one");
    let first = project.build(Some("HEAD"), 0).0?;
    let bytes = fs::read(&first.executables[0])?;
    project.print("two");
    project.commit();
    let other = project.build(Some("HEAD"), 0).0?;
    assert_ne!(fs::read(&other.executables[0])?, bytes);
    fs::remove_dir_all(first.executables[0].parent().expect("it has one"))?;
    let again = project.build(Some("HEAD~1"), 0).0?;
    assert!(fs::read(&again.executables[0])? == bytes, "the same sources gave another executable");
    assert!(!again.is_same_as(&other)?);
    project.write("NOTES.md", "Nothing that is compiled.\n");
    project.commit();
    let noted = project.build(Some("HEAD"), 0).0?;
    assert_ne!(noted.executables, other.executables);
    assert!(noted.is_same_as(&other)?, "they differ in a text alone");
    Ok(())
}

pub(crate) fn cut_short() -> Tested {
    let project = Project::that_prints("one");
    let build = project.build(Some("HEAD"), 1).0?;
    let last = build.executables.last().expect("there is one");
    fs::write(last, b"\x7fELF")?;
    let (again, told) = project.build(Some("HEAD"), 1);
    assert_eq!(again?, build);
    assert!(told[0].contains("was cut short and is built anew"), "{told:?}");
    assert_eq!(output_of(last), "one 6");
    Ok(())
}

pub(crate) fn below() -> Tested {
    let outer = Project::that_prints("one");
    for file in ["Cargo.toml", "src/lib.rs"] {
        outer.write(&format!("inner/{file}"), &fs::read_to_string(outer.folder.join(file))?);
    }
    outer.write("inner/.cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"inner\"]\n");
    outer.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"outer\"]\n");
    outer.write(
        "inner/build.rs",
        "fn main() { let flags = std::env::var(\"CARGO_ENCODED_RUSTFLAGS\").unwrap();\n\
         println!(\"cargo::rustc-env=FLAGS={}\", flags.replace('\\u{1f}', \" \")); }\n",
    );
    outer.write("inner/src/main.rs", "fn main() { println!(\"{}\", env!(\"FLAGS\")); }\n");
    outer.write(".gitignore", "/target\n/inner/profiles\n");
    outer.commit();
    let project = outer.folder.join("inner");
    let build = build_this_tree(&layout_of(&project), &project, PROGRAM, 0, &mut |_| ())?;
    let said = output_of(&build.executables[0]);
    assert_eq!((said.matches("inner").count(), said.matches("outer").count()), (1, 1), "{said}");
    Ok(())
}

pub(crate) fn other_linker() -> Tested {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    let project = Project::that_prints("one");
    project.write(".cargo/config.toml", "[build]\nrustflags = [\"-Clinker-features=-lld\"]\n");
    project.commit();
    let (build, told) = project.build(Some("HEAD"), 2);
    let build = build?;
    assert_eq!(build.executables.len(), 1);
    let reason = build.without_placements.clone().expect("there is a reason");
    assert!(reason.starts_with("the linker has no --shuffle-sections, lld has: "), "{reason}");
    assert!(told.iter().any(|line| line.contains(&reason)), "{told:?}");
    // Kept with the build.
    assert_eq!(project.build(Some("HEAD"), 2).0?.without_placements, Some(reason));
    Ok(())
}
