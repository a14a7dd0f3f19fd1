//! Instances of the location literature and plain tables of points: one file an instance, in any of the formats of [`Format`].
//!
//! The format is found from the text (`detect`) or named by the user. What is wrong is collected: code, file, line, value and remedy.
//!
//! | format | what stands in it |
//! | --- | --- |
//! | `orlib-pmed` | `n edges p`, then `u v cost` per edge; the LAST duplicate of an edge wins; distances are shortest paths |
//! | `orlib-cap` | `m n`, `m` times capacity and fixed cost, `n` times demand and `m` total costs; the word `capacity` leaves it to `--capacity` |
//! | `tsplib` | `NODE_COORD_SECTION`, or a first line with the count and a line per point; distance is Euclid, rounded down |
//! | `tbed1` | `m n`, `n` demands, `m` capacities, `m` fixed costs, `m` lines of `n` unit costs |
//! | `holmberg` | `m n`, `m` times capacity and fixed cost, `n` demands, `m` lines of `n` total costs |
//! | `gk-cflp` | sections `[DEPOTS]`, `[CUSTOMERS]` and `[MATRIX]`, a line of total costs per depot |
//! | `ufllib-kg` | `FILE:` line, `m n 0`, then per site: number, fixed cost, `n` costs |
//! | `two-level-ufl` | `n m q`, demands, fixed costs of depots and of plants, unit costs `n x m` and `m x q` |
//! | `two-stage-cflp` | `I J K`, `K` demands, `I` plants (capacity, fixed), `I x J` unit costs, `J` depots (capacity, fixed), `J x K` unit costs |
//! | `points` | CSV: `id,x,y` or `id,lon,lat`, and any of `demand,fixed,capacity,role` (client, site or both) |

mod detect;
mod graph;
mod levels;
mod numbers;
mod points;
pub mod solution;
mod tables;
mod tsplib;

use super::text_file;
use crate::instance::Instance;
use crate::network::codes;
use crate::network::{Place, Problem, Problems};
use numbers::Numbers;
use std::path::Path;

pub use solution::{read_solution, solution_bytes, solution_kind, write_solution};

/// Largest file, bytes.
const LARGEST: u64 = 2 << 30;
/// Most entries of a table of distances: 4 GiB.
const MOST_PAIRS: usize = 1 << 29;
/// Most clients or sites.
const MOST: usize = 5_000_000;

/// How an instance is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OR-Library p-median: a graph.
    OrlibPmed,
    /// OR-Library capacitated location.
    OrlibCap,
    /// TSPLIB points, with or without a header.
    Tsplib,
    /// TBED1 of Avella and Boccia.
    Tbed1,
    /// Holmberg et al.
    Holmberg,
    /// Klose's generator.
    GkCflp,
    /// `UflLib`, Koerkel-Ghosh.
    UfllibKg,
    /// Two-level uncapacitated.
    TwoLevelUfl,
    /// Two-stage capacitated.
    TwoStageCflp,
    /// A CSV table of points.
    Points,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 10] = [
        Self::OrlibPmed,
        Self::OrlibCap,
        Self::Tsplib,
        Self::Tbed1,
        Self::Holmberg,
        Self::GkCflp,
        Self::UfllibKg,
        Self::TwoLevelUfl,
        Self::TwoStageCflp,
        Self::Points,
    ];

    /// The name that `--format` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrlibPmed => "orlib-pmed",
            Self::OrlibCap => "orlib-cap",
            Self::Tsplib => "tsplib",
            Self::Tbed1 => "tbed1",
            Self::Holmberg => "holmberg",
            Self::GkCflp => "gk-cflp",
            Self::UfllibKg => "ufllib-kg",
            Self::TwoLevelUfl => "two-level-ufl",
            Self::TwoStageCflp => "two-stage-cflp",
            Self::Points => "points",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadAs {
    /// The format; `None` finds it from the text.
    pub format: Option<Format>,
    /// Capacity of every site, over what the file says (OR-Library capa, capb, capc leave it open).
    pub capacity: Option<f64>,
}

/// An instance with what its file says beside it.
#[derive(Debug, Clone)]
pub struct LocationFile {
    /// The instance.
    pub instance: Instance,
    /// The format it was read as.
    pub format: Format,
    /// Sites to open, where the file says.
    pub p: Option<usize>,
    /// The file leaves the capacity open and none was given: [`Instance::capacity`] is empty.
    pub capacity_open: bool,
    /// What a person should know.
    pub warnings: Vec<Problem>,
}

