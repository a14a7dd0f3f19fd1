//! A network of telemedicine: links that may be, hubs that can carry them, shares that are reached, money that adds up; the least cost, that of
//! other shares and that of every hub forced otherwise are worked out anew (`least`).

mod least;

use super::{Findings, VALUE, asked, facility, number, once};
use crate::network::{Case, Tier};
use crate::plan::reform::ReformPlan;
use crate::plan::reform::telemedicine::TelemedicineAnswer;

pub(super) fn check(case: &Case, plan: &ReformPlan, a: &TelemedicineAnswer, found: &mut Findings) {
    let rules = plan.scenario.reform.clone().unwrap_or_default().telemedicine;
    once(a.hubs.iter().map(|h| h.facility.as_str()), found);
    once(a.links.iter().map(|l| l.spoke.as_str()), found);
    let spoke = |f: &crate::network::Facility| {
        let centre = f.tier == Tier::T || (f.tier == Tier::C && rules.community_centres);
        asked(case, &rules.areas, f) && (f.rank() == 3 || centre)
    };
    let mut cost = 0.0;
    for hub in &a.hubs {
        let Some((_, f)) = facility(case, &hub.facility, found) else { continue };
        let named = rules.hubs.get(&f.code);
        if !rules.hub_cost.contains_key(&f.tier) || (!rules.hubs.is_empty() && named.is_none()) || !f.siting.exist {
            found.add("exist", f.code.as_str(), 1.0, 0.0, "The hospital may not be a hub.");
        }
        let price = named.copied().filter(|c| *c > 0.0).or_else(|| rules.hub_cost.get(&f.tier).copied()).unwrap_or(f64::NAN);
        found.equal("value", || f.code.clone(), hub.cost, price, VALUE * price.max(1.0), "The hub does not cost what was said.");
        let room = rules.hub_links.get(&f.tier).copied().unwrap_or_default();
        found.equal("value", || f.code.clone(), f64::from(hub.capacity), f64::from(room), 0.0, "The hub's links are not what was said.");
        let links = a.links.iter().filter(|l| l.hub == hub.facility).count();
        found.equal("value", || f.code.clone(), f64::from(hub.links), number(links), 0.0, "The hub does not have as many links.");
        found.at_most("limit", || f.code.clone(), number(links), f64::from(room), 0.0, "More links than the hub can serve.");
        if f.rank() == 3 && spoke(f) && !a.links.iter().any(|l| l.spoke == f.code) {
            found.add("limit", f.code.as_str(), 0.0, 1.0, "A county hub is not linked upward.");
        }
        cost += hub.cost;
    }
    let mut linked = [0, 0];
    for link in &a.links {
        let (Some((_, s)), Some((_, h))) = (facility(case, &link.spoke, found), facility(case, &link.hub, found)) else { continue };
        if !spoke(s) || h.rank() <= s.rank() || (h.rank() == 3 && h.area != s.area) {
            found.add(
                "exist",
                s.code.as_str(),
                f64::from(h.rank()),
                f64::from(s.rank()),
                "The link may not be: hub of no higher rank, or a county hub of another county.",
            );
        }
        if !a.hubs.iter().any(|x| x.facility == link.hub) {
            found.add("exist", link.hub.as_str(), 0.0, 1.0, "The link leads to a hospital that is no hub.");
        }
        let price = if h.rank() == 3 { rules.county_link } else { rules.upper_link };
        found.equal("value", || s.code.clone(), link.cost, price, VALUE * price.max(1.0), "The link does not cost what was said.");
        linked[usize::from(s.rank() != 3)] += 1;
        cost += link.cost;
    }
    for (kind, told, share) in [(0, a.county, rules.county_share), (1, a.primary, rules.primary_share)] {
        let all = case.network.facilities.iter().filter(|f| spoke(f) && usize::from(f.rank() != 3) == kind).count();
        let place = || ["county hospitals", "centres"][kind].to_owned();
        found.equal("value", place, f64::from(told[0]), number(all), 0.0, "There are not as many.");
        found.equal("value", place, f64::from(told[1]), number(linked[kind]), 0.0, "Not as many are linked.");
        found.at_most("limit", place, share * number(all), number(linked[kind]), 1e-9, "Fewer are linked than were asked for.");
    }
    found.equal(
        "objective",
        || "plan".into(),
        plan.objective,
        cost,
        VALUE * cost.max(1.0),
        "The plan does not cost what its hubs and links cost.",
    );
    // links that do not count are refused above; the sums below are for questions that can be put
    least::check(case, &rules, plan, a, found);
}
