#!/usr/bin/env python3
"""Makes histogram_bounds.csv: the buckets of durations, from exact integers, without a float.

Bucket i of the base-2 exponential histogram of scale 6 over seconds (OpenTelemetry's data model of
metrics, ExponentialHistogram; Prometheus' native histograms of schema 6 number it i + 1) holds
2^(i/64) s < v <= 2^((i+1)/64) s. Of each bucket the largest whole microsecond and the middle,
round(10^6 * 2^((i+0.5)/64)), from the first that holds one to beyond a day.

From the top of the repository (Python 3.8 or later, standard library only):

    python3 tests/data/histogram_bounds.py             # writes the file anew
    python3 tests/data/histogram_bounds.py --tables    # prints the tables of src/stats/expo/index.rs
"""

import sys
from pathlib import Path

FIRST, LAST = -1276, 1060


def root(x, n):
    """The largest whole number whose n-th power is at most x."""
    low, high = 0, 1 << (x.bit_length() // n + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**n <= x else (low, middle)
    return low


def scaled(factor, exponent, n):
    """The largest whole number that is at most factor * 2^(exponent/n)."""
    # the bits of the n-th power that are cut off change no whole n-th root
    power = factor**n
    return root(power << exponent if exponent >= 0 else power >> -exponent, n)


def largest(bucket):
    """The largest whole microsecond of a bucket."""
    return scaled(10**6, bucket + 1, 64)


def middle(bucket):
    """round(10^6 * 2^((bucket+0.5)/64)): half of what is at most twice that, and one."""
    return (scaled(2 * 10**6, 2 * bucket + 1, 128) + 1) // 2


def table(name, numbers):
    lines = ["    " + ", ".join(f"0x{n:_x}" for n in numbers[at:at + 4]) + "," for at in range(0, 64, 4)]
    return "\n".join([f"const {name}: [u64; 64] = [", *lines, "];"])


def main():
    if "--tables" in sys.argv[1:]:
        print(table("BOUNDS", [scaled(15_625 << 50, k, 64) for k in range(-59, 5)]))
        print(table("MIDDLES", [scaled(15_625 << 50, 2 * k + 1, 128) for k in range(-60, 4)]))
        return
    rows = [f"{i},{largest(i)},{middle(i)}" for i in range(FIRST, LAST + 1)]
    text = "\n".join(["bucket,largest_us,middle_us", *rows]) + "\n"
    Path(__file__).with_suffix(".csv").write_bytes(text.encode())


if __name__ == "__main__":
    main()
