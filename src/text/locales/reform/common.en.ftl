
## The further models of the reform
reform-title = { $what }: { $name }
reform-summary = What to know
report-rows-some = The first { EXACT($n) } of { EXACT($all) } rows; the CSV file has all.
col-number = Demand
col-demand = What the documents ask for
col-links = Links
col-capacity = Room for
col-yuan-year = Yuan a year
col-cost-year = Cost, yuan a year
cell-yes = yes
cell-no = no
cell-met = yes
cell-missed = no
cell-unjudged = not judged
cert-ceiling = Proven upper bound
unit-yuan-a-year = yuan a year
unit-points = points
axis-yuan-year = Yuan a year
