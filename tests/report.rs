//! Pictures and reports: what they hold, that hostile names come out harmless, and that large cases stay small and quick.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::cast_precision_loss)]

#[path = "common/sample_plan.rs"]
mod sample_plan;

use fenji::plot::{self, ParetoPoint, Picture, PictureInput};
use fenji::report::{ReportInput, compare, referral};
use fenji::text::Catalogue;
use sample_plan::{Sample, sample};

fn input<'a>(s: &'a Sample, text: &'a Catalogue) -> PictureInput<'a> {
    PictureInput { problem: &s.problem, plan: &s.plan, indicators: &s.indicators, pack: &s.pack, name_en: None, text }
}

fn front() -> Vec<ParetoPoint> {
    (0..9).map(f64::from).map(|n| ParetoPoint { travel: 9.0e8 + 6.0e7 * n, cost: 5.3e9 + 3.0e8 / (n + 1.0) }).collect()
}

fn pictures(s: &Sample, lang: &str) -> Vec<Picture> {
    let text = Catalogue::load(lang).unwrap();
    plot::all(&input(s, &text), Some(&front())).unwrap()
}

fn report<'a>(s: &'a Sample, front: Option<&'a [ParetoPoint]>) -> ReportInput<'a> {
    ReportInput {
        problem: &s.problem,
        plan: &s.plan,
        indicators: &s.indicators,
        pack: &s.pack,
        name_en: Some("Six counties"),
        pareto: front,
        violations: 0,
        before: None,
    }
}

fn text_of<'a>(files: &'a [(String, Vec<u8>)], path: &str) -> &'a str {
    std::str::from_utf8(&files.iter().find(|f| f.0 == path).expect(path).1).unwrap()
}

