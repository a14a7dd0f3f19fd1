//! Centres: nets with their reach and proof, provinces, radiation links.

use super::super::ReportError;
use super::super::csv_out::Field;
use super::super::facts::Figure;
use super::{Column, Part, sheet};
use crate::plan::reform::CentresAnswer;
use crate::plan::reform::centres::{Dealt, Level};
use crate::plot::reform::ReformPictureInput;

pub(super) fn part(input: &ReformPictureInput<'_>, a: &CentresAnswer) -> Result<Part, ReportError> {
    let text = input.text;
    let figure = |id: &str, value: String| Figure { name: text.say(id), value };
    let of_level = |level: Level| a.nets.iter().filter(move |n| n.level == level);
    #[allow(clippy::cast_precision_loss)] // counts of centres
    let count = |level: Level| of_level(level).map(|n| n.sites.len()).sum::<usize>() as f64;
    let named = |net: &crate::plan::reform::centres::Net| match net.level {
        Level::Provincial => province(input, &net.of),
        _ => text.key("specialty", &net.of),
    };
    let mut sentences = vec![
        text.say_with(
            "centres-result",
            &[
                ("national", count(Level::National).into()),
                ("regional", count(Level::Regional).into()),
                ("provincial", count(Level::Provincial).into()),
                ("provinces", of_level(Level::Provincial).count().into()),
            ],
        ),
        text.say_with("centres-reach", &[("two", a.provincial_within[0].into()), ("four", a.provincial_within[1].into())]),
    ];
    let mut far: Vec<_> = of_level(Level::Provincial).filter(|n| n.cases > 0.0).collect();
    far.sort_by(|x, y| x.within[1].total_cmp(&y.within[1]).then(y.minutes.total_cmp(&x.minutes)));
    if let Some(worst) = far.first() {
        let name = named(worst);
        let args = [("name", (&name).into()), ("four", worst.within[1].into()), ("minutes", worst.minutes.into())];
        sentences.push(text.say_with("centres-worst", &args));
    }
    for level in [Level::Regional, Level::National] {
        let mut nets: Vec<_> = of_level(level).collect();
        nets.sort_by(|x, y| x.within[1].total_cmp(&y.within[1]));
        if let (Some(low), Some(high)) = (nets.first(), nets.last()) {
            let (x, y) = (named(low), named(high));
            let id = if level == Level::Regional { "centres-regional-reach" } else { "centres-national-reach" };
            let args =
                [("low", (&x).into()), ("low_share", low.within[1].into()), ("high", (&y).into()), ("high_share", high.within[1].into())];
            sentences.push(text.say_with(id, &args));
        }
    }
    sentences.push(text.say_with("centres-proof", &[("gap", input.plan.bounds.gap().into())]));
    sentences.extend(dealing(input, a));
    let level_name = |level: Level| match level {
        Level::National => "centres-level-national",
        Level::Regional => "centres-level-regional",
        Level::Provincial => "centres-level-provincial",
    };
    let rows = a.nets.iter().map(|n| {
        let sites: Vec<String> = n.sites.iter().map(|s| input.facility_name(s)).collect();
        #[allow(clippy::cast_precision_loss)] // counts of centres
        let count = n.sites.len() as f64;
        vec![
            Field::Words(text.say(level_name(n.level))),
            n.of.as_str().into(),
            Field::Words(named(n)),
            count.into(),
            n.cases.into(),
            n.minutes.into(),
            n.least.into(),
            (100.0 * n.within[0]).into(),
            (100.0 * n.within[1]).into(),
            Field::Words(n.sites.join(" ")),
            Field::Words(sites.join(&text.say("list-separator"))),
        ]
    });
    let columns = [
        Column::Words("level", "col-centres-level"),
        Column::Code("of"),
        Column::Words("name", "col-centres-of"),
        Column::Number("centres", "col-centres-count", 0),
        Column::Number("cases", "col-centres-cases", 0),
        Column::Number("minutes", "col-centres-minutes", 1),
        Column::Number("least", "col-centres-least", 1),
        Column::Number("within_2_hours_percent", "col-centres-two", 1),
        Column::Number("within_4_hours_percent", "col-centres-four", 1),
        Column::Code("sites"),
        Column::Words("site_names", "col-centres-sites"),
    ];
    let dealt_rows = a.dealt.iter().flat_map(|d| d.led.iter().map(move |l| (d, l))).map(|(d, l)| {
        let sites: Vec<String> = l.sites.iter().map(|s| input.facility_name(s)).collect();
        #[allow(clippy::cast_precision_loss)] // counts of centres
        let count = l.sites.len() as f64;
        vec![
            d.province.as_str().into(),
            Field::Words(province(input, &d.province)),
            l.specialty.as_str().into(),
            Field::Words(text.key("specialty", &l.specialty)),
            count.into(),
            l.minutes.into(),
            (100.0 * l.within[0]).into(),
            (100.0 * l.within[1]).into(),
            Field::Words(l.sites.join(" ")),
            Field::Words(sites.join(&text.say("list-separator"))),
        ]
    });
    let dealt_columns = [
        Column::Code("province"),
        Column::Words("province_name", "col-centres-province"),
        Column::Code("specialty"),
        Column::Words("specialty_name", "col-centres-specialty"),
        Column::Number("centres", "col-centres-count", 0),
        Column::Number("minutes", "col-centres-minutes", 1),
        Column::Number("within_2_hours_percent", "col-centres-two", 1),
        Column::Number("within_4_hours_percent", "col-centres-four", 1),
        Column::Code("sites"),
        Column::Words("site_names", "col-centres-sites"),
    ];
    let link_rows = a.links.iter().map(|l| {
        vec![
            Field::Words(text.key("specialty", &l.specialty)),
            Field::Words(text.say(level_name(l.level))),
            l.from.as_str().into(),
            Field::Words(input.facility_name(&l.from)),
            l.to.as_str().into(),
            Field::Words(input.facility_name(&l.to)),
            l.minutes.into(),
        ]
    });
    let link_columns = [
        Column::Words("specialty", "col-centres-specialty"),
        Column::Words("level", "col-centres-level"),
        Column::Code("from"),
        Column::Words("from_name", "col-centres-from"),
        Column::Code("to"),
        Column::Words("to_name", "col-centres-to"),
        Column::Number("minutes", "col-minutes", 0),
    ];
    Ok(Part {
        figures: vec![
            figure("centres-level-national", text.exact(count(Level::National), 0)),
            figure("centres-level-regional", text.exact(count(Level::Regional), 0)),
            figure("centres-level-provincial", text.exact(count(Level::Provincial), 0)),
            figure("col-centres-two", text.percent(a.provincial_within[0])),
            figure("col-centres-four", text.percent(a.provincial_within[1])),
        ],
        sentences,
        sheets: vec![
            sheet(text, "centres-nets", "centres-nets-title", &columns, rows.collect())?,
            sheet(text, "centres-provincial", "centres-provincial-title", &dealt_columns, dealt_rows.collect())?,
            sheet(text, "centres-links", "centres-links-title", &link_columns, link_rows.collect())?,
        ],
        notes: vec![text.say("centres-assumed")],
    })
}

