//! A CSV table of points: `id,x,y` on a plane or `id,lon,lat` on the globe, and any of `demand`, `fixed`, `capacity`, `role`.

use super::super::table::split;
use super::numbers::LARGEST;
use super::{MOST, Parsed};
use crate::instance::{Distance, Instance, Metric, Service};
use crate::network::codes::{self, Rule};
use crate::network::problem::nearest;
use crate::network::{Place, Problem, Problems};
use std::collections::HashSet;

const COLUMNS: [&str; 9] = ["id", "x", "y", "lon", "lat", "demand", "fixed", "capacity", "role"];
const ID: usize = 0;
const DEMAND: usize = 5;
const FIXED: usize = 6;
const CAPACITY: usize = 7;
const ROLE: usize = 8;

/// What is being read.
struct Reader<'t> {
    file: &'t str,
    at: [Option<usize>; 9],
    line: u64,
    cells: Vec<String>,
    problems: &'t mut Problems,
}

/// Reads the table.
pub fn read(file: &str, text: &str, problems: &mut Problems) -> Option<Parsed> {
    let mut reader = Reader { file, at: [None; 9], line: 0, cells: Vec::new(), problems };
    let mut lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    let (n, header) = lines.next()?;
    reader.line = n as u64 + 1;
    let (width, geographic) = reader.header(header)?;
    let mut instance = Instance::default();
    let (mut clients, mut sites) = (Vec::new(), Vec::new());
    let mut ids = HashSet::new();
    for (rows, (n, line)) in lines.enumerate() {
        reader.line = n as u64 + 1;
        if rows == 2 * MOST {
            reader.say(&codes::TABLE_TOO_LONG, "", "", format!("more than {} rows", 2 * MOST));
            break;
        }
        if let Err(message) = split(line, &mut reader.cells) {
            reader.say(&codes::QUOTES_BROKEN, "", line, message);
            continue;
        }
        if reader.cells.len() != width {
            let message = format!("{} cells where the header has {width}", reader.cells.len());
            reader.say(&codes::ROW_RAGGED, "", line, message);
            continue;
        }
        let id = reader.text(ID).unwrap_or_default();
        if id.is_empty() {
            reader.say(&codes::CELL_EMPTY, "id", "", "the cell is empty");
        } else if !ids.insert(id.clone()) {
            reader.say(&codes::ID_TWICE, "id", &id, "this id has been seen before");
        }
        let point = reader.position(geographic);
        let (client, site) = match reader.text(ROLE).as_deref() {
            None | Some("" | "both") => (true, true),
            Some("client") => (true, false),
            Some("site") => (false, true),
            Some(word) => {
                let word = word.to_owned();
                reader.say(&codes::WORD_UNKNOWN, "role", &word, "the role is none of client, site, both");
                (true, true)
            }
        };
        let (demand, fixed, capacity) = (reader.amount(DEMAND, client), reader.amount(FIXED, site), reader.amount(CAPACITY, site));
        if client {
            clients.push(point);
            instance.demand.push(demand.unwrap_or(1.0));
            instance.client_names.push(id.clone());
        }
        if site {
            sites.push(point);
            instance.fixed.extend(fixed);
            instance.capacity.extend(capacity);
            instance.site_names.push(id);
        }
    }
    reader.enough(&clients, &sites);
    let metric = if geographic { Metric::GreatCircle } else { Metric::Euclid };
    instance.service = Service { distance: Distance::Points { clients, sites, metric }, per_unit: true };
    Some(instance.into())
}

