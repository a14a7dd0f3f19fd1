//! Bad input: over a hundred broken case folders, each of which must be refused (or warned of) with every problem at once: code, file, line, column,
//! value and remedy; and broken JSON forms, scenarios and plans.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::float_cmp)]

#[path = "bad_input/base.rs"]
mod base;
#[path = "bad_input/corpus.rs"]
mod corpus;
#[path = "bad_input/corpus_travel.rs"]
mod corpus_travel;

use corpus::corpus;
use fenji::io::{Problem, ReadLimits, Severity, import_json, read_case, read_case_with, read_scenario};
use fenji::network::builder::check_case;
use fenji::network::{Case, codes};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

fn problems_of(folder: &std::path::Path) -> (bool, Vec<Problem>) {
    match read_case(folder) {
        Ok(read) => (true, read.warnings),
        Err(problems) => (false, problems),
    }
}

fn shown(problems: &[Problem]) -> String {
    problems.iter().map(|p| format!("  {p}\n")).collect()
}

#[test]
fn every_broken_folder_gives_exactly_its_problems() {
    let corpus = corpus();
    assert!(corpus.len() >= 100, "{}", corpus.len());
    let mut failures = String::new();
    for broken in &corpus {
        let dir = broken.folder();
        let (taken, found) = problems_of(dir.path());
        let mut left: Vec<&Problem> = found.iter().collect();
        let mut missing = Vec::new();
        for &(code, file, line, value, column) in &broken.expected {
            let fits = |p: &&Problem| {
                p.code == code
                    && p.file == file
                    && p.line == line
                    && p.value.as_deref().unwrap_or_default().contains(value)
                    && (column.is_empty() || p.column.as_deref() == Some(column))
                    && !p.remedy.is_empty()
                    && !p.message.is_empty()
            };
            match left.iter().position(fits) {
                Some(at) => drop(left.remove(at)),
                None => missing.push((code, file, line, value, column)),
            }
        }
        let refused = found.iter().any(Problem::is_error);
        if !missing.is_empty() || !left.is_empty() || refused == taken {
            failures += &format!("{}: missing {missing:?}, found\n{}", broken.name, shown(&found));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn names_of_the_corpus_are_unique() {
    let names: Vec<&str> = corpus().iter().map(|b| b.name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    // "no name" is said of a settlement and of the title.
    assert!(unique.len() + 1 >= names.len());
}

#[test]
fn reading_twice_says_the_same() {
    for broken in corpus() {
        let dir = broken.folder();
        assert_eq!(problems_of(dir.path()).1, problems_of(dir.path()).1, "{}", broken.name);
    }
}

#[test]
fn nothing_is_written_into_a_folder_that_is_read() {
    for broken in corpus() {
        let dir = broken.folder();
        let list = || {
            let mut names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = list();
        let _ = read_case(dir.path());
        assert_eq!(before, list(), "{}", broken.name);
    }
}

#[test]
fn good_folders_in_other_dress_are_taken() {
    let mut files = base::files();
    for (name, bytes) in &mut files {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if name.ends_with(".csv") {
            // Byte-order mark, CRLF, blank lines, quotes around everything, and no line feed at the end.
            let quoted = |line: &str| line.split(',').map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(",");
            let lines: Vec<String> = text.lines().map(quoted).collect();
            *bytes = format!("\u{feff}{}", lines.join("\r\n\r\n")).into_bytes();
        } else {
            *bytes = format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes();
        }
    }
    let dir = base::folder(&files);
    let plain = base::folder(&base::files());
    let (a, b) = (read_case(dir.path()), read_case(plain.path()));
    let a = a.unwrap_or_else(|p| panic!("{}", shown(&p)));
    assert_eq!(shown(&a.warnings), "");
    assert_eq!(a.case.network, b.unwrap().case.network);
}

#[test]
fn lines_are_right_after_blank_lines_quoted_line_feeds_and_crlf() {
    let mut files = base::files();
    let text = base::SETTLEMENTS.replace("s2,西社区", "\n\ns2,\"西\n社区\"").replace("C1T2,1500,", "C1T2,x,").replace('\n', "\r\n");
    files.insert("settlements.csv".into(), text.into_bytes());
    let dir = base::folder(&files);
    let found: Vec<_> = problems_of(dir.path()).1.into_iter().map(|p| (p.code, p.line)).collect();
    assert_eq!(found, [("E037".to_owned(), Some(5)), ("E031".to_owned(), Some(10))]);
}

#[test]
fn markup_and_formulas_in_names_are_taken() {
    let mut files = base::files();
    let text = base::FACILITIES
        .replace("县医院", "<script>alert(1)</script>")
        .replace("区医院", "=HYPERLINK(\"\"http://x\"\")")
        .replace("市医院", "@SUM(A1)");
    files.insert("facilities.csv".into(), text.replace("=HYPERLINK(\"\"http://x\"\")", "\"=HYPERLINK(\"\"http://x\"\")\"").into_bytes());
    let dir = base::folder(&files);
    let read = read_case(dir.path()).unwrap_or_else(|p| panic!("{}", shown(&p)));
    assert_eq!(read.case.network.facilities[5].name, "<script>alert(1)</script>");
    assert_eq!(read.case.network.facilities[6].name, "=HYPERLINK(\"http://x\")");
    // Written again, no text cell begins like a formula.
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("case");
    fenji::io::write_case(&read.case, &read.extras(), &folder, false).unwrap();
    let mut table = csv::Reader::from_path(folder.join("facilities.csv")).unwrap();
    for record in table.records() {
        for cell in record.unwrap().iter().filter(|c| c.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    let back = read_case(&folder).unwrap();
    assert_eq!(back.case.network, read.case.network);
}

#[test]
fn places_that_are_no_case_folder() {
    let dir = tempfile::tempdir().unwrap();
    let code = |path: &std::path::Path| problems_of(path).1.into_iter().map(|p| p.code).collect::<Vec<_>>();
    assert_eq!(code(&dir.path().join("gone")), ["E001"]);
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert_eq!(code(&file), ["E002"]);
    #[cfg(unix)]
    {
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&link, &link).unwrap();
        assert_eq!(code(&link), ["E006"]);
    }
    // An empty folder: every file that is missing is named.
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(code(&empty), ["E003"; 5]);
}

#[test]
fn ten_million_rows_are_refused_at_once() {
    let dir = base::folder(&base::files());
    // Ten million rows of a few bytes, written from one block.
    let mut bytes = b"id,name,area,town,pop,lon,lat\n".to_vec();
    let block = b"s,n,C1,C1T1,1,109,29\n".repeat(10_000);
    let path = dir.path().join("settlements.csv");
    {
        use std::io::Write;
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&bytes).unwrap();
        for _ in 0..1000 {
            file.write_all(&block).unwrap();
        }
    }
    let start = Instant::now();
    let (_, found) = problems_of(dir.path());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(found.iter().map(|p| (p.code.as_str(), p.file.as_str())).collect::<Vec<_>>(), [("E025", "settlements.csv")]);

    // The limit is the caller's: seven rows pass under eleven (the facilities have ten), not under six.
    bytes.extend_from_slice(&block[..block.len() / 10_000 * 7]);
    std::fs::write(&path, &bytes).unwrap();
    let codes = |rows| read_case_with(dir.path(), ReadLimits { rows }).unwrap_err().into_iter().map(|p| p.code).collect::<BTreeSet<_>>();
    assert!(codes(6).contains("E025"));
    assert!(!codes(11).contains("E025"));
}

#[test]
fn a_million_bad_rows_are_counted_and_not_kept() {
    let dir = base::folder(&base::files());
    let text = format!("id,name,area,town,pop,lon,lat\n{}", "s,n,C9,C1T1,x,109,29\n".repeat(200_000));
    std::fs::write(dir.path().join("settlements.csv"), text).unwrap();
    let (_, found) = problems_of(dir.path());
    assert!(found.len() < 200, "{}", found.len());
    for code in ["E031", "E050", "E051"] {
        let alike: Vec<&Problem> = found.iter().filter(|p| p.code == code && p.file == "settlements.csv").collect();
        assert_eq!(alike.len(), 21, "{code}");
        assert!(alike.iter().any(|p| p.message.contains("more like")), "{code}");
    }
}

/// A long table is read on a thread of its own: what its cells say and what its ids say comes together, with the lines of both.
#[test]
fn problems_of_a_long_table_keep_their_lines() {
    let dir = base::folder(&base::files());
    let row = |n: usize, town: &str, pop: &str| format!("v{n},村{n},C1,{town},{pop},108.9,29.7\n");
    let mut text = "id,name,area,town,pop,lon,lat\n".to_owned();
    for line in 2..60_002_usize {
        text += &match line {
            40 => row(line, "C1T1", "many"),
            30_000 => "v30000,村,C1,C1T1,1\n".to_owned(),
            41_000 => row(40_999, "C1T1", "1"),
            59_998 => row(line, "C9T9", "1"),
            60_001 => row(line, "C1T1", "-4"),
            _ => row(line, "C1T1", "1"),
        };
    }
    std::fs::write(dir.path().join("settlements.csv"), text).unwrap();
    let (taken, found) = problems_of(dir.path());
    assert!(!taken);
    let of_table: Vec<(&str, Option<u64>)> =
        found.iter().filter(|p| p.file == "settlements.csv" && p.is_error()).map(|p| (p.code.as_str(), p.line)).collect();
    let wanted = [("E031", 40), ("E023", 30_000), ("E050", 41_000), ("E052", 59_998), ("E034", 60_001)].map(|(c, l)| (c, Some(l)));
    assert_eq!(of_table, wanted, "{}", shown(&found));
    // the id that stands twice names the line of the first
    assert!(found.iter().any(|p| p.line == Some(41_000) && p.message.contains("40999")), "{}", shown(&found));
}

#[test]
fn broken_json_forms() {
    let good = {
        let dir = base::folder(&base::files());
        let read = read_case(dir.path()).unwrap();
        let text = fenji::io::export::export_json(&read.case, &read.extras()).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("in.json");
    let codes_of = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        match import_json(&path) {
            Ok(read) => read.warnings,
            Err(problems) => problems,
        }
        .into_iter()
        .map(|p| (p.code, p.column.unwrap_or_default()))
        .collect::<Vec<_>>()
    };
    let found = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = good.clone();
        change(&mut value);
        codes_of(value.to_string().as_bytes())
    };
    let expect = |list: &[(&str, &str)]| list.iter().map(|(c, p)| ((*c).to_owned(), (*p).to_owned())).collect::<Vec<_>>();
    assert_eq!(found(&|_| ()), []);
    let text = good.to_string();
    assert_eq!(codes_of(&text.as_bytes()[..1000])[0].0, "E090");
    assert_eq!(codes_of(b"[1, 2]"), expect(&[("E091", "")]));
    assert_eq!(codes_of(b"")[0].0, "E007");
    assert_eq!(codes_of(b"{\"areas\": \xff}")[0].0, "E012");
    assert_eq!(found(&|v| drop(v.as_object_mut().unwrap().remove("nodes"))), expect(&[("E091", "nodes")]));
    assert_eq!(found(&|v| v["nodes"][2]["pop"] = "x".into()), expect(&[("E031", "nodes[2].pop")]));
    assert_eq!(found(&|v| v["nodes"][2]["pop"] = (-4).into()), expect(&[("E034", "nodes[2].pop")]));
    assert_eq!(found(&|v| v["nodes"][2]["area"] = "C9".into()), expect(&[("E051", "nodes[2].area")]));
    assert_eq!(found(&|v| v["facilities"][5]["tier"] = "X".into()), expect(&[("E039", "facilities[5].tier")]));
    assert_eq!(found(&|v| v["facilities"][5]["bed"] = 3.into()), expect(&[("E094", "facilities[5].bed")]));
    assert_eq!(found(&|v| v["classes"]["O1"]["tau"] = 6.into()), expect(&[("E078", "classes[0].lowest_rank")]));
    assert_eq!(found(&|v| v["tiers"]["K"]["rho"] = 1.5.into()), expect(&[("E035", "tiers[4].fund_share")]));
    assert_eq!(found(&|v| v["targets"]["in_county"] = 1.5.into()), expect(&[("E035", "targets.in_county")]));
    assert_eq!(found(&|v| v["constants"]["VOT"] = "dear".into()), expect(&[("E031", "constants.VOT")]));
    let mut arcs = expect(&[("E080", "up_arcs[0].to"), ("E091", "up_arcs[1]")]);
    arcs.splice(0..0, (0..6).map(|n| ("E085".to_owned(), format!("nodes[{n}].id"))));
    assert_eq!(found(&|v| v["up_arcs"] = serde_json::json!([["M1", "K1"], ["K1"]])), arcs);
    assert_eq!(found(&|v| v["nods"] = 1.into()), expect(&[("E094", "nods")]));
}

#[test]
fn cases_made_by_programs_pass_the_same_door() {
    let dir = base::folder(&base::files());
    let good = read_case(dir.path()).unwrap().case;
    assert_eq!(check_case(&good), []);
    let found = |change: &dyn Fn(&mut Case)| {
        let mut case = good.clone();
        change(&mut case);
        check_case(&case).into_iter().map(|p| (p.code, p.file, p.line)).collect::<Vec<_>>()
    };
    let is = |code: &str, file: &str, line| vec![(code.to_owned(), file.to_owned(), line)];
    assert_eq!(found(&|c| c.network.facilities[4].code = "T1".into()), is("E050", "facilities.csv", Some(6)));
    assert_eq!(found(&|c| c.network.facilities[4].avail = 0.0), is("E035", "facilities.csv", Some(6)));
    assert_eq!(found(&|c| c.network.settlements[5].population.0 += 1), is("E071", "townships.csv", Some(4)));
    assert_eq!(found(&|c| c.network.facilities.clear()), is("E077", "facilities.csv", None));
    assert_eq!(found(&|c| c.network.facilities[5].doctors.0 = f64::NAN), is("E032", "facilities.csv", Some(7)));
}

#[test]
fn broken_scenarios() {
    let case = base::folder(&base::files());
    let network = read_case(case.path()).unwrap().case.network;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.toml");
    let found = |text: &[u8]| {
        std::fs::write(&path, text).unwrap();
        match read_scenario(&path, Some(&network)) {
            Ok(_) => Vec::new(),
            Err(list) => list.into_iter().map(|p| (p.code, p.line.unwrap_or_default())).collect::<Vec<_>>(),
        }
    };
    let is = |list: &[(&str, u64)]| list.iter().map(|(c, l)| ((*c).to_owned(), *l)).collect::<Vec<_>>();
    assert_eq!(found(b"gamma = 0.6\n[capacity]\nextra_beds = { K1 = 20 }\n"), []);
    assert_eq!(found(b""), []);
    assert_eq!(found(b"gamma = \n"), is(&[("E040", 1)]));
    assert_eq!(found(b"[tele]\nfacilities = [\"K9\"]\n[demand.multipliers]\nH9 = 1.2\n"), is(&[("E049", 2), ("E049", 4)]));
    assert_eq!(found(b"[capacity]\nclosed = [\"K9\"]\nextra_beds = { K1 = 1e9, K8 = 1 }\n"), is(&[("E049", 2), ("E046", 3), ("E049", 3)]));
    assert_eq!(found(b"[payment.fund_share]\nK = 1.5\nX = 0.5\n"), is(&[("E046", 2), ("E043", 3)]));
    assert_eq!(found(b"targets_off = [\"in_town\"]\n"), is(&[("E049", 1)]));
    assert_eq!(found(b"targets_off = [\"in_county\"]\ntargets.in_county = 0.8\n"), is(&[("E096", 1)]));
    assert_eq!(found(b"demand.year = 1999\n[capacity]\nextra_beds = { K1 = -90000 }\n"), is(&[("E046", 1), ("E046", 3)]));
    assert_eq!(found(&encoding_rs::GBK.encode("name = \"\u{5c0f}\u{53bf}\"\n").0), is(&[("E010", 1)]));
    // A hole of 17 MiB takes no space and is no scenario.
    std::fs::File::create(&path).unwrap().set_len(17 << 20).unwrap();
    assert_eq!(read_scenario(&path, None).unwrap_err()[0].code, "E008");
    assert_eq!(read_scenario(&dir.path().join("gone.toml"), None).unwrap_err()[0].code, "E003");
}

#[test]
fn every_code_that_a_folder_can_give_is_in_the_corpus() {
    let shown: BTreeSet<&str> = corpus().iter().flat_map(|b| b.expected.iter().map(|e| e.0)).collect();
    // Tested apart: the folder itself, sizes, scenario names, and the 90s, which are about JSON.
    let apart = ["E001", "E002", "E008", "E025", "E049", "E077"];
    let silent: Vec<&str> = codes::ALL.iter().map(|r| r.code).filter(|c| !shown.contains(c) && !apart.contains(c) && *c < "E090").collect();
    assert_eq!(silent, Vec::<&str>::new());
    assert!(codes::ALL.iter().any(|r| r.severity == Severity::Warning));
}

/// `docs/problems.md` is written from the table of codes; set `FENJI_WRITE_DOCS=1` to write it anew.
#[test]
fn the_documented_codes_are_the_codes() {
    let mut text = String::from(
        "# Problems by code\n\nWhat `fenji validate` and every command that reads a case, a scenario, a JSON form or a plan may say of its input. \
         A code keeps its meaning for ever. Errors refuse the input (exit code 4, nothing is written); warnings do not. \
         All problems of an input are reported at once; of more than 20 alike the rest is counted.\n\n\
         This file is written from `src/network/codes.rs`; a test fails when it is stale.\n\n| code | | what is wrong | what to do |\n| --- | --- | --- | --- |\n",
    );
    for rule in codes::ALL {
        let severity = if rule.severity == Severity::Error { "error" } else { "warning" };
        let escape = |t: &str| t.replace('|', "\\|");
        text += &format!("| {} | {severity} | {} | {} |\n", rule.code, escape(rule.title), escape(rule.remedy));
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/problems.md");
    if std::env::var_os("FENJI_WRITE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "docs/problems.md is stale: run with FENJI_WRITE_DOCS=1");
}
