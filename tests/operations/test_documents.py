"""Registry, document, dashboards, alerts and runbook say the same."""

import re
import subprocess
import unittest

import yaml

import expressions
from expressions import ROOT, RULES

TARGET_LABELS = {"namespace", "pod", "instance", "le"}  # what scraping and histograms add
BUILD_LABELS = {"version", "model"}


def selected(expression):
    """(metric, its selectors) in an expression."""
    for name, selectors in re.findall(r"\b(staydown_\w+)(?:\{([^}]*)\})?", expression):
        yield name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', selectors)


def grouped(expression):
    return {label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in labels.split(",")}


class Documents(unittest.TestCase):
    def setUp(self):
        self.metrics = expressions.declared()
        self.everything = list(expressions.on_dashboards()) + [
            (f"alert {alert['alert']}", alert["expr"]) for alert in expressions.alerts()]

    def metric(self, name, where):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        if base in self.metrics and self.metrics[base].kind == "histogram":
            self.assertNotEqual(name, base, f"{where}: a histogram has _bucket, _sum and _count")
            return self.metrics[base]
        self.assertIn(name, self.metrics, f"{where}: docs/metrics.md does not declare it")
        return self.metrics[name]

    def test_expressions_use_what_is_declared(self):
        self.assertGreater(len(self.metrics), 30)
        for where, expression in self.everything:
            labels = set(TARGET_LABELS)
            for name, selectors in selected(expression):
                metric = self.metric(name, where)
                labels |= {metric.label} | (BUILD_LABELS if name == "staydown_build_info" else set())
                for label, operator, value in selectors:
                    self.assertIn(label, TARGET_LABELS | {metric.label}, where)
                    if label == metric.label:
                        for one in value.split("|"):
                            self.assertIn(one, metric.values, where)
            self.assertLessEqual(grouped(expression), labels, where)

    def test_counters_are_looked_at_as_rates(self):
        for where, expression in self.everything:
            for name, _ in selected(expression):
                if self.metric(name, where).kind == "gauge":
                    continue
                self.assertRegex(expression, r"(rate|increase)\(" + name + r"[{\[]", where)

    def test_every_metric_is_on_a_dashboard(self):
        shown = {re.sub(r"_(bucket|sum|count)$", "", name)
                 for _, expression in expressions.on_dashboards() for name, _ in selected(expression)}
        self.assertEqual(set(self.metrics) - shown, set())

    def test_every_alert_has_an_entry_in_the_runbook(self):
        text = (ROOT / "docs/operations.md").read_text()
        headings = re.findall(r"^## (\w+)$", text[text.index("# Alerts"):], re.M)
        self.assertEqual(headings, [alert["alert"] for alert in expressions.alerts()])

    def test_every_alert_is_tested_both_ways(self):
        tests = yaml.safe_load((RULES.parent / "staydown.test.yaml").read_text())["tests"]
        ways = {}
        for test in tests:
            for one in test["alert_rule_test"]:
                ways.setdefault(one["alertname"], set()).add(bool(one["exp_alerts"]))
        self.assertEqual(ways, {alert["alert"]: {True, False} for alert in expressions.alerts()})

    def test_alerts_fire_and_do_not(self):
        for command in (["check", "rules", RULES.name], ["test", "rules", "staydown.test.yaml"]):
            done = subprocess.run(["promtool", *command], cwd=RULES.parent, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
