//! The part of a layout's page that answers what a planner asks next: a sentence and a table for each question.

use super::tables::{Cell, Table, number, words};
use crate::network::Network;
use crate::plan::layout_questions::{Alternatives, BuildOrder, Force, LayoutQuestions, ListEnd, Outage, RegretProof, Regrets, Robust, Why};
use crate::plan::{LayoutPlan, layout::SiteStatus};
use crate::policy::layout::Objective;
use crate::text::{Arg, Catalogue, Measure};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows of a table on the page; the rest is in the CSV table.
const MOST_ROWS: usize = 60;

/// One question on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// Sentences.
    pub lines: Vec<String>,
    /// Table.
    pub table: Table,
}

/// Names of sites by code, as the page shows them.
struct Names<'a> {
    text: &'a Catalogue,
    of: BTreeMap<&'a str, (&'a str, Option<&'a str>)>,
    objective: Objective,
}

impl<'a> Names<'a> {
    fn new(network: &'a Network, plan: &'a LayoutPlan, objective: Objective, text: &'a Catalogue) -> Self {
        let mut of: BTreeMap<&str, (&str, Option<&str>)> = BTreeMap::new();
        for s in &network.settlements {
            of.insert(&s.code, (&s.name, s.name_en.as_deref()));
        }
        for t in &network.towns {
            of.insert(&t.code, (&t.name, t.name_en.as_deref()));
        }
        for f in &network.facilities {
            of.insert(&f.code, (&f.name, f.name_en.as_deref()));
        }
        for s in &plan.sites {
            of.insert(&s.code, (&s.name, s.name_en.as_deref()));
        }
        Self { text, of, objective }
    }

    fn site(&self, code: &str) -> String {
        let short = code.split_once(':').map_or(code, |c| c.1);
        let found = self.of.get(code).or_else(|| self.of.get(short));
        found.map_or_else(|| crate::text::clean(code), |(name, en)| self.text.place(name, *en))
    }

    /// A value in the unit of the objective.
    fn value(&self, v: f64) -> String {
        match self.objective {
            Objective::Cost | Objective::Money => self.text.value(Measure::Yuan, v),
            Objective::Travel => self.text.say_with("ask-minutes-head", &[("n", Arg::Number(v))]),
            Objective::Coverage => self.text.say_with("ask-people", &[("n", Arg::Number(v))]),
            Objective::Clinics => self.text.exact(v, 0),
            Objective::Worst | Objective::P90 | Objective::Gini => self.text.value(Measure::Minutes, v),
        }
    }

    fn cell(&self, v: Option<f64>) -> Cell {
        match v.filter(|v| v.is_finite()) {
            Some(v) => Cell { text: self.value(v), sort: Some(v) },
            None => words(self.text.say("cell-none")),
        }
    }
}

/// The sections, in the order of the questions; empty ones are left out.
#[must_use]
pub fn sections(network: &Network, plan: &LayoutPlan, asked: &LayoutQuestions, text: &Catalogue) -> Vec<Section> {
    let names = Names::new(network, plan, asked.objective, text);
    let mut out = Vec::new();
    out.extend(asked.order.as_ref().map(|o| order(o, &names)));
    out.extend(asked.why.as_ref().map(|w| why(w, &names)));
    out.extend(asked.alternatives.as_ref().map(|a| alternatives(a, &names)));
    if let Some(r) = &asked.robust {
        if !r.outages.is_empty() {
            out.push(outages(&r.outages, &names));
        }
        if !r.cuts.is_empty() || r.ageing.is_some() || !r.remarks.is_empty() {
            out.push(cuts(r, &names));
        }
        out.extend(r.regrets.as_ref().map(|r| regrets(r, &names)));
    }
    out
}

fn more(shown: usize, all: usize, file: &str, text: &Catalogue) -> Option<String> {
    (shown < all).then(|| text.say_with("ask-some", &[("n", shown.into()), ("all", all.into()), ("file", file.into())]))
}

fn order(o: &BuildOrder, names: &Names<'_>) -> Section {
    let text = names.text;
    let heads = [
        ("ask-col-step", true),
        ("ask-col-phase", true),
        ("col-name", false),
        ("col-status", false),
        ("ask-col-yuan", true),
        ("ask-col-gain", true),
        ("ask-col-after", true),
        ("ask-col-broken", true),
    ];
    let mut table = Table::new("order", text, &heads);
    for (n, s) in o.steps.iter().enumerate().take(MOST_ROWS) {
        let first = s.changes.first();
        let mut name = first.map(|c| names.site(&c.code)).unwrap_or_default();
        if s.changes.len() > 1 {
            name = text.say_with("ask-and-more", &[("name", (&name).into()), ("n", (s.changes.len() - 1).into())]);
        }
        let status = first.map_or(SiteStatus::Kept, |c| c.status);
        table.rows.push(vec![
            number(text, n as f64 + 1.0, 0),
            s.phase.map_or_else(|| words(text.say("cell-none")), |p| number(text, f64::from(p), 0)),
            words(name),
            words(text.say(&format!("layout-word-{}", status.name()))),
            Cell { text: text.value(Measure::Yuan, s.yuan), sort: Some(s.yuan) },
            names.cell(Some(s.gain)),
            names.cell(Some(s.after.objective)),
            number(text, s.after.broken.len() as f64, 0),
        ]);
    }
    let end = o.steps.last().map_or(o.start.objective, |s| s.after.objective);
    let mut lines = vec![text.say_with(
        "ask-order-line",
        &[("n", o.steps.len().into()), ("from", (&names.value(o.start.objective)).into()), ("to", (&names.value(end)).into())],
    )];
    lines.push(match o.guarantee {
        Some(share) => text.say_with("ask-order-guarantee", &[("share", share.into())]),
        None => text.say("ask-order-greedy"),
    });
    lines.extend(more(table.rows.len(), o.steps.len(), "order.csv", text));
    Section { title: text.say("ask-order"), lines, table }
}

