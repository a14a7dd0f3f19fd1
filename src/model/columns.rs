//! What each column of the referral model stands for.

/// Variable of model 6.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Var {
    /// First contact `x[i,j,k]`; in the lean form the part above the choice floor.
    First,
    /// Displaced first contact `v[i,j,k]`.
    Displaced,
    /// No access `z[i,k]`.
    NoAccess,
    /// Definitive treatment `w[a,j,k]`.
    Treated,
    /// Up-referral `u[a,j,q,k]`.
    Up,
    /// Redirect before treatment `e[a,j,q,k]`.
    Redirect,
    /// Step-down `d[a,j,q,k]`.
    Down,
    /// Arrived, not served `s[a,j,k]`.
    Unserved,
    /// Shortfall `sh[.]` of the target at this position.
    Shortfall,
    /// Posting of doctors `o[j,q]` (C15).
    Posting,
    /// Beds or doctors that a repair adds at a facility; no variable of the text.
    Repair,
}

/// Key of a column. `place` is the settlement of `x`, `v`, `z`, the area of the others (or the target's position);
/// `from` and `to` are facilities; `class` the case class; `arc` the position of the arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColKey {
    /// Variable.
    pub var: Var,
    /// Case class.
    pub class: u16,
    /// Settlement, area or target.
    pub place: u32,
    /// Facility, sender.
    pub from: u32,
    /// Receiver.
    pub to: u32,
    /// Position in the arc table of the variable, for `x` and `v` in `arcs.first`.
    pub arc: u32,
}

impl ColKey {
    /// A name in LP text, unique within the model.
    #[must_use]
    pub fn lp_name(&self) -> String {
        let Self { var, class, place, from, to, .. } = self;
        match var {
            Var::First => format!("x_{place}_{from}_{class}"),
            Var::Displaced => format!("v_{place}_{from}_{class}"),
            Var::NoAccess => format!("z_{place}_{class}"),
            Var::Treated => format!("w_{place}_{from}_{class}"),
            Var::Up => format!("u_{place}_{from}_{to}_{class}"),
            Var::Redirect => format!("e_{place}_{from}_{to}_{class}"),
            Var::Down => format!("d_{place}_{from}_{to}_{class}"),
            Var::Unserved => format!("s_{place}_{from}_{class}"),
            Var::Shortfall => format!("sh_{place}"),
            Var::Posting => format!("o_{from}_{to}"),
            Var::Repair => format!("more_{from}_{to}"),
        }
    }

    /// A number in [0, 1) that depends on nothing but the key: the tie-break of model 6.6.
    #[must_use]
    pub fn tie_break(&self) -> f64 {
        let mut h = 0x9e37_79b9_7f4a_7c15_u64 ^ (self.var as u64);
        for part in [u64::from(self.class), u64::from(self.place), u64::from(self.from), u64::from(self.to)] {
            h = (h ^ part).wrapping_mul(0xff51_afd7_ed55_8ccd);
            h ^= h >> 32;
        }
        (h >> 11) as f64 / (1u64 << 53) as f64
    }
}
