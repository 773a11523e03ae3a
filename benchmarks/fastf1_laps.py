"""Rival of the extract benchmark: FastF1 loads the session from the same files and merges the telemetry of laps.

usage: fastf1_laps.py RAW_FOLDER EVERY AHEAD
Of the laps every EVERYth is merged with AHEAD = 1 as Lap.get_telemetry() does, with AHEAD = 0 by the same steps without
the car ahead. Prints one line of JSON. FastF1 asks no network: its pages are read from the folder, and what it would ask
the results API is left out.
"""

import time

process_started = time.perf_counter()

import json  # noqa: E402
import logging  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402

warnings.simplefilter("ignore")

import fastf1  # noqa: E402
import pandas as pd  # noqa: E402
from fastf1 import _api as api  # noqa: E402
from fastf1 import core, events  # noqa: E402

fastf1.Cache.set_disabled()
fastf1.set_log_level(logging.CRITICAL)


def use_folder(folder):
    def fetch_page(_path, name):
        page = folder / api.pages[name]
        if not page.exists():
            raise api.SessionNotAvailableError("no such topic")
        lines = page.read_bytes().decode("utf-8-sig").split("\r\n")[:-1]
        if ".z." in page.name:
            return lines
        return [[line[:12], api.parse(line[12:])] for line in lines]

    api.fetch_page = fetch_page
    core.Session._drivers_results_from_ergast = lambda *_args, **_kwargs: None
    core.Session._add_first_lap_time_from_ergast = lambda *_args, **_kwargs: None


def open_session(folder):
    info = json.loads((folder / "SessionInfo.jsonStream").read_bytes().decode("utf-8-sig").splitlines()[0][12:])
    date = pd.Timestamp(info["StartDate"])
    fields = {
        "RoundNumber": 1,
        "Country": info["Meeting"]["Country"]["Name"],
        "Location": info["Meeting"]["Location"],
        "OfficialEventName": info["Meeting"]["Name"],
        "EventDate": date.normalize(),
        "EventName": info["Meeting"]["Name"],
        "EventFormat": "conventional",
        "F1ApiSupport": True,
    }
    for n, name in enumerate(["Practice 1", "Practice 2", "Practice 3", "Qualifying", info["Name"]], start=1):
        fields |= {f"Session{n}": name, f"Session{n}Date": date, f"Session{n}DateUtc": date}
    event = events.Event(fields, year=date.year)
    return core.Session(event, info["Name"], f1_api_support=True)


def telemetry_of(lap, ahead):
    if ahead:
        return lap.get_telemetry()
    pos = lap.get_pos_data(pad=1, pad_side="both")
    car = lap.get_car_data(pad=1, pad_side="both").add_distance().add_relative_distance()
    return pos.merge_channels(car).slice_by_lap(lap, interpolate_edges=True)


def main(folder, every, ahead):
    imported = time.perf_counter()
    use_folder(folder)
    session = open_session(folder)
    session.load(laps=True, telemetry=True, weather=True, messages=True)
    loaded = time.perf_counter()
    laps = rows = 0
    distance = 0.0
    for _, lap in session.laps.iloc[::every].iterlaps():
        if pd.isna(lap["LapStartTime"]) or pd.isna(lap["Time"]):
            continue
        telemetry = telemetry_of(lap, ahead)
        laps += 1
        rows += len(telemetry)
        distance += telemetry["Distance"].iloc[-1]
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "fastf1": fastf1.__version__,
                "python": sys.version.split()[0],
                "pandas": pd.__version__,
                "laps": laps,
                "ofLaps": len(session.laps),
                "rows": rows,
                "distanceM": distance,
                "importSeconds": imported - process_started,
                "loadSeconds": loaded - imported,
                "mergeSeconds": done - loaded,
                "peakRssMb": peak.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
                "cpuSeconds": peak.ru_utime + peak.ru_stime,
            }
        )
    )


main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1")
