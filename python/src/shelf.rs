//! Files in memory, as Python sees them.

use crate::run::{Fault, fault};
use fenji::cli::exit::Fault as Reason;
use fenji::cli::output;
use fenji::io::{folder_out, shelf};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;

/// A set of files in memory with a path that the commands take.
#[pyclass(frozen, module = "fenji._fenji")]
pub struct Shelf(pub(crate) shelf::Shelf);

#[pymethods]
impl Shelf {
    #[new]
    fn new() -> Self {
        Self(shelf::Shelf::new())
    }

    /// The path that commands take: of the shelf, or of a file on it.
    #[pyo3(signature = (name = ""))]
    fn path(&self, name: &str) -> String {
        let path = self.0.path();
        if name.is_empty() { path.display().to_string() } else { path.join(name).display().to_string() }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        self.0.put(name, bytes.to_vec());
    }

    fn get<'py>(&self, py: Python<'py>, name: &str) -> Option<Bound<'py, PyBytes>> {
        self.0.file(name).map(|bytes| PyBytes::new(py, bytes.as_ref()))
    }

    fn remove(&self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    fn names(&self) -> Vec<String> {
        self.0.names()
    }

    fn __len__(&self) -> usize {
        self.0.names().len()
    }

    fn __contains__(&self, name: &str) -> bool {
        self.0.file(name).is_some()
    }

    /// The files of the case on this shelf, written anew from what was read.
    fn case_files<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyBytes>)>> {
        let Some(read) = self.0.case() else { return Ok(Vec::new()) };
        let files = py
            .detach(|| folder_out::case_files(&read.case, &read.extras()))
            .map_err(|e| Fault::new_err(("failure", e.to_string(), "[]")))?;
        Ok(files.into_iter().map(|(name, bytes)| (name, PyBytes::new(py, &bytes))).collect())
    }

    /// The scenario that the case carries, as JSON.
    fn case_scenario(&self) -> Option<String> {
        self.0.case().and_then(|read| serde_json::to_string(&read.scenario.table).ok())
    }
}

/// Reads a case folder (on a disk or on a shelf), and puts what was read on a shelf of its own. Returns it and the warnings as JSON.
#[pyfunction]
pub fn open_case(py: Python<'_>, folder: PathBuf) -> PyResult<(Shelf, String)> {
    let read = py.detach(|| fenji::io::read_case(&folder)).map_err(|problems| fault(&Reason::Invalid(problems)))?;
    let warnings = serde_json::to_string(&read.warnings).unwrap_or_default();
    let shelf = shelf::Shelf::new();
    shelf.put_case(read);
    Ok((Shelf(shelf), warnings))
}

/// Makes sure, before the work, that results (or a case) may go to a folder.
#[pyfunction]
pub fn claim(folder: PathBuf, case: bool) -> PyResult<()> {
    if case { output::claim_case(&folder) } else { output::claim_results(&folder) }.map_err(|reason| fault(&reason))
}

/// Writes files into a folder as the command line does: whole or not at all, and never over what fenji did not write.
#[pyfunction]
pub fn save(py: Python<'_>, folder: PathBuf, files: Vec<(String, Vec<u8>)>, case: bool) -> PyResult<()> {
    py.detach(|| if case { output::write_case(&folder, &files) } else { output::write_results(&folder, &files) })
        .map_err(|reason| fault(&reason))
}

/// JSON as TOML.
#[pyfunction]
pub fn toml_text(json: &str) -> PyResult<String> {
    let said = |e: String| Fault::new_err(("usage", e, "[]"));
    let value: serde_json::Value = serde_json::from_str(json).map_err(|e| said(e.to_string()))?;
    toml::to_string(&value).map_err(|e| said(e.to_string()))
}
