//! Mends stacks that libc breaks.
//!
//! The kernel walks frame pointers. This program and std keep them, libc does not: while libc runs, the
//! walk skips the function that called it (libc left the register alone) or ends at once (libc uses it for
//! something else). A copy of the top of the stack, taken with the sample, tells where our own frames begin:
//! libc saved our frame pointer there, and our own return address lies below that frame.

use crate::instruments::program::Program;

/// Bytes of stack copied with each sample; zero where no repair is known.
#[cfg(target_arch = "x86_64")]
pub(super) const DUMP_BYTES: u32 = 4_096;
#[cfg(not(target_arch = "x86_64"))]
pub(super) const DUMP_BYTES: u32 = 0;

/// Which registers the kernel sends, PERF_REG_X86_BP (6) and PERF_REG_X86_SP (7), in this order.
#[cfg(target_arch = "x86_64")]
pub(super) const REGISTERS: u64 = 1 << 6 | 1 << 7;
#[cfg(not(target_arch = "x86_64"))]
pub(super) const REGISTERS: u64 = 0;

const WORD: usize = size_of::<usize>();

/// The frame and stack pointers of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registers {
    frame: usize,
    stack: usize,
}

impl Registers {
    pub(super) fn of(registers: &[u64]) -> Option<Self> {
        let [frame, stack] = registers else { return None };
        Some(Self { frame: *frame as usize, stack: *stack as usize })
    }
}

/// The stack at the moment of the sample.
struct Dump<'a> {
    start: usize,
    bytes: &'a [u8],
}

impl Dump<'_> {
    fn word(&self, address: usize) -> Option<usize> {
        let offset = address.checked_sub(self.start)?;
        let bytes = self.bytes.get(offset..offset.checked_add(WORD)?)?;
        Some(usize::from_ne_bytes(bytes.try_into().ok()?))
    }

    fn addresses(&self) -> impl Iterator<Item = usize> {
        (0..self.bytes.len() / WORD).map(move |index| self.start + index * WORD)
    }

    /// Whether a frame of our own code begins at `base`: the saved frame pointer leads up the stack, and
    /// above it lies a return address behind a call instruction of ours.
    fn is_frame(&self, program: &Program, base: usize) -> bool {
        let above = |saved: usize| saved > base && saved.is_multiple_of(WORD);
        base.is_multiple_of(WORD)
            && self.word(base).is_some_and(above)
            && self.word(base + WORD).is_some_and(|address| program.called_before(address).is_some())
    }

    /// The caller of a function of ours that has no frame: a shim, or one at its first or last instruction.
    fn caller_of_frameless(&self, program: &Program, registers: Registers) -> Option<usize> {
        let top = self.word(registers.stack)?;
        // `push rbp` is done, `mov rbp, rsp` is not.
        let address = if top == registers.frame { self.word(registers.stack + WORD)? } else { top };
        program.called_before(address).map(|_| address)
    }

    /// The first return address into our own code in `range`.
    fn return_address(&self, program: &Program, range: std::ops::Range<usize>) -> Option<usize> {
        let inside = self.addresses().skip_while(|at| *at < range.start).take_while(|at| *at < range.end);
        inside.filter_map(|at| self.word(at)).find(|address| program.called_before(*address).is_some())
    }

    /// The return addresses of the frames from `base` up, as far as the dump reaches.
    fn walk(&self, base: usize) -> impl Iterator<Item = usize> {
        let mut next = Some(base);
        std::iter::from_fn(move || {
            let base = next?;
            let address = self.word(base + WORD)?;
            next = self.word(base).filter(|above| *above > base);
            (address != 0).then_some(address)
        })
    }
}

/// The kernel's `chain`, or a better one where the running code is not our own.
pub(super) fn repair(program: &Program, registers: Registers, stack: &[u8], chain: Vec<usize>) -> Vec<usize> {
    let Some(running) = chain.first().copied() else { return chain };
    let dump = Dump { start: registers.stack, bytes: stack };
    if program.is_own_code(running) {
        return match dump.caller_of_frameless(program, registers) {
            Some(caller) if chain.get(1) != Some(&caller) => {
                std::iter::once(running).chain([caller]).chain(chain[1..].iter().copied()).collect()
            }
            _ => chain,
        };
    }
    // libc left the frame pointer alone: only the function that called it is missing.
    let untouched = chain.get(1).is_some_and(|address| program.called_before(*address).is_some());
    if untouched && registers.frame > registers.stack {
        let caller = dump.return_address(program, registers.stack..registers.frame);
        return match caller {
            Some(caller) => [running, caller].into_iter().chain(chain[1..].iter().copied()).collect(),
            None => chain,
        };
    }
    // libc uses the register: look for where it saved our frame pointer. Words that earlier calls left on
    // the stack may point to outer frames: the innermost frame is the one that called libc.
    let candidates = dump.addresses().filter_map(|at| {
        let base = dump.word(at).filter(|base| *base > at && dump.is_frame(program, *base))?;
        Some((at, base))
    });
    let saved = candidates.min_by_key(|(at, base)| (*base, *at));
    let Some((at, base)) = saved else { return chain };
    let caller = dump.return_address(program, at + WORD..base);
    std::iter::once(running).chain(caller).chain(dump.walk(base)).collect()
}
