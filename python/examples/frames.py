"""A case from data frames: the validation of a case folder, with rows of the frames."""

import fenji

frames = fenji.generate(seed=2, people=300_000, counties=2, towns=12, settlements=40).to_frames()
case = fenji.Case.from_frames(
    areas=frames["areas"],
    townships=frames["townships"],
    settlements=frames["settlements"],
    facilities=frames["facilities"],
    name="From frames",
    year=2025,
)
print(case)

wrong = frames["facilities"].copy()
wrong.loc[3, "beds"] = -5
wrong.loc[7, "tier"] = "Z"
try:
    fenji.Case.from_frames(frames["areas"], frames["townships"], frames["settlements"], wrong)
except fenji.CaseError as error:
    print(error.problems[["code", "file", "line", "column", "value", "remedy"]])


def bar(event: fenji.Event) -> None:
    """Tells what is being done."""
    if event.kind == "started":
        print("...", event.step)


stations = fenji.emergency(case, report=True, progress=bar)
if stations.feasible:
    print(stations.to_frame("emergency-stations").head())
else:
    print(stations.repair)
