//! Units in types: what a number is measured in cannot be mistaken for another.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($inner:ty), $suffix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)?;
                f.write_str($suffix)
            }
        }
    };
}

unit!(
    /// Travel time in minutes, one way unless said otherwise.
    Minutes(f64), " min"
);
unit!(
    /// A length in kilometres.
    Kilometres(f64), " km"
);
unit!(
    /// People: an integer of record.
    Persons(u64), " people"
);
unit!(
    /// Beds: an integer of record in the tables.
    Beds(u32), " beds"
);
unit!(
    /// Doctors in full-time equivalents.
    Fte(f64), " doctors"
);
unit!(
    /// Money in yuan (CNY), a year unless said otherwise.
    Yuan(f64), " yuan"
);

impl std::iter::Sum for Persons {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Self(iter.map(|p| p.0).sum())
    }
}
