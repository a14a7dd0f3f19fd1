//! Congestion: patients who mind waiting spread over facilities until waiting and choice agree (model 6.7, optional).
//!
//! `V += bW * wait[j]`, where the wait in hours is Sakasegawa's approximation for a queue with `c` doctors at utilisation `rho`:
//!
//! ```text
//! Wq = (Ca2 + Cs2) / 2 * rho^(sqrt(2 (c + 1)) - 1) / (c (1 - rho)) * 1 / mu
//! ```
//!
//! Loads come from the choice shares themselves: every first contact of the scenario's demand costs one consultation, against
//! `V_l * doctors` consultations a year. The loads are uncapacitated (nobody is redirected yet), therefore utilisation is cut at
//! [`Queue::utilisation_max`] and the wait at [`Queue::longest_wait`]. The pair is solved by the damped fixed point
//! `P <- 0.7 P + 0.3 P'`. Near full use waiting is so steep that a fixed step of 0.3 circles around the answer: each time the residual
//! has not fallen the step is cut by a tenth. Rounds and residual are reported, and a residual above the tolerance says that it did not settle.
//!
//! Source: H. Sakasegawa, "An approximation formula L_q = alpha rho^beta / (1 - rho)", Annals of the Institute of Statistical
//! Mathematics 29 (1977) 67-75, DOI 10.1007/BF02532775.

use super::choice::{Conditions, Constants};
use crate::ids::SettlementId;
use crate::network::{ObservedShares, TierTable};
use serde::{Deserialize, Serialize};

/// How waiting and choice settled.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Congestion {
    /// Rounds of the fixed point.
    pub rounds: u32,
    /// Largest difference `|P' - P|` of a share in the last round.
    pub residual: f64,
    /// Mean wait over all first contacts, hours.
    pub mean_wait: f64,
    /// Longest wait of a facility, hours.
    pub longest_wait: f64,
}

/// Parameters of the queues and of the fixed point (assumed, except the damping of model 6.7).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    /// Squared coefficient of variation of the times between arrivals (Ca2).
    pub arrivals_cv2: f64,
    /// Squared coefficient of variation of the consultation times (Cs2).
    pub service_cv2: f64,
    /// Hours a doctor works a year (251 days of 8 hours).
    pub hours_per_year: f64,
    /// Utilisation is cut here.
    pub utilisation_max: f64,
    /// Waits are cut here, hours: one working day, then people come back another day.
    pub longest_wait: f64,
    /// Weight of the new shares in the first rounds; it shrinks when the residual does not fall.
    pub step: f64,
    /// Rounds at most.
    pub max_rounds: u32,
    /// Residual at which the fixed point has arrived.
    pub tolerance: f64,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            arrivals_cv2: 1.0,
            service_cv2: 1.0,
            hours_per_year: 251.0 * 8.0,
            utilisation_max: 0.99,
            longest_wait: 8.0,
            step: 0.3,
            max_rounds: 500,
            tolerance: 1e-6,
        }
    }
}

/// Wait in a queue of `servers` at `utilisation`, in units of `service_time`.
///
/// `servers` may be fractional (posted doctors). For one server with Ca2 = Cs2 = 1 this is exactly M/M/1: `rho / (1 - rho)`.
#[must_use]
pub fn sakasegawa(queue: &Queue, servers: f64, utilisation: f64, service_time: f64) -> f64 {
    (queue.arrivals_cv2 + queue.service_cv2) / 2.0 * utilisation.powf((2.0 * (servers + 1.0)).sqrt() - 1.0)
        / (servers * (1.0 - utilisation))
        * service_time
}

/// Waits in hours at each facility when first contacts follow `choice`.
#[must_use]
pub fn waits(conditions: &Conditions<'_>, tiers: &TierTable, queue: &Queue, doctors: &[f64], demand: &[f64], choice: &[f64]) -> Vec<f64> {
    let load = first_contacts(conditions, demand, choice);
    let facilities = conditions.network.facilities.iter();
    facilities
        .enumerate()
        .map(|(j, f)| {
            let servers = doctors[j] * f.avail;
            let per_doctor = tiers.get(f.tier).visits_per_doctor_year();
            if load[j] <= 0.0 {
                return 0.0;
            }
            if servers <= 0.0 || per_doctor <= 0.0 {
                return queue.longest_wait;
            }
            let utilisation = (load[j] / (servers * per_doctor)).min(queue.utilisation_max);
            sakasegawa(queue, servers, utilisation, queue.hours_per_year / per_doctor).min(queue.longest_wait)
        })
        .collect()
}

