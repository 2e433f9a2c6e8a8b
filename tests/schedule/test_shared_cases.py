"""The worked examples of China's programme that are shared with other engines; they are not part of this repository."""

import json
from pathlib import Path
from typing import Any

from vaxcard.schedule.exchange import assess_stream
from vaxcard.schedule.loader import load_schedule

MUST_PASS = 96


def test_the_shared_examples_are_answered_as_expected(shared_dir: Path) -> None:
    lines = (shared_dir / "cases" / "cn.jsonl").read_text("utf-8").splitlines()
    answers = assess_stream(lines, load_schedule("cn"))
    failed = {case["id"]: wrong for case, answer in zip(map(json.loads, lines), answers, strict=True) if (wrong := _judge(case, answer))}
    assert len(lines) - len(failed) >= MUST_PASS, f"{len(lines) - len(failed)} of {len(lines)} pass; {failed}"


def _judge(case: dict[str, Any], answer: dict[str, Any]) -> list[str]:
    forecasts = {forecast["group"]: forecast for forecast in answer["forecasts"]}
    wrong = []
    for want in case["expect"].get("forecasts", []):
        have = {**forecasts[want["group"]], "due_now": want["group"] in answer["due_now"]}
        wrong += [f"{want['group']} {key}: {value} / {have[key]}" for key, value in want.items() if have[key] != value]
    for want in case["expect"].get("doses", []):
        said = [dose["status"] for dose in answer["doses"] if all(dose[key] == want[key] for key in ("given_on", "vaccine"))]
        wrong += [f"{want}: {said}"] if want["status"] not in said else []
    return wrong
