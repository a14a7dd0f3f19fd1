//! The font of figures: one file with Latin and Chinese letters, from the system or from `FENJI_FONT`.
//!
//! Pictures name the font's family and usual stand-ins, so that a browser without this very font still shows Chinese.

use super::PlotError;
use plotters::style::{FontStyle, register_font};
use resvg::usvg::fontdb::{Database, Family, Query, Source};
use std::sync::{Arc, OnceLock};

/// Name under which plotters knows the font.
pub const NAME: &str = "fenji";

/// Families with both scripts, best first.
const FAMILIES: [&str; 17] = [
    "WenQuanYi Micro Hei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Source Han Sans",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "SimHei",
    "SimSun",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "AR PL UMing CN",
    "Arial Unicode MS",
];

/// The fonts of this process.
#[derive(Debug)]
pub struct Fonts {
    /// All system fonts and the chosen one: the renderer falls back on them for letters the chosen one lacks.
    pub database: Arc<Database>,
    /// Family of the chosen font.
    pub family: String,
}

/// Finds the font once, and hands it to plotters.
///
/// # Errors
/// No font with Latin and Chinese, or an unusable `FENJI_FONT`.
pub fn fonts() -> Result<&'static Fonts, PlotError> {
    static FONTS: OnceLock<Result<Fonts, PlotError>> = OnceLock::new();
    FONTS.get_or_init(|| find(std::env::var("FENJI_FONT").ok().as_deref())).as_ref().map_err(Clone::clone)
}

/// The value of `font-family` for SVG and CSS.
///
/// # Errors
/// As [`fonts`].
pub fn stack() -> Result<String, PlotError> {
    let first = &fonts()?.family;
    let rest = FAMILIES.iter().filter(|f| *f != first).take(8);
    Ok(std::iter::once(first.as_str())
        .chain(rest.copied())
        .map(|f| format!("'{}'", f.replace(['\'', '"', '<', '&'], "")))
        .chain(["sans-serif".into()])
        .collect::<Vec<_>>()
        .join(","))
}

fn find(named: Option<&str>) -> Result<Fonts, PlotError> {
    let mut database = Database::new();
    database.load_system_fonts();
    let (bytes, family) = match named.filter(|p| !p.is_empty()) {
        Some(path) => from_file(&mut database, path)?,
        None => from_system(&database).ok_or(PlotError::NoFont)?,
    };
    // plotters keeps fonts for the life of the process; this runs once.
    register_font(NAME, FontStyle::Normal, Vec::leak(bytes))
        .map_err(|_| PlotError::BadFont { path: named.unwrap_or(&family).into(), reason: "not a font file that can be read".into() })?;
    database.set_sans_serif_family(family.clone());
    Ok(Fonts { database: Arc::new(database), family })
}

fn from_system(database: &Database) -> Option<(Vec<u8>, String)> {
    FAMILIES.iter().find_map(|family| {
        let id = database.query(&Query { families: &[Family::Name(family)], ..Query::default() })?;
        database.with_face_data(id, |bytes, _| (bytes.to_vec(), (*family).to_owned()))
    })
}

fn from_file(database: &mut Database, path: &str) -> Result<(Vec<u8>, String), PlotError> {
    let bad = |reason: String| PlotError::BadFont { path: path.into(), reason };
    let bytes = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    let ids = database.load_font_source(Source::Binary(Arc::new(bytes.clone())));
    let face = ids.first().and_then(|id| database.face(*id)).ok_or_else(|| bad("not a font file that can be read".into()))?;
    let family = face.families.first().map(|f| f.0.clone()).ok_or_else(|| bad("the font has no family name".into()))?;
    Ok((bytes, family))
}

/// Width of a line of text in pixels, estimated: a Chinese character is one em, a Latin letter somewhat over half.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | '.' | ',' | '\'' | '|' | ':' | ';' | ' ' => 0.32,
            'm' | 'w' | 'M' | 'W' | '%' => 0.88,
            'A'..='Z' => 0.66,
            c if (c as u32) < 0x1100 => 0.56,
            _ => 1.0,
        })
        .sum::<f64>()
        * size
}

/// Breaks text into lines no wider than `most` pixels, at spaces, or anywhere between Chinese characters.
#[must_use]
pub fn wrap(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, line: &mut String, lines: &mut Vec<String>| {
        if !line.is_empty() && width(line, size) + width(word.trim_end(), size) > most {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(word);
        word.clear();
    };
    for c in text.chars() {
        word.push(c);
        // Closing punctuation stays with what it closes.
        if c == ' ' || ((c as u32) >= 0x2E80 && !matches!(c, '（' | '“' | '《')) {
            if matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '”' | '》') && line.chars().last().is_some_and(|l| l != ' ') {
                line.push_str(&word);
                word.clear();
            } else {
                flush(&mut word, &mut line, &mut lines);
            }
        }
    }
    flush(&mut word, &mut line, &mut lines);
    if !line.trim().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}