/// What a reader found in a text.
struct Parsed {
    instance: Instance,
    p: Option<usize>,
    capacity_open: bool,
}

impl From<Instance> for Parsed {
    fn from(instance: Instance) -> Self {
        Self { instance, p: None, capacity_open: false }
    }
}

/// Reads an instance.
///
/// # Errors
/// Everything that is wrong with the file; beyond 20 alike the rest is counted.
pub fn read_location(path: &Path, read_as: ReadAs) -> Result<LocationFile, Vec<Problem>> {
    let shown = path.display().to_string();
    let text = match text_file::read(path, &shown, LARGEST) {
        Ok(Some(text)) => text,
        Ok(None) => {
            let missing = Problem::new(&codes::FILE_MISSING, Place::file(&shown), "there is no such file").remedy("check the path");
            return Err(vec![missing]);
        }
        Err(problem) => return Err(vec![*problem]),
    };
    let mut file = parse(&shown, &text, read_as)?;
    file.instance.name = path.file_name().map_or_else(|| shown.clone(), |n| n.to_string_lossy().into_owned());
    Ok(file)
}

/// Reads an instance from its text; `shown` is the file's name for the user.
///
/// # Errors
/// As [`read_location`].
pub fn parse(shown: &str, text: &str, read_as: ReadAs) -> Result<LocationFile, Vec<Problem>> {
    let mut problems = Problems::default();
    if text.trim().is_empty() {
        return Err(vec![Problem::new(&codes::FILE_EMPTY, Place::file(shown), "the file has no content")]);
    }
    let Some(format) = read_as.format.or_else(|| detect::detect(text)) else {
        let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
        let names: Vec<&str> = Format::ALL.iter().map(|f| f.name()).collect();
        let message = format!("the text is like none of the formats {}", names.join(", "));
        return Err(vec![Problem::new(&codes::LOCATION_FORMAT, Place::line(shown, 1), message).value(first)]);
    };
    let parsed = if format == Format::Points {
        points::read(shown, text, &mut problems)
    } else {
        let mut numbers = Numbers::new(shown, text);
        let parsed = match format {
            Format::OrlibPmed => graph::read(&mut numbers),
            Format::OrlibCap => tables::orlib_cap(&mut numbers),
            Format::Tsplib => tsplib::read(&mut numbers),
            Format::Tbed1 => tables::tbed1(&mut numbers),
            Format::Holmberg => tables::holmberg(&mut numbers),
            Format::GkCflp => tables::gk_cflp(&mut numbers),
            Format::UfllibKg => tables::ufllib(&mut numbers),
            Format::TwoLevelUfl => levels::two_level(&mut numbers),
            Format::TwoStageCflp => levels::two_stage(&mut numbers),
            Format::Points => None,
        };
        problems = numbers.problems;
        parsed
    };
    let Some(mut parsed) = parsed.filter(|_| problems.errors() == 0) else {
        if problems.errors() == 0 {
            problems.push(Problem::new(&codes::LOCATION_FORMAT, Place::file(shown), format!("nothing could be read as {}", format.name())));
        }
        return Err(problems.into_sorted());
    };
    if let Some(capacity) = read_as.capacity {
        parsed.instance.capacity = vec![capacity; parsed.instance.sites()];
        parsed.capacity_open = false;
    }
    if parsed.capacity_open {
        parsed.instance.capacity.clear();
    }
    shown.clone_into(&mut parsed.instance.name);
    Ok(LocationFile {
        instance: parsed.instance,
        format,
        p: parsed.p,
        capacity_open: parsed.capacity_open,
        warnings: problems.into_sorted(),
    })
}

/// Whether a table of so many pairs can be held; reports it otherwise.
fn fits(numbers: &mut Numbers<'_>, clients: usize, sites: usize) -> bool {
    if clients.checked_mul(sites).is_some_and(|pairs| pairs <= MOST_PAIRS) {
        return true;
    }
    let message = format!("{clients} clients and {sites} sites make more than {MOST_PAIRS} pairs");
    numbers.say(&codes::LOCATION_TOO_LARGE, &format!("{clients} x {sites}"), message);
    false
}

/// Turns a table with a line per site into one with a line per client.
fn by_client(by_site: &[f64], sites: usize, clients: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(by_site.len());
    for i in 0..clients {
        out.extend((0..sites).map(|j| by_site[j * clients + i]));
    }
    out
}
