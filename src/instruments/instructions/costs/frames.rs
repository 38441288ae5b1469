//! From a function of the profile and an address in it to the frames that a reader knows: the function of the symbol, and
//! those inlined into it there.

use std::path::Path;

use crate::instruments::instructions::call_graph::{CallGraph, Function};

/// Names what runs at an instruction.
pub(super) trait Frames {
    /// The functions at `address` of `function`, the outermost first; at least one. Maybe
    /// [`NO_LINE`](crate::record::NO_LINE) at the end.
    fn at(&mut self, graph: &CallGraph, function: &Function, address: Option<u64>) -> Vec<String>;

    /// What the call instruction there asks for by name, where that is a function of a library: `memcpy`, of which the
    /// library has one form for each kind of processor.
    fn asked_for(&mut self, function: &Function, address: Option<u64>) -> Option<String>;
}

/// The names that Callgrind wrote, inlined functions among those they were inlined into.
pub(super) struct Symbolic;

impl Frames for Symbolic {
    fn at(&mut self, graph: &CallGraph, function: &Function, _: Option<u64>) -> Vec<String> {
        vec![name(graph, function)]
    }

    fn asked_for(&mut self, _: &Function, _: Option<u64>) -> Option<String> {
        None
    }
}

/// The name of a function as the CPU flamegraph has it: `[libc.so.6]` where there is no symbol, `malloc` for
/// `malloc@@GLIBC_2.2.5`, and one name for the parts that a C compiler made of a function.
pub(super) fn name(graph: &CallGraph, function: &Function) -> String {
    let name = function.name.as_str();
    let is_number =
        name.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    if name.is_empty() || name == "???" || is_number {
        let object = graph.objects.get(function.object).map_or("", String::as_str);
        let file = Path::new(object).file_name().map(|file| file.to_string_lossy());
        return file.map_or("[unknown]".to_owned(), |file| format!("[{file}]"));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let end = name.bytes().position(|byte| !is_plain(byte)).unwrap_or(name.len());
    match name.as_bytes().get(end) {
        // A Rust name goes on with `::`, and one of C++ with a bracket.
        Some(b'@' | b'.') if end > 0 => name[..end].to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(target_os = "linux")]
pub(super) use resolved::Resolved;

#[cfg(target_os = "linux")]
mod resolved {
    use std::path::Path;

    use super::{CallGraph, Frames, Function, name};
    use crate::instruments::symbols::Symbols;
    use crate::record::NO_LINE;

    /// Frames by this executable's debug information. Callgrind ran the same file, and writes addresses as the file
    /// numbers them: they are looked up where this process has it mapped.
    pub(in crate::instruments::instructions::costs) struct Resolved {
        symbols: Symbols,
        /// The index of this executable among the profile's objects.
        object: usize,
        /// What makes an address of the file one of this process.
        base: usize,
    }

    /// Functions on which the base is tried.
    const TRIED: usize = 50;

    impl Resolved {
        /// For a `graph` of a process that ran `executable`, which is what runs here.
        ///
        /// # Errors
        /// One line, when most addresses do not lead to the functions that Callgrind names.
        pub(in crate::instruments::instructions::costs) fn of(
            graph: &CallGraph,
            executable: &Path,
        ) -> Result<Self, String> {
            let object = graph.objects.iter().position(|object| Path::new(object) == executable);
            let object = object.ok_or("Callgrind saw no code of this executable")?;
            let mut symbols = Symbols::new(true);
            let tried: Vec<(&str, usize)> = graph
                .functions
                .iter()
                .filter(|function| function.object == object)
                .filter_map(|function| {
                    let address = function.lines.first()?.address?;
                    Some((function.name.as_str(), usize::try_from(address).ok()?))
                })
                .take(TRIED)
                .collect();
            // An executable that is not position-independent numbers its code by where it is mapped.
            let bases = [symbols.start().unwrap_or(0), 0];
            let mut found = |base: usize| {
                let is_right = |(name, address): &&(&str, usize)| {
                    symbols.names_at(base.wrapping_add(*address)).last().is_some_and(|found| found == name)
                };
                tried.iter().filter(is_right).count()
            };
            let base = bases.into_iter().max_by_key(|base| found(*base)).unwrap_or(0);
            let right = found(base);
            if right == 0 || 2 * right < tried.len() {
                return Err(format!(
                    "{right} of {} addresses lead to the function that Callgrind names",
                    tried.len()
                ));
            }
            Ok(Self { symbols, object, base })
        }

        fn here(&self, function: &Function, address: Option<u64>) -> Option<usize> {
            let address = usize::try_from(address?).ok()?;
            (function.object == self.object).then(|| self.base.wrapping_add(address))
        }
    }

    impl Frames for Resolved {
        fn at(&mut self, graph: &CallGraph, function: &Function, address: Option<u64>) -> Vec<String> {
            let Some(here) = self.here(function, address) else { return vec![name(graph, function)] };
            let has_no_line = self.symbols.has_no_line(here);
            match self.symbols.names_at(here) {
                // No symbol at all.
                [only] if only.starts_with('[') => vec![name(graph, function)],
                names => {
                    let marker = has_no_line.then_some(NO_LINE).map(str::to_owned);
                    names.iter().rev().cloned().chain(marker).collect()
                }
            }
        }

        fn asked_for(&mut self, function: &Function, address: Option<u64>) -> Option<String> {
            self.symbols.library_function_called_at(self.here(function, address)?)
        }
    }
}
