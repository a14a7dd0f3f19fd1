//! National use of care by year: what scales the class rates, from `data/policy/years.toml` (compiled in).

use super::pack::PackError;
use serde::{Deserialize, Serialize};

const YEARS: &str = include_str!("../../data/policy/years.toml");

/// Visits per head for which the class rates of the default table hold (2025).
pub const BASE_VISITS_PER_HEAD: f64 = 7.60;

/// Admissions per head for which the class rates of the default table hold (2025).
pub const BASE_ADMISSIONS_PER_HEAD: f64 = 0.213;

/// National use of care in one year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearRates {
    /// Year.
    pub year: i32,
    /// Visits to all medical institutions, per head.
    pub visits_per_head: f64,
    /// Admissions, per head.
    pub admissions_per_head: f64,
    /// Where the two numbers come from.
    pub source: String,
    /// How sure the source is: `high`, `medium`, `low`, `assumed`.
    pub sure: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    year: Vec<YearRates>,
}

/// All years, ascending.
///
/// # Errors
/// [`PackError::Corrupt`] when the compiled-in file cannot be read; the tests of this module exclude it.
pub fn all() -> Result<Vec<YearRates>, PackError> {
    toml::from_str::<Table>(YEARS).map(|t| t.year).map_err(|e| PackError::Corrupt { name: "years".into(), reason: e.to_string() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::float_cmp)] // a test may fail loudly, and table values are exact
mod tests {
    use super::*;

    #[test]
    fn every_year_from_2012_to_2025_is_there_and_in_range() {
        let years = all().unwrap();
        assert_eq!(years.iter().map(|y| y.year).collect::<Vec<_>>(), (2012..=2025).collect::<Vec<_>>());
        for y in &years {
            assert!((4.0..9.0).contains(&y.visits_per_head), "{y:?}");
            assert!((0.1..0.25).contains(&y.admissions_per_head), "{y:?}");
            assert!(!y.source.is_empty() && ["high", "medium", "low", "assumed"].contains(&y.sure.as_str()), "{y:?}");
        }
        let last = years.last().unwrap();
        assert_eq!((last.visits_per_head, last.admissions_per_head), (BASE_VISITS_PER_HEAD, BASE_ADMISSIONS_PER_HEAD));
    }
}
