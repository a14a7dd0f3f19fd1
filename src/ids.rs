//! Index newtypes. An id is the position of a record in its table of the [`Network`](crate::network::Network);
//! the outside names (`500114`, `C1T01T`) live in the records.

use serde::{Deserialize, Serialize};

macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The id of the record at `index`.
            #[must_use]
            #[allow(clippy::cast_possible_truncation)] // tables are limited to u32::MAX rows at the door
            pub fn new(index: usize) -> Self {
                Self(index as u32)
            }

            /// Position in the table.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index_type!(
    /// An area: a county or an urban district group.
    AreaId
);
index_type!(
    /// A township or subdistrict.
    TownId
);
index_type!(
    /// A settlement: a village unit or neighbourhood, where demand arises.
    SettlementId
);
index_type!(
    /// A facility of any tier.
    FacilityId
);
index_type!(
    /// A case class (O1 ... HR).
    ClassId
);
