
## Everything together
whole-title = The whole plan
whole-lead = What to build, where, when and for how much in { $name } ({ $year }), what that achieves and what it cannot. Every model is proven and checked alone; together they are worked out in rounds, each fed with the others' results. The referral plan and the layout have reports of their own beside this page.
whole-layout = Layout: { EXACT($opened) } sites open, { EXACT($raised) } rise, { EXACT($grown) } grow, { EXACT($shrunk) } shrink, { EXACT($lowered) } fall a level, { EXACT($closed) } close; { MONEY($capital) } yuan of capital, and { MONEY($yearly) } yuan a year of fixed cost more than today (negative: less).
whole-saves = Together the plans make the care of the region { MONEY($yuan) } yuan a year better than today's, counted as the referral plan counts, without the prices of missed targets: treatment, travel, unmet need and patients turned away.
whole-costs = Together the plans make the care of the region { MONEY($yuan) } yuan a year dearer than today's, counted as the referral plan counts, without the prices of missed targets: treatment, travel, unmet need and patients turned away.
whole-rest = After { EXACT($rounds) } rounds the plans rest: the last round changed the value by { DECIMAL($value, digits: 3) } % and no share of patients or money by more than { DECIMAL($share, digits: 3) } points.
whole-rest-once = One round was made: it changed the value by { DECIMAL($value, digits: 3) } % and shares by up to { DECIMAL($share, digits: 3) } points; how far from rest that is was not looked at.
whole-short = { $title }: { $sentence }
whole-cannot = { $title } cannot be had: { $sentence }
whole-achieved = What it achieves
whole-models = The models and their proofs
whole-missed = Targets that the plan misses
whole-met = Demands met, of those judged
whole-met-of = { EXACT($met) } of { EXACT($all) } ({ EXACT($part) } more in part)
whole-saved = Better than today, yuan a year
col-model = Model
col-gap-percent = Gap, %
col-today = Today
reform-beds = Beds, as even as can be
whole-beds-note = The phases below say in which year these beds are begun; until then the referral plan counts the beds that the phases have built.
whole-gps = General practitioners in primary care per 10,000 people, with those posted
repair-beds-area = { $name }: its floor takes { DECIMAL($amount) } beds more than the { DECIMAL($now) } that its limits of growth allow: a larger growth, or a lower floor
repair-beds-more = the floors take { EXACT($amount) } beds more than the { EXACT($now) } to add: a larger add, or a lower floor
repair-beds-room = { EXACT($amount) } of the beds to add find no place (there is room for { EXACT($now) }): a larger growth, or fewer beds
repair-beds-gini = the least Gini coefficient within reach is { DECIMAL($amount, digits: 6) }, not { DECIMAL($now, digits: 6) }: a larger gini_limit or growth
