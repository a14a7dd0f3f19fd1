//! Opening files that may be anything: missing, a folder, a device, a circle of links, in another encoding, or no text at all.
//!
//! A file is walked through once before it is parsed, in chunks, so that no more than a chunk is in memory while nothing is known of it.

use super::shelf::{self, Bytes};
use crate::network::codes::{self, Rule};
use crate::network::{Place, Problem};
use encoding_rs::{BIG5, GB18030};
use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

const CHUNK: usize = 1 << 18;
/// Longest line of a table, bytes.
pub const LONGEST_LINE: u64 = 1 << 20;
/// Largest TOML file, bytes.
pub const LARGEST_TOML: u64 = 16 << 20;
/// Largest JSON file, bytes.
pub const LARGEST_JSON: u64 = 4 << 30;

/// Where the bytes of a file come from.
#[derive(Debug)]
pub enum Input {
    /// A disk.
    Disk(File),
    /// A [`super::shelf`].
    Memory(Cursor<Bytes>),
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Disk(file) => file.read(buffer),
            Self::Memory(cursor) => cursor.read(buffer),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Self::Disk(file) => file.seek(to),
            Self::Memory(cursor) => cursor.seek(to),
        }
    }
}

/// A file that exists, can be read and is UTF-8 throughout.
#[derive(Debug)]
pub struct TextFile {
    /// The file, at its first byte after a byte-order mark.
    pub file: Input,
    /// Line feeds in it.
    pub line_feeds: u64,
    /// Length of its longest line is beyond [`LONGEST_LINE`]: the line it starts at.
    pub long_line: Option<u64>,
    /// Double quotes come in pairs.
    pub quotes_pair_up: bool,
}

/// Opens and walks through a file; `shown` is its name for the user.
///
/// # Errors
/// The one problem that keeps the file from being text. `Ok(None)` when there is no such file.
pub fn open(path: &Path, shown: &str) -> Result<Option<TextFile>, Box<Problem>> {
    let problem = |rule: &Rule, message: String| Box::new(Problem::new(rule, Place::file(shown), message));
    let unreadable = |e: std::io::Error| problem(&codes::FILE_UNREADABLE, format!("the system says: {e}"));
    let Some(mut file) = input(path, shown)? else { return Ok(None) };
    let mut walk = Walk::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        let kept = walk.kept;
        let read = match file.read(&mut buffer[kept..]) {
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(unreadable(e)),
        };
        walk.chunk(&mut buffer, kept + read, read == 0).map_err(|found| Box::new(found.problem(shown)))?;
        if read == 0 {
            break;
        }
    }
    if walk.bytes == 0 || (walk.bytes == 3 && walk.bom) {
        return Err(problem(&codes::FILE_EMPTY, "the file has no content".into()));
    }
    file.seek(SeekFrom::Start(if walk.bom { 3 } else { 0 })).map_err(unreadable)?;
    let quotes_pair_up = walk.quotes.is_multiple_of(2);
    Ok(Some(TextFile { file, line_feeds: walk.lines, long_line: walk.long_line, quotes_pair_up }))
}

/// The bytes of a file, wherever it lies; `None` when there is no such file.
fn input(path: &Path, shown: &str) -> Result<Option<Input>, Box<Problem>> {
    if shelf::holds(path) {
        return Ok(shelf::bytes(path).map(|bytes| Input::Memory(Cursor::new(bytes))));
    }
    let problem = |rule: &Rule, message: String| Box::new(Problem::new(rule, Place::file(shown), message));
    let unreadable = |e: std::io::Error| problem(&codes::FILE_UNREADABLE, format!("the system says: {e}"));
    let link = match std::fs::symlink_metadata(path) {
        Ok(meta) => meta.file_type().is_symlink(),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound) => return Ok(None),
        Err(e) => return Err(unreadable(e)),
    };
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) if link => return Err(problem(&codes::LINK_LOOP, format!("the symbolic link cannot be followed: {e}"))),
        Err(e) => return Err(unreadable(e)),
    };
    // Asked before opening: opening a pipe would wait for ever.
    if !meta.is_file() {
        let what = if meta.is_dir() { "a folder" } else { "a pipe, socket or device" };
        return Err(problem(&codes::FILE_NOT_A_FILE, format!("{what} has this name")));
    }
    Ok(Some(Input::Disk(File::open(path).map_err(unreadable)?)))
}

/// Reads a whole text of at most `largest` bytes.
///
/// # Errors
/// As [`open`], and when the file is larger.
pub fn read(path: &Path, shown: &str, largest: u64) -> Result<Option<String>, Box<Problem>> {
    if let Ok(meta) = std::fs::metadata(path)
        && meta.is_file()
        && meta.len() > largest
    {
        let message = format!("{} bytes, where {largest} are the most", meta.len());
        return Err(Box::new(Problem::new(&codes::FILE_TOO_LARGE, Place::file(shown), message)));
    }
    let Some(text_file) = open(path, shown)? else { return Ok(None) };
    let mut text = String::new();
    // One byte more than allowed, so that a file that grew meanwhile is noticed.
    match text_file.file.take(largest + 1).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(e) => Err(Box::new(Problem::new(&codes::FILE_UNREADABLE, Place::file(shown), format!("the system says: {e}")))),
    }
}