impl Reader<'_> {
    fn say(&mut self, rule: &Rule, column: &str, value: &str, message: impl Into<String>) {
        let problem = Problem::new(rule, Place::line(self.file, self.line), message).value(value);
        self.problems.push(if column.is_empty() { problem } else { problem.column(column) });
    }

    /// Number of columns, and whether positions are degrees.
    fn header(&mut self, line: &str) -> Option<(usize, bool)> {
        if let Err(message) = split(line, &mut self.cells) {
            self.say(&codes::QUOTES_BROKEN, "", line, message);
            return None;
        }
        let names: Vec<String> = self.cells.iter().map(|c| c.trim().to_owned()).collect();
        for (k, name) in names.iter().enumerate() {
            match COLUMNS.iter().position(|c| c == name) {
                Some(c) if self.at[c].is_some() => self.say(&codes::COLUMN_TWICE, name, name, "this column has been seen before"),
                Some(c) => self.at[c] = Some(k),
                None => {
                    let mut problem = Problem::new(&codes::COLUMN_UNKNOWN, Place::line(self.file, self.line), "no column has this name");
                    problem = problem.column(name).value(name).remedy(match nearest(name, COLUMNS.into_iter()) {
                        Some(like) => format!("perhaps `{like}` is meant; else remove the column"),
                        None => format!("the columns are {}", COLUMNS.join(", ")),
                    });
                    self.problems.push(problem);
                }
            }
        }
        let has = |k: usize| self.at[k].is_some();
        let geographic = has(3) || has(4);
        let missing: Vec<&str> =
            [0].into_iter().chain(if geographic { [3, 4] } else { [1, 2] }).filter(|&k| !has(k)).map(|k| COLUMNS[k]).collect();
        let mixed = geographic && (has(1) || has(2));
        for name in &missing {
            self.say(&codes::COLUMN_MISSING, name, line, format!("there is no column `{name}`"));
        }
        if mixed {
            self.say(&codes::COLUMN_UNKNOWN, "x", line, "positions are given twice: as x,y and as lon,lat");
        }
        (missing.is_empty() && !mixed).then_some((names.len(), geographic))
    }

    fn text(&self, column: usize) -> Option<String> {
        self.at[column].and_then(|k| self.cells.get(k)).map(|c| super::super::csv_out::unguarded(c.trim()).to_owned())
    }

    /// The number of a cell; reports what is none.
    fn number(&mut self, column: usize) -> Option<f64> {
        let name = COLUMNS[column];
        let text = self.text(column)?;
        let (rule, message) = match text.parse::<f64>() {
            Ok(x) if x.is_finite() && x.abs() <= LARGEST => return Some(x),
            Ok(x) if x.is_finite() => (&codes::OUT_OF_RANGE, "the number is so large that sums would lose their digits"),
            Ok(_) => (&codes::NOT_FINITE, "a finite number is wanted"),
            Err(_) if text.is_empty() => (&codes::CELL_EMPTY, "the cell is empty"),
            Err(_) => (&codes::NOT_A_NUMBER, "a number is wanted"),
        };
        self.say(rule, name, &text, message);
        None
    }

    /// A number from 0 on; `None` where the column is absent, or the cell empty in a row whose role needs no such number.
    fn amount(&mut self, column: usize, needed: bool) -> Option<f64> {
        if self.at[column].is_none() || (!needed && self.text(column).is_some_and(|t| t.is_empty())) {
            return None;
        }
        match self.number(column) {
            Some(x) if x < 0.0 => {
                self.say(&codes::NEGATIVE, COLUMNS[column], &x.to_string(), "the number is negative");
                Some(0.0)
            }
            x => Some(x.unwrap_or(0.0)),
        }
    }

    fn position(&mut self, geographic: bool) -> [f64; 2] {
        let at = if geographic { [3, 4] } else { [1, 2] };
        let point = at.map(|k| self.number(k));
        if geographic {
            for (k, most) in [(0, 180.0), (1, 90.0)] {
                if let Some(x) = point[k].filter(|x| x.abs() > most) {
                    self.say(&codes::POSITION_RANGE, COLUMNS[at[k]], &x.to_string(), format!("degrees are -{most} to {most}"));
                }
            }
        }
        point.map(|x| x.unwrap_or(0.0))
    }

    fn enough(&mut self, clients: &[[f64; 2]], sites: &[[f64; 2]]) {
        let place = Place::file(self.file);
        if clients.is_empty() && sites.is_empty() {
            self.problems.push(Problem::new(&codes::TABLE_EMPTY, place, "there is no row below the header"));
        } else if clients.is_empty() || sites.is_empty() {
            let what = if clients.is_empty() { "no row has the role client or both" } else { "no row has the role site or both" };
            self.problems
                .push(Problem::new(&codes::LOCATION_COUNT, place, what).column("role").remedy("give at least one client and one site"));
        }
    }
}
