"""Each of the other policies opens in the demonstration, on every track, and reaches its second stage."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from journeys import RAISING, RECEIVING, Journey

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
# Partnership, track, who may open it, and the two stages in the order of the policy's own text.
TRACKS = [
    ("krscp", "", "practitioner", RAISING, ("practitioners", "managers")),
    ("hscp", "", "practitioner", RAISING, ("practitioners", "line_managers")),
    ("wsscp", "", "practitioner", RAISING, ("professionals", "managers")),
    ("cyscp", "enquiry", "practitioner", RAISING, ("enquiry_practitioners", "enquiry_line_managers")),
    ("cyscp", "conference", "practitioner", RAISING, ("iro_manager_decides", "heads_of_service")),
    ("cyscp", "plan", "practitioner", RAISING, ("plan_line_managers", "plan_senior")),
    ("cyscp", "conduct", "conference_chair", None, ("conduct_line_manager", "heads_of_service")),
]


@pytest.mark.parametrize(("partnership", "track", "role", "agency", "stages"), TRACKS)
def test_a_case_opens_and_reaches_the_second_stage(
    tmp_path: Path, partnership: str, track: str, role: str, agency: str | None, stages: tuple[str, str]
) -> None:
    journey = Journey(tmp_path, FRIDAY)
    raiser = journey.person(role, agency, partnership)
    case = journey.raise_case(partnership, raiser, track=track, agency=agency or "", other_agency=RECEIVING)
    assert [row.stage for row in journey.view(case).case.stages] == [stages[0]]
    for _ in range(3):
        if len(journey.view(case).case.stages) > 1:
            break
        [asked, *_] = [each for each in journey.waiting(case=case) if each["purpose"] in ("stage", "ask_why")]
        word = "NOT RESOLVED" if "NOT RESOLVED" in [each["word"] for each in asked["answers"]] else "GO ON"
        assert journey.answer(asked, f"{word}\n\nWe see it differently.")["state"] == "answered"
    assert [row.stage for row in journey.view(case).case.stages] == list(stages)
    assert journey.view(case).case.track == (track or "main")
    written = {each.to for each in journey.view(case).letters if each.purpose == "stage" and each.about == "s2"}
    unknown = journey.view(case).case.stages[1].missing
    assert len(written) + len(unknown) == 2, "both sides of the second stage are written to, or looked for"
    assert len(unknown) == (role == "conference_chair"), "only a chair, who is of no agency, has no manager of one"
    journey.sound(case)
