"""Loses datagrams of a transport stream, as a bad uplink does."""

import random

DATAGRAM = 7 * 188  # what RTP and SRT carry: seven packets of MPEG-TS
BURST = 3  # datagrams, mean; losses come together (Gilbert's model)


def without_lost(stream: bytes, share: float, rng: random.Random) -> bytes:
    """`share` of the datagrams are missing, in bursts of geometric length; the first one, which names
    the tracks, arrives."""
    kept, lost = [stream[:DATAGRAM]], False
    begins = share / (1 - share) / BURST
    for at in range(DATAGRAM, len(stream), DATAGRAM):
        lost = rng.random() < (1 - 1 / BURST if lost else begins)
        if not lost:
            kept.append(stream[at:at + DATAGRAM])
    return b"".join(kept)
