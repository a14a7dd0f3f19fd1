//! Every text a planner sees in reports and figures, in one Fluent catalogue per language.
//!
//! English and Chinese are compiled in (`locales/en.ftl`, `locales/zh.ftl`); a third language is a file with the same message ids.
//! A file that lacks a message falls back to English. Numbers are formatted by functions of the catalogue, so that a language decides
//! how it says 126,828 yuan: `COUNT`, `MONEY`, `PERCENT`, `POINTS`, `MINUTES`, `DECIMAL`, `EXACT`.

mod measure;
mod number;
mod words;

pub use measure::Measure;
pub use number::{NumberStyle, grouped};
pub use words::{clean, shorten};

use crate::policy::pack::PolicyTarget;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentMessage, FluentResource, FluentValue};
use std::path::Path;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

/// The English catalogue.
pub const ENGLISH: &str = concat!(
    include_str!("locales/en.ftl"),
    include_str!("locales/reform/common.en.ftl"),
    include_str!("locales/reform/communities.en.ftl"),
    include_str!("locales/reform/grids.en.ftl"),
    include_str!("locales/reform/access.en.ftl"),
    include_str!("locales/reform/centres.en.ftl"),
    include_str!("locales/reform/emergency.en.ftl"),
    include_str!("locales/reform/mobile.en.ftl"),
    include_str!("locales/reform/pairing.en.ftl"),
    include_str!("locales/reform/phases.en.ftl"),
    include_str!("locales/reform/surge.en.ftl"),
    include_str!("locales/reform/staff.en.ftl"),
    include_str!("locales/reform/register.en.ftl"),
    include_str!("locales/reform/payment.en.ftl"),
    include_str!("locales/reform/telemedicine.en.ftl"),
    include_str!("locales/reform/whole.en.ftl"),
    include_str!("locales/batch.en.ftl"),
);
/// The Chinese catalogue, with what the policy packs say (their own text is English).
pub const CHINESE: &str = concat!(
    include_str!("locales/zh.ftl"),
    "\n",
    include_str!("locales/policy-zh.ftl"),
    include_str!("locales/reform/common.zh.ftl"),
    include_str!("locales/reform/communities.zh.ftl"),
    include_str!("locales/reform/grids.zh.ftl"),
    include_str!("locales/reform/access.zh.ftl"),
    include_str!("locales/reform/centres.zh.ftl"),
    include_str!("locales/reform/emergency.zh.ftl"),
    include_str!("locales/reform/mobile.zh.ftl"),
    include_str!("locales/reform/pairing.zh.ftl"),
    include_str!("locales/reform/phases.zh.ftl"),
    include_str!("locales/reform/surge.zh.ftl"),
    include_str!("locales/reform/staff.zh.ftl"),
    include_str!("locales/reform/register.zh.ftl"),
    include_str!("locales/reform/payment.zh.ftl"),
    include_str!("locales/reform/telemedicine.zh.ftl"),
    include_str!("locales/reform/whole.zh.ftl"),
    include_str!("locales/batch.zh.ftl"),
);

/// Why a catalogue could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// Neither a language that is compiled in nor a file.
    #[error("language `{0}` is not known: use `en`, `zh`, or the path of a Fluent file (.ftl)")]
    Unknown(String),
    /// The file cannot be read.
    #[error("language file {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not Fluent, or defines a message twice.
    #[error("language file {path}: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// The first problem.
        reason: String,
    },
}

/// A value put into a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arg<'a> {
    /// A number, formatted by the function the message names.
    Number(f64),
    /// Words, cleaned of control and direction-changing characters.
    Word(&'a str),
}

impl From<f64> for Arg<'_> {
    fn from(n: f64) -> Self {
        Self::Number(n)
    }
}