/// What the dealing of specialties to provincial centres comes to.
fn dealing(input: &ReformPictureInput<'_>, a: &CentresAnswer) -> Vec<String> {
    let text = input.text;
    let counts = || a.dealt.iter().flat_map(|d| d.led.iter().map(|l| l.sites.len()));
    let (Some(fewest), Some(most)) = (counts().min(), counts().max()) else { return Vec::new() };
    let leads = |of: fn(u32, u32) -> u32| a.dealt.iter().map(|d| d.most).reduce(of).unwrap_or_default();
    let (minutes, least): (f64, f64) = (a.dealt.iter().map(|d| d.minutes).sum(), a.dealt.iter().map(|d| d.least).sum());
    let gap = if minutes > 0.0 { (minutes - least) / minutes } else { 0.0 };
    let mut out = vec![text.say_with(
        "centres-dealt",
        &[
            ("posts", counts().sum::<usize>().into()),
            ("fewest", fewest.into()),
            ("most", most.into()),
            ("leads", f64::from(leads(u32::min)).into()),
            ("leads_most", f64::from(leads(u32::max)).into()),
            ("gap", gap.into()),
        ],
    )];
    // a province whose proof is wide is named: the sum would hide it
    let open = |d: &Dealt| if d.minutes > 0.0 { (d.minutes - d.least) / d.minutes } else { 0.0 };
    if let Some(d) = a.dealt.iter().max_by(|x, y| open(x).total_cmp(&open(y))).filter(|d| open(d) > 0.01) {
        let name = province(input, &d.province);
        out.push(text.say_with("centres-dealt-gap", &[("name", (&name).into()), ("gap", open(d).into())]));
    }
    let peopled = |d: &Dealt| a.nets.iter().any(|n| n.level == Level::Provincial && n.of == d.province && n.cases > 0.0);
    let far = a
        .dealt
        .iter()
        .filter(|d| peopled(d))
        .flat_map(|d| d.led.iter().map(move |l| (d, l)))
        .min_by(|x, y| x.1.within[1].total_cmp(&y.1.within[1]).then(y.1.minutes.total_cmp(&x.1.minutes)));
    if let Some((d, l)) = far {
        let (name, specialty) = (province(input, &d.province), text.key("specialty", &l.specialty));
        let args =
            [("name", (&name).into()), ("specialty", (&specialty).into()), ("four", l.within[1].into()), ("minutes", l.minutes.into())];
        out.push(text.say_with("centres-dealt-worst", &args));
    }
    out
}

/// A province by its name where the case has the codes of GB/T 2260 (six digits a county), else by its first hospital that serves all areas, else by
/// its code: no table names provinces.
fn province(input: &ReformPictureInput<'_>, code: &str) -> String {
    let standard = input.network.areas.iter().all(|a| a.code.len() == 6 && a.code.bytes().all(|b| b.is_ascii_digit()));
    let id = format!("province-{code}");
    if standard && input.text.has(&id) {
        return input.text.say(&id);
    }
    let first = input.network.facilities.iter().find(|f| f.area.is_none() && f.code.starts_with(code));
    first.map_or_else(|| code.to_owned(), |f| format!("{code} {}", input.text.place(&f.name, f.name_en.as_deref())))
}
