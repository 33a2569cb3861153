"""The proofs of a policy: what a key refers to is there, every path ends, and readings and choices are listed."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from cases.policy_files.check import check
from cases.policy_files.fault import Fault
from cases.policy_files.reading import LoadedPolicy, load_policy, parse_policy
from cases.policy_files.signoff import report, report_data, signoff
from cases.policy_files.warnings import warnings

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests/policies/small.yaml"
FIVE = ["chscp", "cyscp", "hscp", "krscp", "wsscp"]
TODAY = date(2026, 11, 23)

# Each file is the small policy with one mistake: the line of the mistake, and what the message must hold.
MISTAKES = [
    ("inbox_no_address", 1, ["“sample.example”", "is not an address"]),
    ("live_inbox", 1, ["council.org", "no live address"]),
    ("live_reply_domain", 1, ["council.org", "no live address"]),
    ("time_zone", 1, ["no time zone “Europe/Lodnon”"]),
    ("unknown_role", 49, ["no role `wroker`", "Did you mean `worker`?"]),
    ("unknown_tier_role", 50, ["no role `boss`", "Known here: worker, manager"]),
    ("unknown_convened_role", 80, ["no role `mangaer`", "`manager`"]),
    ("unknown_opener", 41, ["no role `nurse`"]),
    ("unknown_proxy", 5, ["no role `deptuy`"]),
    ("own_proxy", 5, ["stands in for itself"]),
    ("unknown_chase", 91, ["no chase ladder `pateint`", "`patient`"]),
    ("unknown_outcome", 83, ["no outcome `postponed`"]),
    ("unknown_question", 29, ["no question `tell`", "Known here: urgency, needed_by, told"]),
    ("unknown_answer", 62, ["no answer to `told` `perhaps`", "yes, no"]),
    ("condition_on_date", 72, ["offers no answers"]),
    ("unknown_branch", 62, ["no stage `pannel`", "`panel`"]),
    ("unknown_then", 52, ["no stage `pannel`"]),
    ("unknown_goes_to", 36, ["no stage `outsdie`"]),
    ("unknown_expected", 70, ["no stage `talks`"]),
    ("unknown_track", 26, ["no track `mian`"]),
    ("unknown_diversion_decider", 17, ["no role `chiar`"]),
    ("goes_to_nowhere", 36, ["belong together"]),
    ("to_without_goes_to", 37, ["belong together"]),
    ("agency_role_without_side", 80, ["no side is named"]),
    ("partnership_role_with_side", 72, ["on neither side"]),
    ("agency_role_decides", 69, ["`manager` is of: agency", "for the partnership as a whole"]),
    ("through_without_decides", 69, ["nobody decides here"]),
    ("nobody_decides", 99, ["Nobody decides in the stage `outside`"]),
    ("request_of_nobody", 74, ["no role `clerk`"]),
    ("choice_without_options", 21, ["a choice without options"]),
    ("options_on_a_date", 26, ["kind date has no options"]),
    ("form_key_twice", 19, ["used twice on the form"]),
    ("date_of_no_date", 56, ["no date", "`kind: date`"]),
    ("starts_at_no_date", 89, ["answer to `told` is no date"]),
    ("answer_without_limit", 88, ["No limit is given for the answer `low`"]),
    ("limit_by_unknown_question", 88, ["no question `need`"]),
    ("steps_out_of_order", 31, ["not in order"]),
    ("ladder_without_chase", 31, ["Nobody is chased"]),
    ("no_outcome", 101, ["no outcome, so nobody can end it"]),
    ("leaves_no_tiers", 50, ["leaves the tiers"]),
    ("nowhere_to_go", 94, ["no stage to go to from here"]),
    ("outside_without_end", 94, ["no outcome says so"]),
    ("expects_a_later_stage", 70, ["`outside` can never come before"]),
    ("count_of_judgement", 71, ["Only similar cases are counted"]),
    ("word_twice", 45, ["The word SETTLED is offered here for “It is settled” and for"]),
    ("word_of_next_stage", 64, ["The word ELSEWHERE"]),
    ("stage_in_two_tracks", 116, ["Another track has a stage `talk` too"]),
    ("stage_unreached", 116, ["No case can ever come to the stage `spare`"]),
    ("never_ends", 116, ["No path from `round` ever ends"]),
]
TWO_SIDED = {"goes_to_nowhere", "through_without_decides", "no_outcome"}  # these mistakes break two rules


def faults_of(loaded: LoadedPolicy) -> list[Fault]:
    return check(loaded.policy, loaded.file, loaded.lines)


def warnings_of(text: str, today: date = TODAY) -> list[str]:
    return [str(fault) for fault in warnings(parse_policy(text, "sample.yaml"), "sample.yaml", {}, today)]


@pytest.mark.parametrize(("name", "line", "words"), MISTAKES)
def test_one_mistake_is_found_with_its_line(name: str, line: int, words: list[str]) -> None:
    found = faults_of(load_policy(ROOT / f"tests/policies/bad/{name}.yaml"))
    assert len(found) == (2 if name in TWO_SIDED else 1)
    assert [fault for fault in found if fault.line == line and all(word in str(fault) for word in words)]


def test_the_small_policy_is_sound_and_nothing_in_it_is_unused() -> None:
    loaded = load_policy(SMALL)
    assert faults_of(loaded) == []
    assert warnings(loaded.policy, loaded.file, loaded.lines, TODAY) == []


def test_every_bad_file_is_in_a_table() -> None:
    tables = (ROOT / "tests/cases/policy_files/test_reading.py").read_text() + Path(__file__).read_text()
    assert [path.stem for path in (ROOT / "tests/policies/bad").iterdir() if f'"{path.stem}' not in tables] == []


@pytest.mark.parametrize("key", FIVE)
def test_the_five_policies_are_sound(key: str) -> None:
    loaded = load_policy(ROOT / f"policies/{key}.yaml")
    assert loaded.policy.partnership.key == key
    assert faults_of(loaded) == []


@pytest.mark.parametrize("key", FIVE)
def test_the_signoff_lists_every_reading_and_every_choice(key: str) -> None:
    loaded = load_policy(ROOT / f"policies/{key}.yaml")
    written = re.findall(r'clause: ("[^"]*"|[^,]*), basis: ([RC])\}', loaded.text)
    listed = [(matter.clause, matter.basis) for matter in signoff(loaded.policy)]
    assert sorted(listed) == sorted((clause.strip('"'), basis) for clause, basis in written)
    assert all(matter.says for matter in signoff(loaded.policy))


@pytest.mark.parametrize("key", FIVE)
def test_every_rule_of_the_five_policies_says_on_what_it_rests(key: str) -> None:
    loaded = load_policy(ROOT / f"policies/{key}.yaml")
    bases = re.findall(r"basis: ([SRC])", loaded.text)
    assert sorted(source.basis for _, source in loaded.policy.sources()) == sorted(bases)


def test_a_reading_and_a_choice_are_said_in_words() -> None:
    said = [str(matter) for matter in signoff(load_policy(SMALL).policy)]
    at = "[tracks[main].stages"
    assert said == [
        "2: Ask. [entry.diversions[conduct].source]",
        "as we read 2: Complain. [entry.signposts[complaint].source]",
        "2: The parent does not know. [entry.flags[0].source]",
        f"as we read 3: “The panel” is proposed, when urgency is high and told is yes. {at}[talk].branches[0].source]",
        f"as we read 4: The secretary is told, when urgency is high. {at}[panel].tells[0].source]",
        f"4: Send views. {at}[panel].ways[meeting].requests[views].source]",
        f"4: Send papers. {at}[panel].requests[papers].source]",
        f"5: Say how it ended: No time is given; chased after 5 working days. {at}[outside].timescales[answer].source]",
        "6: The raiser may object for 3 working days after being told. [closing.objection_source]",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind: guide\n            chase: patient\n            source: {clause: "3", basis: S}',
         'kind: guide\n            chase: patient\n            source: {clause: "3", basis: R}',
         "Say how it ended: earliest of"),
        ('{role: manager, side: raising, source: {clause: "1", basis: S}}',
         '{role: manager, side: raising, encloses: the form, source: {clause: "1", basis: C}}',
         "1: The manager is told of the form on the raising side. "),
        ('on_file_source: {clause: "6", basis: S}', 'on_file_source: {clause: "6", basis: C}', "6: Put it on file. "),
        ("limit: {none: No time is given.}", "limit: {hours: 4, said_as: half a day}",
         "5: Say how it ended: half a day. "),
    ],
)  # fmt: skip
def test_each_kind_of_rule_has_words_for_the_signoff(old: str, new: str, said: str) -> None:
    text = SMALL.read_text()
    assert old in text
    assert [each for each in signoff(parse_policy(text.replace(old, new, 1), "sample.yaml")) if said in str(each)]


def test_a_review_date_that_has_passed_is_a_warning_from_the_day_after() -> None:
    text = SMALL.read_text()
    assert warnings_of(text, date(2030, 1, 31)) == []
    [warning] = warnings_of(text, date(2030, 2, 1))
    assert "Its review date has passed: 31 January 2030." in warning


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dated: May 2026", "dated: May 2026, superseded: A newer one.", "document.superseded: A newer one."),
        ("proxy: deputy}", "}", "roles.deputy: Nothing in the policy uses `deputy`."),
        ("  over: {word", "  spare: {word: SPARE, title: Spare, effect: ends}\n  over: {word",
         "outcomes.spare: Nothing"),
        ("  patient: {",
         "  spare: {interval: 1, steps: [{working_days: 0, does: [chase]}], repeats: 1}\n  patient: {",
         "chases.spare: Nothing"),
        ("        outcomes: [over]", "        outcomes: [over]\n        then: talk", "names a next stage, but none"),
    ],
)  # fmt: skip
def test_what_is_old_or_unused_is_a_warning(old: str, new: str, said: str) -> None:
    text = SMALL.read_text()
    assert old in text
    [warning] = warnings_of(text.replace(old, new, 1))
    assert said in warning


def test_the_age_of_the_five_policies_is_shown() -> None:
    by_key = {key: load_policy(ROOT / f"policies/{key}.yaml") for key in FIVE}
    found = {key: [each.path for each in warnings(at.policy, at.file, at.lines, TODAY)] for key, at in by_key.items()}
    assert found == {
        "chscp": [], "cyscp": ["document.superseded"], "hscp": [], "krscp": ["document.review_by"], "wsscp": [],
    }  # fmt: skip


def test_the_report_says_whether_a_policy_is_sound_and_what_to_sign_off() -> None:
    said = report(load_policy(SMALL), TODAY)
    assert said.startswith("Sample Partnership (sample)\n  Sample Policy, May 2026; ")
    assert "\n  Sound: 3 stages, 26 rules\n" in said
    assert "\n  Our readings of the policy: 3\n" in said
    assert "\n  Choices of the partnership in this service: 6\n" in said
    bad = report(load_policy(ROOT / "tests/policies/bad/unknown_role.yaml"), TODAY)
    assert "\n  NOT SOUND: " in bad
    assert "There is no role `wroker`." in bad


def test_the_report_as_data_can_be_written_as_json() -> None:
    data = json.loads(
        json.dumps(report_data(load_policy(ROOT / "tests/policies/bad/unknown_role.yaml"), date(2031, 1, 1)))
    )
    assert data["policy"] == "sample"
    assert data["stages"] == [{"track": "main", "stage": key} for key in ("talk", "panel", "outside")]
    assert [fault["line"] for fault in data["faults"]] == [49]
    assert [warning["path"] for warning in data["warnings"]] == ["document.review_by"]
    assert {matter["basis"] for matter in data["signoff"]} == {"R", "C"}