impl From<usize> for Arg<'_> {
    #[allow(clippy::cast_precision_loss)] // counts of rows
    fn from(n: usize) -> Self {
        Self::Number(n as f64)
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(s: &'a str) -> Self {
        Self::Word(s)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(s: &'a String) -> Self {
        Self::Word(s)
    }
}

/// A loaded language.
pub struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    code: String,
    numbers: Arc<NumberStyle>,
    latin_names: bool,
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue").field("code", &self.code).field("latin_names", &self.latin_names).finish_non_exhaustive()
    }
}

impl Catalogue {
    /// Loads `en`, `zh`, or the `.ftl` file at a path.
    ///
    /// # Errors
    /// An unknown language, an unreadable file, or one that is not Fluent.
    ///
    /// ```
    /// let zh = fenji::text::Catalogue::load("zh").unwrap();
    /// assert_eq!(zh.money(126_828.0), "12.68 万元");
    /// ```
    pub fn load(lang: &str) -> Result<Self, TextError> {
        match lang {
            "en" => Self::from_text("en", "en.ftl", ENGLISH),
            "zh" => Self::from_text("zh", "zh.ftl", CHINESE),
            path if Path::new(path).extension().is_some_and(|e| e.eq_ignore_ascii_case("ftl")) => {
                let text = std::fs::read_to_string(path).map_err(|source| TextError::Read { path: path.into(), source })?;
                let code = Path::new(path).file_stem().and_then(|s| s.to_str()).unwrap_or("und");
                Self::from_text(code, path, &text)
            }
            other => Err(TextError::Unknown(other.into())),
        }
    }

