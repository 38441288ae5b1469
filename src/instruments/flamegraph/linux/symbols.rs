//! Addresses to frame names, each address resolved once.

use std::collections::HashMap;

use super::SamplerKind;
use super::program::Program;

/// The names of the functions at each address seen.
pub(super) struct Symbols {
    program: Program,
    /// Whether addresses are fine enough to tell inlined functions apart.
    inlined: bool,
    names: HashMap<usize, Vec<String>>,
    /// Functions that libc picks at start-up for this CPU, and that its symbol table does not name.
    picked: Vec<(usize, &'static str)>,
}

impl Symbols {
    pub(super) fn new(sampler: SamplerKind) -> Self {
        Self {
            program: Program::read(),
            // pprof merges addresses within a function and keeps the first it saw.
            inlined: sampler == SamplerKind::PerfEvent,
            names: HashMap::new(),
            picked: picked(),
        }
    }

    /// Frame names of a stack, root first.
    pub(super) fn frames(&mut self, addresses: &[usize]) -> Vec<String> {
        let mut leaf_first = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            // A return address points behind its call, maybe into the next function or line.
            let at = if index == 0 { *address } else { address.saturating_sub(1) };
            let names = self.names_at(at);
            leaf_first.extend_from_slice(names);
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
        if self.program.is_own_code(function) {
            return None;
        }
        if let Some((_, name)) = self.picked.iter().find(|(picked, _)| *picked == function) {
            return Some((*name).to_owned());
        }
        self.names_at(function).last().cloned()
    }

    /// The functions at `address`, innermost inlined one first.
    fn names_at(&mut self, address: usize) -> &[String] {
        let Self { program, inlined, names, .. } = self;
        names.entry(address).or_insert_with(|| {
            let mut found = Vec::new();
            backtrace::resolve(address as *mut _, |symbol| {
                // The alternate form leaves out hashes and crate disambiguators.
                found.extend(symbol.name().map(|name| format!("{name:#}")));
            });
            if !*inlined {
                found.drain(..found.len().saturating_sub(1));
            }
            if found.is_empty() { vec![program.module(address)] } else { found }
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
