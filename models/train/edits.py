"""The edits of the validation: Pillow and a real H.264 encoder, sharing no code with the training's views."""

import io
import subprocess

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

SIZE = (320, 180)  # of a view, before the network's own scaling


def shown(picture):
    return picture.resize(SIZE, Image.BICUBIC)


def crop(share):
    def edit(picture, other, rng):
        w, h = picture.size
        cw, ch = w * share ** .5, h * share ** .5
        x, y = rng.uniform(0, w - cw), rng.uniform(0, h - ch)
        return shown(picture.crop((int(x), int(y), int(x + cw), int(y + ch))))
    return edit


def bars(picture, other, rng):
    keep = rng.uniform(.5, .75)
    size = (SIZE[0], int(SIZE[1] * keep)) if rng.random() < .5 else (int(SIZE[0] * keep), SIZE[1])
    if rng.random() < .5:
        page = Image.new("RGB", SIZE)
    else:
        page = shown(picture).filter(ImageFilter.GaussianBlur(16))
    page.paste(picture.resize(size, Image.BICUBIC), ((SIZE[0] - size[0]) // 2, (SIZE[1] - size[1]) // 2))
    return page


def mirror(picture, other, rng):
    return shown(ImageOps.mirror(picture))


def rotate(picture, other, rng):
    return shown(picture).rotate(rng.choice([-1, 1]) * rng.uniform(8, 25), Image.BICUBIC)


def quarter(picture, other, rng):
    return shown(picture.transpose(Image.ROTATE_90 if rng.random() < .5 else Image.ROTATE_270))


def tilted(picture, rng, amount, size=SIZE):
    w, h = picture.size
    quad = [(0, 0), (0, h), (w, h), (w, 0)]
    moved = [v for x, y in quad for v in (x + rng.uniform(-amount, amount) * w, y + rng.uniform(-amount, amount) * h)]
    return picture.transform(size, Image.QUAD, moved, Image.BICUBIC)


def colour(picture, other, rng):
    page = shown(picture)
    kind = rng.integers(0, 5)
    if kind == 0:
        page = ImageOps.grayscale(page).convert("RGB")
    elif kind == 1:
        page = ImageOps.colorize(ImageOps.grayscale(page), "#1d1206", "#ffe9bd")
    elif kind == 2:
        page = ImageChops.multiply(page, Image.new("RGB", SIZE, tuple(int(v) for v in rng.integers(90, 255, 3))))
    elif kind == 3:
        page = ImageEnhance.Brightness(page).enhance(.3)
    page = ImageEnhance.Contrast(page).enhance(rng.uniform(.5, 1.7))
    return ImageEnhance.Brightness(page).enhance(rng.uniform(.6, 1.5))


def negative(picture, other, rng):
    return ImageOps.invert(shown(picture))


def degraded(picture, other, rng):
    small = shown(picture).resize((int(rng.integers(48, 96)), 48), Image.BILINEAR).resize(SIZE, Image.BICUBIC)
    grain = rng.normal(0, rng.uniform(8, 32), (SIZE[1], SIZE[0], 1))
    page = Image.fromarray(np.clip(np.asarray(small) + grain, 0, 255).astype(np.uint8))
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=int(rng.integers(8, 30)))
    return Image.open(buffer).convert("RGB")


def caption(draw, at, size, content, fill):
    draw.text(at, content, font=ImageFont.load_default(size), fill=fill, stroke_width=1, stroke_fill="black")


def overlay(picture, other, rng):
    page = shown(picture)
    draw = ImageDraw.Draw(page, "RGBA")
    draw.rectangle((0, 135, 320, 172), fill=(180, 10, 10, 235))
    caption(draw, (8, 140), 22, "BREAKING: happening now", "white")
    draw.rectangle((232, 8, 312, 34), fill=(255, 255, 255, 230))
    caption(draw, (238, 10), 18, "CH 7 HD", "navy")
    for y in range(10, 120, 16):
        caption(draw, (6, y), 11, "user%d: is this real?" % rng.integers(99), "white")
    return page


def emojis(picture, other, rng):
    page = shown(picture)
    draw = ImageDraw.Draw(page)
    for _ in range(int(rng.integers(14, 34))):
        x, y, r = rng.uniform(0, 320), rng.uniform(0, 180), rng.uniform(8, 20)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 205, 50), outline=(120, 80, 0))
        draw.point((x - r / 3, y - r / 4), fill="black")
        draw.arc((x - r / 2, y - r / 2, x + r / 2, y + r / 2), 20, 160, fill="black", width=2)
    return page


