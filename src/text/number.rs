//! Numbers as people write them.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::sync::Arc;

/// The large units of a language: 10,000 and 100,000,000 in Chinese, millions in English.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberStyle {
    /// From what value on a unit is used, and its word; rising.
    scales: Vec<(f64, String)>,
    /// Between number and word.
    join: String,
}

impl NumberStyle {
    /// Reads `1e4=万 1e8=亿`, and what joins number and word (`space` or `none`).
    #[must_use]
    pub fn parse(scales: &str, join: &str) -> Self {
        let mut scales: Vec<(f64, String)> = scales
            .split_whitespace()
            .filter_map(|s| s.split_once('='))
            .filter_map(|(v, w)| Some((v.parse().ok().filter(|v: &f64| *v > 0.0)?, w.to_owned())))
            .collect();
        scales.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { scales, join: if join == "none" { String::new() } else { " ".into() } }
    }

    /// A number with the largest unit that fits, else grouped with `digits` decimals.
    #[must_use]
    pub fn scaled(&self, n: f64, digits: usize) -> String {
        let size = n.abs();
        match self.scales.iter().rev().find(|(from, _)| size >= *from) {
            Some((unit, word)) => {
                let v = n / unit;
                let digits = if v.abs() < 100.0 { 2 } else { 1 };
                format!("{}{}{}", grouped(v, digits), self.join, word)
            }
            None => grouped(n, digits),
        }
    }
}

/// Fixed decimals with a comma between thousands; a minus only when something is left of it; a dash for what is not a number.
#[must_use]
pub fn grouped(n: f64, digits: usize) -> String {
    if !n.is_finite() {
        return if n.is_nan() {
            "–".into()
        } else if n > 0.0 {
            "∞".into()
        } else {
            "−∞".into()
        };
    }
    let text = format!("{:.digits$}", n.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(w, r)| (w, Some(r)));
    let mut out = String::with_capacity(text.len() + 8);
    if n < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('−');
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(r) = rest {
        out.push('.');
        out.push_str(r);
    }
    out
}

/// Decimals that show about three figures.
#[must_use]
pub fn sensible_digits(n: f64) -> usize {
    match n.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    }
}

/// A share as percent.
#[must_use]
pub fn percent(share: f64, digits: usize) -> String {
    format!("{}%", grouped(share * 100.0, digits))
}

/// The functions messages may call.
pub(super) fn add_functions(bundle: &mut FluentBundle<FluentResource>, style: &Arc<NumberStyle>) -> Result<(), FluentError> {
    let s = Arc::clone(style);
    add(bundle, "COUNT", move |n, _| s.scaled(n, 0))?;
    let s = Arc::clone(style);
    add(bundle, "MONEY", move |n, _| s.scaled(n, if n.abs() < 1000.0 && (n - n.round()).abs() >= 0.005 { 2 } else { 0 }))?;
    add(bundle, "PERCENT", |n, d| percent(n, d.unwrap_or(1)))?;
    add(bundle, "POINTS", |n, d| grouped(n * 100.0, d.unwrap_or(1)))?;
    add(bundle, "MINUTES", |n, d| grouped(n, d.unwrap_or(usize::from(n.abs() < 100.0 && n.fract().abs() > 1e-9))))?;
    add(bundle, "DECIMAL", |n, d| grouped(n, d.unwrap_or_else(|| sensible_digits(n))))?;
    add(bundle, "EXACT", |n, d| grouped(n, d.unwrap_or(0)))
}

fn add(
    bundle: &mut FluentBundle<FluentResource>,
    name: &str,
    format: impl Fn(f64, Option<usize>) -> String + Send + Sync + 'static,
) -> Result<(), FluentError> {
    bundle.add_function(name, move |values: &[FluentValue<'_>], named: &FluentArgs<'_>| {
        let digits = match named.get("digits") {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
            Some(FluentValue::Number(d)) => Some(d.value.clamp(0.0, 9.0) as usize),
            _ => None,
        };
        match values.first() {
            Some(FluentValue::Number(n)) => FluentValue::String(format(n.value, digits).into()),
            Some(FluentValue::String(s)) => FluentValue::String(s.to_string().into()),
            _ => FluentValue::Error,
        }
    })
}
