
## Access
reform-access = Access to care
reform-lead-access = How well the people of { $name } ({ $year }) reach each tier of care: the hierarchical two-step floating catchment index, plain coverage by travel time, and the worst-served places by name and number. Nothing is chosen here; an independent check measured everything again.
access-met = { $tier }: { PERCENT($share) } of people within { MINUTES($minutes) } minutes, at least the { PERCENT($target) } asked for; { COUNT($people) } live farther away.
access-missed = { $tier }: only { PERCENT($share) } of people within { MINUTES($minutes) } minutes, where { PERCENT($target) } are asked for; { COUNT($people) } live farther away.
access-gini = The Gini coefficient of the access index over people is { DECIMAL($gini, digits: 4) } (Theil { DECIMAL($theil, digits: 4) }); 0 would be the same access for everybody.
access-worst = Worst served, { EXACT($n) } settlements with { COUNT($people) } people; first of them { $names }.
access-worst-one = { $name } ({ COUNT($people) } people, index { DECIMAL($index, digits: 2) })
access-areas = By area the index runs from { DECIMAL($low_index, digits: 2) } in { $low } to { DECIMAL($high_index, digits: 2) } in { $high } (1 = mean of the region).
access-worst-title = Worst-served settlements
access-areas-title = Areas, worst first
access-how = The index adds up, over four ranks, doctors (ranks 1 and 2) and beds (3 and 4) per head within 15, 30, 60 and 120 minutes, nearer ones counting more, with weights 0.25, 0.30, 0.25 and 0.20, each rank against its mean. Rank 5 and above count for coverage of rank 4 only.
access-assumed = Weights and the 120 minutes are assumed. Where sites, staff, beds and travel times of the case are modelled, so is this access.
col-access-gini = Gini of access
col-access-settlement = Settlement
col-access-index = Access index
col-access-rank1 = Minutes to a clinic
col-access-rank2 = Minutes to a centre
col-access-rank3 = Minutes to a hospital
col-access-rank4 = Minutes to a city hospital
col-access-cover1 = Within 15 min of a clinic, %
col-access-cover2 = Within 30 min of a centre, %
col-access-cover3 = Within 60 min of a hospital, %
col-access-cover4 = Within 120 min of a city hospital, %
goal-access-rank1 = 15-minute circle: people within 15 minutes of any facility
goal-access-rank2 = People within 30 minutes of a centre or above
goal-access-rank3 = People within 60 minutes of a county hospital or above
goal-access-rank4 = People within 120 minutes of a city hospital or above
picture-access-index-title = Access to care over all tiers
picture-access-index-caption = Access index of each settlement, 1 in the mean of the region: doctors and beds per head within reach, over four ranks. Circles mark the worst served.
picture-access-reach-caption = Share of people who reach a facility of a rank or above within so many minutes.
legend-access-index = Access index, 1 = mean
legend-access-step = { DECIMAL($low, digits: 2) } to { DECIMAL($high, digits: 2) }
legend-access-over = over { DECIMAL($low, digits: 2) }
legend-access-worst = Worst served
legend-access-rank1 = Clinic or above
legend-access-rank2 = Centre or above
legend-access-rank3 = County hospital or above
legend-access-rank4 = City hospital or above
label-access-target = 90 % of people
hover-access = { $name }: { COUNT($people) } people, access index { DECIMAL($index, digits: 2) }; hospital: { $time }
unit-Gini-of-access = (Gini of access)
