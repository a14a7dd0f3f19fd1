//! Putting a value under its name, or leaving it out when it is undefined.

use super::Values;

/// Sets `name` to `value` when it is a number.
pub(crate) fn set(values: &mut Values, name: &str, value: f64) {
    if value.is_finite() {
        values.insert(name.to_owned(), value);
    }
}

/// Sets `name` to `part / whole`; left out when the whole is not above zero.
pub(crate) fn ratio(values: &mut Values, name: &str, part: f64, whole: f64) {
    if whole > 0.0 {
        set(values, name, part / whole);
    }
}

/// Sets `name` when there is a value.
pub(crate) fn some(values: &mut Values, name: &str, value: Option<f64>) {
    if let Some(value) = value {
        set(values, name, value);
    }
}
