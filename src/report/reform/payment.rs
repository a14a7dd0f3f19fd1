//! Payment: who keeps, who bears, where the money goes, and what wider gaps do.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::PaymentAnswer;
use crate::plan::reform::payment::{Account, AreaPaid, FlowsOf, GapPoint, TierPaid, WidthPaid};
use crate::plot::reform::ReformPictureInput;

const ACCOUNTS: [Column; 14] = [
    Column::Code("area"),
    Column::Words("name", "col-area"),
    Column::Number("enrolled", "col-enrolled", 0),
    Column::Number("budget", "col-budget-year", 0),
    Column::Number("spend", "col-spend", 0),
    Column::Number("outside", "col-spend-outside", 0),
    Column::Number("own", "col-own", 0),
    Column::Number("retained", "col-retained", 0),
    Column::Number("returned", "col-returned", 0),
    Column::Number("community", "col-community-bears", 0),
    Column::Number("fund", "col-fund-bears", 0),
    Column::Number("county_part", "col-split-county", 0),
    Column::Number("township_part", "col-split-township", 0),
    Column::Number("village_part", "col-split-village", 0),
];
const GAP: [Column; 4] = [
    Column::Number("width", "col-width", 2),
    Column::Number("doctors", "col-doctors-factor", 2),
    Column::Number("first_contact", "col-first-contact", 4),
    Column::Number("overflow", "col-overflow", 0),
];
const WIDTHS: [Column; 10] = [
    Column::Number("width", "col-width", 2),
    Column::Code("flows"),
    Column::Words("flows_name", "col-payment-flows"),
    Column::Number("fund", "col-spend", 0),
    Column::Number("own", "col-own", 0),
    Column::Number("balance", "col-payment-balance", 0),
    Column::Number("retained", "col-retained", 0),
    Column::Number("community", "col-community-bears", 0),
    Column::Number("fund_bears", "col-fund-bears", 0),
    Column::Number("over", "col-payment-over", 0),
];
const WIDTH_TIERS: [Column; 8] = [
    Column::Number("width", "col-width", 2),
    Column::Code("flows"),
    Column::Words("flows_name", "col-payment-flows"),
    Column::Code("tier"),
    Column::Words("name", "col-tier"),
    Column::Number("fund", "col-from-fund", 0),
    Column::Number("own", "col-from-patients", 0),
    Column::Number("change", "col-payment-change", 0),
];
const WIDTH_AREAS: [Column; 11] = [
    Column::Code("area"),
    Column::Words("name", "col-area"),
    Column::Number("width", "col-width", 2),
    Column::Code("flows"),
    Column::Words("flows_name", "col-payment-flows"),
    Column::Number("fund", "col-spend", 0),
    Column::Number("own", "col-own", 0),
    Column::Number("retained", "col-retained", 0),
    Column::Number("community", "col-community-bears", 0),
    Column::Number("fund_bears", "col-fund-bears", 0),
    Column::Number("net_change", "col-payment-net-change", 0),
];
const TIERS: [Column; 4] = [
    Column::Code("tier"),
    Column::Words("name", "col-tier"),
    Column::Number("fund", "col-from-fund", 0),
    Column::Number("own", "col-from-patients", 0),
];
const POOLS: [Column; 7] = [
    Column::Words("pool", "col-pool"),
    Column::Words("drg", "col-drg"),
    Column::Number("stays", "col-stays-year", 0),
    Column::Number("weight", "col-weight-sum", 0),
    Column::Number("cmi", "col-cmi", 3),
    Column::Number("cost", "col-stay-cost", 0),
    Column::Number("point", "col-weight-price", 0),
];

