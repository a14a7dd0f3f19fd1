//! How the page of a batch says things: commands, scenarios, cases, areas, and values in their measure.

use super::maps::{Places, number};
use super::{Entry, shared, shown};
use crate::text::{Catalogue, Measure, clean, shorten};
use std::collections::BTreeMap;

/// Name of an indicator for people; one that the catalogue does not know as it is.
pub(super) fn indicator(text: &Catalogue, name: &str) -> String {
    match name {
        "objective" => text.say("batch-indicator-objective"),
        known if measure(text, known).is_some() => text.key("indicator", known),
        other => clean(other),
    }
}

/// In what an indicator is measured, where the catalogue knows it; the value of a plan is in the unit of its model.
pub(super) fn measure(text: &Catalogue, name: &str) -> Option<Measure> {
    text.has(&format!("indicator-{}", name.replace('_', "-"))).then(|| Measure::of_indicator(name))
}

/// A value with its unit; to four figures where the unit is not known.
pub(super) fn value(text: &Catalogue, measure: Option<Measure>, v: f64) -> String {
    match measure {
        // two digits: neighbours differ by tenths of a percent
        Some(Measure::Share) => format!("{}%", text.exact(100.0 * v, 2)),
        // whole numbers are counts
        None if v.fract() == 0.0 && v.abs() < 1e9 => text.exact(v, 0),
        Some(Measure::Number) | None => number(v),
        Some(m) => text.value(m, v),
    }
}

/// A difference with sign and unit; shares differ by points.
pub(super) fn difference(text: &Catalogue, measure: Option<Measure>, d: f64) -> String {
    let plain = match measure {
        Some(Measure::Share) => text.say_with("value-points", &[("n", d.abs().into())]),
        other => value(text, other, d.abs()),
    };
    if !plain.chars().any(|c| ('1'..='9').contains(&c)) {
        return "0".into();
    }
    format!("{}{plain}", if d < 0.0 { "−" } else { "+" })
}

/// In what the value of a plan is measured: money for plans of flow, else in the unit of the model.
pub(super) fn of_objective(command: &str) -> Option<Measure> {
    matches!(command, "referral" | "plan").then_some(Measure::Yuan)
}

/// Command with its arguments.
pub(super) fn command(text: &Catalogue, entry: &Entry) -> String {
    let name = text.key("batch-command", &entry.command);
    if entry.arguments.is_empty() { name } else { format!("{name} {}", entry.arguments.join(" ")) }
}

/// Scenario and parameters.
pub(super) fn scenario(text: &Catalogue, entry: &Entry) -> String {
    // the name that no scenario gets
    let mut out = if entry.scenario == "as-it-is" { text.say("batch-scenario-today") } else { clean(&entry.scenario) };
    for (key, value) in &entry.parameters {
        out.push_str(&clean(&format!(", {key} = {}", shown(value))));
    }
    out
}

/// Command and scenario: what stands side by side.
pub(super) fn variant(text: &Catalogue, entry: &Entry) -> String {
    text.say_with("batch-variant", &[("command", (&command(text, entry)).into()), ("scenario", (&scenario(text, entry)).into())])
}

/// A case; one that was cut out of another with the name of its area.
pub(super) fn case(text: &Catalogue, entry: &Entry, places: &BTreeMap<String, Places>) -> String {
    let Some(group) = &entry.group else { return shorten(&clean(&entry.case), 300) };
    let area = places.get(&entry.case).and_then(|p| p.name(group, text)).map_or_else(|| clean(group), |name| coded(text, &name, group));
    shorten(&text.say_with("batch-case-of", &[("parent", (&entry.parent).into()), ("area", (&area).into())]), 300)
}

/// A name with its code.
pub(super) fn coded(text: &Catalogue, name: &str, code: &str) -> String {
    text.say_with("batch-area", &[("name", name.into()), ("code", code.into())])
}

/// Why rounds ended; what has no words of its own here (cases without a plan) as it was written.
pub(super) fn ended(text: &Catalogue, why: &str) -> String {
    let id = match why {
        shared::GAP_REACHED => "batch-ended-gap",
        shared::OWN_GAPS => "batch-ended-own",
        shared::NO_CHANGE => "batch-ended-still",
        w if w.ends_with(shared::ROUNDS_OVER) => "batch-ended-rounds",
        other => return clean(other),
    };
    text.say(id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(command: &str, scenario: &str) -> Entry {
        Entry {
            hash: String::new(),
            case: "se-500114".into(),
            parent: "se".into(),
            group: Some("500114".into()),
            scenario: scenario.into(),
            command: command.into(),
            arguments: vec!["--gap".into(), "0.1".into()],
            parameters: [("gamma".to_owned(), toml::Value::Float(0.4))].into(),
        }
    }

    #[test]
    fn every_command_of_a_batch_has_a_name_in_both_languages() {
        for lang in ["en", "zh"] {
            let text = Catalogue::load(lang).unwrap();
            for command in super::super::spec::COMMANDS {
                assert!(text.has(&format!("batch-command-{}", command.name)), "{lang} {}", command.name);
            }
            for status in super::super::Status::ALL {
                assert!(text.has(&format!("batch-status-{}", status.word())), "{lang} {status:?}");
            }
        }
    }

    #[test]
    fn values_have_their_unit_and_differences_their_sign() {
        let (en, zh) = (Catalogue::load("en").unwrap(), Catalogue::load("zh").unwrap());
        let share = measure(&en, "in_county_ip");
        assert_eq!(share, Some(Measure::Share));
        assert_eq!((value(&en, share, 0.912_34).as_str(), value(&en, None, 0.912_34).as_str()), ("91.23%", "0.9123"));
        assert_eq!((difference(&en, share, -0.0123).as_str(), difference(&zh, share, 0.0123).as_str()), ("−1.2 points", "+1.2 个百分点"));
        assert_eq!(difference(&en, share, 1e-9), "0");
        assert_eq!(value(&zh, of_objective("referral"), 2.5e9), "25.00 亿元");
        assert_eq!((measure(&en, "bounds.dual"), indicator(&en, "bounds.dual").as_str()), (None, "bounds.dual"));
        assert_eq!(indicator(&zh, "in_county_ip"), "县域内住院率");
    }

    #[test]
    fn names_follow_the_language() {
        let (en, zh) = (Catalogue::load("en").unwrap(), Catalogue::load("zh").unwrap());
        assert_eq!(variant(&en, &entry("referral", "surge")), "referral plan --gap 0.1: surge, gamma = 0.4");
        assert_eq!(variant(&zh, &entry("referral", "as-it-is")), "转诊方案 --gap 0.1：现状, gamma = 0.4");
        assert_eq!(case(&en, &entry("referral", "surge"), &BTreeMap::new()), "se: 500114");
        assert_eq!(ended(&zh, shared::GAP_REACHED), "已达到要求的差距");
        assert_eq!(ended(&zh, &format!("6{}", shared::ROUNDS_OVER)), "已达到要求的轮数");
    }
}
