//! Formulations of the further models of the reform, one a file. They know numbers, not health care's tables: who calls them puts the
//! numbers together and reads the answer back.

pub mod centres;
pub mod communities;
pub mod emergency;
pub mod phases;
pub mod staff;
pub mod surge;
pub mod telemedicine;
