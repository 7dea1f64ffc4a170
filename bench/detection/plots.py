#!/usr/bin/env python3
"""Plots of a result of run.py: recall by edit, time to takedown, precision and recall, false alarms.

    bench/detection/plots.py RESULT.json [--out PREFIX]

Needs Matplotlib: python3-matplotlib, or `pip install matplotlib` in a virtual environment.
"""

import argparse
import json
import pathlib
import sys

MISSING = ("plots need Matplotlib: apt-get install python3-matplotlib, or run this with the Python of a "
           "virtual environment in which `pip install matplotlib` was run")


def pyplot():
    """Matplotlib without a display; raises ValueError that says what to do where it is missing."""
    try:
        import matplotlib
    except ImportError:
        raise ValueError(MISSING) from None
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    return plt


def _save(plt, figure, path: pathlib.Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def recall_by_edit(plt, variants: dict, path: pathlib.Path) -> None:
    """A row an edit, a mark a severity, the severer the larger."""
    edits = list(dict.fromkeys(
        name.rpartition(".")[0] for of in variants.values() for name in of["edits"]))
    figure, axes = plt.subplots(figsize=(8, 1.5 + 0.2 * len(edits)))
    for at, (name, of) in enumerate(variants.items()):
        points = [(100 * figures["recall"], edits.index(edit.rpartition(".")[0]),
                   12 + 22 * int(edit.rpartition(".")[2])) for edit, figures in of["edits"].items()]
        x, y, size = zip(*points)
        offset = 0.25 * (at - (len(variants) - 1) / 2)
        axes.scatter(x, [one + offset for one in y], size, alpha=0.6, label=name)
    axes.set_yticks(range(len(edits)), edits, fontsize=7)
    axes.set_ylim(len(edits) - 0.5, -0.5)
    axes.set(xlabel="recall, % (larger marks: severer)", xlim=(-3, 103))
    axes.grid(axis="x", alpha=0.4)
    if len(variants) > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(variants), frameon=False)
    _save(plt, figure, path)


def time_to_takedown(plt, variants: dict, path: pathlib.Path) -> None:
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for name, of in variants.items():
        times, count = of["all"]["times_to_takedown"], of["all"]["copies"]
        axes.step([0, *times, 60], [0, *(100 * (at + 1) / count for at in range(len(times))),
                                    100 * len(times) / count], where="post", label=name)
    for limit in (6, 14):
        axes.axvline(limit, color="grey", linewidth=0.8, linestyle=":")
    axes.set(xlabel="seconds from the first copied frame to the end of the segment that fired",
             ylabel="copies taken down, %", xlim=(0, 60), ylim=(0, 101))
    axes.grid(alpha=0.4)
    axes.legend(loc="lower right")
    _save(plt, figure, path)


def precision_recall(plt, variants: dict, path: pathlib.Path) -> None:
    figure, axes = plt.subplots(figsize=(6, 4.5))
    for name, of in variants.items():
        for kind, line in (("pairs", "-"), ("segments", "--")):
            curve = of["curves"][kind]
            axes.plot([point[2] for point in curve], [point[1] for point in curve], line,
                      label=f"{name}, {kind}: uAP {of['uap'][kind]:.3f}")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.grid(alpha=0.4)
    axes.legend(loc="lower left")
    _save(plt, figure, path)


def false_alarms(plt, variants: dict, path: pathlib.Path) -> None:
    figure, axes = plt.subplots(figsize=(6, 4.5))
    for name, of in variants.items():
        curve = of["curves"]["operating"]
        axes.step([point["false"] for point in curve], [100 * point["recall"] for point in curve],
                  where="post", label=name)
        threshold = of["alarms"]["takedown_score"]
        beyond = [point for point in curve if threshold and point["score"] >= threshold]
        if beyond:
            axes.plot(beyond[-1]["false"], 100 * beyond[-1]["recall"], "o", color="black", markersize=4)
    axes.set_xscale("symlog", linthresh=1)
    axes.set(xlabel="wrong cases, all streams (dot: takedown threshold)",
             ylabel="copies found with both intervals, %", ylim=(0, 101), xlim=(-0.1, None))
    axes.grid(alpha=0.4)
    axes.legend(loc="lower right")
    _save(plt, figure, path)


def draw(result: dict, prefix: pathlib.Path) -> None:
    """Writes PREFIX-*.png."""
    plt = pyplot()
    for name, plot in (("recall", recall_by_edit), ("time", time_to_takedown),
                       ("precision", precision_recall), ("alarms", false_alarms)):
        plot(plt, result["variants"], prefix.with_name(f"{prefix.name}-{name}.png"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", type=pathlib.Path, help="JSON of run.py")
    parser.add_argument("--out", type=pathlib.Path, help="default: the result's name")
    options = parser.parse_args()
    draw(json.loads(options.result.read_text()), options.out or options.result.with_suffix(""))


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"bench/detection: {error}")
