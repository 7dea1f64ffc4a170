"""Photographs, decoded once into a uint8 memory map, and split by a hash of their group.

A group is a folder of frames of one video (`frames/<clip>/`), or a single picture. Pictures of one group are never
negatives of each other, and a group lies on one side of the split as a whole.
"""

import hashlib
import io
import json
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
HEIGHT, WIDTH = 192, 288  # of the cache
NARROWEST, WIDEST = 1.2, 2.0  # aspects beyond are cut from the middle, the others squeezed


@dataclass
class Photos:
    pixels: np.ndarray  # [N, HEIGHT, WIDTH, 3] uint8, memory mapped
    names: list
    groups: np.ndarray  # [N] int

    def __len__(self):
        return len(self.names)


def pictures(folder):
    """Yields (name, bytes) of every picture below a folder and in the tars of it, in a fixed order."""
    for path in sorted(Path(folder).rglob("*")):
        if path.suffix == ".tar":
            with tarfile.open(path) as tar:
                for member in tar:
                    if member.isfile() and Path(member.name).suffix.lower() in SUFFIXES:
                        yield member.name, tar.extractfile(member).read()
        elif path.suffix.lower() in SUFFIXES:
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def group_of(name):
    parts = name.split("/")
    return "/".join(parts[:-1]) if "frames" in parts[:-2] else name


def fraction(text, salt):
    """A number in 0..1 that depends on the text alone."""
    return int(hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()[:8], 16) / 2**32


def fitted(image):
    """RGB of the cache's size: the middle of extreme aspects, squeezed without keeping the aspect (area averaging)."""
    width, height = image.size
    if width / height < NARROWEST:
        keep = width / NARROWEST
        image = image.crop((0, (height - keep) / 2, width, (height + keep) / 2))
    elif width / height > WIDEST:
        keep = height * WIDEST
        image = image.crop(((width - keep) / 2, 0, (width + keep) / 2, height))
    reduces = image.width >= WIDTH and image.height >= HEIGHT
    return image.resize((WIDTH, HEIGHT), Image.BOX if reduces else Image.BICUBIC)


def load(folder, cache):
    """The photographs of a folder; the first call decodes them all."""
    cache = Path(cache)
    index, blob = cache / "photos.json", cache / "photos.u8"
    if not index.exists():
        cache.mkdir(parents=True, exist_ok=True)
        names = []
        with open(blob, "wb") as out, ThreadPoolExecutor(2) as pool:
            def decode(item):
                with Image.open(io.BytesIO(item[1])) as image:
                    return item[0], np.asarray(fitted(image.convert("RGB")), np.uint8)
            for name, pixels in pool.map(decode, pictures(folder)):
                names.append(name)
                out.write(pixels.tobytes())
        if not names:
            raise SystemExit(f"train: --photos {folder}: no picture or tar of pictures in it")
        index.write_text(json.dumps(names))
    names = json.loads(index.read_text())
    pixels = np.memmap(blob, np.uint8, "r", shape=(len(names), HEIGHT, WIDTH, 3))
    ids = {}
    groups = np.array([ids.setdefault(group_of(name), len(ids)) for name in names])
    return Photos(pixels, names, groups)


def thumbnails(photos):
    """[N, 6 * 9 * 3] unit vectors without their mean: their products are correlations of the coarsest content."""
    path = Path(photos.pixels.filename).with_name("thumbnails.npy")
    if not path.exists():
        small = np.stack([cv2.resize(p, (9, 6), interpolation=cv2.INTER_AREA).ravel() for p in photos.pixels]).astype(np.float32)
        small -= small.mean(1, keepdims=True)
        np.save(path, small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6))
    return np.load(path)


def split(photos, held_out=0.055):
    """Indices (training, validation): whole groups by hash; of a validation group only its first picture is used."""
    training, validation, seen = [], [], set()
    for i, name in enumerate(photos.names):
        group = group_of(name)
        if fraction(group, "split") >= held_out:
            training.append(i)
        elif group not in seen:
            seen.add(group)
            validation.append(i)
    return np.array(training), np.array(validation)
