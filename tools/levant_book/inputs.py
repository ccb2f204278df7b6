"""sectors/inputs.xmile: exogenous series and constants of the regions."""
import xml.etree.ElementTree as tree
from xml.sax.saxutils import escape, quoteattr

from . import air, effort, hosts, outlines
from .dates import MONTHS, number
from .places import ASSAULT, CITY, cumulative, places, total_weight
from .regions import BY_ELEMENT, COUNTRIES, ELEMENTS, LIBYAN_AREA, of_country
from .tables import rows, statement

NAMESPACE = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"


def populations(folder, model):
    """Residents in mid-2013 (Iraq, Libya) and at the end of 2011 (Syria); yearly growth used for Iraq and Libya."""
    iraq, later, result = {}, {}, {}
    for row in rows(folder, "population_admin1.csv"):
        if row["series"] == "population" and row["date"] == "2010":
            iraq[row["region"]] = float(row["value"])
        elif row["series"] == "population" and row["date"] == "2020":
            later[row["region"]] = float(row["value"])
        elif row["series"] == "population_resident_estimate":
            result[next(r.element for r in BY_ELEMENT.values() if r.source == row["region"])] = float(row["value"])
    growth = (sum(later.values()) / sum(iraq[r] for r in later)) ** 0.1 - 1
    for r in BY_ELEMENT.values():
        if r.country == "Iraq":
            result[r.element] = round(iraq[r.source] * (1 + growth) ** 3, -3)
    census = statement(model, "population", "Libya", "2006")
    libya = (statement(model, "population", "Libya", "2020") / census) ** (1 / 14) - 1
    counted = {e: 0.0 for e in of_country("Libya")}
    for district, element in LIBYAN_AREA.items():
        counted[element] += statement(model, "population", district, "2006")
    counted["Rest_of_Libya"] = census - sum(counted.values())
    for e, people in counted.items():
        result[e] = round(people * (1 + libya) ** 7, -3)
    return {e: result[e] for e in ELEMENTS}, growth, libya


def monthly_gf(series, digits=1):
    """A value held over each month; the last two points are equal, as a discrete table needs."""
    if not any(series):
        return f'<gf type="discrete"><xscale min="0" max="{MONTHS}"/><ypts>0,0</ypts></gf>'
    values = ",".join(number(v, digits) for v in list(series) + [series[-1]])
    return f'<gf type="discrete"><xscale min="0" max="{MONTHS}"/><ypts>{values}</ypts></gf>'


def stepped_gf(points, digits=4):
    last = points[-1][1]
    points = points + [(float(MONTHS), last)] if len(points) > 1 else [(0.0, last), (float(MONTHS), last)]
    return ('<gf type="discrete"><xpts>' + ",".join(number(x, 4) for x, _ in points) + "</xpts><ypts>"
            + ",".join(number(y, digits) for _, y in points) + "</ypts></gf>")


def line_gf(points):
    return ("<gf><xpts>" + ",".join(number(x, 4) for x, _ in points) + "</xpts><ypts>"
            + ",".join(number(y, 1) for _, y in points) + "</ypts></gf>")


class Sector:
    """The variables of the sector, as lines of XMILE."""

    def __init__(self, dimension):
        self.dimension = dimension
        self.lines = []

    def scalar(self, name, units, doc, gf):
        self._variable(name, units, doc, 0, ["<eqn>TIME</eqn>", gf])

    def series(self, name, units, doc, gfs):
        self._variable(name, units, doc, 1, ["<eqn>TIME</eqn>"] + [f'<element subscript="{e}">{gfs[e]}</element>' for e in ELEMENTS])

    def constants(self, name, units, doc, values):
        self._variable(name, units, doc, 1, [f'<element subscript="{e}"><eqn>{values[e]}</eqn></element>' for e in ELEMENTS])

    def matrix(self, name, other, units, doc, values):
        self._variable(name, units, doc, 2, [f'<element subscript="{r}, {s}"><eqn>{number(values[r][s])}</eqn></element>'
                                             for r in ELEMENTS for s in ELEMENTS], other)

    def _variable(self, name, units, doc, rank, body, other=None):
        self.lines.append(f'\t\t\t<aux name={quoteattr(name)} access="output">')
        if rank:
            dims = "".join(f'<dim name={quoteattr(d)}/>' for d in (self.dimension, other)[:rank])
            self.lines.append(f"\t\t\t\t<dimensions>{dims}</dimensions>")
        self.lines += [f"\t\t\t\t{line}" for line in body]
        self.lines += [f"\t\t\t\t<units>{units}</units>", f"\t\t\t\t<doc>{escape(doc)}</doc>", "\t\t\t</aux>"]


