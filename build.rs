//! Lists the files of the small case for `include_bytes!`, so that `fenji demo` runs wherever the binary is.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

const CASE: &str = "data/chongqing-southeast";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={CASE}");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let mut names = Vec::new();
    // A package without the case still builds; `fenji demo` then says that the case is not in it.
    if let Ok(entries) = fs::read_dir(Path::new(&root).join(CASE)) {
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name == "case.toml" || name == "scenario.toml" || name.ends_with(".csv") {
                names.push(name);
            }
        }
    }
    names.sort();
    let mut code = String::from("&[\n");
    for name in &names {
        let path = Path::new(&root).join(CASE).join(name);
        writeln!(code, "    ({name:?}, include_bytes!({:?}) as &[u8]),", path.display().to_string()).map_err(io::Error::other)?;
    }
    code.push_str("]\n");
    fs::write(Path::new(&out).join("demo_case.rs"), code)
}
