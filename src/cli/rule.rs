//! What a verdict must hold, as the commands that compare are told it.

use std::time::Duration;

use super::WrongUsage;
use crate::instruments::compare::statistics::Rule;

/// What a verdict must hold.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct RuleArguments {
    /// Per cent by which a case may be slower
    #[arg(long, value_name = "PERCENT", default_value = "2")]
    tolerance: f64,
    /// Per cent within which "equal" is to hold
    #[arg(long, value_name = "PERCENT", default_value = "0.5")]
    precision: f64,
    /// Seconds that one comparison may take before it ends with what is known
    #[arg(long, value_name = "SECONDS", default_value = "4")]
    budget: f64,
    /// Seconds that one side may take over one answer
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
}

/// Process starts of one comparison at most: what four seconds buy, at about 25 ms each. Twice as many would narrow a
/// verdict to two thirds.
pub(super) const MOST_STARTS: usize = 160;

impl RuleArguments {
    /// The rule, checked.
    pub(super) fn rule(&self) -> Result<Rule, WrongUsage> {
        let share = |name: &str, percent: f64| {
            if percent.is_finite() && (0.01..=100.0).contains(&percent) {
                Ok(percent / 100.0)
            } else {
                Err(WrongUsage(format!("--{name} {percent}: per cent, from 0.01 to 100")))
            }
        };
        if !self.budget.is_finite() || !(0.1..=86_400.0).contains(&self.budget) {
            return Err(WrongUsage(format!("--budget {}: seconds, from 0.1 to 86400", self.budget)));
        }
        let precision = share("precision", self.precision)?;
        Ok(Rule {
            tolerance: share("tolerance", self.tolerance)?,
            ..Rule::with_precision(precision, MOST_STARTS)
        })
    }

    /// For how long one comparison goes on.
    pub(super) fn budget(&self) -> Duration {
        Duration::from_secs_f64(self.budget)
    }

    /// For how long one answer is waited for.
    pub(super) fn time_out(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}
