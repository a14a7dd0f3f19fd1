
## Emergency care
reform-emergency = Pre-hospital emergency care
reform-lead-emergency = Where pre-hospital stations of { $name } ({ $year }) should stand, the fewest that cover the share of people asked for, and how many ambulances each needs. The number of stations has a proven bound; an independent check worked everything out again before it was written.
emergency-result = { EXACT($stations) } stations cover { PERCENT($share) } of the people within radius and minutes; no choice of the candidate sites does as much with fewer than { EXACT($fewest) }. { PERCENT($circle) } live within 15 minutes of a station.
emergency-result-share = { EXACT($stations) } stations cover { PERCENT($share) } of the people within radius and minutes, where { PERCENT($asked) } were asked for; no choice of the candidate sites reaches that share with fewer than { EXACT($fewest) }. { PERCENT($circle) } live within 15 minutes of a station.
emergency-everybody = Covering everybody whom a candidate site can reach takes { EXACT($n) } stations (at least { EXACT($fewest) }): { EXACT($more) } more for { COUNT($people) } more people.
emergency-cars = { EXACT($n) } ambulances, one for every { COUNT($people) } people and at least one a station; stations and ambulances cost about { MONEY($yuan) } yuan a year.
emergency-expected = With an ambulance busy { PERCENT($busy) } of the time, one is expected to be free within reach for { PERCENT($share) } of the people; no other placing over these stations exceeds { PERCENT($most) }.
emergency-expected-placed = Ambulances are placed for availability: busy { PERCENT($busy) } of the time, one is expected to be free within reach for { PERCENT($share) } of the people; no other placing over these stations exceeds { PERCENT($most) }.
emergency-left = { $n ->
    [one] 1 settlement with { COUNT($people) } people is left out although a candidate site could cover it
   *[other] { EXACT($n) } settlements with { COUNT($people) } people are left out although a candidate site could cover them, the largest
}: { $names }.
emergency-bare = { EXACT($n) } settlements with { COUNT($people) } people lie beyond radius or minutes of every candidate site, the largest { $names }.
emergency-bare-one = { $name } ({ COUNT($people) } people; { $time })
emergency-beyond = { EXACT($n) } ambulances are beyond the norm, because every station has at least one.
emergency-stations-title = Stations
emergency-fleets-title = Ambulances by area
emergency-uncovered-title = Settlements beyond every station
emergency-site-yes = yes
emergency-site-no = none
emergency-assumed = Radius and minutes: { EXACT($urban_km) } km and { MINUTES($urban_minutes) } min in city cores, { EXACT($rural_km) } km and { MINUTES($rural_minutes) } min elsewhere. Assumed: sites that may house a station, costs, the share of time that an ambulance is busy. Where sites and travel times of the case are modelled, so is this plan. Ambulances busy at the same time are taken as independent. Among as many stations, those with more people within 15 minutes were searched for; that none has more is not proven.
col-emergency-station = Station
col-emergency-site = Site within reach
col-emergency-stations = Stations
col-emergency-cars = Ambulances
col-emergency-each = People for each ambulance
col-emergency-norm = Norm
col-emergency-covered = People covered
col-emergency-circle = Within 15 minutes
col-emergency-free = Expected to find one free
goal-emergency-covered = Rural and urban pre-hospital emergency care: people within radius and minutes of a station
goal-emergency-circle = 15-minute circle: people within 15 minutes of a station
goal-emergency-ambulances = One ambulance for every 30,000 people
picture-emergency-title = Pre-hospital stations and whom they reach
picture-emergency-caption = Shades show the minutes from the nearest station; circles are stations, larger with more ambulances.
hover-emergency = { $name }: { EXACT($n) } ambulances for { COUNT($people) } people
legend-emergency = Minutes from the nearest station
legend-emergency-uncovered = Beyond radius or minutes
legend-emergency-cars = { EXACT($n) } { $n ->
    [one] ambulance
   *[other] ambulances
}
unit-stations = stations
repair-emergency-sites = There is no facility that may house a station: name tiers in tiers, or facilities in keep
repair-emergency-coverage = { COUNT($amount) } more people must be within reach of a candidate site (now { PERCENT($now) } of all): longer minutes or radius, more tiers, or a smaller coverage
repair-emergency-site = { $name } ({ COUNT($amount) } people) has no candidate site within reach: a station there would cover it
