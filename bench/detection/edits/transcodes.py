"""Other encodings of the whole stream, and what gets lost on the way."""

from edits.edit import Edit, Live, Step


def _live(what: str, **change) -> Step:
    return Step(what, live=Live(**change))


BITRATE = Edit("bitrate", "transcode", tuple(
    _live(f"{kbps} kbps", kbps=kbps) for kbps in (400, 200, 100)))
RUNG = Edit("rung", "transcode", (_live("240p at 300 kbps", height=240, kbps=300),
                                  _live("144p at 120 kbps", height=144, kbps=120)))
FRAME_RATE = Edit("frame_rate", "transcode", tuple(
    Step(f"{fps} frames a second", f"fps={fps},fps=25") for fps in (15, 8, 3)), ordered=False)
CODEC = Edit("codec", "transcode", (
    _live("HEVC at 300 kbps", codec="hevc", kbps=300),
    _live("MPEG-2 at 600 kbps", codec="mpeg2", kbps=600)), ordered=False)
GOP = Edit("gop", "transcode", tuple(
    _live(f"a keyframe every {gop} s", gop_s=gop) for gop in (1, 4, 8)), ordered=False)
PACKET_LOSS = Edit("packet_loss", "transcode", tuple(
    _live(f"{100 * loss:g} % of the datagrams lost, in bursts", loss=loss)
    for loss in (0.002, 0.01, 0.03)), ordered=False)

EDITS = (BITRATE, RUNG, FRAME_RATE, CODEC, GOP, PACKET_LOSS)
