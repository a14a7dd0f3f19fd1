//! Budgets against spending by area, and the curves of differentiated reimbursement.

use super::super::map::heading;
use super::super::svg::{Anchor, Paint, Sheet, Type};
use super::super::{Picture, PlotError, palette};
use super::ReformPictureInput;
use super::lines::{self, Curves, Series};
use crate::plan::reform::PaymentAnswer;
use crate::plan::reform::payment::{FlowsOf, WidthPaid};
use crate::text::shorten;

/// Areas that are drawn.
const MOST: usize = 60;

pub(super) fn draw(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Result<Vec<Picture>, PlotError> {
    let mut out = vec![accounts(input, a)?, first_contact(input, a)?, overflow(input, a)?];
    // today alone moves nothing
    if a.widths.iter().any(|w| w.width > 0.0) {
        out.push(moved(input, a)?);
    }
    Ok(out)
}

fn accounts(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let mut rows: Vec<_> = a.accounts.iter().filter(|x| x.budget > 0.0).collect();
    rows.sort_by(|x, y| (y.spend / y.budget).total_cmp(&(x.spend / x.budget)).then(x.area.cmp(&y.area)));
    rows.truncate(MOST);
    let (left, top, width, step) = (190.0, 92.0, 640.0, 20.0);
    #[allow(clippy::cast_precision_loss)] // rows of a picture
    let height = top + step * rows.len() as f64 + 30.0;
    let mut sheet = Sheet::new("payment-accounts", 1100.0, height);
    let title = text.say("picture-payment-accounts-title");
    heading(&mut sheet, &title, &input.case_line());
    let most = rows.iter().map(|x| x.spend / x.budget).fold(1.2, f64::max);
    let x_of = |share: f64| left + width * share / most;
    for (share, colour) in [(0.5, "#E4E4E4"), (1.0, palette::TARGET), (1.5, "#E4E4E4"), (2.0, "#E4E4E4")] {
        if share <= most {
            sheet.line((x_of(share), top - 6.0), (x_of(share), height - 26.0), Paint::line(colour, 1.2));
            sheet.text((x_of(share), top - 10.0), &text.percent(share), Type::plain(12.0).at(Anchor::Middle));
        }
    }
    for (n, x) in rows.iter().enumerate() {
        #[allow(clippy::cast_precision_loss)] // rows of a picture
        let y = top + step * n as f64;
        let name = shorten(&input.area_name(&x.area), 24);
        sheet.text((left - 8.0, y + 13.0), &name, Type::plain(12.0).at(Anchor::End));
        let inside = (x.spend - x.spend_outside) / x.budget;
        let hover = text.say_with(
            "hover-account",
            &[("area", (&name).into()), ("budget", x.budget.into()), ("spend", x.spend.into()), ("outside", x.spend_outside.into())],
        );
        sheet.rect((left, y + 3.0), (x_of(inside) - left, 13.0), Paint::fill("#0072B2"), Some(&hover));
        sheet.rect((x_of(inside), y + 3.0), (x_of(x.spend / x.budget) - x_of(inside), 13.0), Paint::fill("#E69F00"), Some(&hover));
        let net = x.retained - x.community_bears;
        let sign = if net < 0.0 { "−" } else { "+" };
        let words = format!("{sign}{}", text.money(net.abs()));
        let colour = if net < 0.0 { palette::TARGET } else { palette::INK };
        sheet.text((left + width + 150.0, y + 13.0), &words, Type::plain(12.0).in_colour(colour).at(Anchor::End));
    }
    sheet.text((left + width + 150.0, top - 10.0), &text.say("axis-payment-net"), Type::plain(12.0).bold().at(Anchor::End));
    for (n, (colour, id)) in [("#0072B2", "legend-payment-inside"), ("#E69F00", "legend-payment-outside")].into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss)] // two entries
        let x = left + 260.0 * n as f64;
        sheet.rect((x, height - 18.0), (12.0, 10.0), Paint::fill(colour), None);
        sheet.text((x + 18.0, height - 9.0), &text.say(id), Type::plain(12.0));
    }
    sheet.finish(title, text.say("picture-payment-accounts-caption"))
}

