//! The binary: everything is in [`fenji::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    fenji::cli::main()
}
