//! Addresses of this process to frame names, each address resolved once. Shared by all that have addresses: samples of this
//! process, and profiles of another one that ran the same file.

use std::collections::HashMap;

use super::program::Program;
use crate::record::NO_LINE;

/// What is known of an address.
struct At {
    /// The functions there, innermost inlined one first.
    names: Vec<String>,
    /// Whether the debug information knows the file and no line of it.
    has_no_line: bool,
}

/// The names of the functions at each address seen.
pub(super) struct Symbols {
    program: Program,
    /// Whether addresses are fine enough to tell inlined functions apart.
    inlined: bool,
    at: HashMap<usize, At>,
    /// Functions that libc picks at start-up for this CPU, and that its symbol table does not name.
    picked: Vec<(usize, &'static str)>,
}

impl Symbols {
    /// Of this process as it is now, with the names of `inlined` functions or without.
    pub(super) fn new(inlined: bool) -> Self {
        Self { program: Program::read(), inlined, at: HashMap::new(), picked: picked() }
    }

    /// Frame names of a stack, root first.
    pub(super) fn frames(&mut self, addresses: &[usize]) -> Vec<String> {
        let mut leaf_first = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            // A return address points behind its call, maybe into the next function or line.
            let at = if index == 0 { *address } else { address.saturating_sub(1) };
            // Only of what runs can be told which instruction it is of all that belong to no line.
            if index == 0 && self.inlined && self.has_no_line(at) {
                leaf_first.push(NO_LINE.to_owned());
            }
            leaf_first.extend_from_slice(self.names_at(at));
            if let Some(called) = self.called(*address, addresses.get(index + 1)) {
                let shown = leaf_first.last().is_some_and(|last| *last == called);
                if !shown {
                    leaf_first.push(called);
                }
            }
        }
        leaf_first.reverse();
        leaf_first
    }

    /// The function of another module that our code at `caller` called, where that is not what runs at
    /// `address`: libc's `malloc`, above one of its functions that has no name.
    fn called(&mut self, address: usize, caller: Option<&usize>) -> Option<String> {
        if self.program.is_own_code(address) {
            return None;
        }
        let function = self.program.called_before(*caller?)??;
        self.in_library(function)
    }

    /// The function of another module that our call instruction at `address` calls, where the instruction tells.
    pub(super) fn library_function_called_at(&mut self, address: usize) -> Option<String> {
        let function = self.program.called_at(address)?;
        self.in_library(function)
    }

    /// The name of the `function` that begins there, where that is not our own.
    fn in_library(&mut self, function: usize) -> Option<String> {
        if self.program.is_own_code(function) {
            return None;
        }
        if let Some((_, name)) = self.picked.iter().find(|(picked, _)| *picked == function) {
            return Some((*name).to_owned());
        }
        self.names_at(function).last().cloned()
    }

    /// Where the first byte of this program's own file lies.
    pub(super) fn start(&self) -> Option<usize> {
        self.program.start()
    }

    /// The functions at `address`, innermost inlined one first.
    pub(super) fn names_at(&mut self, address: usize) -> &[String] {
        &self.at(address).names
    }

    /// Whether the instruction at `address` belongs to no line of source: the compiler made one of several, and where they
    /// were inlined from is lost (DWARF 5, section 6.2.2: line 0).
    pub(super) fn has_no_line(&mut self, address: usize) -> bool {
        self.at(address).has_no_line
    }

    fn at(&mut self, address: usize) -> &At {
        let Self { program, inlined, at, .. } = self;
        at.entry(address).or_insert_with(|| {
            let mut found = Vec::new();
            let mut has_no_line = None;
            // It takes what it is given for a return address, and looks one byte before it.
            backtrace::resolve(address.wrapping_add(1) as *mut _, |symbol| {
                has_no_line.get_or_insert(symbol.filename().is_some() && symbol.lineno().is_none());
                // The alternate form leaves out hashes and crate disambiguators.
                found.extend(symbol.name().map(|name| format!("{name:#}")));
            });
            if !*inlined {
                found.drain(..found.len().saturating_sub(1));
            }
            let names = if found.is_empty() { vec![program.module(address)] } else { found };
            At { names, has_no_line: has_no_line.unwrap_or(false) }
        })
    }
}

/// The addresses of what the linker resolved these names to.
fn picked() -> Vec<(usize, &'static str)> {
    type Copy = unsafe extern "C" fn(*mut libc::c_void, *const libc::c_void, usize) -> *mut libc::c_void;
    type Fill = unsafe extern "C" fn(*mut libc::c_void, i32, usize) -> *mut libc::c_void;
    type Compare = unsafe extern "C" fn(*const libc::c_void, *const libc::c_void, usize) -> i32;
    vec![
        // memcpy and memmove are one function on x86-64: the name that promises less comes first.
        (libc::memmove as Copy as usize, "memmove"),
        (libc::memcpy as Copy as usize, "memcpy"),
        (libc::memset as Fill as usize, "memset"),
        (libc::memcmp as Compare as usize, "memcmp"),
    ]
}
