//! The command line of the time target: perflab's options, and criterion's flags handed on as they are.

use clap::{Arg, ArgAction, Args, Command, FromArgMatches};

use crate::instruments::Options;

/// Criterion 0.8's flags that take a value. Its filter, `--exact` and `--list` are perflab's own, by case ids.
const WITH_VALUE: [&str; 14] = [
    "color",
    "save-baseline",
    "baseline",
    "baseline-lenient",
    "profile-time",
    "load-baseline",
    "sample-size",
    "warm-up-time",
    "measurement-time",
    "nresamples",
    "noise-threshold",
    "confidence-level",
    "significance-level",
    "output-format",
];

/// Criterion 0.8's flags that take none.
const SWITCHES: [&str; 6] = ["verbose", "quiet", "noplot", "discard-baseline", "quick", "test"];

/// Criterion makes a folder of a baseline's name, so a name may not leave its place.
const BASELINES: [&str; 4] = ["save-baseline", "baseline", "baseline-lenient", "load-baseline"];

/// What the time target was asked.
#[derive(Debug)]
pub(super) struct Arguments {
    /// Understood by every instrument.
    pub(super) options: Options,
    /// `--list`: print the cases and measure nothing.
    pub(super) list: bool,
    /// Criterion's, as typed.
    pub(super) harness_args: Vec<String>,
}

impl Arguments {
    pub(super) fn parse() -> Result<Self, clap::Error> {
        Self::parse_from(std::env::args())
    }

    fn parse_from(typed: impl IntoIterator<Item = String>) -> Result<Self, clap::Error> {
        let matches = command().try_get_matches_from(typed)?;
        let options = Options::from_arg_matches(&matches)?;
        let mut harness_args = Vec::new();
        for name in WITH_VALUE {
            if let Some(value) = matches.get_one::<String>(name) {
                if BASELINES.contains(&name) && !is_baseline_name(value) {
                    let message =
                        format!("--{name} {value}: a baseline's name is made of a-z, A-Z, 0-9, - and _");
                    return Err(command().error(clap::error::ErrorKind::ValueValidation, message));
                }
                harness_args.extend([format!("--{name}"), value.clone()]);
            }
        }
        harness_args.extend(
            SWITCHES.into_iter().filter(|name| matches.get_flag(name)).map(|name| format!("--{name}")),
        );
        Ok(Self { options, list: matches.get_flag("list"), harness_args })
    }
}

/// A number that criterion will take, as typed: what it would refuse is refused here, once and not for every case.
fn number(text: &str, least: f64) -> Result<String, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= least => Ok(text.to_owned()),
        Ok(_) => Err(format!("criterion wants {least} or more")),
        Err(_) => Err("this is no number".to_owned()),
    }
}

fn is_baseline_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn command() -> Command {
    let command = Command::new("time")
        .bin_name("cargo bench --bench time --")
        .about("Times the matching cases; criterion's flags pass through");
    let mut command = Options::augment_args(command)
        .arg(Arg::new("bench").long("bench").hide(true).action(ArgAction::SetTrue))
        .arg(Arg::new("list").long("list").action(ArgAction::SetTrue).help("Print the matching cases"))
        .arg(Arg::new("format").long("format").hide(true).num_args(1));
    for name in WITH_VALUE {
        let argument = Arg::new(name).long(name).num_args(1).help_heading("Criterion's own");
        command = command.arg(match name {
            "sample-size" => argument.value_parser(|text: &str| number(text, 10.0)),
            "nresamples" | "profile-time" => argument.value_parser(|text: &str| number(text, 1.0)),
            "warm-up-time" | "measurement-time" => argument.value_parser(|text: &str| number(text, 1e-3)),
            _ => argument,
        });
    }
    for name in SWITCHES {
        command =
            command.arg(Arg::new(name).long(name).action(ArgAction::SetTrue).help_heading("Criterion's own"));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &[&str]) -> Result<Arguments, clap::Error> {
        let typed = std::iter::once("time").chain(typed.iter().copied()).map(str::to_owned);
        Arguments::parse_from(typed)
    }

    #[test]
    fn the_command_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn criterions_flags_are_handed_on_and_ours_are_kept() {
        let typed = ["--bench", "--save-baseline", "x", "--timeout", "5", "push@100", "--quick"];
        let arguments = parse(&typed).expect("all are known");
        assert_eq!(arguments.harness_args, ["--save-baseline", "x", "--quick"]);
        assert_eq!(arguments.options.filter.as_deref(), Some("push@100"));
        assert_eq!(arguments.options.timeout, 5);
    }

    #[test]
    fn a_baseline_cannot_leave_its_folder() {
        for name in ["../../x", "a/b", "", "."] {
            assert!(parse(&["--save-baseline", name]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_number_that_criterion_would_refuse_is_wrong_usage() {
        for typed in [["--measurement-time", "abc"], ["--sample-size", "5"], ["--warm-up-time", "-1"]] {
            assert!(parse(&typed).is_err(), "{typed:?}");
        }
        assert!(parse(&["--measurement-time", "0.2"]).is_ok());
    }

    #[test]
    fn an_unknown_flag_is_wrong_usage() {
        assert!(parse(&["--measurement-tim", "1"]).is_err());
    }
}
