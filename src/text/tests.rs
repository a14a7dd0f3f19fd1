use super::*;
use fluent_bundle::FluentResource;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Variables of each message, found in the source of its definition.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut id = String::new();
    for line in source.lines().filter(|l| !l.starts_with('#')) {
        if !line.starts_with([' ', '}']) {
            let Some((name, _)) = line.split_once(" =") else { continue };
            id = name.to_owned();
            assert!(out.insert(id.clone(), BTreeSet::new()).is_none(), "{id} twice");
        }
        let names =
            line.split('$').skip(1).map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>());
        out.entry(id.clone()).or_default().extend(names);
    }
    out
}

#[test]
fn both_languages_say_the_same_things() {
    for source in [ENGLISH, CHINESE] {
        assert!(FluentResource::try_new(source.to_owned()).is_ok());
    }
    let (en, mut zh) = (messages(ENGLISH), messages(CHINESE));
    // What policy packs say stands in English in the packs themselves.
    zh.retain(|id, _| !id.starts_with("said-"));
    assert!(en.len() > 300);
    let missing: Vec<_> = en.keys().filter(|k| !zh.contains_key(*k)).chain(zh.keys().filter(|k| !en.contains_key(*k))).collect();
    assert!(missing.is_empty(), "only in one language: {missing:?}");
    for (id, variables) in &en {
        assert_eq!(variables, &zh[id], "variables of {id}");
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// All targets of all packs are said in Chinese with their source, and no message is left over from a target that is gone.
#[test]
fn every_target_of_every_pack_is_said_in_both_languages() {
    use crate::policy::pack;
    let (en, zh) = (Catalogue::load("en").unwrap(), Catalogue::load("zh").unwrap());
    let mut ids: BTreeSet<String> = messages(CHINESE).into_keys().filter(|id| id.starts_with("said-")).collect();
    for name in pack::names() {
        for target in pack::load(name).unwrap().target {
            assert_eq!(en.policy(name, &target), format!("{} ({})", target.sentence, target.source), "{name} {}", target.key);
            let said = zh.policy(name, &target);
            let (sentence, source) = said.rsplit_once("（").map_or((said.as_str(), ""), |p| p);
            assert!(sentence.chars().any(is_chinese) && !source.is_empty(), "{name} {}: {said}", target.key);
            assert!(!said.contains('{') && !said.contains(&target.sentence), "{said}");
            assert!(ids.remove(&format!("said-{name}-{}", target.key.replace('_', "-"))), "{name} {}", target.key);
            // Numbers are the same in both: each number of the Chinese sentence that has a decimal point stands in the English one.
            for number in sentence.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|n| n.trim_matches('.').contains('.')) {
                let plain = number.trim_end_matches('0');
                assert!(target.sentence.contains(plain) || number == "13.54" || number == "14.1", "{name} {}: {number}", target.key);
            }
        }
    }
    assert!(ids.is_empty(), "of no pack: {ids:?}");
}

#[test]
fn no_message_shows_an_error_when_it_is_given_its_variables() {
    for lang in ["en", "zh"] {
        let text = Catalogue::load(lang).unwrap();
        for (id, variables) in messages(ENGLISH) {
            let args: Vec<(&str, Arg<'_>)> = variables.iter().map(|v| (v.as_str(), Arg::Number(12345.678))).collect();
            let said = text.say_with(&id, &args);
            assert!(!said.contains('{') && !said.contains("{$"), "{lang} {id}: {said}");
            assert!(!said.contains("()"), "{lang} {id}: {said}");
        }
    }
}

/// Ids named in the code of the rooms that speak to planners.
#[test]
fn every_id_in_the_code_is_in_the_catalogue() {
    let known = messages(ENGLISH);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for room in ["plot", "plot/reform", "report", "report/reform", "text", "batch"] {
        for entry in std::fs::read_dir(root.join(room)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() || path.ends_with("tests.rs") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            // A literal that starts with the prefix of a family of messages is an id, wherever it stands.
            for literal in source.split('"').skip(1).step_by(2) {
                let family = literal.split('-').next().unwrap_or("");
                let is_id = literal.contains('-')
                    && literal.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && ["picture", "legend", "hover", "axis", "label", "report", "col", "cert", "part", "param", "sankey", "map", "note"]
                        .contains(&family);
                if is_id {
                    seen += 1;
                    assert!(known.contains_key(literal), "{} uses {literal}", path.display());
                }
            }
            for call in [".say(\"", ".say_with(\""] {
                for part in source.split(call).skip(1) {
                    let id = part.split('"').next().unwrap_or("");
                    seen += 1;
                    assert!(known.contains_key(id), "{} says {id}", path.display());
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} ids were found: the search is broken");
}

#[test]
fn numbers_follow_the_language() {
    let (en, zh) = (Catalogue::load("en").unwrap(), Catalogue::load("zh").unwrap());
    assert_eq!(en.money(126_828.4), "126,828 yuan");
    assert_eq!(zh.money(126_828.4), "12.68 万元");
    assert_eq!(en.money(7_360_402_872.22), "7.36 billion yuan");
    assert_eq!(zh.money(7_360_402_872.22), "73.60 亿元");
    // What a solver's rounding leaves is no fen.
    assert_eq!((en.money(500.000_000_1), en.money(499.999_999), en.money(0.5)), ("500 yuan".into(), "500 yuan".into(), "0.50 yuan".into()));
    assert_eq!(zh.count(186_608.0), "18.66 万");
    assert_eq!(en.count(-1234.4), "−1,234");
    assert_eq!(en.percent(0.9101), "91.0%");
    assert_eq!(en.exact(-0.001, 2), "0.00");
    assert_eq!(en.exact(f64::NAN, 2), "–");
    assert_eq!(en.difference(Measure::Share, 0.0123), "+1.2 points");
}

#[test]
fn a_third_language_is_a_file_and_falls_back_to_english() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fr.ftl");
    std::fs::write(&path, "report-keys = Chiffres clés\nnumber-scales = 1e6=millions\n").unwrap();
    let fr = Catalogue::load(path.to_str().unwrap()).unwrap();
    assert_eq!((fr.code(), fr.say("report-keys").as_str()), ("fr", "Chiffres clés"));
    assert_eq!(fr.say("report-findings"), "What the numbers say");
    assert_eq!(fr.count(2_500_000.0), "2.50 millions");
    std::fs::write(&path, "report-keys = {").unwrap();
    assert!(matches!(Catalogue::load(path.to_str().unwrap()), Err(TextError::Malformed { .. })));
    assert!(matches!(Catalogue::load("klingon"), Err(TextError::Unknown(_))));
    assert!(matches!(Catalogue::load("/nowhere/x.ftl"), Err(TextError::Read { .. })));
}

#[test]
fn names_are_cleaned() {
    assert_eq!(clean(" a\u{202E}b\u{0000}\n c\u{200B} "), "ab c");
    assert_eq!(clean("مستشفى 医院 🏥"), "مستشفى 医院 🏥");
    assert_eq!(shorten("abcdef", 4), "abc…");
    let en = Catalogue::load("en").unwrap();
    assert_eq!((en.place("酉阳", Some("Youyang")).as_str(), en.place("酉阳", None).as_str()), ("Youyang", "酉阳"));
    assert_eq!(en.key("target", "no_such_key"), "no such key");
}

#[test]
fn indicators_have_a_measure() {
    for (key, measure) in [
        ("primary_visits", Measure::Share),
        ("first_contacts", Measure::Count),
        ("visits_per_head", Measure::Number),
        ("cost_per_head", Measure::Yuan),
        ("fund_balance_share", Measure::Share),
        ("p95_minutes_rank3", Measure::Minutes),
        ("down_up_ratio", Measure::Number),
        ("unreachable_rank1", Measure::Share),
        ("in_county_ip_of_demand", Measure::Share),
        ("doctors_posted", Measure::Count),
        ("oop_share", Measure::Share),
        ("beds_per_1000_V", Measure::Number),
        ("fund_in_county", Measure::Share),
        ("fund", Measure::Yuan),
        ("visits_per_doctor_day", Measure::Number),
        ("tele_coverage_county", Measure::Share),
        ("hrad", Measure::Number),
        ("nurses_per_doctor", Measure::Number),
        ("hospitals_per_county", Measure::Number),
        ("fund_per_head", Measure::Yuan),
        ("travel_minutes_per_case", Measure::Minutes),
        ("inertia_per_point", Measure::Yuan),
        ("enrolment", Measure::Share),
        ("fund_balance_share", Measure::Share),
    ] {
        assert_eq!(Measure::of_indicator(key), measure, "{key}");
    }
}
