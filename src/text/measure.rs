//! In what a named value is measured.

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// A share of one, written as percent.
    Share,
    /// Yuan.
    Yuan,
    /// Minutes.
    Minutes,
    /// Cases, people, beds: whole numbers.
    Count,
    /// Any other number: ratios, rates, indices.
    Number,
}

impl Measure {
    /// The measure of an indicator by its name (the stable names of [`crate::indicators`]).
    #[must_use]
    pub fn of_indicator(key: &str) -> Self {
        let has = |parts: &[&str]| parts.iter().any(|p| key.contains(p));
        let is = |names: &[&str]| names.contains(&key);
        if has(&["minutes"]) {
            Self::Minutes
        } else if has(&["gini", "theil", "ratio", "per_1000", "per_10k", "per_100k", "per_doctor", "_per_"])
            && !key.starts_with("cost")
            && !key.starts_with("fund")
            && !key.starts_with("travel")
            && key != "inertia_per_point"
            || is(&["hrad", "access_index"])
        {
            Self::Number
        } else if key.ends_with("_share")
            || has(&["_share_", "_rate", "_of_demand", "coverage", "in_county", "out_referral", "unreachable"])
            || key.starts_with("occ")
            || is(&["doctor_load", "enrolment", "tele_counties", "first_contact", "primary_visits", "fund_primary"])
        {
            Self::Share
        } else if key.starts_with("cost") || key.starts_with("fund") || is(&["inertia_per_point", "objective"]) {
            Self::Yuan
        } else {
            Self::Count
        }
    }

    /// The measure of a unit as policy packs and ledgers write it.
    #[must_use]
    pub fn of_unit(unit: &str) -> Self {
        let unit = unit.to_ascii_lowercase();
        if unit.starts_with("share") {
            Self::Share
        } else if unit.starts_with("yuan") || unit.starts_with("cny") {
            Self::Yuan
        } else if unit.starts_with("minute") {
            Self::Minutes
        } else if matches!(unit.as_str(), "cases" | "people" | "beds" | "doctors" | "persons" | "count") {
            Self::Count
        } else {
            Self::Number
        }
    }
}