def root_of(model):
    """Name of the dimension of the regions and the last month, as levant.xmile has them."""
    root = tree.parse(model / "levant.xmile").getroot()
    for dim in root.iter(NAMESPACE + "dim"):
        found = [e.get("name") for e in dim.findall(NAMESPACE + "elem")]
        if "Ninawa" in found:
            if found != ELEMENTS:
                raise SystemExit(f"levant.xmile: dimension {dim.get('name')} does not hold the {len(ELEMENTS)} regions in this order: " + " ".join(ELEMENTS))
            return dim.get("name"), root.find(f"{NAMESPACE}sim_specs/{NAMESPACE}stop").text
    raise SystemExit("levant.xmile has no dimension that holds Ninawa")


def write_inputs(folder, model):
    dimension, stop = root_of(model)
    population, growth, libyan_growth = populations(folder, model)
    found, default = places(folder)
    strikes = air.all_strikes(folder, model, found)
    weapons = air.monthly_weapons(folder, air.theatre(strikes))
    area = outlines.areas(folder)
    urban, supported = {}, {}
    for e in ELEMENTS:
        total = total_weight(found, e)
        urban[e] = total_weight(found, e, lambda p: p["weight"] >= CITY) / total if total else 0.0
        supported[e] = total_weight(found, e, lambda p: p["supported"]) / total if total else 0.0
    share = effort.stabilisation_share(folder, found)
    turkish = outlines.turkish_border(folder)
    named = ", ".join(f"{k} {v}" for k, v in sorted(ASSAULT.items()))

    s = Sector(dimension)
    s.constants("Initial population", "person",
                f"Residents: Iraq 2010 projections carried to mid-2013 at {100 * growth:.2f} % a year (growth of the five governorates with a 2020 figure); Syria end of 2011; Libya census of 2006 carried to mid-2013 at {100 * libyan_growth:.2f} % a year (growth of the whole country to 2020). Rounded to a thousand. "
                "Five Syrian figures (Aleppo, Damascus, Latakia, Tartus, As-Suwayda) are from memory. People who left Syria between 2011 and July 2013 are still counted. The Libyan census counted residents, the estimate of 2020 Libyans only.\nSource: cosit_2010 mop_2020 cbs_2011 libya_census_2006 libya_bsc_2020",
                {e: number(population[e], 0) for e in ELEMENTS})
    s.constants("Area", "km2", "Area inside the boundaries used here. The Syrian and Libyan ones are coarse (Homs and Deir ez-Zor are off by about 7,000 km2 in opposite directions; the Libyan districts are those of 2001 to 2007).\nSource: cod_ab natural_earth",
                {e: number(area[e], 0) for e in ELEMENTS})
    s.constants("Urban share", "dmnl", f"Share of the weight of the listed places that lies in places of {CITY},000 people or more; the weights are orders of magnitude.\nSource: gazetteers",
                {e: number(urban[e], 2) for e in ELEMENTS})
    s.constants("Supported share", "dmnl", "Share of the weight of the listed places that was retaken by partners of the Coalition (Iraqi forces, Popular Mobilisation, Peshmerga, SDF, YPG; in Sirte the forces of the Government of National Accord, with US air support). The rest fell to the Syrian, Russian, Turkish and other forces.\nSource: places",
                {e: number(supported[e], 2) for e in ELEMENTS})
    for country in COUNTRIES:
        s.constants(f"In {country}", "dmnl", f"One in the regions of {country}, zero elsewhere.\nSource: cod_ab natural_earth",
                    {e: "1" if BY_ELEMENT[e].country == country else "0" for e in ELEMENTS})
    s.constants("Turkish border", "km", "Length of the border with Turkey, measured on coarse outlines (Latakia's short stretch is left out: the outline does not tell it from the coast).\nSource: natural_earth",
                {e: number(turkish[e], 0) for e in ELEMENTS})
    starts = (f"The start of an operation is the documented one ({named}) or, where none is documented, {default:.2f} months (the median of the documented ones in Iraq and Syria) before the place was retaken. "
              "The day on which a place was retaken is used only for that default: how long clearing takes is the model's answer.")
    for name, doc, keep, day in (
            ("Seized share", "Share of the region's listed places (by weight) that Daesh has set out to seize so far, on the days on which they fell; a place that fell twice counts twice. Dates are inputs: the model does not explain why Daesh attacked when it did.", lambda p: True, "taken"),
            ("Partner contested share", "Share of the region's listed places (by weight) that partners of the Coalition have set out to retake so far. " + starts, lambda p: p["supported"], "assault"),
            ("Other contested share", "The same for forces that the Coalition does not support: the Syrian army with Russia, Turkey and its allies, others. " + starts, lambda p: not p["supported"], "assault")):
        s.series(name, "dmnl", doc + "\nSource: places derna_campaign",
                 {e: stepped_gf(cumulative(found, e, day, keep)) if total_weight(found, e, keep) else stepped_gf([(0.0, 0.0)]) for e in ELEMENTS})
    s.series("Strikes", "strike/month",
             "Coalition air strikes; in Libya US strikes. To November 2014 Airwars, from December 2014 CENTCOM releases scaled by days with a release, October 2016 brought to the published country totals; both located. "
             "After October 2016 only totals exist: shared out by the places under assault (rules in data/README.md).\nSource: airwars_located centcom_releases airwars cjtf_oir oir_strikes_2020 sirte_2016",
             {e: monthly_gf(strikes[e]) for e in ELEMENTS})
    s.constants("Stabilisation share", "dmnl", "Share of the projects of the UNDP facility by region in 2017: Ninawa and Anbar as published, the rest by the weight of the places retaken. Held for all years.\nSource: undp_ffs_2017",
                {e: number(share[e]) for e in ELEMENTS})
    s.matrix("Host share", "Host", "dmnl", "Share of the displaced of a region of origin (first) who live in a region (second); rows sum to one. Iraqi origins: mean of IOM's rounds to December 2016. Origins that IOM did not count, in Syria and Libya all: the people of the regions of the country, an assumption.\nSource: iom_dtm",
             hosts.host_shares(folder, population))
    s.scalar("Weapons", "weapon/month", "Bombs and missiles released by aircraft under AFCENT control in Iraq and Syria; about half the months to 2018 are observed or exact differences, the rest spread inside block totals; from December 2019 on by the strikes.\nSource: afcent", monthly_gf(weapons, 0))
    s.scalar("Oil strikes", "strike/month", "Strikes on oil targets: 65 from 21 October to 30 December 2015, then eight a week (the rate of June 2016) to the end of October 2017; the rest of the about 300 reached by 29 June 2016 spread evenly from September 2014. The rate after June 2016 is an assumption.\nSource: warren_2015 garver_2016", monthly_gf(air.oil_strikes(model)))
    s.scalar("Cash strikes", "strike/month", "Strikes on cash stores: ten by 18 February 2016, the rest of 36 spread evenly over the two years. The spread is an assumption.\nSource: cash_strikes_2016 cash_strikes_two_years", monthly_gf(air.cash_strikes(model), 2))
    s.scalar("French strikes", "strike/month", "Strikes by France in Iraq and Syria, already counted in Strikes: differences of the ministry's cumulative counts, spread evenly between them; the pace of 2019 is held after.\nSource: chammal", monthly_gf(effort.french_strikes(folder, model), 2))
    s.scalar("Foreign arrivals", "person/month", "Foreign fighters entering Iraq and Syria, all groups: yearly differences of the cumulative count for 2013 and 2014, then the statements of October 2014, spring 2015, April and September 2016, joined by straight lines and held at 50 after. An observation: the model of the line on foreign fighters does not use it.\nSource: schmid_2015 us_intel_2014_10 gersten_2016 wapo_2016", line_gf(effort.arrivals()))
    s.scalar("No entry additions", "person/month", "Names added to Turkey's no-entry list: the pace between its sizes of November 2015 and July 2017, carried back to the month in which it gives an empty list and held to the end. Both extensions are assumptions.\nSource: turkey_lists", monthly_gf(effort.no_entry(model), 0))
    s.scalar("Iraqis trained", "person/month", "Members of the Iraqi forces trained by the Coalition a month: differences of cumulative statements, spread evenly; none after 2019, for want of a figure. Statements count courses, police and refreshers; the jump from 2016 on is partly one of definition.\nSource: training_start centcom_885189 isf_trained", monthly_gf(effort.training(folder, model), 0))
    s.scalar("Stabilisation money", "USD/month", "Contributions to UNDP's Funding Facility for Stabilisation in Iraq a month: differences of cumulative statements, spread evenly; the pace of 2019 is held after September 2019.\nSource: undp_ffs_2016 undp_ffs_2017 undp_ffs_2019", monthly_gf(effort.stabilisation(folder, model), 0))
    s.scalar("Operation cost", "USD/month", "Cost of the US operation a month: differences of cumulative statements, spread evenly; the daily cost of July 2016 is held after December 2016, an assumption.\nSource: oir_cost", monthly_gf(effort.cost(folder, model), 0))
    s.scalar("Coalition personnel in Iraq", "person", "US personnel in Iraq: none before 8 August 2014, the ceiling of early 2015 reached by January 2015 (an assumption), then the ceilings and the statement of December 2017, straight lines between and held after. Allies are left out.\nSource: us_troops", line_gf(effort.advisers(folder)))
    s.scalar("Syrian partner troops", "person", "Strength of the ground partner in Syria: the force of the Shaddadi offensive until February 2016, then the strength given for the SDF. Syrian government, Russian, Turkish and other forces are left out although they retook Palmyra, al-Bab and most of the Euphrates' right bank.\nSource: shaddadi_2016 sdf_strength", line_gf(effort.syrian_partners()))
    s.scalar("Brent price", "USD/barrel", "Europe Brent spot price, monthly mean.\nSource: eia_brent", monthly_gf(effort.brent(model), 2))

    dims = "".join(f'\t\t\t<elem name="{e}"/>\n' for e in ELEMENTS)
    text = ('<?xml version="1.0" encoding="UTF-8"?>\n'
            "<!-- Written by tools/levant_data.py from the data folder. Change the script, not this file. -->\n"
            '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n'
            '\t<header>\n\t\t<vendor>Shamal</vendor>\n\t\t<product version="0.1" lang="en">Shamal Levant model</product>\n'
            "\t\t<name>Inputs</name>\n\t</header>\n"
            f'\t<sim_specs method="Euler" time_units="Month">\n\t\t<start>0</start>\n\t\t<stop>{stop}</stop>\n\t\t<dt reciprocal="true">16</dt>\n\t</sim_specs>\n'
            "\t<dimensions>\n" + "".join(f"\t\t<dim name={quoteattr(d)}>\n{dims}\t\t</dim>\n" for d in (dimension, "Host")) + "\t</dimensions>\n"
            "\t<model>\n\t\t<variables>\n" + "\n".join(s.lines) + "\n\t\t</variables>\n\t</model>\n</xmile>\n")
    (model / "sectors" / "inputs.xmile").write_text(text, encoding="utf-8")
    return population, area, found
