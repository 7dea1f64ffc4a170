"""The figures as Markdown."""

from edits import GOAL_RECALL, Edit


def seconds(value: float | None, missing: str = "never") -> str:
    return missing if value is None else f"{value:.1f}"


def share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def spread(figures: dict, missing: str) -> str:
    return f"{seconds(figures['median'], missing)} / {seconds(figures['p90'], missing)}"


def goal_of(edit: Edit, figures: dict) -> str:
    if not edit.goal:
        return "none"
    met = figures["recall"] >= GOAL_RECALL and figures["false_takedowns"] == 0
    return "met" if met else "**missed**"


def edits_table(edits: list[Edit], figures: dict[str, dict]) -> str:
    lines = [
        "| edit | what was done | copies | recall | with review | goal | to takedown, s | query begin"
        " | query end | reference begin | reference end | false takedowns | false reviews |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for edit in edits:
        of = figures[edit.name]
        error = of["error_s"]
        lines.append("| " + " | ".join([
            edit.name, edit.severity, str(of["copies"]), share(of["recall"]),
            share(of["recall_with_review"]), goal_of(edit, of),
            spread(of["seconds_to_takedown"], "never"),
            *(spread(error[line][end], "-")
              for line in ("query", "interval") for end in ("begin", "end")),
            str(of["false_takedowns"]), str(of["false_reviews"])]) + " |")
    return "\n".join(lines)


def background_table(background: dict) -> str:
    lines = ["| footage | clips | distinct hours | false takedowns | false reviews |",
             "|---|---|---|---|---|"]
    for name, of in background.items():
        lines.append(f"| {name} | {of['clips']} | {of['distinct_hours']:.3f} | "
                     f"{of['false_takedowns']} | {of['false_reviews']} |")
    return "\n".join(lines)


def misses(streams: list[dict]) -> str:
    lines = [f"- {one['id']}: {one['why']}" for one in streams if one["why"]]
    return "\n".join(lines) if lines else "None."


def page(result: dict, edits: list[Edit]) -> str:
    return f"""# Detection by kind of edit

`{result['command']}`

{result['machine']}; {result['ffmpeg']}; {result['staydown']}; seed {result['seed']}.

{result['references']} references and {result['background_clips']} other clips. A stream is background, an interval of
one edited reference ({result['shown']}), background: 360p, 25 frames a second, x264 veryfast zerolatency, 800 kbps
unless stated, a keyframe every 2 s that is not aligned with the copy. A hit has the right reference
and both intervals cover at least half of the true ones. Time to takedown runs from the first copied
frame to the end of the segment that fired; a miss is never. Times and errors are median / 90th
percentile in seconds.

{edits_table(edits, result['edits'])}

## Footage that holds no copy

{background_table(result['background'])}

"All references" scans every clip that is not a reference against the whole bank; "leave one out" scans
each reference's own clip against the bank without it. Nothing is looped: the hours are distinct.

## Missed, misplaced and false

{misses(result['streams'])}
"""