/// What forcing a site would cost, in one sentence.
#[must_use]
fn sentence(w: &Why, names: &Names<'_>) -> String {
    let text = names.text;
    let (name, verb) = (names.site(&w.code), if w.force == Force::Close { "close" } else { "open" });
    if w.impossible {
        return text.say_with(&format!("ask-{verb}-impossible"), &[("name", (&name).into())]);
    }
    let (lower, upper) = (w.lower.map(|l| names.value(l)), w.upper.map(|u| names.value(u)));
    let none = String::new();
    let (l, u) = (lower.as_ref().unwrap_or(&none), upper.as_ref().unwrap_or(&none));
    let which = match (&lower, &upper) {
        (Some(l), Some(u)) if l == u => "exact",
        (Some(_), Some(_)) => "between",
        (Some(_), None) => "least",
        (None, Some(_)) => "most",
        (None, None) => "unknown",
    };
    let mut out = text.say_with(&format!("ask-{verb}-{which}"), &[("name", (&name).into()), ("lower", l.into()), ("upper", u.into())]);
    if w.people >= 1.0 {
        out.push_str(&text.say_with("ask-farther", &[("people", w.people.into()), ("minutes", w.minutes.into())]));
    }
    if w.against_rule {
        out.push_str(&text.say("ask-against-rule"));
    }
    out
}

fn why(all: &[Why], names: &Names<'_>) -> Section {
    let text = names.text;
    let heads = [
        ("col-name", false),
        ("col-level", true),
        ("ask-col-least", true),
        ("ask-col-most", true),
        ("ask-col-proof", false),
        ("ask-col-why", false),
    ];
    let mut table = Table::new("why", text, &heads);
    // open sites by level, then candidates from the cheapest
    let mut rows: Vec<&Why> = all.iter().collect();
    let price = |w: &Why| w.upper.or(w.lower).unwrap_or(f64::INFINITY);
    rows.sort_by(|a, b| b.level.cmp(&a.level).then(price(a).total_cmp(&price(b))).then(a.code.cmp(&b.code)));
    let open = rows.iter().filter(|w| w.level > 0).count();
    let keep = open.min(MOST_ROWS / 2);
    let shown: Vec<&Why> = rows[..keep].iter().chain(rows[open..].iter().take(MOST_ROWS - keep)).copied().collect();
    for w in &shown {
        table.rows.push(vec![
            words(names.site(&w.code)),
            number(text, f64::from(w.level), 0),
            names.cell(w.lower),
            names.cell(w.upper),
            words(text.say(["ask-proof-solved", "ask-proof-duals", "ask-proof-change"][w.proof as usize])),
            words(sentence(w, names)),
        ]);
    }
    let mut lines = vec![text.say("ask-why-line")];
    lines.extend(more(table.rows.len(), all.len(), "why.csv", text));
    Section { title: text.say("ask-why"), lines, table }
}

fn alternatives(a: &Alternatives, names: &Names<'_>) -> Section {
    let text = names.text;
    let heads =
        [("col-value", true), ("col-bound", true), ("ask-col-distance", true), ("ask-col-opened", false), ("ask-col-closed", false)];
    let mut table = Table::new("alternatives", text, &heads);
    let list = |codes: &mut dyn Iterator<Item = &String>| {
        let all: Vec<String> = codes.map(|c| names.site(c)).collect();
        let shown = all.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        if all.len() > 8 { text.say_with("ask-and-more", &[("name", (&shown).into()), ("n", (all.len() - 8).into())]) } else { shown }
    };
    for p in &a.plans {
        table.rows.push(vec![
            names.cell(Some(p.bounds.primal)),
            names.cell(Some(p.bounds.dual)),
            Cell { text: format!("{} %", text.exact(100.0 * p.distance, 3)), sort: Some(p.distance) },
            words(list(&mut p.opened.iter().map(|c| &c.0))),
            words(list(&mut p.closed.iter())),
        ]);
    }
    let args = [("n", a.plans.len().into()), ("distance", a.distance.into()), ("sites", f64::from(a.differ_by).into())];
    let end = match a.end {
        ListEnd::Proven => "ask-alternatives-proven",
        ListEnd::Enough => "ask-alternatives-enough",
        ListEnd::Limit => "ask-alternatives-limit",
    };
    Section {
        title: text.say("ask-alternatives"),
        lines: vec![text.say_with("ask-alternatives-line", &args), text.say_with(end, &args)],
        table,
    }
}

