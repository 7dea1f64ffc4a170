"""Predictions and truth in VSC2022's CSV form, for its public scorer (github.com/facebookresearch/vsc2022).

Ids there are a letter and a number, so a third file says what each of them stands for.
"""

import csv
import pathlib

from precision import Match

FIELDS = ("query_id", "ref_id", "query_start", "query_end", "ref_start", "ref_end", "score")


def write(folder: pathlib.Path, truth: list[Match], predicted: list[Match]) -> None:
    """`ground_truth.csv`, `predictions.csv` and `ids.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    every = [*truth, *predicted]
    numbers = {}
    for letter, ids in (("Q", {match.query_id for match in every}),
                        ("R", {match.ref_id for match in every})):
        numbers |= {(letter, id): f"{letter}{at:06d}" for at, id in enumerate(sorted(ids), 1)}
    for name, matches in (("ground_truth", truth), ("predictions", predicted)):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(FIELDS)
            rows.writerows((numbers["Q", one.query_id], numbers["R", one.ref_id],
                            *(f"{second:.3f}" for second in (*one.query, *one.interval)),
                            f"{one.score:.6f}") for one in matches)
    with (folder / "ids.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("id", "name"))
        rows.writerows((number, id) for (_, id), number in numbers.items())
