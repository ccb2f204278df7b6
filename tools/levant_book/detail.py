"""Tables by region that the study does not draw whole: the same columns, one file a subject, in data/detail/."""
from . import air
from .dates import CALIBRATION_END, OUTCOMES_END, MONTHS, bounds, month_index, month_name, number, parse
from .regions import ELEMENTS, GOVERNORATE, element_of
from .series import describe
from .tables import rows


def _row(when, region, series, value, low, high, unit, source, verified="yes"):
    line, error, _, _ = describe(series)
    low, high = bounds(value, low, high)
    window = "calibration" if parse(when) <= CALIBRATION_END else "holdout"
    return [when, region, series, value, low, high, unit, source, line, error, window, verified]


def strikes(folder):
    """Located strikes as each list has them, and as the inputs use them (to October 2016)."""
    table = []
    names = {"centcom_strikes_listed": "centcom_releases", "centcom_strikes_scaled": "centcom_releases",
             "airwars_strikes_2014_15": "airwars_located", "netherlands_weapon_employments": "dutch_strikes"}
    for row in rows(folder, "coalition_strikes_month_admin1.csv"):
        if row["series"] in names and "/" in row["region"] and parse(row["date"]) <= OUTCOMES_END:
            country, region = row["region"].split("/")
            table.append(_row(row["date"], element_of(country, region) or country, row["series"], number(float(row["value"]), 2),
                              number(float(row["low"]), 2) if row["low"] else "", "", "strike/month", names[row["series"]], row["verified"]))
    located = air.located_strikes(folder)
    for e in ELEMENTS:
        for index in range(month_index("2014-08"), min(MONTHS, month_index("2016-10") + 1)):
            if located[e][index]:
                table.append(_row(month_name(index), e, "coalition_strikes", number(located[e][index], 2), "", "", "strike/month", "centcom_releases", "derived"))
    return table


def deaths(folder):
    """UCDP by region, month and kind of fighting; a region of nobody is counted to its country."""
    total = {}
    for row in rows(folder, "ucdp_ged_month_admin1_dyad.csv"):
        if "2013-07" <= row["date"] <= "2017-12":
            region = element_of(row["country"], row["region"]) or row["country"]
            entry = total.setdefault((row["date"], region, "ucdp_deaths:" + row["dyad_class"]), [0.0, 0.0, 0.0])
            for i, c in enumerate(("best", "low", "high")):
                entry[i] += float(row[c] or 0)
    return [_row(when, region, series, *(number(v, 0) for v in entry), "person/month", "ucdp_ged") for (when, region, series), entry in total.items()]


def harm(folder):
    """Airwars in Syria by region, month, belligerent and grade."""
    table = []
    for row in rows(folder, "airwars_syria_civharm_month_admin1.csv"):
        region = GOVERNORATE.get(row["region"], "Syria")
        unit = "incident/month" if row["series"] == "airwars_incidents" else "person/month"
        table.append(_row(row["date"], region, f"{row['series']}:{row['attrib']}, {row['evidence'].lower()}",
                          *(number(float(row[c]), 1) if row[c] else "" for c in ("value", "low", "high")), unit, "airwars_syria"))
    return table


def displacement(folder):
    """Displaced by governorate that hosts them."""
    return [_row(row["date"], GOVERNORATE[row["region"]], "dtm_idps_hosted", number(float(row["value"]), 0), "", "", "person", "iom_dtm")
            for row in rows(folder, "idp_dtm_iraq_governorate.csv") if row["series"] == "dtm_idps_hosted" and row["region"] in GOVERNORATE]


def tables(folder):
    made = {"strikes_by_region": strikes(folder), "deaths_by_region": deaths(folder), "civilian_harm_by_region": harm(folder),
            "displaced_by_host": displacement(folder)}
    for table in made.values():
        table.sort(key=lambda r: (r[2], r[1], r[0], r[3]))
    return made