/// First contacts a year at each facility, all classes.
fn first_contacts(conditions: &Conditions<'_>, demand: &[f64], choice: &[f64]) -> Vec<f64> {
    let classes = conditions.network.classes.len();
    let mut load = vec![0.0; conditions.network.facilities.len()];
    for i in 0..conditions.network.settlements.len() {
        let (first, arcs) = conditions.arcs.first_of(SettlementId::new(i));
        for (n, arc) in arcs.iter().enumerate() {
            for k in 0..classes {
                load[arc.facility.index()] += demand[i * classes + k] * choice[(first + n) * classes + k];
            }
        }
    }
    load
}

/// What the fixed point needs beside the conditions.
#[derive(Debug, Clone, Copy)]
pub struct Crowd<'a> {
    /// Utility of an hour of waiting (bW, not positive).
    pub weight: f64,
    /// Doctors of each facility, before `avail`.
    pub doctors: &'a [f64],
    /// Cases a year, `settlement * classes + class`.
    pub demand: &'a [f64],
    /// Calibrate the constants again in each round to these shares; `None` keeps the constants.
    pub recalibrate: Option<&'a ObservedShares>,
}

/// The settled shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Choice shares, as [`Conditions::shares`] gives them.
    pub choice: Vec<f64>,
    /// Constants in force at the end.
    pub constants: Constants,
    /// Utility of waiting at each facility at the end, `bW * wait[j]`.
    pub waiting: Vec<f64>,
    /// How it went.
    pub report: Congestion,
}

/// Iterates choice and waiting to their fixed point, from the shares without waiting.
///
/// Complexity: one evaluation of the choice model a round, at most [`Queue::max_rounds`] rounds.
#[must_use]
pub fn settle(conditions: &Conditions<'_>, queue: &Queue, crowd: &Crowd<'_>, constants: &Constants) -> Settled {
    let mut constants = *constants;
    let mut choice = conditions.shares(&constants);
    let mut report = Congestion { residual: f64::INFINITY, ..Congestion::default() };
    let mut waiting = vec![0.0; conditions.network.facilities.len()];
    let mut step = queue.step;
    while report.rounds < queue.max_rounds && report.residual > queue.tolerance {
        let wait = waits(conditions, conditions.tiers, queue, crowd.doctors, crowd.demand, &choice);
        waiting = wait.iter().map(|w| crowd.weight * w).collect();
        let crowded = Conditions { waiting: Some(&waiting), ..*conditions };
        if let Some(observed) = crowd.recalibrate {
            constants = crowded.calibrate(observed).0;
        }
        let answer = crowded.shares(&constants);
        let residual = choice.iter().zip(&answer).map(|(old, new)| (new - old).abs()).fold(0.0, f64::max);
        if residual >= report.residual {
            step *= 0.9;
        }
        report.residual = residual;
        for (old, new) in choice.iter_mut().zip(&answer) {
            *old += step * (new - *old);
        }
        report.rounds += 1;
        let contacts = first_contacts(conditions, crowd.demand, &choice);
        let total: f64 = contacts.iter().sum();
        report.longest_wait = wait.iter().copied().fold(0.0, f64::max);
        report.mean_wait = if total > 0.0 { wait.iter().zip(&contacts).map(|(w, n)| w * n).sum::<f64>() / total } else { 0.0 };
    }
    Settled { choice, constants, waiting, report }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_exactly_m_m_1() {
        let queue = Queue::default();
        for rho in [0.1, 0.5, 0.9, 0.99] {
            let wait = sakasegawa(&queue, 1.0, rho, 2.0);
            assert!((wait - 2.0 * rho / (1.0 - rho)).abs() < 1e-9 * wait, "{rho} {wait}");
        }
    }

    #[test]
    fn several_servers_come_close_to_erlang_c() {
        // M/M/c by the textbook formula; the approximation is known to be within some per cent at high load.
        for (c, rho) in [(2_i32, 0.8), (5, 0.9), (10, 0.95)] {
            let a = f64::from(c) * rho;
            let term = |n: i32| (1..=n).fold(1.0, |x, m| x * a / f64::from(m));
            let last = term(c) / (1.0 - rho);
            let waits = last / ((0..c).map(term).sum::<f64>() + last);
            let exact = waits / (f64::from(c) * (1.0 - rho));
            let near = sakasegawa(&Queue::default(), f64::from(c), rho, 1.0);
            assert!((near / exact - 1.0).abs() < 0.05, "{c} {rho}: {near} against {exact}");
        }
    }
}
