
## Grids
reform-grids = Urban medical groups on a grid
reform-lead-grids = Which subdistricts of the city cores of { $name } ({ $year }) belong to the grid of which tertiary hospital: connected, even within the tolerance, each with a secondary hospital in it, near its leader. Solved with a proven interval; an independent check worked everything out again before it was written.
col-grids = Grids
col-members = Secondary hospitals in it
col-subdistricts = Subdistricts
col-subdistrict = Subdistrict
col-reserved-visits = Visits kept for referred patients, a year
col-reserved-beds = Beds kept for referred patients
grids-table = Grids
grids-subdistricts = Subdistricts and their leaders
grids-result = { EXACT($n) } grids in { EXACT($cities) } { $cities ->
    [one] city
   *[other] cities
}; people need { DECIMAL($minutes, digits: 1) } minutes to their leader on average.
grids-reserve = Leaders keep { COUNT($visits) } visits a year and { COUNT($beds) } beds for patients whom primary care refers: a third of their slots and a quarter of their beds.
grids-elsewhere = { EXACT($n) } leaders stand in the same subdistrict as another and have the next one as their seat.
grids-assumed = Assumed: the tolerance of even people. The tables know no rehabilitation hospitals: members are secondary hospitals. City cores of one prefecture are one city.
grids-effect = effect.toml names the leaders and switches their reserves on (C12): hand it to fenji referral to see what that does to referrals.
goal-grids-count = Tight urban medical groups: grids in the city with fewest
goal-grids-members = Tight urban medical groups: secondary hospitals in the grid with fewest
picture-grids-title = Urban medical groups on a grid
picture-grids-caption = Each subdistrict in the colour of its grid; dark lines part grids. Cells are the land nearest to each seat, not administrative borders.
legend-grids = Grids
repair-grids-leaders = { $name } has { EXACT($now) } tertiary hospitals that can lead: { EXACT($amount) } more are needed for two grids or those asked for
repair-grids-members = { $name } has { EXACT($now) } secondary hospitals: { EXACT($amount) } more are needed, or fewer grids or members
repair-grids-members-apart = { $name }: secondary hospitals stand so that { EXACT($amount) } grid or more stays without ({ EXACT($now) } shared): name other leads, or ask for fewer members
