//! The written layout: read back, its tables as CSV, its layers as GeoJSON.

use super::csv_out::CsvOut;
use super::geojson::{collection, feature, point, way};
use super::text_file::{self, LARGEST_JSON};
use crate::network::{Network, Owner, Place, Problem, codes};
use crate::plan::LayoutPlan;
use crate::plan::layout::LAYOUT_VERSION;
use crate::travel::Position;
use serde::Deserialize;
use serde_json::json;
use std::io;
use std::path::Path;

#[derive(Deserialize)]
struct Head {
    version: Option<u64>,
    kind: Option<String>,
}

/// The kind a plan file says it is; `None` when it cannot be read (which reading it in earnest will explain).
#[must_use]
pub fn kind_of(path: &Path) -> Option<String> {
    let text = text_file::read(path, &path.display().to_string(), LARGEST_JSON).ok()??;
    serde_json::from_str::<Head>(&text).ok()?.kind
}

/// The bytes of `plan.json`.
///
/// # Errors
/// When a number cannot be written as JSON.
pub fn layout_bytes(plan: &LayoutPlan) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(plan).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a layout. Whether it fits a case is for [`crate::check::check_layout`] to say.
///
/// # Errors
/// No JSON, cut short, another version or kind.
pub fn read_layout(path: &Path) -> Result<LayoutPlan, Vec<Problem>> {
    let shown = path.display().to_string();
    let file = || Place::file(&shown);
    let text = match text_file::read(path, &shown, LARGEST_JSON) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(vec![Problem::new(&codes::FILE_MISSING, file(), "there is no such plan")]),
        Err(problem) => return Err(vec![*problem]),
    };
    let refused = |e: &serde_json::Error| {
        let rule = if e.is_data() { &codes::JSON_SHAPE } else { &codes::JSON_SYNTAX };
        vec![Problem::new(rule, Place::line(&shown, e.line() as u64), e.to_string()).column(&format!("character {}", e.column()))]
    };
    let head: Head = serde_json::from_str(&text).map_err(|e| refused(&e))?;
    if head.version != Some(u64::from(LAYOUT_VERSION)) {
        let value = head.version.map_or_else(|| "none".to_owned(), |v| v.to_string());
        let message = format!("this program reads version {LAYOUT_VERSION}");
        return Err(vec![Problem::new(&codes::PLAN_VERSION, file(), message).column("version").value(value)]);
    }
    if head.kind.as_deref() != Some("layout") {
        let value = head.kind.unwrap_or_else(|| "none".to_owned());
        return Err(vec![Problem::new(&codes::PLAN_BROKEN, file(), "the kind `layout` is wanted").column("kind").value(value)]);
    }
    serde_json::from_str(&text).map_err(|e| refused(&e))
}

const fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::Public => "public",
        Owner::Social => "social",
    }
}

