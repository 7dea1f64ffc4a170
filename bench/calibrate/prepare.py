"""Makes the descriptors that `calibrate` reads from a folder of videos and a folder of image archives.

    bench/calibrate/prepare.py --build build/release --videos CLIPS --images PHOTOS --work WORK [--model MANIFEST]

VIDEOS is any folder of clips of which no two show the same footage. IMAGES holds tar files; a
member's first folder is its source, and a folder below frames/ is a scene of its own, whose source
is the part of its name before `__`. Writes, as vPDQ text (frame,quality,hash,timestamp):
    WORK/reference/VIEW/CLIP.txt     every 40 ms of the clip, as the bank reads references
    WORK/copies/VIEW/EDIT/CLIP.txt   every 500 ms of an edited, re-encoded copy (WORK/copies.csv: speed, offset,
                                     and which kinds of descriptors are held to it)
    WORK/images/SOURCE.txt           one line per image
VIEW is full or centre. With a model, what it makes of the same frames, as embed.cc writes it:
    WORK/reference/embedding/CLIP.bin, WORK/copies/embedding/EDIT/CLIP.bin, WORK/images/embedding/SOURCE.bin
    WORK/copies/video/EDIT/CLIP.mkv  the copies themselves, so that another model does not wait for them
Needs the ffmpeg program and Pillow (pip install pillow). What is there already is kept, unless another model made it.
"""

import argparse
import csv
import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import tarfile

from PIL import Image

LONGEST = 20  # seconds used of a clip for copies
IMAGE_SIDE = 256
VIEWS = ("full", "centre")
REFERENCE_STEP, COPY_STEP = 40, 500  # milliseconds
# Edits of a picture at 640 x 360, after which it is re-encoded by x264 at 300 kbit/s. `speed` > 1 plays
# faster. Letterboxes are not among them: once trimmed, they are the re-encoded picture.
EDITS = {
    "reencode": ("null", 1.0),
    "logo": ("drawbox=x=0.78*iw:y=0.05*ih:w=0.17*iw:h=0.12*ih:color=0xC01020:t=fill", 1.0),
    "banner": ("drawbox=x=0:y=0.84*ih:w=iw:h=0.14*ih:color=0x102060:t=fill", 1.0),
    "grey": ("hue=s=0", 1.0),
    "brighter": ("eq=brightness=0.15", 1.0),
    "darker": ("eq=brightness=-0.15", 1.0),
    "contrast": ("eq=contrast=1.4", 1.0),
    "slower": ("setpts=PTS/0.9", 0.9),
    "faster": ("setpts=PTS/1.1", 1.1),
    "crop": ("crop=0.95*iw:0.95*ih:0.03*iw:0.02*ih,scale=640:360", 1.0),
    "rotate": ("rotate=3*PI/180", 1.0),
}
# Of these what the learned descriptor is held to, beside what hashes do not survive; {n} is the number of the edit.
MILD_EDITS = ("reencode", "logo", "brighter", "slower")
STRONG_EDITS = {
    "crop_half": ("crop=0.7*iw:0.7*ih:0.1*iw:0.2*ih,scale=640:360", 1.0),
    "mirror": ("hflip", 1.0),
    "turned": ("rotate=10*PI/180", 1.0),
    "filmed": ("perspective=x0=0.06*W:y0=0.05*H:x1=0.97*W:y1=0.1*H:x2=0.02*W:y2=0.95*H:x3=0.93*W:y3=0.9*H:"
               "sense=source,gblur=sigma=1.2,eq=contrast=1.2:gamma=0.85,drawbox=x=0:y=0.8*ih:w=iw:h=0.2*ih:color=0x101020:t=fill",
               1.0),
    "inner": ("scale=320:180[p{n}];testsrc2=s=640x360:r=25[b{n}];[b{n}][p{n}]overlay=290:150:shortest=1", 1.0),
}


def run(command, **keywords):
    return subprocess.run([str(part) for part in command], check=True, **keywords)


def write_hashes(command, out, **keywords):
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    with part.open("wb") as file:
        run(command, stdout=file, **keywords)
    part.rename(out)


def fraction(name):
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32


