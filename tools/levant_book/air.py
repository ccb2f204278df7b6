"""The air campaign: weapons released, strikes by region and month, strikes on oil and cash.

Rules are stated in models/levant/data/README.md under "Air campaign".
"""
from .dates import MONTH_DAYS, MONTHS, month_index, month_name, months, parse
from .regions import ELEMENTS, GOVERNORATE, of_country
from .tables import rows, statement

WEEKS_PER_MONTH = MONTH_DAYS / 7


def _published(folder):
    """First value of each (series, region, date) of the published points."""
    table = {}
    for name in ("airstrikes_afcent_oir_airwars.csv", "partner_forces_coalition_training.csv"):
        for row in rows(folder, name):
            table.setdefault((row["series"], row["region"], row["date"]), row["value"])
    return lambda series, region, day: float(table[(series, region, day)])


def _spread(total, names, weights, target):
    """Share a total over months like the weights."""
    chosen = [weights[month_index(n)] for n in names]
    for name, weight in zip(names, chosen):
        target[name] = total * weight / sum(chosen)


def monthly_weapons(folder, strikes_both):
    """Weapons released: the reconstructed table to December 2018; 2019 from its totals, spread like the
    strikes; then the weapons a strike of October and November 2019."""
    value = _published(folder)
    series = [0.0] * MONTHS
    for row in rows(folder, "afcent_weapons_monthly_reconstructed.csv"):
        if month_index(row["date"]) < MONTHS:
            series[month_index(row["date"])] = float(row["value"])
    october, november = (value("afcent_weapons_released_month", "Iraq+Syria", m) for m in ("2019-10", "2019-11"))
    early = [f"2019-{m:02d}" for m in range(1, 10)]
    total = value("afcent_weapons_released_cumulative_period", "Iraq+Syria", "2019-01/2019-11") - october - november
    strikes = sum(strikes_both[n] for n in early)
    for name in early:
        series[month_index(name)] = total * strikes_both[name] / strikes
    series[month_index("2019-10")], series[month_index("2019-11")] = october, november
    each = (october + november) / (strikes_both["2019-10"] + strikes_both["2019-11"])
    for index in range(month_index("2019-12"), MONTHS):
        series[index] = each * strikes_both[month_name(index)]
    return series


def _reconstructed_weapons(folder):
    """Weapons to December 2018 only, used as weights."""
    series = [0.0] * MONTHS
    for row in rows(folder, "afcent_weapons_monthly_reconstructed.csv"):
        if month_index(row["date"]) < MONTHS:
            series[month_index(row["date"])] = float(row["value"])
    return series


def located_strikes(folder):
    """Strikes per region and month to October 2016: Airwars to November 2014, CENTCOM (scaled) after;
    strikes without a governorate shared out like the located ones; October 2016 brought to the
    published 301 and 273."""
    strikes = {e: [0.0] * MONTHS for e in ELEMENTS}
    unknown = {"Iraq": [0.0] * MONTHS, "Syria": [0.0] * MONTHS}
    change = month_index("2014-12")
    for row in rows(folder, "coalition_strikes_month_admin1.csv"):
        if row["series"] not in ("airwars_strikes_2014_15", "centcom_strikes_scaled"):
            continue
        index = month_index(row["date"])
        if (row["series"] == "airwars_strikes_2014_15") != (index < change):
            continue
        country, region = row["region"].split("/")
        if region == "unknown":
            unknown[country][index] += float(row["value"])
        else:
            strikes[GOVERNORATE[region]][index] += float(row["value"])
    value = _published(folder)
    last = month_index("2016-10")
    for index in range(last + 1):
        for country in ("Iraq", "Syria"):
            members = of_country(country)
            located = sum(strikes[e][index] for e in members)
            if located == 0:
                continue
            total = value("airwars_strikes_month", country, "2016-10") if index == last else located + unknown[country][index]
            for e in members:
                strikes[e][index] *= total / located
    return strikes