/// Writes a bundle where FENJI_LOOK says, to be looked at.
fn look(name: &str, files: &[(String, Vec<u8>)]) {
    let Ok(dir) = std::env::var("FENJI_LOOK") else { return };
    for (path, bytes) in files {
        let path = std::path::Path::new(&dir).join(name).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// What an XML reader finds: names of elements with their attributes, and text. Panics on XML that is not well-formed.
fn elements(svg: &str) -> Vec<String> {
    let tree = resvg::usvg::roxmltree::Document::parse(svg).expect("well-formed");
    tree.descendants().filter(|n| n.is_element()).map(|n| n.tag_name().name().to_owned()).collect()
}

#[test]
fn the_bundle_holds_what_it_should() {
    let s = sample();
    let front = front();
    let mut shape = Vec::new();
    for lang in ["en", "zh"] {
        let files = referral::write_bundle(&report(&s, Some(&front)), lang).unwrap();
        look(lang, &files);
        let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
        let page = text_of(&files, "report.html");
        let heads: Vec<&str> = page.split("<h2>").skip(1).map(|p| p.split("</h2>").next().unwrap()).collect();
        let csv: Vec<(String, usize)> = names
            .iter()
            .filter(|n| n.ends_with(".csv"))
            .map(|n| (text_of(&files, n).lines().next().unwrap().to_owned(), text_of(&files, n).lines().count()))
            .collect();
        let titles: Vec<String> = pictures(&s, lang).iter().map(|p| format!("{}: {} ({}x{})", p.id, p.title, p.width, p.height)).collect();
        shape.push((
            lang,
            names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(),
            heads.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>(),
            csv,
            titles,
        ));
        for (name, bytes) in &files {
            if name.ends_with(".png") {
                assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 10_000, "{name}");
            }
            if name.ends_with(".svg") {
                assert!(
                    elements(std::str::from_utf8(bytes).unwrap()).iter().filter(|e| *e == "title").count() > 3,
                    "{name} has nothing under the pointer"
                );
            }
        }
        for (outside, why) in [("http://", "links"), ("https://", "links"), ("src=\"pictures", "files beside it"), ("@import", "styles")] {
            let found = page.replace("http://www.w3.org/2000/svg", "").contains(outside);
            assert!(!found, "the page needs {why} from outside");
        }
        assert_eq!(page.matches("<svg ").count(), names.iter().filter(|n| n.ends_with(".svg")).count());
        // No message may be missing or half-filled.
        assert!(!page.contains("{$") && !page.contains("finding-") && !page.contains("indicator-"), "an id shows through");
    }
    insta::assert_json_snapshot!(shape);
}

#[test]
fn numbers_in_the_report_are_those_of_the_plan() {
    let s = sample();
    let files = referral::write_bundle(&report(&s, None), "en").unwrap();
    let page = text_of(&files, "report.html");
    assert!(page.contains("7,360,402,872 yuan a year") && page.contains("passed: no violation"));
    assert!(
        page.contains("One more bed at Qianxi People&#x27;s Hospital saves 126,828 yuan a year (it has 300, used at 98.0%)."),
        "the sentence of a bed"
    );
    assert!(page.contains(
        "Qianxi: the target &quot;Stays in the own county&quot; of 74.0% cannot be met with today&#x27;s case mix: at most 71.0%"
    ));
    assert!(!files.iter().any(|f| f.0.contains("pareto")), "no front was given");
    // Every facility with its load, to the digit, in the table.
    let table = text_of(&files, "tables/facilities.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let mut count = 0;
    for (row, (f, load)) in rows.records().zip(s.problem.network.facilities.iter().zip(&s.indicators.facilities)) {
        let row = row.unwrap();
        assert_eq!(
            (&row[0], row[10].parse::<f64>().unwrap(), row[14].parse::<f64>().unwrap()),
            (f.code.as_str(), load.visits, load.received_up)
        );
        count += 1;
    }
    assert_eq!(count, s.problem.network.facilities.len());
    // Flows in the table are all flows of the plan.
    let mut flows = csv::Reader::from_reader(text_of(&files, "tables/flows.csv").as_bytes());
    let sum: f64 = flows.records().map(|r| r.unwrap()[6].parse::<f64>().unwrap()).sum();
    let all: f64 = s.plan.flows.up.cases.iter().chain(&s.plan.flows.down.cases).sum();
    assert!((sum - all).abs() < 1e-6 * all);
}

#[test]
fn hostile_names_come_out_harmless() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE--",
        "=HYPERLINK(\"http://evil\",\"x\")",
        "+1+1|cmd",
        "@SUM(A1:A9)",
        "</title></svg><script>alert(2)</script>",
        "]]><!--",
        "مستشفى \u{202E}txt.exe",
        "🏥🏥 hospital \u{0007}\u{0000}",
        "{{ 7*7 }}{% raw %}",
        "{ $x } \u{FFFE}",
    ];
    let long = "很长的名字".repeat(400);
    let mut network = sample_plan::network();
    let name = |n: usize| if n % 13 == 12 { long.clone() } else { hostile[n % 13 % hostile.len()].to_owned() };
    network.name = name(0);
    for (n, f) in network.facilities.iter_mut().rev().enumerate() {
        (f.name, f.name_en, f.code) = (name(n), Some(name(n + 1)), format!("{}{n}", name(n)));
    }
    for (n, a) in network.areas.iter_mut().enumerate() {
        (a.name, a.name_en) = (name(n), Some(name(n)));
    }
    for (n, x) in network.settlements.iter_mut().enumerate() {
        (x.name, x.name_en) = (name(n), None);
    }
    for p in &mut network.provenance {
        (p.rule, p.source) = (hostile[0].into(), hostile[3].into());
        (p.rule_zh, p.source_zh) = (Some(hostile[6].into()), Some(hostile[1].into()));
    }
    let mut s = sample_plan::over(network, 0.5);
    s.plan.scenario.name = hostile[6].into();
    s.plan.backend = hostile[1].into();
    for r in &mut s.indicators.ledger {
        (r.key, r.unit, r.source) = (hostile[0].into(), hostile[1].into(), hostile[3].into());
    }
    let clean = sample();
    for lang in ["en", "zh"] {
        let files = referral::write_bundle(&report(&s, None), lang).unwrap();
        let tame = referral::write_bundle(&report(&clean, None), lang).unwrap();
        let page = text_of(&files, "report.html");
        // The page has exactly the active elements of the tame page.
        for tag in ["<script", "<img", "<iframe", "onerror=alert(1)>"] {
            assert_eq!(page.matches(tag).count(), text_of(&tame, "report.html").matches(tag).count(), "{lang} {tag}");
        }
        assert!(!page.contains("\u{202E}") && !page.contains("49{%") && !page.contains('\u{0}'));
        for (path, bytes) in &files {
            let text = std::str::from_utf8(bytes);
            if path.ends_with(".svg") {
                let svg = text.unwrap();
                assert!(
                    elements(svg)
                        .iter()
                        .all(|e| ["svg", "g", "path", "rect", "circle", "line", "polyline", "polygon", "text", "title", "clipPath"]
                            .contains(&e.as_str())),
                    "{path}"
                );
                assert!(!svg.contains('\u{202E}'));
            }
            if path.ends_with(".csv") {
                for row in csv::Reader::from_reader(text.unwrap().as_bytes()).records() {
                    for cell in row.unwrap().iter().filter(|c| c.parse::<f64>().is_err()) {
                        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{path}: {cell}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_comparison_shows_differences() {
    let (a, mut b) = (sample(), sample_plan::over(sample_plan::network(), 1.0));
    b.plan.scenario.name = "gamma 1".into();
    assert!(matches!(compare::write_bundle(&[report(&a, None)], "en"), Err(fenji::report::ReportError::TooFew(1))));
    for lang in ["en", "zh"] {
        let files = compare::write_bundle(&[report(&a, None), report(&b, None)], lang).unwrap();
        look(&format!("{lang}-compare"), &files);
        let page = text_of(&files, "compare.html");
        let gain = b.indicators.region["first_contact"] - a.indicators.region["first_contact"];
        assert!(gain > 0.05 && page.contains(&format!("+{:.1}", gain * 100.0)), "the gain in first contact");
        assert_eq!(files.iter().filter(|f| f.0.ends_with(".svg")).count(), 2);
        assert!(text_of(&files, "tables/changed_facilities.csv").lines().count() > 50);
    }
    // A plan against itself changes nothing.
    let same = compare::write_bundle(&[report(&a, None), report(&a, None)], "en").unwrap();
    assert_eq!(text_of(&same, "tables/changed_facilities.csv").lines().count(), 1);
}

#[test]
fn a_plan_of_another_case_is_refused() {
    let s = sample();
    let mut other = sample();
    other.indicators.facilities.pop();
    let input = ReportInput { indicators: &other.indicators, ..report(&s, None) };
    assert!(matches!(referral::write_bundle(&input, "en"), Err(fenji::report::ReportError::Plot(plot::PlotError::Mismatch { .. }))));
    let mut wrong = sample();
    wrong.plan.flows.up.push(0, 0, 999_999, 0, 1.0);
    assert!(referral::write_bundle(&report(&wrong, None), "en").is_err());
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let s = sample();
    assert_eq!(referral::write_bundle(&report(&s, None), "zh").unwrap(), referral::write_bundle(&report(&s, None), "zh").unwrap());
}

/// The municipality's size: 11,000 settlements, 12,000 facilities.
#[test]
fn a_large_case_stays_small_and_quick() {
    let small = sample_plan::network();
    let mut network = small.clone();
    let times = 50;
    network.settlements.clear();
    network.facilities.retain(|f| f.rank() >= 2);
    let clinics: Vec<_> = small.facilities.iter().filter(|f| f.rank() == 1).collect();
    for n in 0..times {
        let shift = |p: fenji::travel::Position, k: u64| fenji::travel::Position {
            x: p.x + (sample_plan::hash(n * 7919 + k) - 0.5) * 0.1,
            y: p.y + (sample_plan::hash(n * 104_729 + k) - 0.5) * 0.1,
        };
        for (k, s) in small.settlements.iter().enumerate() {
            let mut s = s.clone();
            (s.code, s.position) = (format!("{}-{n}", s.code), shift(s.position, k as u64));
            network.settlements.push(s);
        }
        for (k, f) in clinics.iter().enumerate() {
            let mut f = (*f).clone();
            (f.code, f.position) = (format!("{}-{n}", f.code), shift(f.position, k as u64));
            network.facilities.push(f);
        }
    }
    // Flows are scattered, not worked out: this test is about drawing.
    let mut s = sample();
    let facilities = network.facilities.len();
    s.plan.names.settlements = network.settlements.iter().map(|x| x.code.clone()).collect();
    s.plan.names.facilities = network.facilities.iter().map(|x| x.code.clone()).collect();
    s.plan.flows = fenji::plan::Flows::default();
    let at = |n: usize, of: usize| u32::try_from((n * 2_654_435_761) % of).unwrap();
    for n in 0..100_000 {
        s.plan.flows.up.push(0, at(n, facilities), at(n * 7 + 3, 60), 3, 1.0 + f64::from(at(n, 1000)));
        s.plan.flows.first_contact.push(at(n, network.settlements.len()), at(n * 3, facilities), 0, 10.0, 0.0);
    }
    s.problem.beds = network.facilities.iter().map(|f| f64::from(f.beds.0)).collect();
    s.problem.doctors = network.facilities.iter().map(|f| f.doctors.0).collect();
    let loads = &s.indicators.facilities;
    s.indicators.facilities = (0..facilities).map(|j| loads[j % loads.len()]).collect();
    s.indicators.access.nearest_minutes =
        std::array::from_fn(|r| network.settlements.iter().enumerate().map(|(i, _)| Some(f64::from(at(i, 90)) * (r + 1) as f64)).collect());
    assert!(network.settlements.len() > 10_000 && facilities > 10_000);
    s.problem.network = std::sync::Arc::new(network);
    let start = std::time::Instant::now();
    let files = referral::write_bundle(&report(&s, None), "zh").unwrap();
    let seconds = start.elapsed().as_secs_f64();
    look("large", &files);
    for (path, bytes) in files.iter().filter(|f| f.0.ends_with(".svg")) {
        assert!(bytes.len() < 6_000_000, "{path}: {} bytes", bytes.len());
    }
    let page = files.iter().find(|f| f.0 == "report.html").unwrap();
    println!("{} files, page {} kB, {seconds:.1} s", files.len(), page.1.len() / 1000);
    assert!(page.1.len() < 30_000_000 && seconds < 120.0);
}

/// Cells of a table on a page, row by row.
fn rows<'p>(page: &'p str, id: &str) -> Vec<Vec<&'p str>> {
    let table = page.split(&format!("id=\"table-{id}\"")).nth(1).and_then(|t| t.split("</table>").next()).expect(id);
    let body = table.split("<tbody>").nth(1).expect(id);
    let cells = |row: &'p str| row.split("<bdi>").skip(1).map(|c| c.split("</bdi>").next().unwrap()).collect();
    body.split("<tr>").skip(1).map(cells).collect()
}

/// The case that ships, the whole pack of 2025: what the ledger quotes and what the provenance says comes in the language of the report.
#[test]
fn a_chinese_report_speaks_chinese_of_targets_and_sources() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/chongqing-southeast");
    let shipped = fenji::io::case_folder::read_case(&folder).unwrap().case.network.provenance;
    let mut network = sample_plan::network();
    network.provenance = shipped.clone();
    let mut s = sample_plan::over(network, 0.5);
    s.pack = fenji::policy::pack::load("P2025").unwrap();
    s.indicators.ledger = fenji::indicators::compute(&s.problem, &s.plan, &s.pack).ledger;
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    // Three words of Latin letters in a row are a sentence of another language, unless they name a file, a page or a licence.
    let english = |text: &str| {
        let words: Vec<&str> = text.split(['（', '）', '；', '，', '、', '。', '：', '“', '”']).flat_map(str::split_whitespace).collect();
        words.windows(3).any(|w| w.iter().all(|x| x.len() > 1 && x.bytes().all(|b| b.is_ascii_lowercase())))
    };
    for lang in ["en", "zh"] {
        let files = referral::write_bundle(&report(&s, None), lang).unwrap();
        look(&format!("shipped-{lang}"), &files);
        let page = text_of(&files, "report.html");
        let ledger: Vec<_> = rows(page, "ledger").into_iter().chain(rows(page, "ledger-unjudged")).collect();
        assert!(ledger.len() > 60, "{}", ledger.len());
        for row in &ledger {
            let source = row[row.len() - 2];
            assert_eq!(chinese(source), lang == "zh", "{source}");
            assert!(lang == "en" || !english(source), "{source}");
        }
        let provenance = rows(page, "provenance");
        assert_eq!(provenance.len(), shipped.len());
        for (row, p) in provenance.iter().zip(&shipped) {
            assert_eq!(chinese(row[3]), lang == "zh" || chinese(&p.rule), "{row:?}");
            assert!(lang == "en" || (!english(row[3]) && !english(row[4]) && row[4].is_empty() == p.source.is_empty()), "{row:?}");
        }
        // A range shows both of its ends, a ceiling and a floor their sign.
        let asked = |name: &str| ledger.iter().find(|r| r[0] == name).unwrap_or_else(|| panic!("{name}"))[2];
        let names = if lang == "en" {
            ["Beds of a city hospital", "Emergency response, urban", "Treated in the own county"]
        } else {
            ["市办医院床位规模", "城市急救反应时间", "县域内就诊率"]
        };
        assert_eq!(asked(names[0]), "1,000–1,500");
        assert!(asked(names[1]).starts_with("≤ 15"));
        assert_eq!(asked(names[2]), "≥ 90.0%");
    }
}

/// All words of a picture, joined.
fn said_in(svg: &str) -> String {
    let tree = resvg::usvg::roxmltree::Document::parse(svg).unwrap();
    tree.descendants().filter(|n| n.has_tag_name("text")).filter_map(|n| n.text()).collect::<Vec<_>>().join(" ")
}

/// Numbers of an attribute of an element.
fn number(n: &resvg::usvg::roxmltree::Node<'_, '_>, name: &str) -> f64 {
    n.attribute(name).unwrap_or_else(|| panic!("{name}")).parse().unwrap()
}

#[test]
fn centres_beyond_a_planar_map_stand_side_by_side_and_clear_of_the_scale() {
    let mut network = sample_plan::network();
    network.crs = fenji::travel::Crs::PlanarKm;
    let far: Vec<usize> = (0..network.facilities.len()).filter(|&j| network.facilities[j].rank() >= 5).collect();
    assert!(far.len() >= 3, "{}", far.len());
    // All of them far to the south-west, where the scale bar used to be, nearly in one direction.
    for (n, &j) in far.iter().enumerate() {
        let n = u32::try_from(n).unwrap();
        network.facilities[j].position = fenji::travel::Position { x: -900.0 - f64::from(n), y: -700.0 };
    }
    let s = sample_plan::over(network, 0.5);
    for p in pictures(&s, "en").iter().filter(|p| ["network", "worth-beds"].contains(&p.id.as_str())) {
        let tree = resvg::usvg::roxmltree::Document::parse(&p.svg).unwrap();
        let frame = tree.descendants().find(|n| n.has_tag_name("rect") && n.attribute("stroke") == Some("#999999")).unwrap();
        let bottom = number(&frame, "y") + number(&frame, "height");
        let scale = tree.descendants().find(|n| n.has_tag_name("text") && n.text().is_some_and(|t| t.ends_with(" km"))).unwrap();
        assert!(number(&scale, "y") > bottom + 8.0 && number(&scale, "y") < f64::from(p.height), "{}", p.id);
        if p.id != "network" {
            continue;
        }
        let middles: Vec<(f64, f64)> = tree
            .descendants()
            .filter(|n| n.has_tag_name("path") && n.attribute("fill") == Some("#fff"))
            .map(|n| {
                let all: Vec<f64> = n
                    .attribute("d")
                    .unwrap()
                    .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
                    .filter_map(|x| x.parse().ok())
                    .collect();
                let corners: Vec<(f64, f64)> = all.chunks(2).map(|c| (c[0], c[1])).collect();
                let k = corners.len() as f64;
                corners.iter().fold((0.0, 0.0), |m, c| (m.0 + c.0 / k, m.1 + c.1 / k))
            })
            .collect();
        assert_eq!(middles.len(), far.len());
        for (n, a) in middles.iter().enumerate() {
            assert!(a.1 < bottom - 8.0 && a.0 > number(&frame, "x") + 8.0, "{a:?}");
            assert!(middles[n + 1..].iter().all(|b| (a.0 - b.0).hypot(a.1 - b.1) > 15.0), "{middles:?}");
        }
    }
}

#[test]
fn legends_and_notes_speak_of_what_is_drawn() {
    let s = sample();
    for p in pictures(&s, "en") {
        let said = said_in(&p.svg);
        let celled = ["first-contact", "travel-time"].contains(&p.id.as_str());
        assert_eq!(said.contains("Shaded cells"), celled, "{}", p.id);
        if celled {
            // Centres beyond the map are not drawn on maps of cells.
            assert!(said.contains("County hospital (") && !said.contains("National medical centre"), "{}: {said}", p.id);
        }
    }
}

#[test]
fn no_line_runs_through_the_values_of_beds() {
    let mut s = sample();
    s.pack = fenji::policy::pack::load("P2025").unwrap();
    let p = pictures(&s, "en").into_iter().find(|p| p.id == "beds").unwrap();
    assert!(said_in(&p.svg).contains("target 7.4–7.5"));
    let tree = resvg::usvg::roxmltree::Document::parse(&p.svg).unwrap();
    let line = tree.descendants().find(|n| n.attribute("stroke-dasharray").is_some()).unwrap();
    let at = number(&line, "x1");
    let end = tree.descendants().filter(|n| n.has_tag_name("rect") && n.has_children()).map(|n| number(&n, "x") + number(&n, "width"));
    let end = end.fold(at, f64::max);
    let values: Vec<_> = tree
        .descendants()
        .filter(|n| {
            n.has_tag_name("text")
                && n.text().is_some_and(|t| t.split_once('.').is_some_and(|(_, d)| d.len() == 2 && d.parse::<u8>().is_ok()))
        })
        .collect();
    assert_eq!(values.len(), s.problem.network.areas.len());
    for v in values {
        // "10.38" is about 32 pixels wide and ends at its point.
        assert!(v.attribute("text-anchor") == Some("end") && number(&v, "x") - 36.0 > end, "{:?} {end}", v.text());
    }
}
