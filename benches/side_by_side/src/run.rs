//! The run: every tool compares every function, in turn.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::bail;
use perflab::instruments::{environment, interrupted, stop_on_ctrl_c};
use perflab::record::Environment;
use serde::Serialize;

use super::by_criterion::{self, Times};
use super::functions::{SHARES, WHOLE, names};
use super::side::Builds;
use super::table::{Comparison, Row, Tool, as_text, rows};
use super::verdict::Word;
use super::{by_perflab, by_tango};

/// perflab, criterion and tango-bench compare ten functions with themselves, and with 1, 2 and 5 % more work, in turn.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "side-by-side")]
pub(crate) struct Arguments {
    /// Comparisons of each function with itself
    #[arg(long, value_name = "N", default_value = "2")]
    comparisons: u32,
    /// Comparisons of each function with 1, with 2 and with 5 % more work; without it as many as --comparisons
    #[arg(long, value_name = "N")]
    planted: Option<u32>,
    /// Seconds that criterion warms up, its default
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    criterion_warm_up: f64,
    /// Seconds that criterion measures, its default
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    criterion_measurement: f64,
    /// Seconds that tango-bench measures, in which its README promises to find 1 %; its default is 0.1
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    tango_time: f64,
    /// As JSON, every comparison included
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=60.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds, from 0.1 to 60".to_owned()),
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Told<'a> {
    environment: Environment,
    criterion_warm_up: f64,
    criterion_measurement: f64,
    tango_time: f64,
    rows: Vec<Row>,
    comparisons: &'a [Comparison],
    interrupted: bool,
}

/// One comparison that each tool makes.
#[derive(Clone, Copy)]
struct Question {
    function: &'static str,
    share: usize,
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    stop_on_ctrl_c();
    let questions = questions(arguments);
    let builds = Builds::new()?;
    let mut comparisons = Vec::new();
    'questions: for (index, question) in questions.iter().enumerate() {
        // By turns each is the first, and the one after whom.
        for turn in 0..Tool::ALL.len() {
            let tool = Tool::ALL[(index + turn) % Tool::ALL.len()];
            let comparison = compare(tool, &builds, *question, arguments);
            if interrupted() {
                break 'questions;
            }
            eprintln!("{}/{} {}", index + 1, questions.len(), told(&comparison));
            comparisons.push(comparison);
        }
    }
    show(arguments, &comparisons)?;
    if interrupted() {
        bail!("interrupted: what was compared until then stands above");
    }
    Ok(if comparisons.iter().any(|comparison| comparison.verdict.is_err()) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Round by round every function, with itself and with every share of planted work.
fn questions(arguments: &Arguments) -> Vec<Question> {
    let planted = arguments.planted.unwrap_or(arguments.comparisons);
    let mut questions = Vec::new();
    for round in 0..arguments.comparisons.max(planted) {
        for function in names() {
            let wanted = |share: usize| round < if share == WHOLE { arguments.comparisons } else { planted };
            for share in SHARES.into_iter().filter(|share| wanted(*share)) {
                questions.push(Question { function, share, seed: questions.len() as u64 });
            }
        }
    }
    questions
}

fn compare(tool: Tool, builds: &Builds, question: Question, arguments: &Arguments) -> Comparison {
    let Question { function, share, seed } = question;
    let began = Instant::now();
    let verdict = match tool {
        Tool::Perflab => by_perflab::compare(builds, function, share, seed),
        Tool::Criterion => {
            let times =
                Times { warm_up: arguments.criterion_warm_up, measurement: arguments.criterion_measurement };
            by_criterion::compare(builds, function, share, times)
        }
        Tool::TangoBench => by_tango::compare(builds, function, share, arguments.tango_time),
    };
    let planted_percent = (share - WHOLE) * 100 / WHOLE;
    Comparison { tool, function, planted_percent, verdict, seconds: began.elapsed().as_secs_f64() }
}

/// A comparison in a line.
fn told(comparison: &Comparison) -> String {
    let Comparison { tool, function, planted_percent, verdict, seconds } = comparison;
    let said = match verdict {
        Ok(verdict) => {
            let word = match verdict.word {
                Word::Slower => "slower",
                Word::Faster => "faster",
                Word::NoDifference => "no difference",
            };
            let effect =
                verdict.effect.map_or_else(String::new, |effect| format!(" ({:+.2} %)", effect * 100.0));
            format!("{word}{effect}")
        }
        Err(reason) => format!("failed: {reason}"),
    };
    format!("{function} +{planted_percent} %, {}: {said}, {seconds:.1} s", tool.name())
}

fn show(arguments: &Arguments, comparisons: &[Comparison]) -> anyhow::Result<()> {
    let rows = rows(comparisons);
    if arguments.json {
        let told = Told {
            environment: environment(Path::new(".")),
            criterion_warm_up: arguments.criterion_warm_up,
            criterion_measurement: arguments.criterion_measurement,
            tango_time: arguments.tango_time,
            rows,
            comparisons,
            interrupted: interrupted(),
        };
        println!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        print!("{}", as_text(&rows));
        println!(
            "criterion 0.8.2 ({} s warm-up, {} s measurement), tango-bench 0.9.0 ({} s), perflab as `perflab compare`",
            arguments.criterion_warm_up, arguments.criterion_measurement, arguments.tango_time
        );
    }
    Ok(())
}
