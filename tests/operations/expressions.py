"""Every expression that the repository gives to Prometheus, and the metrics that docs/metrics.md declares."""

import dataclasses
import json
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "helm/staydown/rules/staydown.yaml"
DASHBOARDS = sorted((ROOT / "helm/staydown/dashboards").glob("*.json"))


@dataclasses.dataclass(frozen=True)
class Metric:
    kind: str
    label: str  # its own; empty without one
    values: frozenset


def declared():
    """The table of docs/metrics.md, which a test of the service holds against the registry."""
    metrics = {}
    for line in (ROOT / "docs/metrics.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 6 or not cells[1].startswith("`staydown_"):
            continue
        label, _, values = cells[3].partition(":")
        metrics[cells[1].strip("`")] = Metric(cells[2], label.strip("` "), frozenset(re.findall(r"`([^`]+)`", values)))
    return metrics


def alerts():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def on_dashboards():
    """(where, expression) of every target of every panel."""
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]


def looked_at(expression):
    """What an alert looks at, whether it fires or not: the two sides of its comparison, numbers left out."""
    absent = re.match(r"absent\((\w+)\)", expression.strip())
    if absent:
        return [absent.group(1)]
    compared = re.fullmatch(r"(.*\S)\s+(?:>|<|>=|<=|==|!=)\s+(?:(?:on|ignoring)\s*\([^)]*\)\s*)?(\S+)", expression.strip(), re.S)
    if not compared:
        raise ValueError(f"not a comparison with a number or a series: {expression}")
    return [side for side in compared.groups() if not re.fullmatch(r"[\d.]+", side)]
