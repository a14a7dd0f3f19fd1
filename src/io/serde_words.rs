//! What a reader of TOML says of a value it cannot use, in the words of this program: `invalid type: string "high", expected f64` becomes
//! `a number is wanted, not text`.

use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;

/// A complaint of the reader in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Which rule is broken.
    pub rule: &'static Rule,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Words for a complaint about the key at a path (`targets.first_contact`).
#[must_use]
pub fn in_our_words(complaint: &str, path: &str) -> Said {
    let complaint = complaint.lines().next().unwrap_or(complaint);
    let quoted: Vec<&str> = complaint.split('`').skip(1).step_by(2).collect();
    let name = quoted.first().copied().unwrap_or_default();
    let known = quoted.get(1..).unwrap_or_default();
    let like = || nearest(name, known.iter().copied());
    let all = || known.join(", ");
    if complaint.starts_with("unknown field") {
        let message = if known.is_empty() {
            format!("no key may stand here, `{name}` neither")
        } else {
            format!("nobody knows the key `{name}` here")
        };
        let remedy = match like() {
            Some(like) => format!("perhaps `{like}` is meant; else remove the key. The keys are {}", all()),
            None if known.is_empty() => "remove the key".into(),
            None => format!("remove the key, or use one of {}", all()),
        };
        return Said { rule: &codes::TOML_KEY_UNKNOWN, message, remedy };
    }
    if complaint.starts_with("missing field") {
        let message = format!("the key `{name}` is missing");
        return Said { rule: &codes::TOML_KEY_MISSING, message, remedy: format!("add the key `{name}`") };
    }
    if complaint.starts_with("unknown variant") {
        let remedy = match like() {
            Some(like) => format!("perhaps `{like}` is meant; the words are {}", all()),
            None => format!("use one of {}", all()),
        };
        return Said { rule: &codes::TOML_WRONG_TYPE, message: format!("`{name}` is none of the words that may stand here"), remedy };
    }
    let (found, wanted) = complaint.split_once(", expected ").unwrap_or((complaint, complaint.strip_prefix("wanted ").unwrap_or_default()));
    let wanted = kind_wanted(wanted);
    let leaf = path.rsplit('.').next().unwrap_or_default();
    let message = match found.strip_prefix("invalid type: ").map(kind_found) {
        Some(found) => format!("{} is wanted, not {found}", wanted.0),
        None if found.starts_with("invalid length") => format!("{} is wanted", wanted.0),
        None if found.starts_with("invalid value") => format!("{} is wanted; this one cannot be taken", wanted.0),
        None => format!("the value cannot be taken; {} is wanted", wanted.0),
    };
    let remedy = if leaf.is_empty() { wanted.1.to_owned() } else { format!("give `{leaf}` {}", wanted.1) };
    Said { rule: &codes::TOML_WRONG_TYPE, message, remedy }
}

/// What a type of the program is to a planner, and how it is written.
fn kind_wanted(rust: &str) -> (String, &'static str) {
    let rust = rust.trim();
    let plain = |kind: &str, remedy| (kind.to_owned(), remedy);
    match rust {
        "f64" | "f32" | "floating point" => plain("a number", "a number with a decimal point, without quotes"),
        "a boolean" | "bool" => plain("true or false", "the word true or false, without quotes"),
        "a string" | "string" | "str" => plain("text", "text in double quotes"),
        "a map" | "a table" | "map" => plain("a table", "a table: its keys under a heading in brackets"),
        "a sequence" | "sequence" | "a list" => plain("a list", "a list in brackets, with commas between"),
        _ if is_integer(rust) => plain("a whole number", "a whole number without quotes"),
        _ if rust.starts_with("struct ") => plain("a table", "a table: its keys under a heading in brackets"),
        _ if rust.starts_with("an array of length ") || rust.starts_with("a tuple of size ") => {
            let n = rust.rsplit(' ').next().unwrap_or_default();
            (format!("a list of {n} values"), "a list in brackets, with commas between")
        }
        _ if rust.contains("enum") || rust.contains("variant") || rust.contains("string or table") => {
            plain("a word", "one of the words it knows, in double quotes (docs/case-folder.md, docs/scenario.md)")
        }
        _ => plain("another kind of value", "a value of the kind docs/case-folder.md and docs/scenario.md name"),
    }
}

fn is_integer(rust: &str) -> bool {
    rust.strip_prefix(['i', 'u']).is_some_and(|bits| matches!(bits, "8" | "16" | "32" | "64" | "128" | "size")) || rust == "integer"
}

fn kind_found(found: &str) -> &'static str {
    match found.split(' ').next().unwrap_or_default() {
        "string" => "text",
        "integer" => "a whole number",
        "floating" => "a number with a decimal point",
        "boolean" => "true or false",
        "map" => "a table",
        "sequence" => "a list",
        "datetime" => "a date",
        _ => "this",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(complaint: &str, path: &str) -> (String, String) {
        let said = in_our_words(complaint, path);
        (said.message, said.remedy)
    }

    #[test]
    fn types_have_names_that_planners_know() {
        for (complaint, message, remedy) in [
            ("invalid type: string \"high\", expected f64", "a number is wanted, not text", "give `x` a number"),
            (
                "invalid type: floating point `2.5`, expected i64",
                "a whole number is wanted, not a number with a decimal point",
                "give `x` a whole number",
            ),
            ("invalid type: integer `3`, expected a string", "text is wanted, not a whole number", "give `x` text in double quotes"),
            (
                "invalid type: integer `3`, expected a boolean",
                "true or false is wanted, not a whole number",
                "give `x` the word true or false",
            ),
            ("invalid type: boolean `true`, expected struct Deployment", "a table is wanted, not true or false", "give `x` a table"),
            ("invalid type: string \"K1\", expected a sequence", "a list is wanted, not text", "give `x` a list"),
            ("invalid length 2, expected an array of length 3", "a list of 3 values is wanted", "give `x` a list"),
            ("invalid value: integer `4000000000`, expected i32", "a whole number is wanted; this one cannot be taken", "give `x` a whole"),
        ] {
            let (said, todo) = words(complaint, "a.x");
            assert_eq!(said, message, "{complaint}");
            assert!(todo.starts_with(remedy), "{complaint}: {todo}");
        }
    }

    #[test]
    fn unknown_names_come_with_the_nearest_and_all_that_are_known() {
        let (said, todo) = words("unknown field `gama`, expected one of `name`, `gamma`, `targets`", "gama");
        assert_eq!(said, "nobody knows the key `gama` here");
        assert_eq!(todo, "perhaps `gamma` is meant; else remove the key. The keys are name, gamma, targets");
        let (said, todo) = words("unknown variant `helicopter`, expected one of `metric`, `table`, `road`", "travel.mode");
        assert_eq!(
            (said.as_str(), todo.as_str()),
            ("`helicopter` is none of the words that may stand here", "use one of metric, table, road")
        );
        assert_eq!(words("missing field `rule`", "provenance.0").1, "add the key `rule`");
        assert_eq!(words("unknown field `x`, there are no fields", "x").1, "remove the key");
    }
}
