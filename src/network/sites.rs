//! What travel sees of a network: where its places are and which city core they lie in.

use super::Network;
use crate::ids::AreaId;
use crate::travel::{Crs, Place, Places, Site};

impl Places for Network {
    fn crs(&self) -> Crs {
        self.crs
    }

    fn site(&self, place: Place) -> Site {
        let core = |area: AreaId| self.is_urban(area).then_some(area);
        match place {
            Place::Settlement(id) => {
                let s = self.settlement(id);
                Site { position: s.position, core: core(s.area) }
            }
            Place::Facility(id) => {
                let f = self.facility(id);
                Site { position: f.position, core: f.area.and_then(core) }
            }
        }
    }
}