def later_country_totals(folder, model):
    """Country totals after October 2016. Known months are taken as published; between them the
    differences of cumulative counts are spread like the weapons released."""
    value, weapons = _published(folder), _reconstructed_weapons(folder)
    iraq, both, syria = {}, {}, {}
    month = {(c, m): value("airwars_strikes_month", c, m) for c, m in
             [("Iraq", "2017-02"), ("Iraq", "2017-03"), ("Iraq", "2017-05"), ("Iraq", "2017-06"), ("Syria", "2017-02"),
              ("Syria", "2017-03"), ("Syria", "2017-06"), ("Iraq", "2018-01"), ("Iraq", "2018-02")]}

    def cumulative(day):
        return value("cjtf_oir_cumulative_strikes", "Iraq+Syria", day)

    # November 2016 to March 2017: Airwars by country
    winter = ["2016-11", "2016-12", "2017-01"]
    _spread(value("airwars_cumulative_strikes", "Iraq", "2017-01-31")
            - value("airwars_cumulative_strikes", "Iraq", "2016-10-31"), winter, weapons, iraq)
    _spread(value("airwars_cumulative_strikes", "Syria", "2017-02-28") - month[("Syria", "2017-02")]
            - value("airwars_cumulative_strikes", "Syria", "2016-10-31"), winter, weapons, syria)
    for name in winter:
        both[name] = iraq[name] + syria[name]
    for name in ("2017-02", "2017-03"):
        iraq[name] = month[("Iraq", name)]
        both[name] = iraq[name] + month[("Syria", name)]
    # April to September 2017: CJTF-OIR cumulative, June as published by country
    both["2017-06"] = month[("Iraq", "2017-06")] + month[("Syria", "2017-06")]
    _spread(cumulative("2017-09-30") - cumulative("2017-03-31") - both["2017-06"],
            ["2017-04", "2017-05", "2017-07", "2017-08", "2017-09"], weapons, both)
    iraq["2017-05"], iraq["2017-06"] = month[("Iraq", "2017-05")], month[("Iraq", "2017-06")]
    iraq["2017-04"] = (iraq["2017-03"] + iraq["2017-05"]) / 2
    # October 2017 to July 2018
    spring = ["2018-03", "2018-04", "2018-05", "2018-06", "2018-07"]
    for name in spring:
        both[name] = value("cjtf_oir_strikes_month", "Iraq+Syria", name)
    _spread(cumulative("2018-07-31") - cumulative("2017-09-30") - sum(both[n] for n in spring),
            ["2017-10", "2017-11", "2017-12", "2018-01", "2018-02"], weapons, both)
    june_share = iraq["2017-06"] / both["2017-06"]
    for name in ("2017-07", "2017-08", "2017-09", "2017-10", "2017-11", "2017-12"):
        iraq[name] = both[name] * june_share
    iraq["2018-01"], iraq["2018-02"] = month[("Iraq", "2018-01")], month[("Iraq", "2018-02")]
    # August to December 2018
    _spread(cumulative("2018-11-30") - cumulative("2018-07-31"),
            ["2018-08", "2018-09", "2018-10", "2018-11"], weapons, both)
    both["2018-12"] = value("cjtf_oir_strikes_month", "Iraq+Syria", "2018-12")
    # 2019: January from its first 26 days, April to December at the rate of the last four months, the
    # rest of the count to August in February and March (Baghuz); 2020 evenly to September, then held
    january = value("cjtf_oir_strikes_period", "Iraq+Syria", "2019-01-01/2019-01-26") * 31 / 26
    to_august = cumulative("2019-08-31") - cumulative("2018-12-31")
    late = value("cjtf_oir_strikes_in_year", "Iraq+Syria", "2019") - to_august
    both["2019-01"] = january
    for m in range(4, 13):
        both[f"2019-{m:02d}"] = late / 4
    both["2019-02"] = both["2019-03"] = (to_august - january - 5 * late / 4) / 2
    year_2020 = (statement(model, "cjtf_oir_cumulative_strikes", "Iraq+Syria", "2020-09-30") - cumulative("2019-08-31") - late) / 9
    for index in range(month_index("2020-01"), MONTHS):
        both[month_name(index)] = year_2020
    early_2018 = (iraq["2018-01"] + iraq["2018-02"]) / (both["2018-01"] + both["2018-02"])
    for name in both:
        if name not in iraq:
            iraq[name] = both[name] * early_2018
    return {name: {"Iraq": iraq[name], "Syria": both[name] - iraq[name]} for name in both}


