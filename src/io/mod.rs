//! Files in and out: the case folder, the JSON form of a case, scenarios, plans, GeoJSON layers, schemas.
//!
//! Everything that is read may be hostile: all problems of an input are reported at once, each with a code of [`crate::network::codes`],
//! a place, the value and a remedy. Everything that is written appears whole or not at all.

pub mod case_folder;
pub mod case_toml;
pub mod cells;
pub mod csv_out;
pub mod export;
pub mod fingerprint;
pub mod folder_out;
pub mod frame;
pub mod geojson;
pub mod import;
pub mod kenya;
pub mod layout_files;
pub mod layout_questions_files;
pub mod location;
pub mod need;
pub mod plan_file;
pub mod process;
pub mod rows;
pub mod scenario;
mod scenario_layout;
mod scenario_reform;
pub mod schema;
mod serde_words;
pub mod shelf;
pub mod table;
pub mod text_file;
pub mod toml_file;
mod travel_in;
pub mod write;

pub use crate::network::{Problem, Severity};
pub use case_folder::{CaseRead, Extras, read_case, read_case_with, write_case};
pub use import::import_json;
pub use location::{LocationFile, ReadAs, read_location};
pub use plan_file::{read_plan, write_plan};
pub use scenario::{ScenarioFile, read_scenario};
pub use table::ReadLimits;
