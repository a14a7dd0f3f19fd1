//! Travel and arcs at the size of a nation: 600,000 settlements, about 40,000 facilities.
//!
//! `/usr/bin/time -v cargo run --example nation_arcs [prefecture|open|model]`: arcs inside each prefecture (the default), the nearest
//! sites across borders, or the model's rules as they are, which join every settlement to all provincial and higher centres.

use fenji::network::ArcRules;
use fenji::network::arc_rules::build_arcs;
use fenji::outcome::Silent;
use fenji::synth::{SynthError, SynthParams, generate};
use std::time::Instant;

#[allow(clippy::print_stdout)] // an example speaks
fn main() -> Result<(), SynthError> {
    let params = SynthParams { prefectures: 300, provinces: 30, settlements: 2000, settlements_per_clinic: 28, ..SynthParams::default() };
    let start = Instant::now();
    let mut case = generate(&params)?;
    match std::env::args().nth(1).as_deref() {
        Some("open") => case.rules.within_prefecture = false,
        Some("model") => case.rules = ArcRules::default(),
        _ => {}
    }
    let n = &case.network;
    println!(
        "network: {} settlements, {} facilities, {} people, {:.1} s",
        n.settlements.len(),
        n.facilities.len(),
        n.population().0,
        start.elapsed().as_secs_f64()
    );
    let start = Instant::now();
    let arcs = build_arcs(&case, &Silent);
    println!(
        "arcs: {} first, {} up, {} down, {} unreachable, {:.1} s",
        arcs.first.len(),
        arcs.up.len(),
        arcs.down.len(),
        arcs.unreachable.len(),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
