//! Which format a text is in, from its first lines and the number of its words.

use super::Format;

/// Lines that are looked at for signs.
const HEAD: usize = 64;

/// The format of a text; `None` when it is like none of them.
///
/// Three formats begin with two counts and hold equally many numbers, and three begin with three counts: the numbers of words are tried first, then
/// the shape of the first lines, so that a file that was cut short is still recognised and can be told where it ends.
pub fn detect(text: &str) -> Option<Format> {
    let head: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(HEAD).collect();
    let first = *head.first()?;
    if first.starts_with("FILE:") {
        return Some(Format::UfllibKg);
    }
    if head.iter().any(|l| matches!(*l, "[CFLP-PROBLEMFILE]" | "[DEPOTS]" | "[CUSTOMERS]")) {
        return Some(Format::GkCflp);
    }
    let keyword = |l: &&str| ["NAME", "TYPE", "DIMENSION", "NODE_COORD_SECTION", "EDGE_WEIGHT_TYPE"].iter().any(|k| l.starts_with(k));
    if head.iter().any(keyword) {
        return Some(Format::Tsplib);
    }
    if first.contains(',') && first.chars().any(char::is_alphabetic) {
        return Some(Format::Points);
    }
    let widths: Vec<usize> = head.iter().map(|l| l.split_whitespace().count()).collect();
    let counts: Option<Vec<u64>> = first.split_whitespace().map(|w| w.parse::<f64>().ok().map(whole)).collect();
    let counts = counts?;
    let second = widths.get(1).copied();
    match counts[..] {
        [_] if second == Some(3) => Some(Format::Tsplib),
        [m, _] => two_counts(text, &head, &widths, m),
        [a, b, c] => three_counts(text, &widths, a, b, c),
        _ => None,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a saturating cast: nonsense counts match nothing
fn whole(x: f64) -> u64 {
    x as u64
}

/// `m n ...`: capacity and fixed cost in pairs (`OR-Library`, Holmberg), or a line of demands (TBED1).
fn two_counts(text: &str, head: &[&str], widths: &[usize], m: u64) -> Option<Format> {
    if head.get(1).is_some_and(|l| l.starts_with("capacity")) {
        return Some(Format::OrlibCap);
    }
    if *widths.get(1)? != 2 {
        return Some(Format::Tbed1);
    }
    // after the pairs stands one demand alone (OR-Library), or a line of demands (Holmberg)
    let after = usize::try_from(m).ok()?.checked_add(1)?;
    let mut lines = text.lines().map(|l| l.split_whitespace().count()).filter(|n| *n > 0).skip(after);
    match (lines.next(), lines.next()) {
        (Some(1), Some(1)) => Some(Format::Holmberg),
        (Some(1), _) | (None, _) => Some(Format::OrlibCap),
        _ => Some(Format::Holmberg),
    }
}

fn three_counts(text: &str, widths: &[usize], a: u64, b: u64, c: u64) -> Option<Format> {
    let words = text.split_whitespace().count() as u128;
    let (a, b, c) = (u128::from(a), u128::from(b), u128::from(c));
    let fits = [
        (3 + 3 * b, Format::OrlibPmed),
        (3 + a + b + c + a * b + b * c, Format::TwoLevelUfl),
        (3 + c + 2 * a + a * b + 2 * b + b * c, Format::TwoStageCflp),
    ];
    let mut exact = fits.iter().filter(|(n, _)| *n == words);
    if let (Some((_, format)), None) = (exact.next(), exact.next()) {
        return Some(*format);
    }
    // edges have three words each, but for the one that was cut
    let edges = widths.iter().rev().skip(1).all(|w| *w == 3);
    match widths.get(1)? {
        3 if edges => Some(Format::OrlibPmed),
        1 => Some(Format::TwoStageCflp),
        _ => Some(Format::TwoLevelUfl),
    }
}
