"""The figures as Markdown."""

import statistics

import peer
from edits import variation
from evaluate import WITHIN_S

# What a public release should reach, over all edits and severities.
GOALS = {"within 6 s": 0.55, "within 14 s": 0.90, "longest": 0.97, "family": 0.90, "pairs": 0.95}


def seconds(value: float | None, missing: str = "never") -> str:
    return missing if value is None else f"{value:.1f}"


def share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def number(value: float | None, form: str = ".3g") -> str:
    return "-" if value is None else format(value, form)


def spread(figures: dict, missing: str = "-", form: str = ".1f") -> str:
    return " / ".join(missing if figures[of] is None else format(figures[of], form)
                      for of in ("median", "p90"))


def _against(value: float | None, goal: float) -> str:
    return f"{share(value)} ({'met' if value is not None and value >= goal else 'missed'})"


def _table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def summary_table(variants: dict[str, dict]) -> str:
    rows = []
    for name, of in variants.items():
        every = of["all"]
        rows.append([
            name, every["copies"], share(every["recall"]),
            *(_against(every["recall_within"][str(limit)], GOALS[f"within {limit} s"])
              for limit in WITHIN_S),
            f"{_against(every['recall_of_longest'], GOALS['longest'])} of {every['longest_copies']}",
            spread(every["seconds_to_takedown"], "never"),
            f"{of['uap']['pairs']:.3f} ({'met' if of['uap']['pairs'] >= GOALS['pairs'] else 'missed'})",
            f"{of['uap']['segments']:.3f}",
            every["false_takedowns"] + sum(one["false_takedowns"] for one in of["negatives"].values()),
            f"{of['cpu']['ms_per_stream_s']:.1f}", f"{of['cpu']['shared_ms_per_stream_s']:.1f}"])
    return _table(["variant", "copies", "recall", "within 6 s", "within 14 s",
                   "of the longest", "to takedown, s", "uAP pairs", "uAP segments",
                   "false takedowns", "matching, CPU ms per stream-second",
                   "decoding and describing, shared"], rows)


def families_table(figures: dict) -> str:
    return _table(
        ["family", "copies", "recall (goal 90 %)", "with review", "within 6 s", "within 14 s",
         "to takedown, s", "query begin", "query end", "reference begin", "reference end", "speed"],
        [[name, of["copies"], _against(of["recall"], GOALS["family"]),
          share(of["recall_with_review"]),
          *(share(of["recall_within"][str(limit)]) for limit in WITHIN_S),
          spread(of["seconds_to_takedown"], "never"),
          *(spread(of["error_s"][line][end])
            for line in ("query", "interval") for end in ("begin", "end")),
          spread(of["error_speed"], form=".3f")]
         for name, of in figures["families"].items()])


def edits_table(figures: dict) -> str:
    rows = []
    for name, of in figures["edits"].items():
        one = variation(name)
        rows.append([one.edit.family, one.edit.name, one.severity, one.step.what, of["copies"],
                     share(of["recall"]), share(of["recall_with_review"]),
                     *(share(of["recall_within"][str(limit)]) for limit in WITHIN_S),
                     spread(of["seconds_to_takedown"], "never"), of["misplaced"],
                     of["false_takedowns"], of["false_reviews"]])
    return _table(["family", "edit", "severity", "what was done", "copies", "recall", "with review",
                   "within 6 s", "within 14 s", "to takedown, s", "misplaced", "false takedowns",
                   "false reviews"], rows)


def negatives_table(figures: dict) -> str:
    return _table(["footage", "streams", "distinct hours", "false takedowns", "false reviews",
                   "highest score"],
                  [[name, of["streams"], f"{of['hours']:.3f}", of["false_takedowns"],
                    of["false_reviews"], number(of["highest_score"], ".1f")]
                   for name, of in figures["negatives"].items()])


def alarms_text(alarms: dict) -> str:
    tail = alarms["tail"]
    fitted = (f"Tail above {tail['level']:.1f} nats ({tail['scores']} scores): slope "
              f"{tail['slope']:.2f} per nat, at least {tail['slope_lower']:.2f}; upper 95 % bound "
              f"{number(alarms['upper_from_tail'])} false takedowns an hour."
              if tail else f"No tail was fitted: the calibration half has {alarms['scores_of_pairs']} "
              "pairs of a clip and a reference with a score at all.")
    return (f"Threshold {number(alarms['takedown_score'], '.1f')} nats; "
            f"{alarms['false_takedowns']} false takedowns in {alarms['test_hours']:.3f} hours of the "
            f"test half. At a bank of {alarms['bank_frames']:,} frames the number alone bounds the rate "
            f"by {number(alarms['upper_from_count'])} an hour (95 %, growing with the bank). {fitted}")


def peer_text(figures: dict) -> str:
    ours = ", ".join(f"{name} {share(recall)}" for name, recall in figures["ours"].items())
    return f"""## The open peer

vPDQ at one hash a second, a match by its default thresholds (distance {peer.DISTANCE}, quality {peer.QUALITY}, \
{peer.QUERY_PERCENT:.0f} % of the query), on {figures['copies']} copies, a fixed tenth: recall \
{share(figures['recall_whole_stream'])} with the stream as one video, \
{share(figures['recall_windows'])} with windows of {peer.WINDOW_S} s, median \
{seconds(statistics.median(figures['times']) if figures['times'] else None)} s to the first match; \
{figures['false_on_copies']} wrong references on them and {figures['false_on_quiet']} on \
{figures['quiet_streams']} streams without a copy. Here on the same copies: {ours}.
"""


def wrong(streams: list[dict]) -> str:
    lines = [f"- {one['id']}, {name}: {why}" for one in streams for name, why in one["wrong"].items()
             if why]
    return "\n".join(lines) if lines else "None."


def page(result: dict) -> str:
    parts = [f"""# Live copy detection

`{result['command']}`

{result['machine']}; {result['ffmpeg']}; {result['staydown']}; seed {result['seed']}.

{result['references']} references. A stream is background, {result['shown']} of one edited reference, background:
360p, 25 frames a second, x264 veryfast zerolatency, 800 kbps unless the edit says otherwise, a keyframe every 2 s
that is not aligned with the copy. docs/detection.md says how to read this page. Times and errors are median / 90th
percentile in seconds; a miss is never.

{summary_table(result['variants'])}
"""]
    for name, figures in result["variants"].items():
        parts.append(f"""## {name}: by family

{families_table(figures)}

## {name}: streams without a copy

{negatives_table(figures)}

{alarms_text(figures['alarms'])}

## {name}: by edit and severity

{edits_table(figures)}
""")
    if result.get("peer"):
        parts.append(peer_text(result["peer"]))
    parts.append(f"## Wrong or misplaced\n\n{wrong(result['streams'])}\n")
    return "\n".join(parts)