def all_strikes(folder, model, found):
    """Located strikes, then country totals shared out by the places that partners with Coalition air
    support are retaking in the month (weight x share of the month); where there is none, by the places
    still held that such partners retook later. Libya: the strikes on Sirte over their period."""
    strikes = located_strikes(folder)
    for name, totals in later_country_totals(folder, model).items():
        index = month_index(name)
        for country, total in totals.items():
            supported = [p for p in found if p["country"] == country and p["supported"]]

            def shares(start, end):
                weight = {}
                for p in supported:
                    overlap = max(0.0, min(months(p[end]), index + 1) - max(months(p[start]), index))
                    weight[p["element"]] = weight.get(p["element"], 0) + p["weight"] * overlap
                return weight

            weight = shares("assault", "lost")
            if sum(weight.values()) == 0:
                weight = shares("taken", "lost")
            if sum(weight.values()) == 0:      # nothing held in the country any more: where the last place was lost
                weight = {max(supported, key=lambda p: p["lost"])["element"]: 1.0}
            for element, w in weight.items():
                strikes[element][index] += total * w / sum(weight.values())
    value = _published(folder)
    day_rate = value("africom_strikes_odyssey_lightning", "Libya/Sirte", "2016-08-01/2016-12-19") / 141
    for name, days in (("2016-08", 31), ("2016-09", 30), ("2016-10", 31), ("2016-11", 30), ("2016-12", 19)):
        strikes["Sirte"][month_index(name)] = day_rate * days
    for year in ("2017", "2018"):
        for m in range(1, 13):
            strikes["Rest_of_Libya"][month_index(f"{year}-{m:02d}")] = value("africom_strikes_year", "Libya", year) / 12
    strikes["Rest_of_Libya"][month_index("2019-09")] = value("africom_strikes_month", "Libya", "2019-09")
    return strikes


def theatre(strikes):
    """Strikes in Iraq and Syria by month name."""
    members = of_country("Iraq") + of_country("Syria")
    return {month_name(i): sum(strikes[e][i] for e in members) for i in range(MONTHS)}


def stepped_rate(table):
    """A list of (day, rate) as monthly means (a month's mean is exact for its total)."""
    series = []
    for index in range(MONTHS):
        mean = 0.0
        for (start, rate), following in zip(table, table[1:] + [("2100-01-01", 0.0)]):
            a, b = max(months(parse(start)), index), min(months(parse(following[0])), index + 1)
            mean += rate * max(0.0, b - a)
        series.append(mean)
    return series


def oil_strikes(model):
    """65 strikes from 21 October to 30 December 2015, then the weekly rate of June 2016 to October 2017;
    what remains of the about 300 by 29 June 2016 evenly from September 2014."""
    total = statement(model, "oil_strikes_cumulative", "Iraq+Syria", "2016-06-29")
    wave = statement(model, "oil_strikes_tidal_wave", "Iraq+Syria", "2015-12-30")
    weekly = statement(model, "oil_strikes_per_week", "Iraq", "2016-06")
    first, start, turn, last = "2014-09-01", "2015-10-21", "2015-12-30", "2016-06-29"
    wave_rate = wave / ((parse(turn) - parse(start)).days / MONTH_DAYS)
    later = weekly * WEEKS_PER_MONTH
    known = (wave_rate * (months(parse(turn)) - months(parse(start)))
             + later * (months(parse(last)) - months(parse(turn))))
    early = (total - known) / (months(parse(start)) - months(parse(first)))
    return stepped_rate([(first, early), (start, wave_rate), (turn, later), ("2017-11-01", 0.0)])


def cash_strikes(model):
    """Ten strikes to 18 February 2016, the rest of 36 evenly over two years."""
    first = statement(model, "cash_strikes_cumulative", "Iraq+Syria", "2016-02-18")
    total = statement(model, "cash_strikes_cumulative", "Iraq+Syria", "2017-12-31")
    begin, turn, end = "2016-01-01", "2016-02-18", "2018-01-01"
    elapsed = (parse(turn) - parse(begin)).days / MONTH_DAYS
    return stepped_rate([(begin, first / elapsed), (turn, (total - first) / (24 - elapsed)), (end, 0.0)])
