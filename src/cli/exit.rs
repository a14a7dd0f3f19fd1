//! How a command ends: an answer with an exit code, or a fault.

use crate::layout::beds::BedsError;
use crate::network::Problem;
use crate::outcome::Limit;
use crate::reform::ReformError;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// Something failed that the user's input is not to blame for.
    Failure = 1,
    /// The command line is wrong, or the output folder belongs to someone else.
    Usage = 2,
    /// The case is infeasible, or a plan breaks its case.
    Violated = 3,
    /// The input is not valid.
    Invalid = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a command found: the same thing for machines and for people.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Exit code.
    pub exit: Exit,
    /// The object that `--json` prints.
    pub json: Value,
    /// What is printed otherwise.
    pub text: String,
}

impl Answer {
    /// An answer that everything is fine.
    #[must_use]
    pub fn fine(json: Value, text: String) -> Self {
        Self { exit: Exit::Fine, json, text }
    }
}

/// A problem in one or two lines for people: `error E012 facilities.csv:7 beds "-3": ...`.
#[must_use]
pub fn told(problem: &Problem) -> String {
    let severity = if problem.is_error() { "error" } else { "warning" };
    let mut out = format!("{severity} {} {}", problem.code, visible(&problem.file));
    if let Some(line) = problem.line {
        out.push_str(&format!(":{line}"));
    }
    if let Some(column) = &problem.column {
        out.push_str(&format!(" {}", visible(column)));
    }
    if let Some(value) = &problem.value {
        out.push_str(&format!(" \"{}\"", visible(value)));
    }
    out.push_str(&format!(": {}", visible(&problem.message)));
    if !problem.remedy.is_empty() {
        out.push_str(&format!("\n    remedy: {}", visible(&problem.remedy)));
    }
    out
}

/// Text from a file with its control characters shown, so that it cannot steer a terminal.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// A limit came before the first answer.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub struct NoAnswer {
    /// Which.
    pub limit: Limit,
    /// What is told of it.
    pub said: String,
}

/// The limit that an error speaks of, whichever room it comes from.
fn limit(error: &anyhow::Error) -> Option<Limit> {
    let own = error.downcast_ref::<NoAnswer>().map(|e| e.limit);
    let reform = || match error.downcast_ref() {
        Some(ReformError::Stopped(limit)) => Some(*limit),
        _ => None,
    };
    let beds = || match error.downcast_ref() {
        Some(BedsError::Stopped(limit)) => Some(*limit),
        _ => None,
    };
    own.or_else(reform).or_else(beds)
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Fault {
    /// The machine, a solver or the program failed.
    Failed(anyhow::Error),
    /// The command cannot be meant like this.
    Usage(String),
    /// The input is not valid: everything that is wrong with it, at once.
    Invalid(Vec<Problem>),
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl Fault {
    /// Exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Failed(_) => Exit::Failure,
            Self::Usage(_) => Exit::Usage,
            Self::Invalid(_) => Exit::Invalid,
        }
    }

    /// What stderr says.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Failed(error) => format!("error: {error:#}"),
            Self::Usage(message) => format!("error: {message}"),
            Self::Invalid(problems) => {
                let errors = problems.iter().filter(|p| p.is_error()).count();
                let mut lines: Vec<String> = problems.iter().map(told).collect();
                lines.push(format!("{errors} error{}; nothing was written", if errors == 1 { "" } else { "s" }));
                lines.join("\n")
            }
        }
    }

    /// The object that `--json` prints; without a command when the command line names none.
    #[must_use]
    pub fn to_json(&self, command: Option<&str>) -> Value {
        let (kind, problems) = match self {
            Self::Failed(_) => ("failure", json!([])),
            Self::Usage(_) => ("usage", json!([])),
            Self::Invalid(problems) => ("invalid_input", json!(problems)),
        };
        let message = match self {
            Self::Failed(error) => format!("{error:#}"),
            Self::Usage(message) => message.clone(),
            Self::Invalid(problems) => format!("{} problems in the input", problems.len()),
        };
        // programs should not have to read sentences
        let limit = if let Self::Failed(error) = self { limit(error) } else { None };
        json!({ "command": command, "ok": false, "exit": self.exit() as u8, "code": kind, "error": { "kind": kind, "message": message, "limit": limit, "problems": problems } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Severity;

    fn problem() -> Problem {
        Problem {
            code: "E012".into(),
            severity: Severity::Error,
            file: "facilities.csv".into(),
            line: Some(7),
            column: Some("beds".into()),
            value: Some("-3\u{1b}[2J".into()),
            message: "beds are negative".into(),
            remedy: "write 0 or more".into(),
        }
    }

    #[test]
    fn a_problem_names_place_value_and_remedy_and_tames_control_characters() {
        assert_eq!(told(&problem()), "error E012 facilities.csv:7 beds \"-3\\u{1b}[2J\": beds are negative\n    remedy: write 0 or more");
    }

    #[test]
    fn faults_have_the_documented_codes() {
        assert_eq!(Fault::Failed(anyhow::anyhow!("x")).exit() as u8, 1);
        assert!(Fault::Failed(anyhow::anyhow!("before the time limit")).to_json(None)["error"]["limit"].is_null());
        let stopped = [
            anyhow::anyhow!(NoAnswer { limit: Limit::Time, said: "x".into() }),
            anyhow::anyhow!(ReformError::Stopped(Limit::Time)),
            anyhow::anyhow!(BedsError::Stopped(Limit::Time)),
        ];
        for error in stopped {
            assert_eq!(Fault::Failed(error).to_json(None)["error"]["limit"], "time");
        }
        assert_eq!(Fault::Usage("x".into()).exit() as u8, 2);
        let invalid = Fault::Invalid(vec![problem()]);
        assert_eq!(invalid.exit() as u8, 4);
        assert_eq!(invalid.to_json(Some("validate"))["error"]["problems"][0]["line"], 7);
        assert!(invalid.to_text().ends_with("1 error; nothing was written"));
    }
}
