"""Places lost and retaken: weights, days, and the share of a region they make.

Weight: thousands of people of the town and the countryside that fell with it, order of magnitude
only (gazetteers disagree by a factor of two). It matters only relative to the other places of the
same region. Assault: the day on which the operation that retook the place began, where the sources
give one; a month alone means its 15th.
"""
from datetime import timedelta
from statistics import median

from .dates import MONTHS, MONTH_DAYS, months, parse
from .regions import element_of
from .tables import rows

CITY = 200          # a place of this weight or more counts as a large city (slower to clear)
WEIGHT = {
    "Fallujah": 300, "Ramadi": 400, "Al-Qaim": 150, "Rawah": 30, "Anah": 40, "Hit": 110, "Ar-Rutbah": 40,
    "Mosul": 1300, "Tal Afar": 170, "Sinjar": 150, "Qayyarah": 60, "Zummar": 40, "Mosul Dam": 10,
    "Baaj / W. Ninawa": 100,
    "Tikrit": 150, "Al-Shirqat": 130, "Baiji": 150, "Hawija": 150, "Jurf al-Sakhar": 50,
    "Jalawla/Saadiya (Diyala)": 100,
    "Raqqa": 220, "Tell Abyad": 100, "Tabqa": 160,
    "Al-Hawl": 30, "Al-Shaddadi": 60, "Markadah": 40,
    "Manbij": 200, "Jarabulus": 60, "Dabiq": 30, "Al-Bab": 130,
    "Palmyra (1st)": 50, "Palmyra (2nd)": 50,
    "Deir ez-Zor city (siege of govt enclave)": 240, "Mayadin": 100, "Abu Kamal": 100, "Hajin": 60,
    "Baghuz Fawqani": 10, "Al-Busayrah": 60, "Yarmouk camp": 100,
    "Sirte": 80, "Derna": 80,
}
ASSAULT = {
    "Mosul": "2016-10-16", "Tal Afar": "2017-08-20", "Baaj / W. Ninawa": "2017-04-25", "Anah": "2017-09-19",
    "Raqqa": "2017-06-06", "Tell Abyad": "2015-05-31",
    "Tikrit": "2015-03", "Ramadi": "2015-12", "Fallujah": "2016-05", "Manbij": "2016-05", "Hawija": "2017-09",
    "Sirte": "2016-05", "Derna": "2015-06",
}
EXTRA_PLACES = (    # not in the timeline of the data folder; source derna_campaign
    {"place": "Derna", "country": "Libya", "governorate": "Al Qubbah", "is_control_from": "2014-10-05",
     "is_control_until": "2015-07-31", "retaken_by": "Mujahideen Shura Council of Derna"},
)
BESIEGED_ONLY = {"Amerli (besieged)", "Kobani (besieged)"}      # never taken: no change of control
WITH_COALITION = ("ISF", "PMF", "Peshmerga", "SDF", "YPG", "GNA")  # partners with Coalition or US air support


def places(folder):
    """Places with weight, the days on which control changed and on which the final assault began, and
    the length of an operation (months) where no start is documented."""
    found = []
    for row in rows(folder, "place_control_timeline.csv") + EXTRA_PLACES:
        if row["place"] in BESIEGED_ONLY:
            continue
        assault = parse(ASSAULT[row["place"]]) if row["place"] in ASSAULT else None
        found.append({"place": row["place"], "element": element_of(row["country"], row["governorate"]),
                      "country": row["country"], "weight": WEIGHT[row["place"]],
                      "taken": parse(row["is_control_from"]), "lost": parse(row["is_control_until"]),
                      "assault": assault, "by": row["retaken_by"],
                      "supported": any(b in row["retaken_by"] for b in WITH_COALITION)})
    known = [months(p["lost"]) - months(p["assault"]) for p in found if p["assault"] and p["country"] != "Libya"]
    default = median(known)
    for p in found:
        if p["assault"] is None:
            p["assault"] = max(p["taken"] + timedelta(days=1), p["lost"] - timedelta(days=round(default * MONTH_DAYS)))
    return found, default


def total_weight(found, element, keep=lambda p: True):
    """Weight of the distinct places of a region (Palmyra fell twice and counts once)."""
    distinct = {p["place"].split(" (")[0] if p["place"].startswith("Palmyra") else p["place"]: p["weight"]
                for p in found if p["element"] == element and keep(p)}
    return sum(distinct.values())


def steps(found, element, until):
    """Piecewise-constant share of the places' weight held, as [(time, share)], `until` = 'assault' | 'lost'."""
    total = total_weight(found, element)
    events = {}
    for p in found:
        if p["element"] == element:
            events[months(p["taken"])] = events.get(months(p["taken"]), 0) + p["weight"]
            events[months(p[until])] = events.get(months(p[until]), 0) - p["weight"]
    level, result = 0, [(0.0, 0.0)]
    for time in sorted(events):
        if time < MONTHS:
            level += events[time]
            result.append((time, level / total))
    return result


def cumulative(found, element, day, keep):
    """Piecewise-constant share of the places' weight for which `day` ('taken' | 'assault') has come."""
    total = total_weight(found, element)
    level, result = 0, [(0.0, 0.0)]
    for time, weight in sorted((months(p[day]), p["weight"]) for p in found if p["element"] == element and keep(p)):
        level += weight
        if time < MONTHS:
            result = [r for r in result if r[0] < time] + [(time, level / total)]
    return result
