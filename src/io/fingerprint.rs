//! Fingerprints of bytes, files and folders: they tell inputs apart and find damage; they are no protection against forgery.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// FNV-1a (Fowler, Noll, Vo), 64 bits, from two offsets: 128 bits that tell inputs apart.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint(u64, u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}

impl Fingerprint {
    /// Of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15)
    }

    /// With one more part; parts cannot run together.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // it is no sum
    pub fn add(mut self, bytes: &[u8]) -> Self {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
            self.1 = (self.1 ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(1);
        }
        // A mark after every part.
        self.0 = (self.0 ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
        self
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn text(self) -> String {
        format!("{:016x}{:016x}", self.0, self.1)
    }
}

/// Fingerprint of bytes, in hexadecimal.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> String {
    Fingerprint::new().add(bytes).text()
}

/// Fingerprint of a file, or of the names and contents of all files directly in a folder.
///
/// # Errors
/// What the system says.
pub fn of_path(path: &Path) -> io::Result<String> {
    if !path.is_dir() {
        return Ok(of_bytes(&fs::read(path)?));
    }
    let mut names: Vec<PathBuf> = fs::read_dir(path)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    names.sort();
    let mut all = Fingerprint::new();
    for file in names.iter().filter(|f| f.is_file()) {
        all = all.add(file.file_name().unwrap_or_default().as_encoded_bytes()).add(&fs::read(file)?);
    }
    Ok(all.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_bytes_and_order_count() {
        let of = |parts: &[&str]| parts.iter().fold(Fingerprint::new(), |f, p| f.add(p.as_bytes())).text();
        let all = [of(&["ab", "c"]), of(&["a", "bc"]), of(&["abc"]), of(&["c", "ab"]), of(&[]), of(&[""])];
        for (n, a) in all.iter().enumerate() {
            assert_eq!(a.len(), 32);
            assert!(all.iter().skip(n + 1).all(|b| a != b), "{n}");
        }
        assert_eq!(of_bytes(b"abc"), of(&["abc"]));
    }
}
