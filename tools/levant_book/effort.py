"""Input series other than air strikes: forces, training, money, lists, arrivals."""
from .dates import MONTH_DAYS, MONTHS, month_index, months, parse
from .places import total_weight
from .regions import ELEMENTS
from .tables import rows, statement, statements


def _anchors(folder, model, series, region, table="partner_forces_coalition_training.csv", factor=1.0):
    """Points (time, value) of a cumulative series, from the data folder and the statements."""
    found = {}
    for row in rows(folder, table):
        if row["series"] == series and row["region"] == region:
            found[months(parse(row["date"]))] = float(row["value"]) * factor
    for row in statements(model):
        if row["series"] == series and row["region"] == region:
            found[months(parse(row["date"]))] = float(row["value"]) * factor
    return sorted(found.items())


def flow(anchors, after=0.0):
    """Monthly means of a cumulative count that is linear between its anchors; `after` holds from the last."""
    series = [0.0] * MONTHS
    pieces = [(a, b, (v - u) / (b - a)) for (a, u), (b, v) in zip(anchors, anchors[1:])]
    pieces.append((anchors[-1][0], float(MONTHS), after))
    for start, end, rate in pieces:
        for index in range(max(0, int(start)), MONTHS):
            series[index] += rate * max(0.0, min(end, index + 1) - max(start, index))
    return series


def training(folder, model):
    """Iraqis trained a month: cumulative statements, linear between; 50,000 in 2019; none after (no figure)."""
    anchors = _anchors(folder, model, "isf_trained_cumulative", "Iraq")
    in_2019 = next(float(r["value"]) for r in rows(folder, "partner_forces_coalition_training.csv")
                   if r["series"] == "isf_trained_in_period" and r["date"] == "2019")
    anchors.append((months(parse("2020-01-01")), anchors[-1][1] + in_2019))
    return flow(anchors)


def stabilisation(folder, model):
    """Contributions to the UNDP facility, USD a month; the pace of 2019 is held after September 2019."""
    anchors = _anchors(folder, model, "undp_ffs_contributions_cum_usd", "Iraq", "stabilization_undp_ffs.csv")
    (a, u), (b, v) = anchors[-2:]
    return flow(anchors, (v - u) / (b - a))


def stabilisation_share(folder, found):
    """Share of the facility's projects: 2017 for Ninawa and Anbar, the rest by the weight of the places
    retaken in Diyala, Kirkuk and Salah ad-Din."""
    share = dict.fromkeys(ELEMENTS, 0.0)
    for row in rows(folder, "stabilization_undp_ffs.csv"):
        if row["series"] == "undp_ffs_share_of_projects":
            share["Al_Anbar" if row["region"] == "Al-Anbar" else row["region"]] = float(row["value"]) / 100
    rest = ("Diyala", "Kirkuk", "Salah_ad_Din")
    weight = {e: total_weight(found, e) for e in rest}
    left = 1 - sum(share.values())
    for e in rest:
        share[e] = left * weight[e] / sum(weight.values())
    return share


def no_entry(model):
    """Names added a month to Turkey's list: the pace between its two known sizes, carried back to the month
    in which it gives an empty list and forward to the end."""
    first = statement(model, "turkey_no_entry_list", "World", "2015-11")
    second = statement(model, "turkey_no_entry_list", "World", "2017-07")
    a, b = months(parse("2015-11")), months(parse("2017-07"))
    rate = (second - first) / (b - a)
    empty = a - first / rate
    return flow([(empty, 0.0), (b, second)], rate)


def cost(folder, model):
    """Cost of the US operation, USD a month; the last daily cost given is held after December 2016."""
    anchors = [(months(parse("2014-08-08")), 0.0)] + _anchors(folder, model, "oir_cost_cumulative_usd_bn", "Iraq+Syria", factor=1e9)
    return flow(anchors, 12.1e6 * MONTH_DAYS)


def french_strikes(folder, model):
    """Strikes by France a month: cumulative statements of the ministry; the year 2019 is held after."""
    anchors = [(months(parse("2014-09-19")), 0.0)]
    anchors += [(months(parse(r["date"])), float(r["value"])) for r in rows(folder, "partner_forces_coalition_training.csv")
                if r["series"] == "chammal_strikes_cumulative"]
    in_2019 = next(float(r["value"]) for r in rows(folder, "partner_forces_coalition_training.csv")
                   if r["series"] == "chammal_strikes_year" and r["date"] == "2019")
    return flow(sorted(anchors), in_2019 / 12)


def arrivals():
    """Foreign arrivals a month, anchors: middle of the year for yearly totals, the statement's month otherwise."""
    return [(months(parse("2013-07-01")), (8500 - 3500) / 12), (months(parse("2014-07-01")), (18000 - 8500) / 12),
            (months(parse("2014-10")), 1000.0), (months(parse("2015-04")), 1750.0), (months(parse("2016-04-26")), 200.0),
            (months(parse("2016-09")), 50.0), (float(MONTHS), 50.0)]


def syrian_partners():
    return [(0.0, 6000.0), (months(parse("2016-02-16")), 6000.0), (months(parse("2016-03-17")), 12500.0),
            (months(parse("2016-05")), 30500.0), (float(MONTHS), 30500.0)]


def advisers(folder):
    """US personnel in Iraq: nobody before August 2014, then the authorised and stated numbers."""
    stated = {"us_troops_authorised": [], "us_troops": []}
    for row in rows(folder, "partner_forces_coalition_training.csv"):
        if row["region"] == "Iraq" and row["series"] in stated:
            stated[row["series"]].append((months(parse(row["date"])), float(row["value"])))
    authorised = sorted(stated["us_troops_authorised"])
    start, full = months(parse("2014-08-08")), months(parse("2015-01-01"))
    last = sorted(stated["us_troops"])[-1]
    return [(0.0, 0.0), (start, 0.0), (full, authorised[0][1]), *authorised, last, (float(MONTHS), last[1])]


def brent(model):
    series = [0.0] * MONTHS
    for row in rows(model / "data", "brent_monthly.csv"):
        index = month_index(row["month"])
        if 0 <= index < MONTHS:
            series[index] = float(row["usd_per_barrel"])
    return series
