"""What a worker's /metrics page says, and what happened between two looks at it."""

import re


class Look:
    def __init__(self, text):
        self.values = {}
        for line in text.splitlines():
            if not line.startswith("#") and line:
                series, value = line.rsplit(" ", 1)
                self.values[series] = float(value)

    def __getitem__(self, series):
        return self.values[series]


class Histogram:
    """Observations by bucket, as differences of cumulative counts; several are added up."""

    def __init__(self, name, after, before=None):
        self.buckets = {}
        for series, count in after.values.items():
            if found := re.fullmatch(rf'{name}_bucket{{le="([^"]+)"}}', series):
                self.buckets[float(found.group(1))] = count - (before.values[series] if before else 0)

    def __add__(self, other):
        both = object.__new__(Histogram)
        both.buckets = {bound: count + other.buckets[bound] for bound, count in self.buckets.items()}
        return both

    @property
    def count(self):
        return int(self.buckets[float("inf")])

    def quantile(self, share):
        """Interpolated within the bucket, as Prometheus does; None without observations."""
        if self.count == 0:
            return None
        wanted, low, below = share * self.count, 0.0, 0
        for bound, count in sorted(self.buckets.items()):
            if count >= wanted:
                if bound == float("inf"):
                    return low
                return low + (bound - low) * (wanted - below) / (count - below) if count > below else bound
            low, below = bound, count
        return low
