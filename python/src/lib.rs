//! The compiled half of the Python package `fenji`. It is thin: cases, scenarios and results stand on [shelves](fenji::io::shelf), which the
//! commands of the library read and write like folders; what Python users see is written in Python, beside this, in `python/fenji`.

mod batch;
mod run;
mod shelf;

use pyo3::prelude::*;

#[pymodule]
mod _fenji {
    use pyo3::prelude::*;
    use pyo3::types::PyModule;

    #[pymodule_export]
    use super::batch::{Batch, batch_counts, batch_job, batch_stop};
    #[pymodule_export]
    use super::run::{Fault, run};
    #[pymodule_export]
    use super::shelf::{Shelf, claim, open_case, save, toml_text};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // The pool that everything parallel uses by default gets its size here: a later `threads=` concerns its own run only.
        let _threads = rayon::current_num_threads();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("POLICIES", fenji::policy::pack::names())?;
        module.add("BACKENDS", fenji::backend::names())
    }
}
