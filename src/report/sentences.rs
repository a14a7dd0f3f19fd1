//! Findings as sentences of the catalogue.

use super::ReportInput;
use crate::indicators::{Finding, LedgerRow, Origin};
use crate::policy::pack::TargetSense;
use crate::text::{Arg, Catalogue, Measure};

/// The sentence of a finding. Names of places come from the case, numbers from the finding, words from the catalogue.
#[must_use]
pub fn sentence(input: &ReportInput<'_>, text: &Catalogue, finding: &Finding) -> String {
    let word = |key: &str| finding.words.get(key).map(String::as_str);
    let number = |key: &str| finding.numbers.get(key).copied();
    let area = area_name(input, text, finding);
    let facility = facility_name(input, text, finding);
    let mut words: Vec<(&str, String)> = Vec::new();
    if let Some(facility) = facility {
        let place = match &area {
            // A hospital that carries its county's name need not be told twice where it stands.
            Some(a) if !facility.contains(a.as_str()) => {
                text.say_with("place-in-area", &[("facility", (&facility).into()), ("area", a.into())])
            }
            _ => facility.clone(),
        };
        words.push(("place", place));
        words.push(("facility", facility));
    }
    words.push(("where", area.clone().unwrap_or_else(|| text.say("whole-region-sentence"))));
    words.extend(area.map(|a| ("area", a)));
    words.extend(word("tier").map(|t| ("tier", text.key("tier", t))));
    words.extend(word("class").map(|c| ("class", text.key("class", c))));
    words.extend(word("resource").map(|r| ("resource", text.key("resource", r))));
    words.extend(word("target").map(|t| ("target", text.key("target", t))));
    let unit = word("unit").unwrap_or("share");
    words.push(("unit", unit_name(text, unit)));
    let measure = Measure::of_unit(unit);
    for key in ["planned", "attainable"] {
        words.extend(number(key).map(|n| (key, text.value(measure, n))));
    }
    // A flow target is a floor, and its sentence says so in words; of other targets the sign tells the direction.
    let sense = word("sense").map(|s| match s {
        "at_most" => TargetSense::AtMost,
        "about" => TargetSense::About,
        _ => TargetSense::AtLeast,
    });
    words.extend(number("target_value").map(|n| {
        let value = sense.map_or_else(|| text.value(measure, n), |sense| asked(text, measure, sense, n, number("target_upper")));
        ("target_value", value)
    }));
    words.extend(number("gap").map(|n| {
        ("gap", if measure == Measure::Share { text.say_with("value-points", &[("n", n.into())]) } else { text.value(measure, n) })
    }));
    words.push((
        "price_words",
        number("price")
            .filter(|p| *p > 0.0)
            .map_or_else(String::new, |p| text.say_with("finding-target-short-price", &[("price", p.into())])),
    ));
    let formatted: Vec<&str> = words.iter().map(|(k, _)| *k).collect();
    let mut args: Vec<(&str, Arg<'_>)> =
        finding.numbers.iter().filter(|(k, _)| !formatted.contains(&k.as_str())).map(|(k, v)| (k.as_str(), Arg::Number(*v))).collect();
    args.extend(words.iter().map(|(k, w)| (*k, Arg::Word(w))));
    text.say_with(&finding.id, &args)
}

/// What a target asks for: `≥ 70.0%`, `≤ 15 min`, `≈ 6.00`, or a range `1,000–1,500`.
#[must_use]
pub fn asked(text: &Catalogue, measure: Measure, sense: TargetSense, target: f64, upper: Option<f64>) -> String {
    let value = text.value(measure, target);
    if let Some(upper) = upper {
        return text.say_with("asked-range", &[("low", (&value).into()), ("high", (&text.value(measure, upper)).into())]);
    }
    let id = match sense {
        TargetSense::AtLeast => "asked-at-least",
        TargetSense::AtMost => "asked-at-most",
        TargetSense::About => "asked-about",
    };
    text.say_with(id, &[("value", (&value).into())])
}

/// Who asks for the target of a row, what the document says, and where.
#[must_use]
pub fn ledger_source(input: &ReportInput<'_>, text: &Catalogue, row: &LedgerRow) -> String {
    let entry = input.pack.target.iter().find(|t| t.key == row.key);
    let said = entry.map_or_else(|| crate::text::clean(&row.source), |t| text.policy(&input.pack.name, t));
    match row.origin {
        Origin::Pack => said,
        Origin::Scenario => text.say("ledger-scenario"),
        Origin::ScenarioInstead(asked) => {
            let value = text.value(Measure::of_unit(&row.unit), asked);
            text.say_with("ledger-scenario-instead", &[("value", (&value).into()), ("said", (&said).into())])
        }
    }
}

/// The name of a unit as policy packs write it.
#[must_use]
pub fn unit_name(text: &Catalogue, unit: &str) -> String {
    let slug: String =
        unit.chars().filter(|c| *c != ',').map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let id = format!("unit-{slug}");
    if text.has(&id) { text.say(&id) } else { unit.to_owned() }
}

fn area_name(input: &ReportInput<'_>, text: &Catalogue, finding: &Finding) -> Option<String> {
    match finding.area.and_then(|a| input.problem.network.areas.get(a.index())) {
        Some(a) => Some(text.place(&a.name, a.name_en.as_deref())),
        None => finding.words.get("area").map(|a| text.place(a, finding.words.get("area_en").map(String::as_str))),
    }
}

fn facility_name(input: &ReportInput<'_>, text: &Catalogue, finding: &Finding) -> Option<String> {
    match finding.facility.and_then(|j| input.problem.network.facilities.get(j.index())) {
        Some(f) => Some(text.place(&f.name, f.name_en.as_deref())),
        None => finding.words.get("facility").map(|f| text.place(f, finding.words.get("facility_en").map(String::as_str))),
    }
}
