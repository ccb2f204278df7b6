"""observations.csv: what the model is held against."""
import xml.etree.ElementTree as tree
from datetime import date

from .dates import CALIBRATION_END, OUTCOMES_END, as_written, month_name, number, parse
from .places import steps, total_weight
from .regions import ELEMENTS, GOVERNORATE
from .sources import SOURCE_KEYS
from .tables import rows

PAY_CUT = ("2015-12/2016-01", "Iraq+Syria", "pay_share", "0.5", "", "", "dmnl", "pay_order", "finance", "claim")


def observations(folder, found, model_reach):
    result = []

    def add(when, region, series, value, low, high, unit, source, line, error_class):
        assert source in SOURCE_KEYS, source
        day = parse(when)
        if day <= OUTCOMES_END:
            result.append([as_written(when), region, series, value, low, high, unit, source, line, error_class,
                           "calibration" if day <= CALIBRATION_END else "holdout"])

    def scaled(row, factor=1.0):
        out = []
        for column in ("value", "low", "high"):
            out.append(number(float(row[column]) * factor, 2) if row[column] not in ("", None) else "")
        return out

    # territory and people
    keep = {
        ("ihs_isis_controlled_territory", "Iraq+Syria"): ("ihs", "km2", "estimate"),
        ("rand_isis_territory", "Iraq+Syria"): ("rand_rr1912", "km2", "estimate"),
        ("rand_isis_territory", "Iraq+Syria (+others)"): ("rand_rr1912", "km2", "estimate"),
        ("is_territory_km2_iraq_populated", "Iraq"): ("pentagon", "km2", "claim"),
        ("isis_population", "Iraq+Syria"): ("ihs", "person", "estimate"),
        ("isis_population", "Syria"): ("sedgwick", "person", "estimate"),
        ("rand_isis_population", "Iraq+Syria"): ("rand_rr1912", "person", "estimate"),
        ("rand_isis_population", "Iraq+Syria (+others)"): ("rand_rr1912", "person", "estimate"),
        ("oir_people_liberated_cum", "Iraq+Syria"): ("mcgurk", "person", "claim"),
    }
    for row in rows(folder, "territory_population_control.csv"):
        key = (row["series"], row["region"])
        if key in keep and row["verified"] != "no":
            source, unit, error = keep[key]
            add(row["date"], row["region"].replace(" (+others)", ""), row["series"], *scaled(row), unit, source, "military", error)
        if row["series"] == "pentagon_isis_territory_held_2014_km2":
            add("2014-08-01", "Iraq", "is_territory_km2_iraq_populated", *scaled(row), "km2", "pentagon", "military", "claim")
    # control implied by the dates of places, first day of each month
    for e in ELEMENTS:
        if not total_weight(found, e):
            continue
        points = steps(found, e, "lost")
        for index in range(0, 54):
            share = [y for x, y in points if x <= index][-1]
            day = date.fromisoformat(month_name(index) + "-01")
            add(day.isoformat(), e, "place_dates_control_share", number(share * model_reach[e], 4), "", "", "dmnl", "places", "military", "derived")
    # fighters
    for row in rows(folder, "daesh_fighters.csv"):
        if row["region"] != "Iraq+Syria" or row["verified"] == "no" or row["date"] == "peak":
            continue
        if row["series"] == "isis_fighters_estimate":
            add(row["date"], row["region"], row["series"], *scaled(row), "person", "us_intelligence", "military", "estimate")
        elif row["series"] in ("isis_fighters_killed_cumulative_claim", "isis_fighters_killed_uk_estimate"):
            add(row["date"], row["region"], row["series"], *scaled(row), "person", "isf_claims", "military", "claim")
    # deaths of Daesh in Iraq (UCDP side B), month by month, all governorates
    deaths = {}
    for row in rows(folder, "ucdp_ged_month_admin1_dyad.csv"):
        if row["country"] == "Iraq" and row["dyad_class"].startswith("IS vs Gov Iraq") and "2013-07" <= row["date"] <= "2017-12":
            deaths[row["date"]] = deaths.get(row["date"], 0.0) + float(row["deaths_b"] or 0)
    for name in sorted(deaths):
        add(name, "Iraq", "ucdp_is_deaths", number(deaths[name], 0), "", "", "person/month", "ucdp_ged", "military", "count")
    # air campaign (inputs, shown)
    for row in rows(folder, "afcent_weapons_monthly_reconstructed.csv"):
        if parse(row["date"]) <= OUTCOMES_END:
            add(row["date"], "Iraq+Syria", "afcent_weapons", *scaled(row), "weapon/month", "afcent", "military", "count")
    for row in rows(folder, "airstrikes_afcent_oir_airwars.csv"):
        if row["series"] == "airwars_strikes_month" and row["region"] in ("Iraq", "Syria"):
            add(row["date"], row["region"], row["series"], *scaled(row), "strike/month", "airwars", "military", "count")
    # displacement: Iraq as hosted total, governorates by origin, returns
    for row in rows(folder, "idp_dtm_iraq_governorate.csv"):
        if row["series"] == "dtm_idps_hosted" and row["region"] == "Iraq":
            add(row["date"], "Iraq", "dtm_idps", *scaled(row), "person", "iom_dtm", "stabilisation", "count")
        elif row["series"] == "dtm_idps_by_origin" and row["region"] in GOVERNORATE:
            add(row["date"], GOVERNORATE[row["region"]], "dtm_idps_by_origin", *scaled(row), "person", "iom_dtm", "stabilisation", "count")
    for row in rows(folder, "returnees_dtm_iraq_governorate.csv"):
        if row["series"] == "dtm_returnees":
            add(row["date"], GOVERNORATE.get(row["region"], row["region"]), "dtm_returnees", *scaled(row), "person", "iom_dtm", "stabilisation", "count")
    # finance
    oil_sources = {"Do, Shapiro": "do_2017", "IHS": "ihs"}
    for row in rows(folder, "daesh_finance_oil.csv"):
        if row["verified"] == "no" or row["value"] == "":
            continue
        if row["series"] == "isis_oil_production":
            source = next((k for word, k in oil_sources.items() if word in row["source"]), "us_oil_2015")
            series = "oil_production_satellite" if source == "do_2017" else "oil_production_other"
            add(row["date"], "Iraq+Syria", series, *scaled(row), "barrel/day", source, "finance", "satellite" if source == "do_2017" else "estimate")
        elif row["series"] == "ihs_isis_monthly_revenue":
            add(row["date"], "Iraq+Syria", row["series"], *scaled(row, 1e6), "USD/month", "ihs", "finance", "estimate")
            if row["date"] == "2016-03":            # IHS, same month: oil is 43 % of revenue
                oil_share = next(float(r["value"]) / 100 for r in rows(folder, "daesh_finance_oil.csv")
                                 if r["series"] == "ihs_isis_oil_share_of_revenue")
                add(row["date"], "Iraq+Syria", "oil_revenue", *scaled(row, 1e6 * oil_share), "USD/month", "ihs", "finance", "derived")
        elif row["series"] == "isis_oil_revenue_per_day":
            add(row["date"], "Iraq+Syria", "oil_revenue", *scaled(row, 1e6 * 365.25 / 12), "USD/month", "ihs_oil_2014", "finance", "estimate")
        elif row["series"] == "cat_isis_extortion_tax_revenue":
            add(row["date"], "Iraq+Syria", "tax_revenue", *scaled(row, 1e6 / 12), "USD/month", "cat_2015", "finance", "estimate")
    add(*PAY_CUT)
    # foreign fighters (input, shown)
    ff_sources = {"2015-04": "gersten_2016", "2016-04": "gersten_2016", "2016-09": "wapo_2016", "2014-peak": "wapo_2016", "2014-10": "us_intel_2014_10"}
    for row in rows(folder, "foreign_fighters.csv"):
        if row["series"] == "ff_inflow_per_month" and row["verified"] != "no":
            add(row["date"], "Iraq+Syria", row["series"], *scaled(row), "person/month", ff_sources[row["date"]], "foreign_fighters", "claim")
    result.sort(key=lambda r: (r[8], r[2], r[1], parse(r[0]), r[0], r[3]))
    return result


def reach_of_model(model):
    """Read the constant Reach from the control sector, so that it is stated in one place only."""
    ns = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"
    for aux in tree.parse(model / "sectors" / "control.xmile").iter(ns + "aux"):
        if aux.get("name") == "Reach":
            return {e.get("subscript"): float(e.find(ns + "eqn").text) for e in aux.iter(ns + "element")}
    raise SystemExit("control.xmile holds no constant 'Reach'")