pub(super) fn part(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let sum = |of: &dyn Fn(&Account) -> f64| a.accounts.iter().map(of).sum::<f64>();
    let (budget, spend) = (sum(&|x| x.budget), sum(&|x| x.spend));
    let rows = a.accounts.iter().map(|x| {
        vec![
            x.area.as_str().into(),
            Field::Words(input.area_name(&x.area)),
            x.enrolled.into(),
            x.budget.into(),
            x.spend.into(),
            x.spend_outside.into(),
            x.own.into(),
            x.retained.into(),
            x.returned.into(),
            x.community_bears.into(),
            x.fund_bears.into(),
            x.split[0].into(),
            x.split[1].into(),
            x.split[2].into(),
        ]
    });
    let gap = a.gap.iter().map(|g| vec![g.width.into(), g.doctors.into(), g.first_contact.into(), g.overflow.into()]);
    let tiers = a.tiers.iter().map(|t| {
        let name = text.say(&format!("tier-{}", t.tier.code()));
        vec![t.tier.code().into(), Field::Words(name), t.fund.into(), t.own.into()]
    });
    let ratio = |x: f64, of: f64| (of > 0.0).then(|| x / of);
    let pools = a.pools.iter().map(|p| {
        let state = if p.already {
            "drg-already"
        } else if p.drg {
            "drg-planned"
        } else {
            "drg-not"
        };
        let own = input.network.areas.iter().any(|x| x.code == p.name);
        let name = if own { input.area_name(&p.name) } else { p.name.clone() };
        vec![
            Field::Words(name),
            Field::Words(text.say(state)),
            p.stays.into(),
            p.weight.into(),
            ratio(p.weight, p.stays).into(),
            p.cost.into(),
            ratio(p.cost, p.weight).into(),
        ]
    });
    Ok(Part {
        figures: vec![
            figure("col-budget-year", text.money(budget)),
            figure("col-spend", text.money(spend)),
            figure("col-spend-outside", text.money(sum(&|x| x.spend_outside))),
            figure("col-retained", text.money(sum(&|x| x.retained))),
            figure("col-community-bears", text.money(sum(&|x| x.community_bears))),
        ],
        sentences: sentences(input, a, budget, spend),
        sheets: vec![
            sheet(text, "payment-accounts", "payment-accounts", &ACCOUNTS, rows.collect())?,
            sheet(text, "payment-gap", "payment-gap", &GAP, gap.collect())?,
            sheet(text, "payment-widths", "payment-widths", &WIDTHS, widths(input, a, budget))?,
            sheet(text, "payment-width-tiers", "payment-width-tiers", &WIDTH_TIERS, width_tiers(input, a))?,
            sheet(text, "payment-width-areas", "payment-width-areas", &WIDTH_AREAS, width_areas(input, a))?,
            sheet(text, "payment-tiers", "payment-tiers", &TIERS, tiers.collect())?,
            sheet(text, "payment-pools", "payment-pools", &POOLS, pools.collect())?,
        ],
        notes: vec![
            text.say("payment-assumed"),
            text.say("payment-choice-note"),
            text.say("payment-same-money"),
            text.say("payment-widths-note"),
        ],
    })
}

fn sentences(input: &ReformPictureInput<'_>, a: &PaymentAnswer, budget: f64, spend: f64) -> Vec<String> {
    let text = input.text;
    let over = a.accounts.iter().filter(|x| x.overspend > 0.0).count();
    let mut out = vec![text.say_with(
        "payment-result",
        &[("budget", budget.into()), ("spend", spend.into()), ("over", over.into()), ("n", a.accounts.len().into())],
    )];
    let net = |x: &Account| x.retained - x.community_bears;
    if let Some(best) = a.accounts.iter().max_by(|x, y| net(x).total_cmp(&net(y))).filter(|x| net(x) > 0.0) {
        let area = input.area_name(&best.area);
        let args = [("area", (&area).into()), ("yuan", net(best).into()), ("village", best.split[2].into())];
        out.push(text.say_with("payment-gains", &args));
    }
    if let Some(worst) = a.accounts.iter().min_by(|x, y| net(x).total_cmp(&net(y))).filter(|x| net(x) < 0.0) {
        let area = input.area_name(&worst.area);
        out.push(text.say_with("payment-pays", &[("area", (&area).into()), ("yuan", (-net(worst)).into())]));
    }
    let first = a.gap.first().map_or(1.0, |g| g.doctors);
    let today: Vec<&GapPoint> = a.gap.iter().filter(|g| (g.doctors - first).abs() < 1e-12).collect();
    if let (Some(now), Some(wide)) = (today.first(), today.last().filter(|w| w.width > 0.0)) {
        let args = [
            ("now", (100.0 * now.first_contact).into()),
            ("then", (100.0 * wide.first_contact).into()),
            ("before", now.overflow.into()),
            ("after", wide.overflow.into()),
        ];
        out.push(text.say_with(if wide.overflow > now.overflow { "payment-lesson" } else { "payment-no-lesson" }, &args));
        let enough = a.gap.iter().filter(|g| (g.width - wide.width).abs() < 1e-12 && g.overflow <= now.overflow);
        if let Some(g) = enough.min_by(|x, y| x.doctors.total_cmp(&y.doctors)).filter(|g| g.doctors > first) {
            out.push(text.say_with("payment-doctors", &[("share", (100.0 * (g.doctors - 1.0)).into())]));
        }
    }
    out.extend(width_sentences(input, a));
    let drg = a.pools.iter().filter(|p| p.drg).count();
    out.push(text.say_with("payment-drg", &[("n", drg.into()), ("all", a.pools.len().into())]));
    out
}

/// Words and code of whose flows stand behind money.
fn flows_of(input: &ReformPictureInput<'_>, flows: FlowsOf) -> [Field; 2] {
    let (code, id) = if flows == FlowsOf::Plan { ("plan", "payment-flows-plan") } else { ("choice", "payment-flows-choice") };
    [code.into(), Field::Words(input.text.say(id))]
}

/// The entry of the first width, which is today's, with the same flows.
fn today(a: &PaymentAnswer, flows: FlowsOf) -> Option<&WidthPaid> {
    a.widths.iter().filter(|w| w.flows == flows).min_by(|x, y| x.width.total_cmp(&y.width))
}

fn sum(areas: &[AreaPaid], of: impl Fn(&AreaPaid) -> f64) -> f64 {
    areas.iter().map(of).sum()
}