/// Something that keeps a file from being UTF-8 text.
struct Found {
    rule: &'static Rule,
    line: u64,
    value: Option<String>,
    message: String,
    convert_from: Option<&'static str>,
}

impl Found {
    fn problem(self, shown: &str) -> Problem {
        let mut problem = Problem::new(self.rule, Place::line(shown, self.line), self.message);
        if let Some(value) = self.value {
            problem = problem.value(value);
        }
        if let Some(encoding) = self.convert_from {
            problem = problem.remedy(format!(
                "convert it, for example `iconv -f {encoding} -t UTF-8 {shown} > utf8.csv`, or save it as \"CSV UTF-8\" in the spreadsheet"
            ));
        }
        problem
    }
}

#[derive(Default)]
struct Walk {
    bytes: u64,
    /// Bytes of an unfinished character, moved to the front of the buffer.
    kept: usize,
    lines: u64,
    quotes: u64,
    since_feed: u64,
    long_line: Option<u64>,
    bom: bool,
    begun: bool,
}

impl Walk {
    /// Takes the first `filled` bytes of the buffer; those before `kept` were there already.
    fn chunk(&mut self, buffer: &mut [u8], filled: usize, last: bool) -> Result<(), Found> {
        let bytes = &buffer[..filled];
        if !self.begun {
            self.begun = true;
            self.bom = bytes.starts_with(b"\xEF\xBB\xBF");
            utf16(bytes)?;
        }
        let valid = match std::str::from_utf8(bytes) {
            Ok(_) => filled,
            Err(e) if e.error_len().is_none() && !last => e.valid_up_to(),
            // A NUL inside a character breaks it: the NUL is what is wrong.
            Err(e) if bytes[e.valid_up_to()..].iter().take(4).any(|&b| b == 0) => (e.valid_up_to() + 4).min(filled),
            Err(e) => return Err(self.foreign(bytes, e.valid_up_to())),
        };
        let text = &bytes[..valid];
        if let Some(at) = text.iter().position(|&b| b == 0) {
            let line = self.lines + feeds(&text[..at]) + 1;
            let message = format!("byte {} of the file is NUL", self.bytes + at as u64 + 1);
            return Err(Found { rule: &codes::NUL_BYTE, line, value: None, message, convert_from: None });
        }
        // A line longer than the limit spans chunks, so only the ends of a chunk matter.
        let first_feed = text.iter().position(|&b| b == b'\n');
        if self.since_feed + first_feed.unwrap_or(valid) as u64 > LONGEST_LINE {
            self.long_line.get_or_insert(self.lines + 1);
        }
        self.since_feed = match text.iter().rposition(|&b| b == b'\n') {
            Some(at) => (valid - at - 1) as u64,
            None => self.since_feed + valid as u64,
        };
        self.lines += feeds(text);
        self.quotes += text.iter().filter(|&&b| b == b'"').count() as u64;
        self.bytes += valid as u64;
        self.kept = filled - valid;
        buffer.copy_within(valid..filled, 0);
        Ok(())
    }

    /// Names the encoding of bytes that are not UTF-8 from `at` on.
    fn foreign(&self, bytes: &[u8], at: usize) -> Found {
        let line = self.lines + feeds(&bytes[..at]) + 1;
        let start = bytes[..at].iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
        let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |n| at + n);
        let sample = &bytes[start..end];
        let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for (encoding, rule, name) in [(GB18030, &codes::ENCODING_GB18030, "GB18030"), (BIG5, &codes::ENCODING_UNKNOWN, "BIG5")] {
            // The sample may stop inside a character when its line is longer than the chunk: one byte less then.
            let decoded = (0..4.min(sample.len()))
                .find_map(|cut| encoding.decode_without_bom_handling_and_without_replacement(&sample[..sample.len() - cut]));
            if let Some(text) = decoded.filter(|t| chinese(t)) {
                let message = format!("the bytes are not UTF-8; read as {name} the line says what is shown here");
                return Found { rule, line, value: Some(text.trim_end().to_owned()), message, convert_from: Some(name) };
            }
        }
        let message = format!("byte {} of the file is not UTF-8, nor is the line GB18030", self.bytes + at as u64 + 1);
        let value = Some(String::from_utf8_lossy(sample).trim_end().to_owned());
        Found { rule: &codes::ENCODING_UNKNOWN, line, value, message, convert_from: None }
    }
}

fn utf16(bytes: &[u8]) -> Result<(), Found> {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let half = head.len() / 4;
    let order = if head.starts_with(&[0xFF, 0xFE]) || (half > 0 && zeros(1) > half && zeros(0) == 0) {
        "UTF-16LE"
    } else if head.starts_with(&[0xFE, 0xFF]) || (half > 0 && zeros(0) > half && zeros(1) == 0) {
        "UTF-16BE"
    } else {
        return Ok(());
    };
    let message = format!("the file begins like {order}");
    Err(Found { rule: &codes::ENCODING_UTF16, line: 1, value: None, message, convert_from: Some(order) })
}

fn feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}
