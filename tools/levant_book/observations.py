"""The observations: what the model is held against, as rows of one shape.

    date, region, series, value, low, high, unit, source, line, error_class, window, verified

A colon in the name of a series begins a qualifier (an origin, a sect, a place smaller than a region).
Rows from memory are left out. Every row keeps the source of its figure; figures that contradict each
other stand side by side.
"""
import xml.etree.ElementTree as tree

from .citations import Citations
from .dates import CALIBRATION_END, OUTCOMES_END, as_written, bounds, month_name, number, parse, span
from .places import steps, total_weight
from .regions import AREAS, COUNTRIES, ELEMENTS, GOVERNORATE, element_of
from .series import describe
from .sources import SOURCE_KEYS
from .tables import rows, statements
from .units import convert

HEADER = ["date", "region", "series", "value", "low", "high", "unit", "source", "line", "error_class", "window", "verified"]
TOWNS = {"Iraq/Mosul": "Ninawa", "Iraq/Ninawa (Mosul city)": "Ninawa", "Iraq/Tal Afar": "Ninawa", "Syria/Raqqa": "Ar_Raqqah", "Libya/Sirte": "Sirte"}
QUALIFIED = {"Iraq/Mosul": "Mosul", "Iraq/Ninawa (Mosul city)": "Mosul", "Iraq/Tal Afar": "Tal Afar", "Syria/Raqqa": "Raqqa"}

# Files of single figures: file, prefix of the keys, series that are left out (made below in another unit).
FIGURES = [
    ("territory_population_control.csv", "territory", ()),
    ("daesh_fighters.csv", "fighters", ()),
    ("daesh_finance_oil.csv", "finance", ("isis_oil_production",)),
    ("foreign_fighters.csv", "foreign", ()),
    ("propaganda_output.csv", "media", ()),
    ("public_opinion_iraq.csv", "opinion", ()),
    ("partner_forces_coalition_training.csv", "forces", ()),
    ("stabilization_undp_ffs.csv", "undp", ()),
    ("is_attacks_iraq.csv", "attacks", ("musings_incidents_per_day",)),
    ("civilian_casualties_unami.csv", "unami", ()),
    ("airstrikes_afcent_oir_airwars.csv", "air", ()),
]
PUBLISHED = {"dtm_idps": "dtm_idps_published", "dtm_returnees": "dtm_returnees_published",
             "dtm_idps_by_governorate_of_origin": "dtm_idps_by_origin_published"}
STATED = ("isf_trained_cumulative", "undp_ffs_contributions_cum_usd", "turkey_no_entry_list", "pay_share",
          "sunni_support_for_armed_groups", "mosul_resident_share", "oil_revenue_month", "civilians_killed_battle",
          "partner_killed_battle", "twitter_suspensions_cumulative")
KNOWN = {a[0] for a in AREAS} | set(ELEMENTS)


def place_of(text):
    """Region code and qualifier of a region as the data folder writes it; None where it is outside."""
    text = text.replace(" (+others)", "").strip()
    if text in KNOWN:
        return text, ""
    if text in GOVERNORATE:
        return GOVERNORATE[text], ""
    if text in TOWNS:
        return TOWNS[text], QUALIFIED.get(text, "")
    if "/" in text:
        country, region = text.split("/", 1)
        return element_of(country, region), ""
    if text.startswith("origin"):
        return "World", text.split(":", 1)[1]
    if text.startswith("Iraq "):
        return "Iraq", text[5:].strip("()")
    return None