/// Tables of a layout: name inside the result folder, bytes.
#[must_use]
pub fn tables(network: &Network, plan: &LayoutPlan) -> Vec<(String, Vec<u8>)> {
    let area = |a: Option<u32>| a.and_then(|a| network.areas.get(a as usize)).map_or("", |a| a.code.as_str());
    let mut sites = CsvOut::new([
        "id",
        "name",
        "name_en",
        "area",
        "town",
        "owner",
        "status",
        "level_before",
        "level",
        "tier",
        "beds_before",
        "beds",
        "fixed_cost_yuan",
        "capital_yuan",
        "people_level_1",
        "people_level_2",
        "people_level_3",
        "capabilities",
        "x",
        "y",
    ]);
    for s in &plan.sites {
        for text in [s.code.as_str(), &s.name, s.name_en.as_deref().unwrap_or(""), area(Some(s.area)), s.town.as_deref().unwrap_or("")] {
            sites.text(text);
        }
        sites.text(owner(s.owner));
        sites.text(s.status.name());
        sites.whole(u64::from(s.level_before));
        sites.whole(u64::from(s.level));
        sites.text(s.tier.code());
        for number in [s.beds_before, s.beds, s.fixed_cost, s.capital, s.people[0], s.people[1], s.people[2]] {
            sites.number(number);
        }
        let names: Vec<&str> = s.capabilities.iter().map(|c| c.name()).collect();
        sites.text(&names.join(";"));
        sites.number(s.x);
        sites.number(s.y);
        sites.end_row();
    }
    let a = &plan.assignments;
    let mut uses = CsvOut::new(["settlement", "level", "site", "share", "minutes"]);
    for n in 0..a.settlement.len() {
        uses.text(&plan.settlements[a.settlement[n] as usize]);
        uses.whole(u64::from(a.level[n]));
        uses.text(&plan.sites[a.site[n] as usize].code);
        uses.number(a.share[n]);
        uses.number(a.minutes[n]);
        uses.end_row();
    }
    let mut coverage = CsvOut::new(["level", "area", "minutes", "people", "share_before", "share", "wanted"]);
    for r in &plan.coverage {
        coverage.whole(u64::from(r.level));
        coverage.text(area(r.area));
        for number in [Some(r.minutes), Some(r.people), Some(r.before), Some(r.after), r.wanted] {
            coverage.number(number);
        }
        coverage.end_row();
    }
    let mut beds = CsvOut::new(["level", "area", "beds_before", "beds", "beds_per_1000"]);
    for r in &plan.beds {
        beds.whole(u64::from(r.level));
        beds.text(area(r.area));
        [r.before, r.after, r.per_1000].into_iter().for_each(|v| beds.number(v));
        beds.end_row();
    }
    let mut out = vec![("sites", sites), ("assignments", uses), ("coverage", coverage), ("beds", beds)];
    if !plan.front.is_empty() {
        let names: Vec<&str> = crate::policy::layout::Objective::ALL.iter().map(|o| o.name()).collect();
        let mut front = CsvOut::new(["limit"].into_iter().chain(names.iter().copied()).chain(["dual", "opened", "closed"]));
        for p in &plan.front {
            front.number(p.limit);
            names.iter().for_each(|n| front.number(p.values.get(*n).copied()));
            front.number(p.dual);
            front.whole(p.opened.len() as u64);
            front.whole(p.closed.len() as u64);
            front.end_row();
        }
        out.push(("front", front));
    }
    out.into_iter().map(|(name, table)| (format!("tables/{name}.csv"), table.into_bytes())).collect()
}

/// Layers of a layout: sites as points, and who uses which centre and hospital as lines.
#[must_use]
pub fn layers(network: &Network, plan: &LayoutPlan) -> Vec<(String, Vec<u8>)> {
    let at = |x: f64, y: f64| Position { x, y };
    let sites = plan.sites.iter().map(|s| {
        let properties = json!({
            "id": s.code, "name": s.name, "name_en": s.name_en, "status": s.status.name(), "level_before": s.level_before, "level": s.level,
            "tier": s.tier, "owner": s.owner, "area": plan.areas[s.area as usize], "beds_before": s.beds_before, "beds": s.beds,
            "fixed_cost_yuan": s.fixed_cost, "capital_yuan": s.capital, "people": s.people, "capabilities": s.capabilities,
        });
        feature(point(at(s.x, s.y)), properties)
    });
    let sites = collection(network, "sites", sites.collect());
    let a = &plan.assignments;
    let uses = (0..a.settlement.len()).map(|n| {
        let (from, to) = (&network.settlements[a.settlement[n] as usize], &plan.sites[a.site[n] as usize]);
        let properties =
            json!({ "settlement": from.code, "site": to.code, "level": a.level[n], "share": a.share[n], "minutes": a.minutes[n] });
        feature(way(from.position, at(to.x, to.y)), properties)
    });
    let uses = collection(network, "assignments", uses.collect());
    vec![("layers/sites.geojson".into(), sites.into_bytes()), ("layers/assignments.geojson".into(), uses.into_bytes())]
}