fn first_contact(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let first = a.gap.first().map_or(1.0, |g| g.doctors);
    let points = a.gap.iter().filter(|g| (g.doctors - first).abs() < 1e-12).map(|g| (g.width, g.first_contact)).collect();
    lines::draw(&Curves {
        id: "payment-first-contact",
        title: text.say("picture-payment-first-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-payment-first-caption"),
        x: text.say("axis-gap-width"),
        y: text.say("axis-first-contact"),
        x_word: &|x| text.percent(x),
        y_word: &|y| format!("{} %", text.exact(100.0 * y, 1)),
        series: vec![Series { name: text.say("series-first-contact"), points }],
        target: None,
        from_zero: false,
    })
}

fn overflow(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let mut factors: Vec<f64> = a.gap.iter().map(|g| g.doctors).collect();
    factors.sort_by(f64::total_cmp);
    factors.dedup();
    let series = factors
        .iter()
        .map(|&factor| Series {
            name: text.say_with("series-doctors", &[("share", (100.0 * factor).into())]),
            points: a.gap.iter().filter(|g| (g.doctors - factor).abs() < 1e-12).map(|g| (g.width, g.overflow)).collect(),
        })
        .collect();
    lines::draw(&Curves {
        id: "payment-overflow",
        title: text.say("picture-payment-overflow-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-payment-overflow-caption"),
        x: text.say("axis-gap-width"),
        y: text.say("axis-overflow"),
        x_word: &|x| text.percent(x),
        y_word: &|y| text.count(y),
        series,
        target: None,
        from_zero: true,
    })
}

/// Who gains and who pays: change of money against today's fund shares, where people go by themselves.
fn moved(input: &ReformPictureInput<'_>, a: &PaymentAnswer) -> Result<Picture, PlotError> {
    let text = input.text;
    let mut all: Vec<&WidthPaid> = a.widths.iter().filter(|w| w.flows == FlowsOf::Choice).collect();
    all.sort_by(|x, y| x.width.total_cmp(&y.width));
    let sites = |w: &WidthPaid, ranks: std::ops::RangeInclusive<u8>| -> f64 {
        w.tiers.iter().filter(|t| ranks.contains(&t.tier.rank())).map(|t| t.fund + t.own).sum()
    };
    type Of<'s> = Box<dyn Fn(&WidthPaid) -> f64 + 's>;
    let lines: [(&str, Of<'_>); 5] = [
        ("series-payment-fund", Box::new(|w| w.areas.iter().map(|x| x.fund).sum())),
        ("series-payment-patients", Box::new(|w| w.areas.iter().map(|x| x.own).sum())),
        ("series-payment-primary", Box::new(|w| sites(w, 1..=2))),
        ("series-payment-county", Box::new(|w| sites(w, 3..=3))),
        ("series-payment-city", Box::new(|w| sites(w, 4..=7))),
    ];
    let series = lines
        .iter()
        .map(|(name, of)| Series {
            name: text.say(name),
            points: all.iter().map(|w| (w.width, of(w) - all.first().map_or(0.0, |first| of(first)))).collect(),
        })
        .collect();
    lines::draw(&Curves {
        id: "payment-widths",
        title: text.say("picture-payment-widths-title"),
        subtitle: input.case_line(),
        caption: text.say("picture-payment-widths-caption"),
        x: text.say("axis-gap-width"),
        y: text.say("axis-payment-change"),
        x_word: &|x| text.percent(x),
        y_word: &|y| format!("{}{}", if y < 0.0 { "−" } else { "" }, text.money(y.abs())),
        series,
        target: None,
        from_zero: true,
    })
}