fn outages(all: &[Outage], names: &Names<'_>) -> Section {
    let text = names.text;
    let heads = [
        ("col-name", false),
        ("col-beds", true),
        ("ask-col-moved", true),
        ("ask-col-extra", true),
        ("ask-col-beyond", true),
        ("ask-col-unserved", true),
        ("ask-col-missing", true),
        ("ask-col-where", false),
    ];
    let mut table = Table::new("outages", text, &heads);
    for o in all.iter().take(MOST_ROWS) {
        let s = &o.stress;
        let to: Vec<String> = o.receivers.iter().filter(|r| r.level == 3).take(3).map(|r| names.site(&r.code)).collect();
        table.rows.push(vec![
            words(names.site(&o.code)),
            number(text, o.beds, 0),
            number(text, s.moved[2], 0),
            number(text, s.extra[2], 1),
            number(text, s.beyond[2], 0),
            number(text, s.unserved[2], 0),
            s.beds_missing.map_or_else(|| words(text.say("cell-none")), |b| number(text, b, 0)),
            words(to.join(", ")),
        ]);
    }
    let mut lines = vec![text.say("ask-outages-line")];
    let late = |o: &&Outage| o.stress.moved[2] * o.stress.extra[2] + 1e6 * o.stress.unserved[2];
    if let Some(o) = all.iter().max_by(|a, b| late(a).total_cmp(&late(b))) {
        let args = [("name", names.site(&o.code))];
        lines.push(text.say_with(
            "ask-outages-worst",
            &[
                ("name", (&args[0].1).into()),
                ("people", o.stress.moved[2].into()),
                ("minutes", o.stress.extra[2].into()),
                ("unserved", o.stress.unserved[2].into()),
            ],
        ));
    }
    lines.extend(more(table.rows.len(), all.len(), "outages.csv", text));
    Section { title: text.say("ask-outages"), lines, table }
}

fn cuts(r: &Robust, names: &Names<'_>) -> Section {
    let text = names.text;
    let heads = [
        ("ask-col-what", false),
        ("col-level", true),
        ("ask-col-moved", true),
        ("ask-col-extra", true),
        ("ask-col-beyond", true),
        ("ask-col-unserved", true),
    ];
    let mut table = Table::new("cuts", text, &heads);
    for c in r.cuts.iter().take(MOST_ROWS) {
        for n in 0..3 {
            let s = &c.stress;
            let mut row = vec![words(crate::text::clean(&c.what)), number(text, n as f64 + 1.0, 0)];
            row.extend([(s.moved[n], 0), (s.extra[n], 1), (s.beyond[n], 0), (s.unserved[n], 0)].map(|(v, d)| number(text, v, d)));
            table.rows.push(row);
        }
    }
    let mut lines = Vec::new();
    if let Some(a) = &r.ageing {
        lines.push(text.say_with("ask-ageing", &[("before", (&names.value(a.before)).into()), ("after", (&names.value(a.after)).into())]));
        if let Some(beds) = a.beds_missing {
            lines.push(text.say_with("ask-ageing-beds", &[("n", beds.into())]));
        }
    }
    lines.extend(r.remarks.iter().map(|m| text.say(&format!("ask-{}", m.name()))));
    Section { title: text.say("ask-cuts"), lines, table }
}

fn regrets(r: &Regrets, names: &Names<'_>) -> Section {
    let text = names.text;
    let mut table = Table::new("regrets", text, &[("col-plan", false)]);
    let head = |text: String| super::tables::Head { text, numeric: true };
    table.heads.extend(r.scenarios.iter().map(|s| head(crate::text::clean(&s.name))));
    table.heads.push(head(text.say("ask-col-worst")));
    for p in &r.plans {
        let name = match p.name.as_str() {
            "plan" => text.say("ask-regret-plan"),
            "least regret" => text.say("ask-regret-least"),
            other => text.say_with("ask-regret-best", &[("name", other.into())]),
        };
        let mut row = vec![words(name)];
        row.extend(p.regrets.iter().map(|b| names.cell(b.map(|b| b.primal))));
        row.push(names.cell(p.worst));
        table.rows.push(row);
    }
    let least = names.value(r.least.dual);
    let most = if r.least.primal.is_finite() { names.value(r.least.primal) } else { text.say("cell-none") };
    let id = if r.proof == RegretProof::Exact { "ask-regret-exact" } else { "ask-regret-among" };
    let lines = vec![text.say("ask-regret-line"), text.say_with(id, &[("lower", (&least).into()), ("upper", (&most).into())])];
    Section { title: text.say("ask-regrets"), lines, table }
}