    fn from_text(code: &str, path: &str, text: &str) -> Result<Self, TextError> {
        let malformed = |reason: String| TextError::Malformed { path: path.into(), reason };
        let resource =
            FluentResource::try_new(text.into()).map_err(|(_, e)| malformed(e.first().map_or_else(String::new, ToString::to_string)))?;
        let locale: LanguageIdentifier = code.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale.clone()]);
        // Direction marks would show as boxes in figures; names are cleaned instead, and isolated with <bdi> in HTML.
        bundle.set_use_isolating(false);
        if let Ok(base) = FluentResource::try_new(ENGLISH.into()) {
            bundle.add_resource_overriding(base);
        }
        bundle.add_resource_overriding(resource);
        let word = |id: &str| raw(&bundle, id);
        let numbers = Arc::new(NumberStyle::parse(&word("number-scales"), &word("number-join")));
        let latin_names = word("place-names") != "local";
        number::add_functions(&mut bundle, &numbers).map_err(|e| malformed(e.to_string()))?;
        let code = if locale == LanguageIdentifier::default() { "en".to_owned() } else { locale.to_string() };
        Ok(Self { bundle, code, numbers, latin_names })
    }

    /// Language code for the `lang` attribute of a page.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether a message exists.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// A message without arguments. An id that does not exist comes back as it is: seen, not hidden.
    #[must_use]
    pub fn say(&self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// A message with arguments.
    #[must_use]
    pub fn say_with(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            match arg {
                Arg::Number(n) => values.set((*name).to_owned(), FluentNumber::new(*n, Default::default())),
                Arg::Word(w) => values.set((*name).to_owned(), FluentValue::from(clean(w))),
            }
        }
        let Some(pattern) = self.bundle.get_message(id).and_then(|m| m.value()) else { return id.to_owned() };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
    }

    /// A message of a family (`indicator-...`); when the catalogue does not know the key, the key in plain words.
    #[must_use]
    pub fn key(&self, family: &str, key: &str) -> String {
        let id = format!("{family}-{}", key.replace('_', "-"));
        if self.has(&id) { self.say(&id) } else { clean(&key.replace(['_', '-'], " ")) }
    }

    /// What a policy pack says of a target, with its source: from the catalogue (`said-P2025-beds-per-1000` and its attribute `source`),
    /// else in the words of the pack itself.
    #[must_use]
    pub fn policy(&self, pack: &str, target: &PolicyTarget) -> String {
        let id = format!("said-{pack}-{}", target.key.replace('_', "-"));
        let known = self.bundle.get_message(&id);
        let put = |pattern| clean(&self.bundle.format_pattern(pattern, None, &mut Vec::new()));
        let said = known.as_ref().and_then(FluentMessage::value).map_or_else(|| clean(&target.sentence), put);
        let source = known.as_ref().and_then(|m| m.get_attribute("source"));
        let source = source.map_or_else(|| clean(&target.source), |a| put(a.value()));
        match (said.is_empty(), source.is_empty()) {
            (false, false) => self.say_with("policy-said", &[("said", (&said).into()), ("source", (&source).into())]),
            (true, _) => source,
            (false, true) => said,
        }
    }

    /// Words of a table that may stand there in this language too (`zh` beside the plain ones).
    #[must_use]
    pub fn own<'w>(&self, plain: &'w str, zh: Option<&'w str>) -> &'w str {
        zh.filter(|w| self.code.starts_with("zh") && !w.trim().is_empty()).unwrap_or(plain)
    }

    /// The name of a place in this language: local script, or Latin letters where there are any. Cleaned, not escaped.
    #[must_use]
    pub fn place(&self, name: &str, name_en: Option<&str>) -> String {
        clean(if self.latin_names { name_en.filter(|n| !n.trim().is_empty()).unwrap_or(name) } else { name })
    }

    /// A count as one says it: 186,608 or 18.66 万.
    #[must_use]
    pub fn count(&self, n: f64) -> String {
        self.numbers.scaled(n, 0)
    }

    /// A number to its digits, with separators: for tables.
    #[must_use]
    pub fn exact(&self, n: f64, digits: usize) -> String {
        number::grouped(n, digits)
    }

    /// A share as percent with one digit.
    #[must_use]
    pub fn percent(&self, share: f64) -> String {
        number::percent(share, 1)
    }

    /// Yuan with the unit.
    #[must_use]
    pub fn money(&self, yuan: f64) -> String {
        self.say_with("value-yuan", &[("n", yuan.into())])
    }

    /// Minutes with the unit.
    #[must_use]
    pub fn minutes(&self, minutes: f64) -> String {
        self.say_with("value-minutes", &[("n", minutes.into())])
    }

    /// A value in its measure, with its unit.
    #[must_use]
    pub fn value(&self, measure: Measure, value: f64) -> String {
        match measure {
            Measure::Share => self.percent(value),
            Measure::Yuan => self.money(value),
            Measure::Minutes => self.minutes(value),
            Measure::Count => self.count(value),
            Measure::Number => number::grouped(value, number::sensible_digits(value)),
        }
    }

    /// A value with as many digits as tell it from another; as [`Self::value`] where the two are shown differently anyway, or are the same.
    #[must_use]
    pub fn told_apart(&self, measure: Measure, value: f64, other: f64) -> String {
        let plain = self.value(measure, value);
        if (value - other).abs() <= f64::EPSILON * other.abs() || plain != self.value(measure, other) {
            return plain;
        }
        let exact = |x: f64, digits: usize| match measure {
            Measure::Share => number::percent(x, digits),
            _ => number::grouped(x, digits),
        };
        (2..=6).find(|&d| exact(value, d) != exact(other, d)).map_or(plain, |d| exact(value, d))
    }

    /// A difference in its measure, with its sign; shares differ by percentage points.
    #[must_use]
    pub fn difference(&self, measure: Measure, value: f64) -> String {
        let sign = if value > 0.0 { "+" } else { "" };
        let text =
            if measure == Measure::Share { self.say_with("value-points", &[("n", value.into())]) } else { self.value(measure, value) };
        format!("{sign}{text}")
    }
}

/// A message before the functions exist.
fn raw(bundle: &FluentBundle<FluentResource>, id: &str) -> String {
    let Some(pattern) = bundle.get_message(id).and_then(|m| m.value()) else { return String::new() };
    bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
