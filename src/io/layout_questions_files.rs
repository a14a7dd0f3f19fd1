//! Answers to what a planner asks next of a layout: `questions.json`, and a CSV table for each.

use super::csv_out::CsvOut;
use super::text_file::{self, LARGEST_JSON};
use crate::network::{Place, Problem, codes};
use crate::plan::LayoutQuestions;
use crate::plan::layout_questions::{Alternatives, BuildOrder, QUESTIONS_VERSION, Robust, Stress, Why};
use std::io;
use std::path::Path;

/// The bytes of `questions.json`.
///
/// # Errors
/// When a number cannot be written as JSON.
pub fn questions_bytes(asked: &LayoutQuestions) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(asked).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads answers; `None` when there is no such file. Whether they fit a plan is for [`crate::check::check_questions`] to say.
///
/// # Errors
/// No JSON, cut short, or another version.
pub fn read_questions(path: &Path) -> Result<Option<LayoutQuestions>, Vec<Problem>> {
    let shown = path.display().to_string();
    let text = match text_file::read(path, &shown, LARGEST_JSON) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(None),
        Err(problem) => return Err(vec![*problem]),
    };
    let asked: LayoutQuestions = serde_json::from_str(&text).map_err(|e| {
        let rule = if e.is_data() { &codes::JSON_SHAPE } else { &codes::JSON_SYNTAX };
        vec![Problem::new(rule, Place::line(&shown, e.line() as u64), e.to_string()).column(&format!("character {}", e.column()))]
    })?;
    if asked.version != QUESTIONS_VERSION {
        let message = format!("this program reads version {QUESTIONS_VERSION}");
        return Err(vec![
            Problem::new(&codes::PLAN_VERSION, Place::file(&shown), message).column("version").value(asked.version.to_string()),
        ]);
    }
    Ok(Some(asked))
}

/// Tables of the answers: name inside the result folder, bytes.
#[must_use]
pub fn tables(asked: &LayoutQuestions) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    if let Some(o) = &asked.order {
        out.push(("order", order(o)));
    }
    if let Some(w) = &asked.why {
        out.push(("why", why(w)));
    }
    if let Some(a) = &asked.alternatives {
        out.push(("alternatives", alternatives(a)));
    }
    if let Some(r) = &asked.robust {
        out.push(("outages", stresses(r)));
        if r.regrets.is_some() {
            out.push(("regrets", regrets(r)));
        }
    }
    out.into_iter().map(|(name, table)| (format!("tables/{name}.csv"), table.into_bytes())).collect()
}

fn order(o: &BuildOrder) -> CsvOut {
    let mut t = CsvOut::new([
        "step",
        "phase",
        "site",
        "status",
        "level_before",
        "level",
        "beds_before",
        "beds",
        "step_yuan",
        "gain",
        "gain_minutes_per_head",
        "gain_running_yuan",
        "gain_people_level_1",
        "gain_people_level_2",
        "gain_people_level_3",
        "objective_after",
        "spent_after_yuan",
        "rules_not_kept_after",
    ]);
    for (n, step) in o.steps.iter().enumerate() {
        for c in &step.changes {
            t.whole(n as u64 + 1);
            t.number(step.phase.map(f64::from));
            t.text(&c.code);
            t.text(c.status.name());
            t.whole(u64::from(c.level_before));
            t.whole(u64::from(c.level));
            let p = step.gain_people;
            let after = &step.after;
            for v in [
                c.beds_before,
                c.beds,
                step.yuan,
                step.gain,
                step.gain_minutes,
                step.gain_running,
                p[0],
                p[1],
                p[2],
                after.objective,
                after.spent,
            ] {
                t.number(v);
            }
            let rules: Vec<&str> = after.broken.iter().map(|b| b.rule.as_str()).collect();
            t.text(&rules.join(";"));
            t.end_row();
        }
    }
    t
}

fn why(all: &[Why]) -> CsvOut {
    let mut t = CsvOut::new([
        "site",
        "level",
        "force",
        "against_rule",
        "impossible",
        "at_least",
        "at_most",
        "proof",
        "people_farther",
        "minutes_farther",
    ]);
    for w in all {
        t.text(&w.code);
        t.whole(u64::from(w.level));
        t.text(if w.force == crate::plan::layout_questions::Force::Open { "open" } else { "close" });
        t.whole(u64::from(w.against_rule));
        t.whole(u64::from(w.impossible));
        t.number(w.lower);
        t.number(w.upper);
        t.text(["solved", "duals", "change"][w.proof as usize]);
        t.number(w.people);
        t.number(w.minutes);
        t.end_row();
    }
    t
}

fn alternatives(a: &Alternatives) -> CsvOut {
    let mut t = CsvOut::new(["plan", "value", "bound", "distance", "minutes_per_head", "running_yuan", "opened", "closed", "other_level"]);
    for (n, p) in a.plans.iter().enumerate() {
        t.whole(n as u64 + 1);
        for v in [p.bounds.primal, p.bounds.dual, p.distance, p.minutes, p.running] {
            t.number(v);
        }
        let opened: Vec<&str> = p.opened.iter().map(|c| c.0.as_str()).collect();
        let changed: Vec<&str> = p.changed.iter().map(|c| c.0.as_str()).collect();
        t.text(&opened.join(";"));
        t.text(&p.closed.join(";"));
        t.text(&changed.join(";"));
        t.end_row();
    }
    t
}

fn stresses(r: &Robust) -> CsvOut {
    let mut t = CsvOut::new([
        "what",
        "level",
        "people_moved",
        "minutes_farther",
        "people_newly_beyond",
        "people_unserved",
        "beds_gone",
        "beds_missing",
    ]);
    let mut rows = |what: &str, beds: Option<f64>, s: &Stress| {
        for n in 0..3 {
            t.text(what);
            t.whole(n as u64 + 1);
            for v in [Some(s.moved[n]), Some(s.extra[n]), Some(s.beyond[n]), Some(s.unserved[n]), beds, s.beds_missing] {
                t.number(v);
            }
            t.end_row();
        }
    };
    r.outages.iter().for_each(|o| rows(&o.code, Some(o.beds), &o.stress));
    r.cuts.iter().for_each(|c| rows(&c.what, None, &c.stress));
    t
}

fn regrets(r: &Robust) -> CsvOut {
    let mut t = CsvOut::new(["plan", "scenario", "value", "regret_at_least", "regret_at_most", "best_at_least", "best_at_most"]);
    if let Some(table) = &r.regrets {
        for p in &table.plans {
            for ((s, value), regret) in table.scenarios.iter().zip(&p.values).zip(&p.regrets) {
                t.text(&p.name);
                t.text(&s.name);
                t.number(*value);
                t.number(regret.map(|b| b.dual));
                t.number(regret.map(|b| b.primal));
                t.number(s.best.dual);
                t.number(s.best.primal);
                t.end_row();
            }
        }
    }
    t
}
