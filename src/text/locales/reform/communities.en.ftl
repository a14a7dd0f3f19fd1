
## Communities
reform-communities = County medical communities
reform-lead-communities = Which townships of { $name } ({ $year }) belong to which leading county hospital: connected, even within the tolerance, and near. Solved with a proven interval; an independent check worked everything out again before it was written.
unit-minutes-a-head = minutes a head
col-communities = Communities
col-townships = Townships
col-township = Township
col-away = Share with another lead nearer
col-mean-minutes = Mean minutes to the lead
col-lead = Leading hospital
col-seat = Seat
col-people-against = People against the mean
col-beds-low = Beds of rank 3 and below
col-fund = Fund, yuan a year
col-farthest = Farthest, minutes
col-beyond = Minutes beyond the nearest lead
col-compactness = Compactness
col-set = Set
col-number-in-set = No.
col-basis = Whose number
col-least = Least
col-monitor-mean = Mean
col-most = Most
basis-community = community
basis-county = its county
basis-input = input needed
communities-table = Communities
communities-monitored = Monitoring sets of 2020 and 2024: over all communities
communities-indicators = Monitoring indicators by community
communities-townships = Townships and their leads
communities-result = { $n ->
    [one] One community
   *[other] { EXACT($n) } communities
} in { $groups ->
    [one] one group of counties
   *[other] { EXACT($groups) } groups of counties
}; people need { DECIMAL($minutes, digits: 1) } minutes to their lead on average.
communities-proof-all = { $groups ->
    [one] No
   *[other] In all { EXACT($groups) } groups no
} better partition exists.
communities-proof = In { EXACT($exact) } of { EXACT($groups) } groups no better partition exists; the others have a proven interval.
communities-away = For { DECIMAL($share, digits: 1) } % of the people another lead of their group would be nearer: the price of even and connected communities.
communities-far = The farthest township is { MINUTES($minutes) } minutes from its lead, { $lead }.
communities-elsewhere = { EXACT($n) } leads share their township with another lead and cannot both be inside their communities, among them { $lead }: their seat is the next township.
communities-fewer = { $name } should have { EXACT($wanted) } communities by its people, but has { EXACT($had) } county hospitals to lead them.
communities-across = { $names }: townships of other counties lie between its own, and no partition is even while they part them; here they do not, so a community may look torn on the map.
communities-bridged = { EXACT($n) } pairs of townships count as neighbours only because nothing else joins their pieces.
communities-from-road = Neighbours: places whose roads meet without passing another seat's.
communities-from-delaunay = Neighbours: township seats whose surroundings (the land nearer to them than to any other seat) have a border in common that is at least a fifth as long as the way between them; land farther from both than that way is not counted, and a township of another county between two parts them unless the county would fall apart. So it is because the case has no road graph or the scenario says so. Real borders are not known here; two neighbours of the map may have a mountain between them.
communities-from-nearest = Neighbours: every seat with its nearest few.
communities-seats-note = Compactness is the share of pairs of neighbours touching a community that lie inside it. Ways are measured from township seats to the lead.
communities-monitor-note = The wording of the 2020 set was not checked against the original; formulas are the program's own. Patients are known by county, so indicators of residents are those of the county.
communities-no-referral = Most indicators need a referral plan: give one with --referral.
goal-communities-covered = Closely knit county medical communities: townships in a community
goal-communities-lead-inside = Closely knit county medical communities: leads inside their community
goal-communities-balance = Closely knit county medical communities: largest deviation from even people
picture-communities-title = County medical communities
picture-communities-caption = Each township in the colour of its community; dark lines part communities. Cells are the land nearest to each seat, not administrative borders.
hover-community-town = { $town }: { $lead }, { COUNT($people) } people
hover-community = { $lead }: { EXACT($towns) } townships, { COUNT($people) } people, { DECIMAL($minutes, digits: 1) } minutes
legend-communities = Communities
legend-community = { $lead }: { COUNT($people) } people
legend-community-colours = { EXACT($n) } communities; neighbours differ in colour
legend-community-border = Border between communities
legend-seat-elsewhere = Lead whose township belongs to another community
repair-communities-tolerances = { $name }: no partition is even within all the tolerances; with { DECIMAL($amount, digits: 4) } more on each of them (people, funds, beds) one is
repair-communities-tolerance = { $name }: no partition is even within { DECIMAL($now, digits: 4) }; a tolerance of { DECIMAL($amount, digits: 4) } can be met
repair-communities-lead = { $name } has no county hospital to lead a community ({ EXACT($now) } now): { EXACT($amount) } is needed, or leave the area out
repair-communities-towns = { $name } has no townships ({ EXACT($now) } now); at least { EXACT($amount) } is needed, or leave the area out
repair-communities-seats = { $name } has { EXACT($now) } townships for its leads: name { EXACT($amount) } fewer leads
repair-communities-island = { $name } is joined to no other township by the stated neighbours ({ EXACT($now) } pairs): allow bridge = true over { DECIMAL($amount, digits: 1) } km
repair-communities-way = { $name } reaches none of the leads ({ EXACT($now) } ways): { EXACT($amount) } way is needed in the travel data
monitor-unified = Unified management of resources (score)
monitor-decision = Internal democratic decision (score)
monitor-linkage = Service linkage (score)
monitor-posted = Doctors posted from the hospital to its primary sites
monitor-remote = Volume of remote imaging and ECG
monitor-income = Income a head, primary against lead
monitor-primary-visits = Primary share of visits in the community
monitor-fund-in-county = Fund spent in the county
monitor-fund-primary = Primary share of fund spending in the community
monitor-stay-cost-head = Cost of inpatient care in the community, yuan a head
monitor-stays-in-county = Residents' inpatient episodes treated in the county
monitor-tcm = Share of traditional Chinese medicine
monitor-chronic-stays = Hospitalisation of managed chronic patients
monitor-mortality = Premature mortality from four chronic diseases
monitor-visits-in-county = Residents' visits treated in the county
monitor-primary-tcm = Primary share of traditional Chinese medicine
monitor-sent-down = Patients sent down against stays treated above the county
monitor-chronic-managed = Hypertension and diabetes under standard management in primary care
monitor-techniques = New techniques
monitor-surgery = Level 3 and 4 surgery share of the lead
monitor-disease-types = Disease types treated at township centres
monitor-gps = General practitioners for every 10,000 residents
monitor-primary-doctors = Share of doctors in primary care
monitor-contracts = Contracts of key groups with family doctors, and renewals
monitor-tele = Sites of rank 2 and 3 linked by telemedicine
monitor-referrals = Patients referred up from and down to its sites, a year
monitor-recognition = Sites of rank 2 and 3 that recognise each other's tests
monitor-primary-beds = Use of primary beds
monitor-visits-doctor-day = Visits a primary doctor and day
monitor-bed-days-doctor-day = Bed-days a county doctor and day
monitor-service-income = Medical service share of income
monitor-subsidy = Share of public subsidy
monitor-balance = Balance of income and expense
monitor-visit-cost = Cost of a visit, yuan
monitor-stay-cost = Cost of a stay, yuan
monitor-paid-share = Share of the cost that the fund pays
monitor-stay-rate = Stays a resident and year
monitor-out-of-county = Cases treated out of the county
