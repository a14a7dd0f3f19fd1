"""A first plan, from a case to files: python first_plan.py [CASE FOLDER] [OUT FOLDER]."""

import sys

import fenji

case = fenji.Case.read(sys.argv[1]) if len(sys.argv) > 1 else fenji.generate(seed=1, people=300_000, counties=2, towns=12, settlements=40)
print(case)

plan = fenji.referral(case, {"name": "steered", "gamma": 0.6}, gap=1e-4)
assert plan.bounds is not None
print(f"{plan.termination}: {plan.bounds.primal:,.0f} yuan a year, proven within {100 * plan.gap:.4f} %")
print(plan.indicators.set_index("indicator").loc[["first_contact", "primary_visits", "in_county_all"]])

facilities = plan.to_frame("facilities")
print(facilities.sort_values("occupancy", ascending=False).head())

today = fenji.referral(case, gap=1e-4, report=False)
print(fenji.compare(case, {"today": today, "steered": plan}).indicators.head())
print("the plan fits its case:", bool(plan.check()))

if len(sys.argv) > 2:
    plan.save(sys.argv[2])
