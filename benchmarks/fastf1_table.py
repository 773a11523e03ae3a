"""Rival of the extract benchmark: FastF1 parses the same car and position files and merges them per driver.

usage: fastf1_table.py RAW_FOLDER SLICES_JSON
SLICES_JSON: {"<car number>": [start, end]}, session time in seconds. Prints one line of JSON.

Uses FastF1's own functions as Session._load_telemetry and Laps.get_telemetry do, without what a merged table does not
need (driver ahead, laps, timing data, weather): less work than the other side of the comparison does.
"""

import time

process_started = time.perf_counter()

import json  # noqa: E402
import logging  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402
from types import SimpleNamespace  # noqa: E402

warnings.simplefilter("ignore")

import fastf1  # noqa: E402
import pandas as pd  # noqa: E402
from fastf1 import _api as api  # noqa: E402
from fastf1.core import Telemetry  # noqa: E402

fastf1.Cache.set_disabled()
fastf1.set_log_level(logging.ERROR)


def read_lines(path):
    return path.read_bytes().decode("utf-8-sig").split("\r\n")[:-1]


def prepare(source, driver, session):
    table = Telemetry(
        source[driver].drop(labels="Time", axis=1),
        session=session,
        driver=driver,
        drop_unknown_channels=True,
        _cast_default_cols=True,
    )
    table["Date"] = table["Date"].dt.round("ms")
    table["Time"] = table["Date"] - session.t0_date
    table["SessionTime"] = table["Time"]
    return table


def main(folder, slices):
    imported = time.perf_counter()
    car = api.car_data("", response=read_lines(folder / "CarData.z.jsonStream"))
    pos = api.position_data("", response=read_lines(folder / "Position.z.jsonStream"))
    parsed = time.perf_counter()
    offsets = [max(frame["Date"] - frame["Time"]) for frame in [*car.values(), *pos.values()]]
    session = SimpleNamespace(t0_date=max(offsets).round("ms"))
    rows = {}
    for driver, (start_s, end_s) in slices.items():
        if driver not in car or driver not in pos:
            continue
        start = pd.Timedelta(milliseconds=round(start_s * 1000))
        end = pd.Timedelta(milliseconds=round(end_s * 1000))
        bounds = {"start_time": start, "end_time": end, "pad": 1, "pad_side": "both"}
        car_slice = prepare(car, driver, session).slice_by_time(**bounds).reset_index(drop=True).add_distance()
        pos_slice = prepare(pos, driver, session).slice_by_time(**bounds).reset_index(drop=True)
        merged = pos_slice.merge_channels(car_slice).slice_by_time(start, end, interpolate_edges=True)
        rows[driver] = len(merged)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "fastf1": fastf1.__version__,
                "python": sys.version.split()[0],
                "pandas": pd.__version__,
                "importSeconds": imported - process_started,
                "parseSeconds": parsed - imported,
                "mergeSeconds": done - parsed,
                "rows": rows,
                "peakRssMb": peak / (1e6 if sys.platform == "darwin" else 1e3),
            }
        )
    )


main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
