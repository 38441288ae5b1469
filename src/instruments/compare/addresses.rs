//! Where the system puts a process's stack, heap and code. Linux draws that anew for each process (address space layout
//! randomisation); two builds that are compared are to find all of it at the same places, which we draw for both.

use std::path::Path;

/// Runs `start`; processes that it starts from this thread are put at addresses that the system does not draw, where it lets
/// us ask for that.
#[cfg(target_os = "linux")]
pub(super) fn undrawn<T>(start: impl FnOnce() -> T) -> T {
    let before = personality::get().filter(|before| personality::set(before | libc::ADDR_NO_RANDOMIZE));
    let started = start();
    before.map(personality::set);
    started
}

/// Runs `start`: only Linux is asked not to draw.
#[cfg(not(target_os = "linux"))]
pub(super) fn undrawn<T>(start: impl FnOnce() -> T) -> T {
    start()
}

/// Whether the system lets us ask for addresses that it does not draw.
#[cfg(target_os = "linux")]
pub fn can_be_undrawn() -> bool {
    undrawn(|| personality::get().is_some_and(|now| now & libc::ADDR_NO_RANDOMIZE != 0))
}

/// Whether the system lets us ask for addresses that it does not draw.
#[cfg(not(target_os = "linux"))]
pub fn can_be_undrawn() -> bool {
    false
}

/// Bytes of environment by which the stack of `executable` lies where that of any other of `executables` does with the same
/// `padding`: its path stands on the stack twice, as what was started and as the first argument.
pub(super) fn levelled(padding: usize, executable: &Path, executables: &[impl AsRef<Path>]) -> usize {
    let length = |path: &Path| path.as_os_str().len();
    let longest = executables.iter().map(|path| length(path.as_ref())).max().unwrap_or(0);
    padding + 2 * longest.saturating_sub(length(executable))
}

/// personality(2), of this thread alone; what it starts inherits it.
#[cfg(target_os = "linux")]
mod personality {
    /// Asks for the value, and changes nothing.
    const ASK: libc::c_ulong = 0xffff_ffff;

    /// Nothing where the system does not say.
    pub(super) fn get() -> Option<libc::c_int> {
        // SAFETY: it changes nothing, and takes no pointer.
        let now = unsafe { libc::personality(ASK) };
        (now != -1).then_some(now)
    }

    /// Whether the system let it be set.
    pub(super) fn set(value: libc::c_int) -> bool {
        // SAFETY: it takes no pointer, and what it changes is looked at when a process starts.
        unsafe { libc::personality(value as libc::c_ulong) != -1 }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// The lowest address of the stack's arguments, and the first of the heap, of a process of its own.
    fn places(executable: &Path, padding: usize) -> (String, String) {
        let mut command = Command::new(executable);
        command.env("PADDING", "x".repeat(padding)).args(["/proc/self/stat", "/proc/self/maps"]);
        let output = undrawn(|| command.output()).expect("cat runs");
        let told = String::from_utf8(output.stdout).expect("it is text");
        let (stat, maps) = told.split_once('\n').expect("a line, and the maps");
        let fields = stat.rsplit_once(')').expect("a name in brackets").1;
        let heap = maps.lines().find(|line| line.ends_with("[heap]")).expect("cat has a heap");
        let stack = fields.split_whitespace().nth(25).expect("where the stack starts");
        (stack.to_owned(), heap.split('-').next().expect("an address").to_owned())
    }

    /// The same program under two names, one of them longer.
    fn programs(folder: &Path) -> [PathBuf; 2] {
        ["cat", "the-same-program"].map(|name| {
            let path = folder.join(name);
            std::fs::copy("/bin/cat", &path).expect("a copy");
            path
        })
    }

    #[test]
    fn stacks_and_heaps_of_two_builds_lie_at_the_same_places_which_the_padding_moves() {
        if !can_be_undrawn() {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let programs = programs(folder.path());
        let of =
            |which: usize, padding| places(&programs[which], levelled(padding, &programs[which], &programs));
        assert_eq!(of(0, 160), of(1, 160));
        assert_eq!(of(0, 160), of(0, 160));
        assert_ne!(of(0, 160).0, of(0, 320).0, "the padding moves the stack");
    }

    #[test]
    fn what_is_started_afterwards_is_drawn_again() {
        let before = personality::get();
        undrawn(|| ());
        assert_eq!(personality::get(), before);
    }
}
