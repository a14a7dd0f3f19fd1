//! How a command ends: an answer with an exit code, or a fault.

use serde::Serialize;
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

/// One thing that is wrong with the input, as the command line tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Complaint {
    /// Stable code.
    pub code: String,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// File of the case folder, or what else was read.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column of the table.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Complaint {
    /// One or two lines for people: `error E012 facilities.csv:7 beds "-3": ...`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{} {} {}", self.severity, self.code, visible(&self.file));
        if let Some(line) = self.line {
            out.push_str(&format!(":{line}"));
        }
        if let Some(column) = &self.column {
            out.push_str(&format!(" {}", visible(column)));
        }
        if let Some(value) = &self.value {
            out.push_str(&format!(" \"{}\"", visible(value)));
        }
        out.push_str(&format!(": {}", visible(&self.message)));
        if !self.remedy.is_empty() {
            out.push_str(&format!("\n    remedy: {}", visible(&self.remedy)));
        }
        out
    }
}

/// Text from a file with its control characters shown, so that it cannot steer a terminal.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Fault {
    /// The machine, a solver or the program failed.
    Failed(anyhow::Error),
    /// The command cannot be meant like this.
    Usage(String),
    /// The input is not valid: everything that is wrong with it, at once.
    Invalid(Vec<Complaint>),
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
            Self::Invalid(complaints) => {
                let errors = complaints.iter().filter(|c| c.severity == "error").count();
                let mut lines: Vec<String> = complaints.iter().map(Complaint::to_text).collect();
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
            Self::Invalid(complaints) => ("invalid_input", json!(complaints)),
        };
        let message = match self {
            Self::Failed(error) => format!("{error:#}"),
            Self::Usage(message) => message.clone(),
            Self::Invalid(complaints) => format!("{} problems in the input", complaints.len()),
        };
        json!({ "command": command, "ok": false, "exit": self.exit() as u8, "code": kind, "error": { "kind": kind, "message": message, "problems": problems } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint() -> Complaint {
        Complaint {
            code: "E012".into(),
            severity: "error",
            file: "facilities.csv".into(),
            line: Some(7),
            column: Some("beds".into()),
            value: Some("-3\u{1b}[2J".into()),
            message: "beds are negative".into(),
            remedy: "write 0 or more".into(),
        }
    }

    #[test]
    fn a_complaint_names_place_value_and_remedy_and_tames_control_characters() {
        assert_eq!(
            complaint().to_text(),
            "error E012 facilities.csv:7 beds \"-3\\u{1b}[2J\": beds are negative\n    remedy: write 0 or more"
        );
    }

    #[test]
    fn faults_have_the_documented_codes() {
        assert_eq!(Fault::Failed(anyhow::anyhow!("x")).exit() as u8, 1);
        assert_eq!(Fault::Usage("x".into()).exit() as u8, 2);
        let invalid = Fault::Invalid(vec![complaint()]);
        assert_eq!(invalid.exit() as u8, 4);
        assert_eq!(invalid.to_json(Some("validate"))["error"]["problems"][0]["line"], 7);
        assert!(invalid.to_text().ends_with("1 error; nothing was written"));
    }
}
