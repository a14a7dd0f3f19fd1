//! The LP bound by Benders cuts, and branch and bound on it, for cores of some thousand clients whose gap the Lagrangian tree does not close.
//!
//! Clients are projected out: `theta_i` is what client `i` pays. With `D` a cost of its list (or its ceiling),
//!
//! ```text
//! (19)  min  offset + sum_j f_j y_j + sum_i theta_i          sum_j y_j = count,  0 <= y <= 1
//! (20)       theta_i >= D - sum over c_ij < D of (D - c_ij) y_j
//! ```
//!
//! At a point `y` the most violated cut (20) of a client has the first `D` at which `y` sums to 1 over the sites up to it, so separation is one pass over
//! the lists (Duran-Mateluna, Ales, Elloumi 2023, doi:10.1016/j.ejor.2022.12.029; Fischetti, Ljubic, Sinnl 2017, doi:10.1287/mnsc.2016.2461).
//! Duals `l` of the cuts are multipliers of (4):
//!
//! ```text
//! (21)  u_i = least_i + sum of l (D - least_i)        L(u) >= value of the LP, as min(0, c - u) is concave in u
//! ```
//!
//! so that every bound of this file is (4) evaluated anew on all lists, whatever the solver said. A branch splits on a *ball*, the sites of a client up to some
//! cost: nobody of it opens, or somebody does,
//!
//! ```text
//! (22)  sum over the ball of y_j = 0    or    >= 1        with dual mu:  rho_j falls by mu in the ball, L rises by mu
//! ```
//!
//! One site alone is a ball too, but as a rule its neighbours would stand in for it. A core that falls apart into islands is worked out island by island,
//! (23) and (24), instead of in one tree.

mod choose;
mod islands;
mod kernel;
mod master;
mod node;
mod price;
#[cfg(test)]
mod tests;
mod tree;

pub(super) use tree::{cut, fits};

/// A number of things as a factor.
#[allow(clippy::cast_precision_loss)] // far below 2^53
fn count(n: usize) -> f64 {
    n as f64
}