class Book:
    """Collects rows; every row goes through `add`."""

    def __init__(self, folder, model):
        self.folder, self.model = folder, model
        self.rows = []
        self.citations = Citations(SOURCE_KEYS)

    def add(self, when, region, series, value, low="", high="", unit="", source="", verified="yes"):
        day = parse(when)
        if span(when)[1] > OUTCOMES_END or region is None:
            return
        if region not in KNOWN:
            raise SystemExit(f"unknown region {region!r} of {series}")
        line, error, _, _ = describe(series)
        low, high = bounds(value, low, high)
        self.rows.append([as_written(when), region, series, value, low, high, unit, source, line, error,
                          "calibration" if day <= CALIBRATION_END else "holdout", verified])

    def figures(self):
        """The single figures, each with the key of its own citation."""
        for name, subject, without in FIGURES:
            for row in rows(self.folder, name):
                place = place_of(row["region"])
                if row["verified"] == "no" or row["series"] in without or place is None:
                    continue
                if row["value"] == "" and row["high"] == "" and row["low"] == "":
                    continue
                if span(row["date"])[1] > OUTCOMES_END:
                    continue
                unit, factor = convert(row["unit"])
                numbers = [number(float(row[c]) * factor, 4) if row[c] not in ("", None) else "" for c in ("value", "low", "high")]
                if row["series"] == "ff_inflow_per_month":
                    place = ("Iraq+Syria", "")      # all came through Syria
                series = row["series"] + (":" + place[1] if place[1] else "")
                self.add(row["date"], place[0], series, *numbers, unit, self.citations.key(row, subject), row["verified"])

    def published_displacement(self):
        for row in rows(self.folder, "idp_returnee_published_anchors.csv"):
            if span(row["date"])[1] <= OUTCOMES_END:
                self.add(row["date"], place_of(row["region"])[0], PUBLISHED.get(row["series"], row["series"] + "_published"), number(float(row["value"]), 0),
                         "", "", "person", self.citations.key(row, "dtm"), row["verified"])

    def stated(self):
        for row in statements(self.model):
            if row["series"] in STATED:
                self.add(row["date"], place_of(row["region"])[0], row["series"], row["value"], row["low"], row["high"], row["unit"], row["source"])

    def displacement(self):
        for row in rows(self.folder, "idp_dtm_iraq_governorate.csv"):
            value = number(float(row["value"]), 0)
            if row["series"] == "dtm_idps_hosted" and row["region"] == "Iraq":
                self.add(row["date"], "Iraq", "dtm_idps", value, "", "", "person", "iom_dtm")
            elif row["series"] == "dtm_idps_by_origin" and row["region"] in GOVERNORATE:
                self.add(row["date"], GOVERNORATE[row["region"]], "dtm_idps_by_origin", value, "", "", "person", "iom_dtm")
        for row in rows(self.folder, "returnees_dtm_iraq_governorate.csv"):
            if row["series"] == "dtm_returnees":
                self.add(row["date"], GOVERNORATE.get(row["region"], row["region"]), "dtm_returnees", number(float(row["value"]), 0), "", "", "person", "iom_dtm")

    def weapons(self):
        for row in rows(self.folder, "afcent_weapons_monthly_reconstructed.csv"):
            self.add(row["date"], "Iraq+Syria", "afcent_weapons", *(number(float(row[c]), 0) if row[c] else "" for c in ("value", "low", "high")),
                     "weapon/month", "afcent", row["verified"])

    def events(self):
        """UCDP by country and month, from July 2013 on."""
        total = {}
        for row in rows(self.folder, "ucdp_ged_month_admin1_dyad.csv"):
            kind, country, month = row["dyad_class"], row["country"], row["date"]
            if not "2013-07" <= month <= "2017-12" or not kind.startswith("IS "):
                continue

            def count(series, column, low=None, high=None):
                entry = total.setdefault((series, country, month), [0.0, 0.0, 0.0])
                for i, c in enumerate((column, low or column, high or column)):
                    entry[i] += float(row[c] or 0)

            if kind == "IS one-sided (civilians)":
                count("ucdp_civilians_killed_by_is", "best", "low", "high")
            else:
                count("ucdp_is_fatalities", "best", "low", "high")
            if kind.startswith("IS vs Gov Iraq") and country == "Iraq":
                count("ucdp_is_deaths", "deaths_b")
                count("ucdp_partner_deaths", "deaths_a")
        for (series, country, month), (best, low, high) in sorted(total.items()):
            bounds = ("", "") if series in ("ucdp_is_deaths", "ucdp_partner_deaths") else (number(low, 0), number(high, 0))
            self.add(month, country, series, number(best, 0), *bounds, "person/month", "ucdp_ged")

    def civilian_harm(self):
        """Airwars on the Coalition alone in Syria: graded fair or confirmed, and all but discounted."""
        total = {}
        for row in rows(self.folder, "airwars_syria_civharm_month_admin1.csv"):
            if row["attrib"] != "US-led Coalition" or row["series"] != "airwars_civilians_killed" or row["evidence"] == "Discounted":
                continue
            names = ["airwars_coalition_civilians:all grades"] + (["airwars_coalition_civilians:fair and confirmed"] if row["evidence"] in ("Fair", "Confirmed") else [])
            for name in names:
                entry = total.setdefault((name, row["date"]), [0.0, 0.0, 0.0])
                for i, c in enumerate(("value", "low", "high")):
                    entry[i] += float(row[c] or 0)
        for (name, month), entry in sorted(total.items()):
            self.add(month, "Syria", name, *(number(v, 1) for v in entry), "person/month", "airwars_syria")

    def money(self):
        """Revenue and oil in the model's units, where the data folder has another."""
        share = next(float(r["value"]) / 100 for r in rows(self.folder, "daesh_finance_oil.csv") if r["series"] == "ihs_isis_oil_share_of_revenue")
        for row in rows(self.folder, "daesh_finance_oil.csv"):
            if row["verified"] == "no" or row["value"] == "" or span(row["date"])[1] > OUTCOMES_END:
                continue
            key = self.citations.key(row, "finance")

            def made(series, factor, unit, verified):
                self.add(row["date"], "Iraq+Syria", series, *(number(float(row[c]) * factor, 2) if row[c] not in ("", None) else "" for c in ("value", "low", "high")),
                         unit, key, verified)

            if row["series"] == "isis_oil_production":
                made("oil_production_satellite" if "Do, Shapiro" in row["source"] else "oil_production_other", 1, "barrel/day", row["verified"])
            elif row["series"] == "ihs_isis_monthly_revenue" and row["date"] == "2016-03":
                made("oil_revenue", 1e6 * share, "USD/month", "derived")
            elif row["series"] == "isis_oil_revenue_per_day":
                made("oil_revenue", 1e6 * 365.25 / 12, "USD/month", "derived")
            elif row["series"] == "cat_isis_extortion_tax_revenue":
                made("tax_revenue", 1e6 / 12, "USD/month", "derived")

    def ground_of_2014(self):
        for row in rows(self.folder, "territory_population_control.csv"):
            if row["series"] == "pentagon_isis_territory_held_2014_km2":
                self.add("2014-08-01", "Iraq", "is_territory_km2_iraq_populated", number(float(row["value"]), 0), "", "", "km2", self.citations.key(row, "territory"), "derived")

    def governance(self):
        for row in rows(self.folder, "governance_indicators.csv"):
            if row["region"] in COUNTRIES and "2008" <= row["date"] <= "2017":
                self.add(row["date"], row["region"], row["series"], *(number(float(row[c]), 4) if row[c] not in ("", None) else "" for c in ("value", "low", "high")),
                         "index", "governance")

    def places(self, found):
        """Share of the listed places (by weight) held on the first of each month; and, if the model has
        a constant Reach, the control that it implies."""
        reach = reach_of_model(self.model)
        for e in ELEMENTS:
            if not total_weight(found, e):
                continue
            points = steps(found, e, "lost")
            for index in range(54):
                share = [y for x, y in points if x <= index][-1]
                day = month_name(index) + "-01"
                self.add(day, e, "places_held_share", number(share, 4), "", "", "dmnl", "places", "derived")
                if reach:
                    self.add(day, e, "place_dates_control_share", number(share * reach[e], 4), "", "", "dmnl", "places", "derived")


def reach_of_model(model):
    """The constant Reach of the control sector, so that it is stated in one place only; nothing if the
    model has no such constant."""
    ns = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"
    for aux in tree.parse(model / "sectors" / "control.xmile").iter(ns + "aux"):
        if aux.get("name") == "Reach":
            return {e.get("subscript"): float(e.find(ns + "eqn").text) for e in aux.iter(ns + "element")}
    return {}


def observations(folder, model, found):
    """The rows in order, and the citations that they brought."""
    book = Book(folder, model)
    book.figures()
    book.published_displacement()
    book.stated()
    book.displacement()
    book.weapons()
    book.events()
    book.civilian_harm()
    book.money()
    book.ground_of_2014()
    book.governance()
    book.places(found)
    book.rows.sort(key=lambda r: (r[8], r[2], r[1], parse(r[0]), r[0], float(r[3] or 0)))
    return book.rows, book.citations.table
