//! Where facilities and beds go.

pub mod beds;
