"""FFmpeg's arguments for the encodings that live streams come in."""

from edits import Live

# Deterministic: the same frames give the same bytes.
_EXACT = ["-fflags", "+bitexact", "-flags", "+bitexact"]


def arguments(live: Live, fps: int) -> list[str]:
    """As a live encoder would: low latency, no B-frames, a fixed GOP, a bounded rate; MPEG-TS."""
    gop = str(round(fps * live.gop_s))
    rate = ["-b:v", f"{live.kbps}k", "-maxrate", f"{live.kbps}k", "-bufsize", f"{2 * live.kbps}k"]
    codec = {
        "h264": ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency",
                 "-keyint_min", gop, "-sc_threshold", "0"],
        "hevc": ["-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params",
                 f"keyint={gop}:min-keyint={gop}:scenecut=0:pools=none:frame-threads=1:"
                 "open-gop=0:log-level=error"],
        "mpeg2": ["-c:v", "mpeg2video", "-bf", "0", "-sc_threshold", "1000000000"],
    }[live.codec]
    return [*codec, "-threads", "1", *rate, "-g", gop, "-an", "-sn", "-dn", *_EXACT, "-f", "mpegts"]
