//! Grids: what holds for communities holds for them under tertiary leaders; further two grids a city, members in each, reserves.

use super::{Findings, VALUE, communities};
use crate::demand::Problem;
use crate::network::Case;
use crate::network::seats::home_town;
use crate::plan::reform::communities::CommunitiesAnswer;
use crate::plan::reform::{GridsAnswer, ReformPlan};

pub(super) fn check(case: &Case, problem: &Problem, plan: &ReformPlan, a: &GridsAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().grids;
    let as_communities = CommunitiesAnswer {
        groups: a.groups.clone(),
        communities: a.grids.iter().map(|g| g.district.clone()).collect(),
        neighbours_from: a.neighbours_from,
        fewer: Vec::new(),
        monitored: Vec::new(),
    };
    communities::check_grids((case, problem), plan, &rules.as_communities(), &as_communities, found);
    let network = &case.network;
    for g in 0..a.groups.len() {
        let grids = a.grids.iter().filter(|x| x.district.group as usize == g).count();
        let wanted = f64::from(rules.count.max(2));
        if (grids as f64) < wanted {
            found.add("limit", a.groups[g].areas.join(" "), grids as f64, wanted, "The city has too few grids.");
        }
    }
    for grid in &a.grids {
        let code = grid.district.lead.as_str();
        let Some(lead) = network.facilities.iter().position(|f| f.code == code) else { continue };
        let mut members = Vec::new();
        for (j, f) in network.facilities.iter().enumerate().filter(|(_, f)| f.siting.exist && f.rank() == 3 && f.area.is_some()) {
            if home_town(network, j).is_some_and(|t| grid.district.towns.contains(&network.towns[t].code)) {
                members.push(f.code.clone());
            }
        }
        if members != grid.members {
            found.add(
                "value",
                code,
                grid.members.len() as f64,
                members.len() as f64,
                "The members are not the secondary hospitals of the grid.",
            );
        }
        if members.len() < rules.members as usize {
            found.add("limit", code, members.len() as f64, f64::from(rules.members), "The grid has too few members.");
        }
        let (f, t) = (&network.facilities[lead], problem.tiers.get(network.facilities[lead].tier));
        // a third of 251 days, vbar visits a day, all doctors
        let visits = 251.0 * t.visits_per_doctor_day * problem.doctors[lead] * f.avail / 3.0;
        let beds = problem.beds[lead] * f.avail / 4.0;
        found.equal(
            "value",
            || code.into(),
            grid.reserved_visits,
            visits,
            VALUE * visits.max(1.0),
            "The visits kept are no third of the slots.",
        );
        found.equal("value", || code.into(), grid.reserved_beds, beds, VALUE * beds.max(1.0), "The beds kept are no quarter of the beds.");
    }
}
