//! The memory map of this process: which addresses are this program's own code, and which a library's.

use std::ops::Range;

/// A mapped file or region, as /proc/self/maps lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) addresses: Range<usize>,
    pub(super) path: String,
    executable: bool,
    readable: bool,
}

/// The map, as it was when read.
#[derive(Debug, Clone, Default)]
pub(super) struct Program {
    mappings: Vec<Mapping>,
    own_path: String,
}

impl Program {
    pub(super) fn read() -> Self {
        let text = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let own = std::fs::read_link("/proc/self/exe").unwrap_or_default();
        Self {
            mappings: text.lines().filter_map(Mapping::parse).collect(),
            own_path: own.to_string_lossy().into_owned(),
        }
    }

    fn at(&self, address: usize) -> Option<&Mapping> {
        let index = self.mappings.partition_point(|mapping| mapping.addresses.end <= address);
        self.mappings.get(index).filter(|mapping| mapping.addresses.contains(&address))
    }

    /// Whether `address` is code of this program itself, which is built with frame pointers.
    pub(super) fn is_own_code(&self, address: usize) -> bool {
        self.at(address).is_some_and(|mapping| mapping.executable && mapping.path == self.own_path)
    }

    /// Whether `address` is code at all.
    pub(super) fn is_code(&self, address: usize) -> bool {
        self.at(address).is_some_and(|mapping| mapping.executable)
    }

    /// `[libc.so.6]` for an address in libc: what can be said where there is no symbol.
    pub(super) fn module(&self, address: usize) -> String {
        let path = self.at(address).map_or("", |mapping| mapping.path.as_str());
        let name = path.rsplit('/').next().unwrap_or_default();
        match name {
            "" => "[unknown]".to_owned(),
            _ if name.starts_with('[') => name.to_owned(),
            _ => format!("[{name}]"),
        }
    }

    /// The paths of mapped files whose name holds `part`, each once.
    pub(super) fn paths_of(&self, part: &str) -> Vec<&str> {
        let name_holds = |path: &&str| path.rsplit('/').next().is_some_and(|name| name.contains(part));
        let mut paths: Vec<&str> =
            self.mappings.iter().map(|mapping| mapping.path.as_str()).filter(name_holds).collect();
        paths.dedup();
        paths
    }

    /// Where the first byte of this program's own file lies.
    pub(super) fn start(&self) -> Option<usize> {
        let own = self.mappings.iter().filter(|mapping| mapping.path == self.own_path);
        own.map(|mapping| mapping.addresses.start).min()
    }

    /// The function that the call instruction at `address` calls, where the instruction tells.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn called_at(&self, address: usize) -> Option<usize> {
        let length = match self.load::<2>(address)? {
            [0xe8, _] => 5,
            [0xff, 0x15] => 6,
            _ => return None,
        };
        self.called_before(address + length).flatten()
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn called_at(&self, _address: usize) -> Option<usize> {
        None
    }

    /// The function that the call instruction before `return_address` calls, where the instruction tells.
    /// `None` when there is no call instruction, `Some(None)` when it calls through a register.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn called_before(&self, return_address: usize) -> Option<Option<usize>> {
        /// Longest call instruction: FF /2 with SIB and a 32-bit displacement.
        const LONGEST: usize = 7;
        let first = return_address.checked_sub(LONGEST)?;
        if !self.is_own_code(first) || !self.is_own_code(return_address) {
            return None;
        }
        let code: [u8; LONGEST] = self.load(first)?;
        let displacement = i32::from_le_bytes([code[3], code[4], code[5], code[6]]) as isize;
        let target = return_address.wrapping_add_signed(displacement);
        if code[2] == 0xe8 && self.is_code(target) {
            return Some(Some(self.behind_stub(target)));
        }
        if code[1..3] == [0xff, 0x15] {
            return Some(
                self.load(target).map(usize::from_le_bytes).filter(|function| self.is_code(*function)),
            );
        }
        // FF /2: the opcode, then a ModRM byte whose middle bits are 2; 2 to 7 bytes in all.
        let through_register = (0..LONGEST - 1).any(|at| code[at] == 0xff && code[at + 1] & 0x38 == 0x10);
        through_register.then_some(None)
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn called_before(&self, _return_address: usize) -> Option<Option<usize>> {
        None
    }

    /// Where `jmp *slot` leads, if `function` is such a stub; else `function`.
    #[cfg(target_arch = "x86_64")]
    fn behind_stub(&self, function: usize) -> usize {
        let Some([0xff, 0x25, a, b, c, d]) = self.load::<6>(function) else { return function };
        let slot = (function + 6).wrapping_add_signed(i32::from_le_bytes([a, b, c, d]) as isize);
        let behind = self.load(slot).map(usize::from_le_bytes);
        behind.filter(|behind| self.is_code(*behind)).unwrap_or(function)
    }

    /// `N` bytes of this program's own image.
    #[cfg(target_arch = "x86_64")]
    fn load<const N: usize>(&self, address: usize) -> Option<[u8; N]> {
        let mapping = self.at(address)?;
        let inside = mapping.readable && address + N <= mapping.addresses.end;
        if !inside || mapping.path != self.own_path {
            return None;
        }
        // SAFETY: the bytes lie within a readable mapping of this program's own file, which stays mapped
        // as long as the program runs; code and relocated slots are not written to.
        Some(unsafe { (address as *const [u8; N]).read_unaligned() })
    }
}

impl Mapping {
    /// `55d0-55f0 r-xp 00001000 fe:01 123 /path with spaces`.
    fn parse(line: &str) -> Option<Self> {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let (flags, rest) = rest.split_once(' ')?;
        let path =
            rest.splitn(3, ' ').nth(2)?.trim_start().split_once(' ').map_or("", |(_inode, path)| path.trim());
        let hexadecimal = |text| usize::from_str_radix(text, 16).ok();
        Some(Self {
            addresses: hexadecimal(start)?..hexadecimal(end)?,
            path: path.to_owned(),
            executable: flags.contains('x'),
            readable: flags.starts_with('r'),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_map_is_read() {
        let mapping =
            Mapping::parse("1000-2000 r-xp 00001000 fe:01 1234      /opt/my lab/perflab").expect("a mapping");
        assert_eq!((mapping.addresses, mapping.path.as_str()), (0x1000..0x2000, "/opt/my lab/perflab"));
        assert!(mapping.executable && mapping.readable);
        let nameless = Mapping::parse("1000-2000 rw-p 00000000 00:00 0").expect("a mapping");
        assert_eq!(nameless.path, "");
    }

    #[test]
    fn this_function_is_own_code_and_malloc_is_not() {
        let program = Program::read();
        assert!(program.is_own_code(Program::read as fn() -> Program as usize));
        let malloc = libc::malloc as unsafe extern "C" fn(usize) -> *mut libc::c_void as usize;
        assert!(program.is_code(malloc) && !program.is_own_code(malloc));
        assert!(program.module(malloc).contains("libc"), "{}", program.module(malloc));
    }
}
