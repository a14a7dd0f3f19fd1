
## Telemedicine
reform-telemedicine = Telemedicine
reform-lead-telemedicine = Which hospitals of { $name } ({ $year }) should be hubs of telemedicine and whom each should serve, at the least cost that reaches the shares asked for. Proven by a mixed-integer model; an independent check worked everything out again before it was written. Costs and room of hubs are assumed.
tele-result = { $hubs ->
    [one] One hub serves
   *[other] { EXACT($hubs) } hubs serve
} { $links ->
    [one] one link
   *[other] { EXACT($links) } links
}: { EXACT($county) } of { EXACT($counties) } county hospitals and { EXACT($primary) } of { EXACT($centres) } township and community centres, for { MONEY($yuan) } yuan a year.
tele-steps = Reaching { PERCENT($high) } of the centres instead of { PERCENT($low) } costs { MONEY($more) } yuan a year more.
tele-why-open = { $name } is a hub: without it the cheapest plan costs at least { MONEY($yuan) } yuan a year more.
tele-why-needed = { $name } is a hub: without it no plan reaches the shares asked for.
tele-why-shut = { $name } is no hub: making it one costs at least { MONEY($yuan) } yuan a year more.
tele-why-alike = { $n ->
    [one] One hub is one
   *[other] { EXACT($n) } hubs are some
} of several equally cheap choices: { $m ->
    [one] one hospital that is no hub
   *[other] { EXACT($m) } hospitals that are no hubs
} could be hubs instead at the same cost. Travel, staff and will decide between them.
tele-services = A link carries imaging, consultation, monitoring and teaching alike; in the referral plan it lets the linked facility treat a share of visits one rank above its own means (row C3t).
tele-services-title = Services and whom they reach
col-service = Service
service-imaging = Remote imaging and ECG
service-consultation = Remote consultation
service-monitoring = Remote monitoring
service-teaching = Remote teaching
goal-telemedicine-imaging = Remote imaging: centres reached
goal-telemedicine-consultation = Remote consultation: centres reached
goal-telemedicine-monitoring = Remote monitoring: centres reached
goal-telemedicine-teaching = Remote teaching: centres reached
tele-hubs = Hubs
tele-links = Links
tele-why = Why each hub, and why not the others
col-is-hub = Hub
col-otherwise = Least further cost if it were otherwise, yuan a year (– : then no plan exists)
tele-assumed = Assumed: fixed cost and room of hubs by tier, yearly cost of a link. Hubs are of higher rank than those they serve; a county hospital serves its own county only and is itself linked upward. The shares come from the documents (95 % of counties) and from an assumption (80 % of centres).
col-hub = Hub
col-linked = Linked facility
col-hubs = Hubs
col-tele-county = County hospitals linked
col-tele-primary = Centres linked
col-hub-cost = Of which hubs
col-link-cost = Of which links
goal-telemedicine-county = Telemedicine covers 95 % of counties: county hospitals linked
goal-telemedicine-primary = ... and gradually primary care: centres linked
picture-telemedicine-title = Telemedicine: hubs and whom they serve (modelled)
picture-telemedicine-caption = Lines lead from linked facilities to their hubs; lines are relations, not cables. Sites, costs and capacities of a modelled case are modelled.
picture-tele-cost-title = What reaching more centres costs
picture-tele-cost-caption = Least cost of a network that links this share of township and community centres, the share of county hospitals as asked; each point is a proven optimum. Costs are assumed.
hover-tele-link = { $from } → { $to }, { MONEY($yuan) } yuan a year
legend-tele-upper = Link to a hub above the county
legend-tele-county = Link to a hub in the county
legend-tele-none = Not linked
legend-tele-cost = Least cost
axis-tele-share = Share of township and community centres linked
repair-telemedicine-links = Hubs above the county need room for { EXACT($amount) } more links ({ EXACT($now) } now in all): raise hub_links, or let more hospitals be hubs
repair-telemedicine-county = { EXACT($amount) } of the { EXACT($now) } county hospitals asked for cannot be linked, whatever room the hubs have: name more hospitals in hubs, give a tier a price in hub_cost, or ask for a smaller county_share
repair-telemedicine-primary = { EXACT($amount) } of the { EXACT($now) } centres asked for cannot be linked, whatever room the hubs have: name more hospitals in hubs, give a tier a price in hub_cost, or ask for a smaller primary_share