def inner(share):
    """Shown at `share` of the width, somewhere on another photograph."""
    def edit(picture, other, rng):
        page = shown(other)
        w, h = int(SIZE[0] * share), int(SIZE[1] * share)
        page.paste(picture.resize((w, h), Image.BICUBIC), (int(rng.uniform(0, SIZE[0] - w)), int(rng.uniform(0, SIZE[1] - h))))
        return page
    return edit


def split(picture, other, rng):
    page = Image.new("RGB", SIZE)
    at = int(rng.integers(0, 2)) * 160
    page.paste(picture.resize((160, 180), Image.BICUBIC), (at, 0))
    page.paste(other.resize((160, 180), Image.BICUBIC), (160 - at, 0))
    return page


def screenshot(picture, other, rng):
    page = Image.new("RGB", SIZE, (248, 249, 250) if rng.random() < .5 else (21, 32, 43))
    draw = ImageDraw.Draw(page)
    draw.ellipse((8, 6, 26, 24), fill=(90, 120, 200))
    caption(draw, (32, 8), 12, "someone @someone - 3h  watch before deleted", (128, 128, 128))
    w = int(rng.uniform(.5, .75) * 320)
    h = int(w * 9 / 16)
    x = int(rng.uniform(10, 310 - w))
    page.paste(picture.resize((w, h), Image.BICUBIC), (x, 30))
    draw.rectangle((x, 30 + h - 4, x + w // 3, 30 + h - 2), fill="red")
    caption(draw, (10, min(166, 34 + h)), 11, "1.2K replies   4.5K shares   10K", (128, 128, 128))
    return page


def refilmed(picture, other, rng):
    page = ImageEnhance.Contrast(tilted(picture, rng, .14)).enhance(.75)
    pixels = np.asarray(page, np.float32)
    y, x = np.mgrid[0:SIZE[1], 0:SIZE[0]]
    pixels *= (1 + .12 * np.sin(x * rng.uniform(.5, 2.5) + y * rng.uniform(.1, 1.5)))[..., None]
    cx, cy = rng.uniform(40, 280), rng.uniform(20, 160)
    pixels += (rng.uniform(40, 150) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / rng.uniform(600, 2600)))[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(rng.uniform(.6, 1.6)))


def three(picture, other, rng):
    """Cropped or mirrored, then shown with bars or small on another picture, then degraded and written over."""
    page = crop(.5)(picture, other, rng)
    if rng.random() < .5:
        page = ImageOps.mirror(page)
    page = (bars if rng.random() < .4 else inner(rng.uniform(.5, .8)))(page, other, rng)
    return degraded(colour(overlay(page, other, rng) if rng.random() < .5 else page, other, rng), other, rng)


EDITS = {"crop 50 %": crop(.5), "crop 30 %": crop(.3), "crop 15 %": crop(.15), "bars": bars, "mirror": mirror,
         "rotation 8-25": rotate, "rotation 90": quarter, "perspective": lambda p, o, r: tilted(p, r, .2), "colour": colour,
         "negative": negative, "degraded": degraded, "overlay": overlay, "emojis": emojis, "inner 60 %": inner(.6),
         "inner 40 %": inner(.4), "inner 25 %": inner(.25), "split screen": split, "screenshot": screenshot,
         "refilmed": refilmed, "three at once": three}


def edited(pictures, name, seed=11):
    """[N, 180, 320, 3] uint8: one edit of every picture; the picture around picture i is i + 1 + a few."""
    views = []
    for i, pixels in enumerate(pictures):
        rng = np.random.default_rng([seed, i])
        around = Image.fromarray(pictures[behind(i, len(pictures))])
        views.append(np.asarray(EDITS[name](Image.fromarray(pixels), around, rng), np.uint8))
    return np.stack(views)


def behind(i, count):
    return (i + 7) % count


def through_h264(views, crf=34):
    """Every picture through x264 as a stream's frames go: 4 frames a group, the second kept of each pair."""
    count, height, width, _ = views.shape
    shape = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "30"]
    coded = subprocess.run(["ffmpeg", "-v", "error", *shape, "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency",
                            "-threads", "1", "-g", "4", "-crf", str(crf), "-pix_fmt", "yuv420p", "-f", "h264", "-"],
                           input=np.repeat(views, 2, 0).tobytes(), stdout=subprocess.PIPE, check=True).stdout
    raw = subprocess.run(["ffmpeg", "-v", "error", "-threads", "1", "-f", "h264", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                         input=coded, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)[1::2][:count]
