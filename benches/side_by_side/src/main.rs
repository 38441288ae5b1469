//! perflab's verdicts beside criterion's and tango-bench's: the same functions, called alike, compared with themselves and
//! with 1, 2 and 5 % more work, in turn in one run. docs/method.md, "Beside criterion and tango-bench".
//!
//! One executable is the driver, perflab's server, criterion's benchmark and tango-bench's, so that all of them call the
//! same machine code.

mod by_criterion;
mod by_perflab;
mod by_tango;
mod criterion_words;
mod functions;
mod run;
mod side;
mod table;
mod tango_words;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

use side::{Role, Side};

fn main() -> ExitCode {
    if let Some(code) = perflab::instruments::compare::serve(&functions::CALLS) {
        return code;
    }
    let outcome = match Side::from_environment() {
        Some(Side { role: Role::Criterion, function, share }) => by_criterion::serve(&function, share),
        Some(Side { role: Role::Tango, function, share }) => by_tango::serve(&function, share),
        None => run::run(&run::Arguments::parse()),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
