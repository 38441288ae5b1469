//! Line by line through a profile.

use std::collections::HashMap;

use super::names::Names;
use super::numbers::{Words, decimal, position};
use super::{Arc, CallGraph, CallGraphError, Cost, Function, Line};

/// The version of the format that is read.
const VERSION: &[u8] = b"1";

/// Reads all of it.
pub(super) fn read(bytes: &[u8]) -> Result<CallGraph, CallGraphError> {
    if bytes.trim_ascii().is_empty() {
        return Err(CallGraphError::Empty);
    }
    let mut reader = Reader::default();
    // The unnamed object, of functions before the first `ob=`.
    reader.object = reader.objects.index(b"").unwrap_or_default();
    let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        reader.number += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line[0] == b'#' {
            continue;
        }
        // Every line ends; where the last does not, the rest of it is missing.
        let is_whole = lines.peek().is_some();
        let read = reader.line(line);
        match read {
            Ok(()) if !is_whole => return Err(CallGraphError::CutShort),
            Err(CallGraphError::Line { line, .. }) if !is_whole && line > 1 => {
                return Err(CallGraphError::CutShort);
            }
            read => read?,
        }
    }
    reader.finish()
}

/// Which columns of a cost line hold what is kept.
#[derive(Debug, Clone, Copy, Default)]
struct Columns {
    count: usize,
    instructions: Option<usize>,
    branches: [Option<usize>; 2],
    mispredicted: [Option<usize>; 2],
}

impl Columns {
    fn of(events: &[u8]) -> Self {
        let column = |name: &[u8]| Words::of(events).position(|event| event == name);
        Self {
            count: Words::of(events).count(),
            instructions: column(b"Ir"),
            branches: [column(b"Bc"), column(b"Bi")],
            mispredicted: [column(b"Bcm"), column(b"Bim")],
        }
    }

    /// The cost in the rest of a line; trailing zeros are not written.
    fn cost(&self, words: Words<'_>) -> Option<Cost> {
        let mut cost = Cost::default();
        for (index, word) in words.enumerate() {
            if index >= self.count {
                return None;
            }
            let value = decimal(word)?;
            let at = Some(index);
            if self.instructions == at {
                cost.instructions = value;
            } else if self.branches.contains(&at) {
                cost.branches = cost.branches.saturating_add(value);
            } else if self.mispredicted.contains(&at) {
                cost.mispredicted = cost.mispredicted.saturating_add(value);
            }
        }
        Some(cost)
    }
}

/// What the next line of numbers is.
#[derive(Debug, Clone, Copy, Default)]
enum Next {
    /// What an instruction costs.
    #[default]
    Own,
    /// What the calls to this function cost, and how many they were.
    Calls { callee: usize, calls: u64 },
    /// Where a jump is, without a cost.
    Jump,
}

