#!/usr/bin/env python3
"""How well the views undo bars, borders and frames around a picture, on any folder of clips.

    bench/views/evaluate.py build/release/bench/views/view_report CLIPS [--work DIR] [--frames N]

Takes up to N frames of each clip, edits and encodes them with the ffmpeg CLI (every frame a keyframe,
x264 CRF 30), and prints for each edit: the share of frames of quality >= 50 whose nearest view has its
hash within 31 of the original frame's, for the full frame, the trimmed view and the inner view; how
often each view was found; and what finding it cost.
"""
import argparse
import pathlib
import random
import statistics
import subprocess

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
MATCH = 31  # distance below which two frames are taken for the same (PDQ's recommended threshold)


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", *map(str, arguments)], check=True)


def size_of(path):
    out = subprocess.check_output(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                                   "stream=width,height", "-of", "csv=p=0", str(path)], text=True)
    return tuple(int(v) for v in out.strip().strip(",").split(",")[:2])


def even(value):
    return int(value) // 2 * 2


def caption(y):
    return f"drawtext=fontfile={FONT}:text='Watch until the end - part 2':fontcolor=white:fontsize=h/18:x=(w-tw)/2:y={y}"


def pad(width, height, x, y, colour):
    return f"pad={even(width)}:{even(height)}:{even(x)}:{even(y)}:color={colour}"


def fill(width, height):
    """The picture centred before a blurred, enlarged copy of itself."""
    return (f"split[a][b];[a]scale={even(width)}:{even(height)}:force_original_aspect_ratio=increase,"
            f"crop={even(width)}:{even(height)},gblur=sigma={min(width, height) / 36:.1f}[bg];"
            f"[bg][b]overlay=(W-w)/2:(H-h)/2")


def edits_of(w, h, pick):
    """name -> (filter graph, needs another clip as its first input)"""
    inner = 0.6
    iw, ih = even(w * inner), even(h * inner)
    ix, iy = even(pick.uniform(0.03, 0.97 - inner) * w), even(pick.uniform(0.03, 0.97 - inner) * h)
    tw, th = even(w * 0.4), even(h * 0.4)
    tx, ty = even(pick.uniform(0.03, 0.57) * w), even(pick.uniform(0.03, 0.57) * h)
    plain = {
        "unedited": "null",
        "letterbox": pad(w, h * 1.33, 0, h * 0.165, "black"),
        "pillarbox": pad(w * 1.4, h, w * 0.2, 0, "black"),
        "white bars": pad(w, h * 1.4, 0, h * 0.2, "white"),
        "blue border": pad(w * 1.12, h * 1.12, w * 0.06, h * 0.06, "0x3050a0"),
        "grey border": pad(w * 1.2, h * 1.2, w * 0.1, h * 0.1, "0x808080"),
        "bar below": pad(w, h * 1.2, 0, 0, "0xc02020"),
        "bar above, text": pad(w, h * 1.25, 0, h * 0.25, "black") + "," + caption("h*0.08"),
        "bars, text": pad(w, h * 1.5, 0, h * 0.25, "black") + "," + caption("h*0.06"),
        "bars and pillars": pad(w * 1.3, h * 1.4, w * 0.15, h * 0.2, "black"),
        "blurred, wide": fill(h * 16 / 9 if w < h * 1.5 else w * 1.5, h),
        "blurred, tall": fill(w, h * 1.6),
    }
    framed = {
        "inner 60 %": f"[1:v]scale={iw}:{ih}[i];[0:v]scale={w}:{h}[o];[o][i]overlay={ix}:{iy}",
        "inner 40 %": f"[1:v]scale={tw}:{th}[i];[0:v]scale={w}:{h}[o];[o][i]overlay={tx}:{ty}",
        "inner mirrored": f"[1:v]scale={iw}:{ih},hflip[i];[0:v]scale={w}:{h}[o];[o][i]overlay={ix}:{iy}",
    }
    graphs = {name: (graph, False) for name, graph in plain.items()}
    graphs.update({name: (graph, True) for name, graph in framed.items()})
    graphs["inner, blurred"] = (
        f"split[a][b];[a]gblur=sigma={h / 30:.1f}[bg];[b]scale={iw}:{ih}[i];[bg][i]overlay={ix}:{iy}", False)
    graphs["player page"] = (
        f"scale={iw}:{ih}," + pad(w, h, w * 0.05, h * 0.12, "white") +
        f",drawbox=x=0:y=0:w=iw:h=ih*0.07:color=0x303030:t=fill,"
        f"drawbox=x=iw*0.7:y=ih*0.15:w=iw*0.25:h=ih*0.2:color=0x7090b0:t=fill,"
        f"drawbox=x=iw*0.7:y=ih*0.4:w=iw*0.25:h=ih*0.2:color=0xa0b070:t=fill,"
        + caption("h*0.8").replace("white", "black"), False)
    return graphs


