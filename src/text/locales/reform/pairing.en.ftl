
## Pairing
reform-pairing = Paired assistance
reform-lead-pairing = Which tertiary hospital should help which county hospital of { $name } ({ $year }), so that strength meets need over short ways. A linear model with a whole optimum, proven by its duals; an independent check worked everything out again before it was written. Strengths and gaps without an entry are modelled.
pairing-result = { EXACT($pairs) } pairs are worth { DECIMAL($points, digits: 1) } points: 100 times strength times gap, less a tenth of a point for every minute between the two (a pair of full strength and full gap next door is worth 100).
pairing-effect = With that help county hospitals can treat about { COUNT($cases) } cases a year that today lie one rank above their means ({ $classes }).
pairing-seats = { EXACT($seats) } seats a year for further training in tertiary hospitals go with it (three a county and year).
pairing-price = { $name } is the bottleneck: one more hospital that it could help would add { DECIMAL($points, digits: 2) } points.
pairing-forced = { $n ->
    [one] One pair is worth less than nothing: it is
   *[other] { EXACT($n) } pairs are worth less than nothing: they are
} made because every county hospital is to have a helper, and the way is long for what the help brings. The cases counted as treatable include { $n ->
    [one] its own
   *[other] theirs
}.
pairing-far = The longest way is from { $tertiary } to { $county }: { MINUTES($minutes) } minutes.
pairing-pairs = Pairs
pairing-cases = Cases that counties can then treat
pairing-assumed = Assumed: strength by tier, hospitals that one can help, points of gain and way, the share of cases that help makes treatable.
pairing-gaps-modelled = The gap of { EXACT($n) } county hospitals is modelled from doctors per bed and beds against the largest of the region: no open table has a capacity evaluation. Give known ones in gaps.
col-county-hospital = County hospital
col-tertiary-hospital = Helped by
col-gap-level = Gap, 0 to 1
col-strength = Strength, 0 to 1
col-points = Points
col-pairs = Pairs
col-treats = Share treatable
col-cases-kept = Cases a year treatable in the county
col-seats = Training seats a year
goal-pairing-helped = Tertiary hospitals help county hospitals: county hospitals with a partner
picture-pairing-title = Who helps whom: tertiary and county hospitals (modelled)
picture-pairing-caption = A line joins a tertiary hospital with the county hospital it helps; the wider, the more the pair is worth. Hospitals at the edge lie outside of the map.
hover-pair = { $tertiary } helps { $county }: { MINUTES($minutes) } min, { DECIMAL($points, digits: 1) } points
legend-pair = Help; width: worth of the pair
legend-pair-none = County hospital without help
repair-pairing-reach = { $name } reaches { EXACT($now) } tertiary hospitals that may help; { EXACT($amount) } more are needed: a way in the travel data, or a tier in capacity
repair-pairing-places = { EXACT($amount) } more places at tertiary hospitals are needed ({ EXACT($now) } now): raise capacity, or ask for fewer helpers
repair-pairing-place = { $name } would have to help { EXACT($amount) } hospitals more ({ EXACT($now) } now)
