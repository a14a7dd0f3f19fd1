//! Arguments that several commands share.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Print one machine-readable object on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on stderr (-v what is done, -vv details)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Language of reports and pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Lang {
    /// English
    #[default]
    En,
    /// Chinese (中文)
    Zh,
}

impl Lang {
    /// The language tag.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }
}

/// How the linear programme is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MethodArg {
    /// By the size of the case
    #[default]
    Auto,
    /// The form of the text, all columns at once
    Text,
    /// The lean form, all columns at once
    Direct,
    /// The lean form, columns on demand
    Lazy,
    /// By areas, shared beds priced
    Decomposed,
}

/// How to solve.
#[derive(Debug, Clone, Default, Args)]
pub struct SolveArgs {
    /// Solver: highs, clarabel or microlp (default: the best that this build has)
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,
    /// How the plan is worked out
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    pub method: MethodArg,
    /// Stop after this many seconds with the best plan so far
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Relative gap at which a plan is good enough [default: 1e-6]
    #[arg(long, value_name = "X", value_parser = gap)]
    pub gap: Option<f64>,
    /// Threads (default: all)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Where results go.
#[derive(Debug, Clone, Args)]
pub struct OutArg {
    /// Folder for the results: absent, empty, or one that fenji wrote (it is then replaced as a whole)
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// A share, 0 to 1.
///
/// # Errors
/// A sentence when it is none.
pub fn share(text: &str) -> Result<f64, String> {
    number(text).and_then(|x| if (0.0..=1.0).contains(&x) { Ok(x) } else { Err("must lie between 0 and 1".into()) })
}

pub(super) fn gap(text: &str) -> Result<f64, String> {
    number(text).and_then(|x| if (0.0..1.0).contains(&x) { Ok(x) } else { Err("must be at least 0 and below 1".into()) })
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let x = number(text)?;
    if x <= 0.0 {
        return Err("must be above 0".into());
    }
    Duration::try_from_secs_f64(x).map_err(|e| e.to_string())
}

fn number(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| "is not a number".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked_at_the_door() {
        assert_eq!(share("0.6"), Ok(0.6));
        assert!(share("1.01").is_err() && share("-0.1").is_err() && share("NaN").is_err() && share("x").is_err());
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        assert!(seconds("0").is_err() && seconds("inf").is_err() && seconds("1e300").is_err());
        assert!(gap("1").is_err() && gap("-1").is_err());
    }
}