#[derive(Default)]
struct Reader<'a> {
    /// Of the line being read, from 1.
    number: u64,
    objects: Names<'a>,
    names: Names<'a>,
    functions: Vec<Function>,
    by_name: HashMap<(usize, usize), usize>,
    columns: Option<Columns>,
    /// Whether lines begin with an address, and whether a line number follows.
    positions: (bool, bool),
    /// The address of the line of cost before.
    address: u64,
    object: usize,
    function: Option<usize>,
    called_object: Option<usize>,
    called: Option<usize>,
    next: Next,
    sum: Cost,
    totals: Option<u64>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a [u8]) -> Result<(), CallGraphError> {
        let wrong = |number: u64, what: &'static str| CallGraphError::line(number, what, line);
        if line[0].is_ascii_digit() || matches!(line[0], b'+' | b'-' | b'*') {
            return self.numbers(line);
        }
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        if !matches!(self.next, Next::Own) {
            return Err(wrong(self.number, "should be what a call cost"));
        }
        let Some(end) = line.iter().position(|byte| matches!(byte, b'=' | b':')) else {
            return Err(wrong(self.number, "is none of the format's"));
        };
        let (key, rest) = (&line[..end], &line[end + 1..]);
        if line[end] == b':' {
            return self.header(key, rest.trim_ascii(), line);
        }
        let nameless = || wrong(self.number, "refers to a number that has no name");
        match key {
            b"ob" => self.object = self.objects.index(rest).ok_or_else(nameless)?,
            b"cob" => self.called_object = Some(self.objects.index(rest).ok_or_else(nameless)?),
            b"fn" => {
                let name = self.names.index(rest).ok_or_else(nameless)?;
                self.function = Some(self.function_of(self.object, name));
            }
            b"cfn" => {
                let name = self.names.index(rest).ok_or_else(nameless)?;
                // An object stands before one name: calls that were not collected leave both behind, without a count.
                let object = self.called_object.take().unwrap_or(self.object);
                self.called = Some(self.function_of(object, name));
            }
            // Source files: what is inlined is told by addresses.
            b"fl" | b"fi" | b"fe" | b"cfl" | b"cfi" | b"jfi" | b"jfn" => {}
            b"calls" => {
                let calls = Words::of(rest).next().and_then(decimal);
                let calls = calls.ok_or_else(|| wrong(self.number, "holds no number of calls"))?;
                let callee = self.called.take();
                let callee =
                    callee.ok_or_else(|| wrong(self.number, "follows no name of a function called"))?;
                self.next = Next::Calls { callee, calls };
            }
            b"jump" | b"jcnd" => self.next = Next::Jump,
            _ => return Err(wrong(self.number, "is none of the format's")),
        }
        Ok(())
    }

    fn header(&mut self, key: &[u8], value: &[u8], line: &[u8]) -> Result<(), CallGraphError> {
        match key {
            b"version" if value != VERSION => {
                return Err(CallGraphError::Version(
                    String::from_utf8_lossy(value).chars().take(20).collect(),
                ));
            }
            b"positions" => {
                let has = |name: &[u8]| Words::of(value).any(|word| word == name);
                self.positions = (has(b"instr"), has(b"line"));
            }
            b"events" => self.columns = Some(Columns::of(value)),
            b"totals" => {
                let wrong = || CallGraphError::line(self.number, "holds something else than numbers", line);
                let columns = self.columns.ok_or(CallGraphError::NoInstructions)?;
                let cost = columns.cost(Words::of(value)).ok_or_else(wrong)?;
                self.totals = Some(self.totals.unwrap_or(0).saturating_add(cost.instructions));
            }
            _ if !key.iter().all(u8::is_ascii_alphabetic) => {
                return Err(CallGraphError::line(self.number, "is none of the format's", line));
            }
            _ => {}
        }
        Ok(())
    }

    /// A line of cost, or of a jump.
    fn numbers(&mut self, line: &[u8]) -> Result<(), CallGraphError> {
        let wrong = |what| CallGraphError::line(self.number, what, line);
        let columns = self.columns.ok_or_else(|| wrong("is a cost before `events:`"))?;
        let function = self.function.ok_or_else(|| wrong("is a cost before any function"))?;
        let mut words = Words::of(line);
        let (has_address, has_line) = self.positions;
        if has_address {
            let address = words.next().and_then(|word| position(word, self.address));
            self.address = address.ok_or_else(|| wrong("begins with no address"))?;
        }
        // Without `positions:` there is a line number.
        if has_line || !has_address {
            words.next().ok_or_else(|| wrong("has no line number"))?;
        }
        let next = std::mem::take(&mut self.next);
        if matches!(next, Next::Jump) {
            return Ok(());
        }
        let cost = columns.cost(words).ok_or_else(|| wrong("holds something else than its costs"))?;
        let address = has_address.then_some(self.address);
        let function = &mut self.functions[function];
        match next {
            Next::Calls { callee, calls } => {
                function.arcs.push(Arc { address, callee, calls, inclusive: cost });
            }
            _ => {
                self.sum.add(cost);
                match function.lines.last_mut() {
                    Some(last) if last.address == address => last.cost.add(cost),
                    _ => function.lines.push(Line { address, cost }),
                }
            }
        }
        Ok(())
    }

    fn function_of(&mut self, object: usize, name: usize) -> usize {
        *self.by_name.entry((object, name)).or_insert_with(|| {
            let name = self.names.text(name);
            self.functions.push(Function { name, object, lines: Vec::new(), arcs: Vec::new() });
            self.functions.len() - 1
        })
    }

    fn finish(self) -> Result<CallGraph, CallGraphError> {
        let columns = self.columns.ok_or(CallGraphError::CutShort)?;
        if columns.instructions.is_none() {
            return Err(CallGraphError::NoInstructions);
        }
        let totals = self.totals.ok_or(CallGraphError::CutShort)?;
        if !matches!(self.next, Next::Own) {
            return Err(CallGraphError::CutShort);
        }
        if totals != self.sum.instructions {
            return Err(CallGraphError::DoesNotAddUp { sum: self.sum.instructions, totals });
        }
        Ok(CallGraph {
            objects: self.objects.into_texts(),
            functions: self.functions,
            total: self.sum,
            has_branches: columns.branches.iter().any(Option::is_some),
        })
    }
}
