//! The program from outside: a command to be started, and the answer of one that was run.

use serde_json::Value;
use std::process::{Command, Stdio};

/// The program with arguments; nothing on its standard input, no log asked for.
pub fn fenji(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fenji"));
    command.args(args).env_remove("FENJI_LOG").stdin(Stdio::null());
    command
}

/// Exit code and JSON answer.
pub fn json(args: &[&str]) -> (i32, Value) {
    let output = fenji(args).args(["--json", "--quiet"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text}")))
}