def grey(source, target):
    """Frames at working size, as media/ makes them."""
    w, h = size_of(source)
    shrink = min(1, 512 / max(w, h))
    w, h = round(w * shrink), round(h * shrink)
    ffmpeg("-i", source, "-fps_mode", "passthrough", "-vf", f"scale={w}:{h}:flags=area:out_range=pc",
           "-pix_fmt", "gray", "-f", "rawvideo", target)
    return w, h


def prepare(clip, work, frames):
    base = work / (clip.stem + ".base.mkv")
    if not base.exists():
        ffmpeg("-i", clip, "-an", "-vf", "fps=0.5,scale='trunc(min(854,iw)/2)*2':-2,setsar=1", "-frames:v", frames,
               "-c:v", "ffv1", base)
    return base


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report")
    parser.add_argument("clips", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("view-evaluation"))
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    clips = sorted(p for p in options.clips.iterdir() if p.suffix in (".mp4", ".webm", ".mkv", ".mov"))
    bases = [prepare(clip, options.work, options.frames) for clip in clips]
    rows = {}
    for i, base in enumerate(bases):
        w, h = size_of(base)
        pick = random.Random(i)
        original = base.with_suffix(".gray")
        ow, oh = grey(base, original)
        for name, (graph, framed) in edits_of(w, h, pick).items():
            if options.only not in name:
                continue
            raw = base.with_suffix(f".{name.replace(' ', '_').replace('%', '')}.gray")
            if not raw.exists():
                coded = options.work / "edited.mp4"
                other = ["-i", bases[(i + 7) % len(bases)]] if framed else []
                ffmpeg(*other, "-i", base, "-filter_complex", graph + ":shortest=1" if framed else graph,
                       "-c:v", "libx264", "-preset", "veryfast", "-crf", 30, "-g", 1, "-pix_fmt", "yuv420p", coded)
                grey(coded, raw)
                (raw.with_suffix(".size")).write_text("%d %d" % size_of(coded))
            cw, ch = map(int, raw.with_suffix(".size").read_text().split())
            shrink = min(1, 512 / max(cw, ch))
            out = subprocess.check_output([options.report, raw, str(round(cw * shrink)), str(round(ch * shrink)),
                                           original, str(ow), str(oh)], text=True)
            for line in out.splitlines():
                f = line.split()
                rows.setdefault(name, []).append({
                    "clip": base.name, "frame": f[0], "quality": int(f[2]), "full": int(f[4]), "trimmed": (f[6:10], min(int(f[10]), int(f[11])), float(f[12])),
                    "inner": (f[14:18], min(int(f[18]), int(f[19])), float(f[20]))})
            if options.verbose:
                for r in [r for r in rows[name] if r["clip"] == base.name]:
                    print(f"{r['clip'][:40]:40} {name:16} {cw}x{ch} {r}")
    print(f"{'edit':18}{'frames':>7} | {'within 31: full':>16}{'trimmed':>9}{'inner':>7}{'any':>6} |"
          f"{'found: trimmed':>15}{'inner':>7} |{'us: trimmed':>12}{'inner':>7}")
    for name, found in rows.items():
        used = [r for r in found if r["quality"] >= 50]
        within = lambda r, v: 0 <= r[v][1] <= MATCH
        share = lambda test: sum(map(test, used)) / len(used)
        print(f"{name:18}{len(used):7} |{share(lambda r: r['full'] <= MATCH):16.3f}"
              f"{share(lambda r: within(r, 'trimmed')):9.3f}{share(lambda r: within(r, 'inner')):7.3f}"
              f"{share(lambda r: r['full'] <= MATCH or within(r, 'trimmed') or within(r, 'inner')):6.3f} |"
              f"{share(lambda r: r['trimmed'][1] >= 0):15.3f}{share(lambda r: r['inner'][1] >= 0):7.3f} |"
              f"{statistics.median(r['trimmed'][2] for r in used):12.0f}{statistics.median(r['inner'][2] for r in used):7.0f}")


if __name__ == "__main__":
    main()
