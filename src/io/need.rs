//! A table of need: `area,need`, the need of a head in each area (an index of age or chronic illness, 1 on average).

use super::text_file;
use crate::network::codes;
use crate::network::{Network, Place, Problem, Problems};
use std::path::Path;

/// Largest file of this kind.
const LARGEST: u64 = 16 << 20;
/// Need weights are indices around 1.
const RANGE: (f64, f64) = (0.01, 100.0);

/// Reads a table of need: a weight for every area of the case, in its order. Every area with people must be there once.
///
/// # Errors
/// All problems of the file, each with its line.
pub fn read_need(path: &Path, network: &Network) -> Result<Vec<f64>, Vec<Problem>> {
    let shown = path.display().to_string();
    let mut problems = Problems::default();
    let text = match text_file::read(path, &shown, LARGEST) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such table of need")]),
        Err(problem) => return Err(vec![*problem]),
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| header.iter().position(|h| h == name);
    for name in ["area", "need"].into_iter().filter(|n| column(n).is_none()) {
        problems.push(Problem::new(&codes::COLUMN_MISSING, Place::line(&shown, 1), format!("there is no column `{name}`")).column(name));
    }
    for name in header.iter().filter(|n| !["area", "need"].contains(n)) {
        problems
            .push(Problem::new(&codes::COLUMN_UNKNOWN, Place::line(&shown, 1), "the columns are area and need").column(name).value(name));
    }
    let (Some(area), Some(need)) = (column("area"), column("need")) else { return Err(problems.into_sorted()) };
    let mut weights = vec![f64::NAN; network.areas.len()];
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(1, csv::Position::line);
                problems.push(Problem::new(&codes::ROW_RAGGED, Place::line(&shown, line), e.to_string()));
                continue;
            }
        };
        let place = || Place::line(&shown, record.position().map_or(1, csv::Position::line));
        let (code, value) = (record.get(area).unwrap_or(""), record.get(need).unwrap_or(""));
        let Some(at) = network.areas.iter().position(|a| a.code == code) else {
            problems.push(Problem::new(&codes::NAME_UNKNOWN, place(), "the case has no area of this code").column("area").value(code));
            continue;
        };
        match value.parse::<f64>() {
            Ok(w) if (RANGE.0..=RANGE.1).contains(&w) => {
                if !weights[at].is_nan() {
                    let message = format!("area `{code}` stands in the table twice");
                    problems
                        .push(Problem::new(&codes::ARC_TWICE, place(), message).column("area").value(code).remedy("keep one of the rows"));
                }
                weights[at] = w;
            }
            Ok(_) => {
                let message = format!("must be from {} to {}", RANGE.0, RANGE.1);
                problems.push(Problem::new(&codes::OUT_OF_RANGE, place(), message).column("need").value(value));
            }
            Err(_) => problems.push(Problem::new(&codes::NOT_A_NUMBER, place(), "a need weight is wanted").column("need").value(value)),
        }
    }
    if problems.errors() == 0 {
        for (a, area) in network.areas.iter().enumerate().filter(|(a, _)| weights[*a].is_nan()) {
            if network.settlements.iter().any(|s| s.area.index() == a && s.population.0 > 0) {
                let message = format!("area `{}` has people and no row", area.code);
                problems.push(Problem::new(&codes::CELL_EMPTY, Place::file(&shown), message).remedy("add the row; 1 is the average need"));
            }
        }
    }
    for w in weights.iter_mut().filter(|w| w.is_nan()) {
        *w = 1.0;
    }
    if problems.errors() > 0 { Err(problems.into_sorted()) } else { Ok(weights) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::synth::{SynthParams, generate};

    #[test]
    fn a_table_is_read_and_every_mistake_named() {
        let case = generate(&SynthParams::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("need.csv");
        let rows: Vec<String> =
            case.network.areas.iter().enumerate().map(|(n, a)| format!("{},{}", a.code, 1.0 + n as f64 / 10.0)).collect();
        std::fs::write(&path, format!("area,need\n{}\n", rows.join("\n"))).unwrap();
        assert!((read_need(&path, &case.network).unwrap()[1] - 1.1).abs() < 1e-12);
        std::fs::write(&path, "area,need\nnowhere,1\n").unwrap();
        let first = case.network.areas[0].code.clone();
        std::fs::write(&path, format!("area,need\nnowhere,1\n{first},x\n{first},-1\n")).unwrap();
        let found: Vec<_> = read_need(&path, &case.network).unwrap_err().into_iter().map(|p| (p.code, p.line)).collect();
        assert_eq!(found, [("E049".to_owned(), Some(2)), ("E031".to_owned(), Some(3)), ("E035".to_owned(), Some(4))]);
        std::fs::write(&path, format!("area,need\n{first},1\n")).unwrap();
        let missing = read_need(&path, &case.network).unwrap_err();
        assert_eq!(missing.len(), case.network.areas.len() - 1);
        assert_eq!(missing[0].code, "E030");
    }
}
