"""What streamers and re-uploaders draw over or around a picture, rendered once with Pillow: RGBA sheets that cover a
picture in part, and opaque screens (games, feeds, players, plain desktops) that show a picture inside."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WORDS = ("LIVE breaking news watch now subscribe share like the full video before it is gone @user_12 lol what omg no way "
         "is this real sad pray help police street chat follow me part 2 re-upload mirror 18+ exclusive footage STREAM "
         "GG wp 1200 points level 3 score HP ammo reload mission quest team red blue goal 2:1 45:00 12:34").split()


def font(size):
    return ImageFont.load_default(max(6, int(size)))


def colour(rng, alpha=255):
    base = rng.integers(0, 256, 3) if rng.random() < 0.6 else np.array([rng.choice([0, 20, 235, 255])] * 3)
    return (*map(int, base), int(alpha))


def words(rng, low, high):
    return " ".join(rng.choice(WORDS) for _ in range(rng.integers(low, high + 1)))


def text(draw, rng, x, y, size, content, fill=None):
    draw.text((x, y), content, font=font(size), fill=fill or colour(rng), stroke_width=int(rng.integers(0, 3)),
              stroke_fill=colour(rng))


def face(draw, rng, x, y, r):
    """A small symbol as an emoji of that size would look."""
    kind = rng.integers(0, 5)
    if kind <= 2:
        fill = (255, int(rng.integers(180, 225)), int(rng.integers(0, 90)), 255)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
        dark = (60, 40, 10, 255)
        for side in (-1, 1):
            draw.ellipse((x + side * r * .4 - r * .15, y - r * .4, x + side * r * .4 + r * .15, y - r * .05), fill=dark)
        if kind == 0:
            draw.arc((x - r * .55, y - r * .3, x + r * .55, y + r * .65), 10, 170, fill=dark, width=max(1, int(r * .15)))
        elif kind == 1:
            draw.ellipse((x - r * .3, y + r * .1, x + r * .3, y + r * .7), fill=dark)
        else:
            draw.chord((x - r * .6, y - r * .4, x + r * .6, y + r * .75), 0, 180, fill=(255, 255, 255, 255), outline=dark)
    elif kind == 3:
        red = (int(rng.integers(200, 256)), 20, int(rng.integers(30, 90)), 255)
        for side in (-1, 1):
            draw.ellipse((x + side * r * .45 - r * .5, y - r * .8, x + side * r * .45 + r * .5, y + r * .2), fill=red)
        draw.polygon(((x - r * .93, y - r * .15), (x + r * .93, y - r * .15), (x, y + r)), fill=red)
    else:
        sides = int(rng.integers(3, 9))
        draw.regular_polygon((x, y, max(2, r)), sides, rotation=int(rng.integers(0, 360)), fill=colour(rng), outline=colour(rng))


def sheet(rng, width, height):
    """One transparent overlay."""
    image = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(image)
    kind = rng.choice(["logo", "banner", "chat", "storm", "text", "player", "score", "tiles", "boxes", "frame", "scribble"],
                      p=[.12, .14, .1, .18, .12, .1, .05, .05, .06, .05, .03])
    w, h = width, height
    if kind == "logo":
        size = rng.uniform(.1, .35) * h
        x, y = rng.choice([.03, .97 - size / w]) * w, rng.choice([.03, .97 - size / h]) * h
        (draw.ellipse if rng.random() < .5 else draw.rectangle)((x, y, x + size, y + size * rng.uniform(.4, 1)), fill=colour(rng, rng.integers(110, 256)))
        text(draw, rng, x + 2, y + size * .2, size * .35, words(rng, 1, 1))
    elif kind == "banner":
        tall = rng.uniform(.1, .38) * h
        y = h - tall - rng.uniform(0, .12) * h if rng.random() < .7 else rng.uniform(0, .08) * h
        draw.rectangle((0, y, w, y + tall), fill=colour(rng, rng.integers(150, 256)))
        for line in range(int(rng.integers(1, 4))):
            text(draw, rng, rng.uniform(0, .1) * w, y + tall * line / 3, tall * rng.uniform(.3, .6), words(rng, 3, 9))
    elif kind == "chat":
        wide = rng.uniform(.25, .5) * w
        x = rng.choice([0, w - wide])
        if rng.random() < .6:
            draw.rectangle((x, 0, x + wide, h), fill=colour(rng, rng.integers(60, 256)))
        size = rng.uniform(.04, .08) * h
        for y in np.arange(rng.uniform(0, .4) * h, h, size * 1.4):
            text(draw, rng, x + 2, y, size, words(rng, 2, 6))
    elif kind == "storm":
        for _ in range(int(rng.integers(5, 60))):
            face(draw, rng, rng.uniform(0, w), rng.uniform(0, h), rng.uniform(.03, .13) * h)
    elif kind == "text":
        for _ in range(int(rng.integers(1, 4))):
            text(draw, rng, rng.uniform(-.05, .3) * w, rng.uniform(0, .85) * h, rng.uniform(.1, .3) * h, words(rng, 1, 4))
    elif kind == "player":
        bar = rng.uniform(.1, .2) * h
        draw.rectangle((0, h - bar, w, h), fill=(0, 0, 0, int(rng.integers(90, 230))))
        draw.rectangle((w * .03, h - bar * .8, w * .97, h - bar * .7), fill=(200, 200, 200, 255))
        draw.rectangle((w * .03, h - bar * .8, w * rng.uniform(.1, .9), h - bar * .7), fill=colour(rng))
        text(draw, rng, w * .05, h - bar * .6, bar * .45, "> 0:42 / 12:03", (255, 255, 255, 255))
        if rng.random() < .4:
            draw.regular_polygon((w / 2, h / 2, h * rng.uniform(.08, .2)), 3, rotation=270, fill=(255, 255, 255, 200))
        if rng.random() < .5:
            text(draw, rng, w * .03, h * .02, h * .07, words(rng, 3, 7), (255, 255, 255, 255))
    elif kind == "score":
        x, y = rng.uniform(0, .6) * w, rng.choice([.02, .85]) * h
        for i in range(3):
            draw.rectangle((x + i * w * .12, y, x + (i + 1) * w * .12, y + h * .12), fill=colour(rng))
            text(draw, rng, x + i * w * .12 + 2, y, h * .09, str(rng.integers(0, 99)))
    elif kind == "tiles":
        mark, size = words(rng, 1, 2), rng.uniform(.06, .14) * h
        fill = (255, 255, 255, int(rng.integers(70, 200)))
        for i, y in enumerate(np.arange(0, h, size * 2.2)):
            for x in np.arange((i % 2) * -size * 2, w, size * (len(mark) * .5 + 2)):
                draw.text((x, y), mark, font=font(size), fill=fill)
    elif kind == "boxes":
        for _ in range(int(rng.integers(1, 6))):
            x, y = rng.uniform(-.1, .9) * w, rng.uniform(-.1, .9) * h
            draw.rectangle((x, y, x + rng.uniform(.08, .45) * w, y + rng.uniform(.08, .45) * h), fill=colour(rng))
    elif kind == "frame":
        edge, fill = rng.uniform(.03, .13, 4), colour(rng)
        for box in ((0, 0, w, edge[0] * h), (0, h - edge[1] * h, w, h), (0, 0, edge[2] * w, h), (w - edge[3] * w, 0, w, h)):
            draw.rectangle(box, fill=fill)
        text(draw, rng, w * .05, 1, edge[0] * h * .8, words(rng, 2, 6))
    else:
        points = [(rng.uniform(0, w), rng.uniform(0, h)) for _ in range(int(rng.integers(3, 9)))]
        draw.line(points, fill=colour(rng), width=int(rng.integers(2, 9)))
    return np.asarray(image, np.uint8)


def screen(rng, width, height):
    """One opaque screen: sky and ground with blocks (a game), rows of a feed, a desktop with windows, a plain gradient."""
    w, h = width, height
    top, bottom = rng.integers(0, 256, 3), rng.integers(0, 256, 3)
    if rng.random() < .35:
        top = bottom = np.array([rng.choice([10, 24, 40, 240, 255])] * 3)
    slope = np.linspace(0, 1, h)[:, None, None]
    image = Image.fromarray(np.broadcast_to(top + (bottom - top) * slope, (h, w, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image, "RGBA")
    kind = rng.choice(["game", "feed", "desktop", "plain"], p=[.4, .25, .2, .15])
    if kind == "game":
        horizon = rng.uniform(.3, .8) * h
        draw.rectangle((0, horizon, w, h), fill=colour(rng))
        for _ in range(int(rng.integers(5, 40))):
            x, y, size = rng.uniform(-.1, 1) * w, rng.uniform(0, 1) * h, rng.uniform(.03, .3) * h
            shape = rng.integers(0, 3)
            if shape == 0:
                draw.rectangle((x, y, x + size, y + size * rng.uniform(.3, 2)), fill=colour(rng), outline=colour(rng))
            elif shape == 1:
                draw.ellipse((x, y, x + size, y + size), fill=colour(rng))
            else:
                draw.polygon([(x + rng.uniform(-1, 1) * size, y + rng.uniform(-1, 1) * size) for _ in range(4)], fill=colour(rng))
        for x in (.02, .7):
            text(draw, rng, x * w, rng.choice([.02, .88]) * h, h * .08, words(rng, 1, 3))
    elif kind == "feed":
        size, y = rng.uniform(.04, .08) * h, 0.0
        while y < h:
            draw.ellipse((w * .02, y, w * .02 + size * 1.5, y + size * 1.5), fill=colour(rng))
            text(draw, rng, w * .1, y, size, words(rng, 3, 12))
            text(draw, rng, w * .1, y + size * 1.2, size * .8, words(rng, 5, 14))
            y += size * rng.uniform(2.5, 7)
    elif kind == "desktop":
        for _ in range(int(rng.integers(1, 5))):
            x, y = rng.uniform(0, .7) * w, rng.uniform(0, .7) * h
            box = (x, y, x + rng.uniform(.2, .6) * w, y + rng.uniform(.2, .6) * h)
            draw.rectangle(box, fill=colour(rng), outline=colour(rng))
            draw.rectangle((box[0], box[1], box[2], box[1] + h * .05), fill=colour(rng))
            for line in np.arange(box[1] + h * .07, box[3] - h * .05, h * .07):
                text(draw, rng, box[0] + 3, line, h * .05, words(rng, 1, 5))
        draw.rectangle((0, h * .94, w, h), fill=colour(rng))
    return np.asarray(image, np.uint8)


def render(count, width, height, seed=7):
    """(count sheets [count, H, W, 4], count screens [count, H, W, 3])."""
    rng = np.random.default_rng(seed)
    return (np.stack([sheet(rng, width, height) for _ in range(count)]),
            np.stack([screen(rng, width, height) for _ in range(count)]))
