//! The small real case, compiled in: `fenji demo` needs no files.

/// Name and bytes of each file of `data/chongqing-southeast` (listed by `build.rs`).
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo_case.rs"));

/// Files of the case folder, under `prefix`.
pub(super) fn files(prefix: &str) -> Vec<(String, Vec<u8>)> {
    FILES.iter().map(|(name, bytes)| (format!("{prefix}{name}"), bytes.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn what_is_compiled_in_is_what_the_repository_has() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/chongqing-southeast");
        for (name, bytes) in files("") {
            assert_eq!(fs::read(folder.join(&name)).unwrap(), bytes, "{name}");
        }
        assert_eq!(folder.join("case.toml").exists(), FILES.iter().any(|(name, _)| *name == "case.toml"));
    }
}