def encode_copies(clip, offset, copies):
    """copies: file by edit, which appears once it is whole."""
    parts = {edit: copy.with_suffix(".part") for edit, copy in copies.items()}
    labels = "".join(f"[s{n}]" for n in range(len(copies)))
    chains = [f"[0:v]scale=640:360,setsar=1,split={len(copies)}{labels}"]
    outputs = []
    for n, (edit, part) in enumerate(parts.items()):
        part.parent.mkdir(parents=True, exist_ok=True)
        chains.append(f"[s{n}]{(EDITS | STRONG_EDITS)[edit][0].format(n=n)}[o{n}]")
        outputs += ["-map", f"[o{n}]", "-c:v", "libx264", "-preset", "superfast", "-threads", 1,
                    "-b:v", "300k", "-maxrate", "400k", "-bufsize", "600k", "-pix_fmt", "yuv420p", "-f", "matroska", part]
    run(["ffmpeg", "-v", "error", "-nostdin", "-threads", 1, "-filter_complex_threads", 1, "-ss", offset,
         "-t", LONGEST, "-i", clip, "-filter_complex", ";".join(chains), *outputs])
    for edit, part in parts.items():
        part.rename(copies[edit])


def hash_video(args, video, step, folder, name):
    for view in VIEWS:
        out = args.work / folder / view / name
        if not out.exists():
            write_hashes([args.pdq_video, video, step, view], out)


def kinds_of(edit):
    return "embedding" if edit in STRONG_EDITS else "both" if edit in MILD_EDITS else "pdq"


def embed_video(args, video, step, folder, name):
    out = args.work / folder / "embedding" / name
    if args.model and not out.exists():
        write_hashes([args.embed, args.model, args.work, "video", video, step], out)


def prepare_videos(args):
    edits = EDITS | STRONG_EDITS if args.model else EDITS
    clips = sorted(p for p in args.videos.iterdir() if p.is_file())
    rows = []
    for clip in clips:
        hash_video(args, clip, REFERENCE_STEP, "reference", f"{clip.stem}.txt")
        embed_video(args, clip, REFERENCE_STEP, "reference", f"{clip.stem}.bin")
        # The copy begins a little into the clip, so that its samples fall between the reference's.
        offset = round(0.25 + 0.25 * fraction(clip.stem), 3)
        rows += [(edit, clip.stem, speed, offset, kinds_of(edit)) for edit, (_, speed) in edits.items()]
        copies = {edit: args.work / "copies/video" / edit / f"{clip.stem}.mkv" for edit in edits}
        missing = {edit: copy for edit, copy in copies.items() if not copy.exists()}
        if missing:
            encode_copies(clip, offset, missing)
        for edit, copy in copies.items():
            hash_video(args, copy, COPY_STEP, "copies", f"{edit}/{clip.stem}.txt")
            if kinds_of(edit) != "pdq":
                embed_video(args, copy, COPY_STEP, "copies", f"{edit}/{clip.stem}.bin")
        print(clip.stem, flush=True)
    with (args.work / "copies.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def forget_other_models(args):
    """Removes what another model said."""
    stamp, manifest = args.work / "model.txt", json.loads(args.model.read_text())
    model = f"{manifest['sha256']} {manifest['precision']}"
    if not stamp.exists() or stamp.read_text() != model:
        for folder in ("reference", "copies", "images"):
            shutil.rmtree(args.work / folder / "embedding", ignore_errors=True)
    args.work.mkdir(parents=True, exist_ok=True)
    stamp.write_text(model)


def source_of(member):
    parts = pathlib.PurePosixPath(member).parts
    return "video-" + parts[1].split("__")[0] if parts[0] == "frames" else parts[0]


def prepare_images(args):
    pictures = {}
    for archive in sorted(args.images.glob("*.tar")):
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.isfile():
                    image = Image.open(io.BytesIO(tar.extractfile(member).read()))
                    # Squeezed to a square: neither descriptor knows the shape of a picture.
                    square = image.convert("RGB").resize((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.BILINEAR)
                    pictures.setdefault(source_of(member.name), []).append(square)
    for source, squares in sorted(pictures.items()):
        hashed = args.work / "images" / f"{source}.txt"
        if not hashed.exists():
            write_hashes([args.pdq_frames, *[IMAGE_SIDE] * 4, 1], hashed,
                         input=b"".join(square.convert("L").tobytes() for square in squares))
        out = args.work / "images" / "embedding" / f"{source}.bin"
        if args.model and not out.exists():
            write_hashes([args.embed, args.model, args.work, "frames", IMAGE_SIDE, IMAGE_SIDE], out,
                         input=b"".join(square.tobytes() for square in squares))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("build", "videos", "images", "work"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, help="manifest of a learned descriptor")
    args = parser.parse_args()
    args.pdq_video = args.build / "bench/parity/pdq_video"
    args.pdq_frames = args.build / "bench/parity/pdq_frames"
    args.embed = args.build / "bench/calibrate/embed"
    if args.model:
        forget_other_models(args)
    prepare_images(args)
    prepare_videos(args)


if __name__ == "__main__":
    main()