fn widths(input: &ReformPictureInput<'_>, a: &PaymentAnswer, budget: f64) -> Vec<Vec<Field>> {
    let row = |w: &WidthPaid| {
        let fund = sum(&w.areas, |x| x.fund);
        #[allow(clippy::cast_precision_loss)] // a count of areas
        let over = w.areas.iter().filter(|x| x.community_bears + x.fund_bears > 0.0).count() as f64;
        let [code, name] = flows_of(input, w.flows);
        let amounts = [sum(&w.areas, |x| x.retained), sum(&w.areas, |x| x.community_bears), sum(&w.areas, |x| x.fund_bears)];
        let head = vec![w.width.into(), code, name, fund.into(), sum(&w.areas, |x| x.own).into(), (budget - fund).into()];
        head.into_iter().chain(amounts.map(Field::from)).chain([over.into()]).collect()
    };
    a.widths.iter().map(row).collect()
}

fn got(w: &WidthPaid, tier: crate::network::Tier) -> f64 {
    w.tiers.iter().find(|t| t.tier == tier).map_or(0.0, |t| t.fund + t.own)
}

/// In whole fen: what nothing moves has not moved.
fn change(now: f64, before: f64) -> f64 {
    ((now - before) * 100.0).round() / 100.0 + 0.0
}

fn width_tiers(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Vec<Vec<Field>> {
    let row = |w: &WidthPaid, t: &TierPaid| {
        let before = today(a, w.flows).map_or(0.0, |w| got(w, t.tier));
        let [code, flows] = flows_of(input, w.flows);
        let name = Field::Words(input.text.say(&format!("tier-{}", t.tier.code())));
        vec![w.width.into(), code, flows, t.tier.code().into(), name, t.fund.into(), t.own.into(), change(t.fund + t.own, before).into()]
    };
    a.widths.iter().flat_map(|w| w.tiers.iter().map(move |t| row(w, t))).collect()
}

fn width_areas(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Vec<Vec<Field>> {
    let net = |x: &AreaPaid| x.retained - x.community_bears;
    let row = |w: &WidthPaid, n: usize, x: &AreaPaid| {
        let before = today(a, w.flows).and_then(|w| w.areas.get(n)).map_or(0.0, net);
        let [code, flows] = flows_of(input, w.flows);
        let head = vec![x.area.as_str().into(), Field::Words(input.area_name(&x.area)), w.width.into(), code, flows];
        let amounts = [x.fund, x.own, x.retained, x.community_bears, x.fund_bears, change(net(x), before)];
        head.into_iter().chain(amounts.map(Field::from)).collect()
    };
    let mut all: Vec<(usize, &WidthPaid, &AreaPaid)> =
        a.widths.iter().flat_map(|w| w.areas.iter().enumerate().map(move |(n, x)| (n, w, x))).collect();
    all.sort_by_key(|(n, ..)| *n);
    all.into_iter().map(|(n, w, x)| row(w, n, x)).collect()
}

/// What the widest gap moves: with the flows of the plan, then with those of choice.
fn width_sentences(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Vec<String> {
    let text = input.text;
    let mut out = Vec::new();
    for (flows, id) in [(FlowsOf::Plan, "payment-widest-plan"), (FlowsOf::Choice, "payment-widest-choice")] {
        let wide = a.widths.iter().filter(|w| w.flows == flows).max_by(|x, y| x.width.total_cmp(&y.width));
        let (Some(now), Some(wide)) = (today(a, flows), wide.filter(|w| w.width > 0.0)) else { continue };
        let over = |w: &WidthPaid| w.areas.iter().filter(|x| x.community_bears + x.fund_bears > 0.0).count();
        let args = [
            ("fund", sum(&now.areas, |x| x.fund).into()),
            ("fund_wide", sum(&wide.areas, |x| x.fund).into()),
            ("own", sum(&now.areas, |x| x.own).into()),
            ("own_wide", sum(&wide.areas, |x| x.own).into()),
            ("over", over(now).into()),
            ("over_wide", over(wide).into()),
            ("n", wide.areas.len().into()),
        ];
        out.push(text.say_with(id, &args));
        if flows == FlowsOf::Choice {
            let mut moved: Vec<(f64, crate::network::Tier)> =
                crate::network::Tier::ALL.into_iter().map(|t| (got(wide, t) - got(now, t), t)).filter(|(by, _)| by.abs() >= 1.0).collect();
            moved.sort_by(|x, y| y.0.total_cmp(&x.0));
            let name = |t: crate::network::Tier| text.say(&format!("tier-{}", t.code()));
            if let (Some(first), Some(last)) = (moved.first().filter(|m| m.0 > 0.0), moved.last().filter(|m| m.0 < 0.0)) {
                let (up, down) = (name(first.1), name(last.1));
                let args = [("up", (&up).into()), ("gain", first.0.into()), ("down", (&down).into()), ("loss", (-last.0).into())];
                out.push(text.say_with("payment-widest-tiers", &args));
            }
        }
    }
    out
}
