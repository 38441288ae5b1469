//! What Callgrind's file says: the functions, what each of their instructions cost, and who called whom how often at what
//! cost. Bytes in, a graph out: knows no executable, no symbols beyond those in the file, and no clock.
//!
//! The format is Callgrind's, version 1 (Valgrind manual, "Callgrind Format Specification"). It is foreign input: a file
//! that was cut short, is of another version or no profile at all is an error with its line, never a panic.

mod error;
mod names;
mod numbers;
mod reader;
#[cfg(test)]
mod tests;

pub use error::CallGraphError;

/// What is counted of an instruction, a call or a whole program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Instructions executed.
    pub instructions: u64,
    /// Branches executed, conditional and indirect; zero where no predictor was simulated.
    pub branches: u64,
    /// Those of them that the simulated predictor guessed wrong.
    pub mispredicted: u64,
}

impl Cost {
    /// Adds `other`, up to what a number can hold.
    pub fn add(&mut self, other: Self) {
        self.instructions = self.instructions.saturating_add(other.instructions);
        self.branches = self.branches.saturating_add(other.branches);
        self.mispredicted = self.mispredicted.saturating_add(other.mispredicted);
    }
}

/// What one instruction cost, or a function as a whole where the file gives no addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where the instruction lies in its object, as the object's own symbols count; `None` in a file without addresses.
    pub address: Option<u64>,
    /// Its cost over the whole profile.
    pub cost: Cost,
}

/// Calls from one place to one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// Where the call instruction lies; `None` in a file without addresses.
    pub address: Option<u64>,
    /// The index of the function called.
    pub callee: usize,
    /// How often; zero for a call that was already under way when counting began.
    pub calls: u64,
    /// What these calls cost, with all that they called.
    pub inclusive: Cost,
}

/// A function: what a symbol of the object names, with all that was inlined into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name, as Callgrind writes it.
    pub name: String,
    /// The index of the object that it lies in.
    pub object: usize,
    /// What its own instructions cost.
    pub lines: Vec<Line>,
    /// What it calls.
    pub arcs: Vec<Arc>,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallGraph {
    /// The files that hold the code; the first is unnamed, for functions of which the profile gives none.
    pub objects: Vec<String>,
    /// Every function, each once.
    pub functions: Vec<Function>,
    /// What all functions' own instructions cost.
    pub total: Cost,
    /// Whether branches were counted.
    pub has_branches: bool,
}

impl CallGraph {
    /// Reads a profile, in time linear in its length.
    ///
    /// # Errors
    /// [`CallGraphError`], with the line where there is one: for a file that is empty, no profile, of another version, cut
    /// short, without instruction counts, or that does not add up.
    pub fn read(bytes: &[u8]) -> Result<Self, CallGraphError> {
        reader::read(bytes)
    }
}
