"""breaks.csv: where a series changes its meaning, is replaced, or contradicts another."""
from .tables import rows

HEADER = ["series", "region", "from", "until", "kind", "size", "unit", "treatment", "note", "source"]


def _step(folder, table, series, region, day):
    """Change of a count between the round before a day and that day."""
    found = sorted((r["date"], float(r["value"])) for r in rows(folder, table) if r["series"] == series and r["region"] == region)
    index = next(i for i, (d, _) in enumerate(found) if d == day)
    return found[index - 1][0], found[index][1] - found[index - 1][1]


def breaks(folder):
    idps, returns = "idp_dtm_iraq_governorate.csv", "returnees_dtm_iraq_governorate.csv"
    table = []

    def step(table_name, source_series, region, shown, series, day, note):
        before, size = _step(folder, table_name, source_series, region, day)
        table.append([series, shown, before, day, "reclassification", f"{size:.0f}", "person", "the step is part of the series; a fit counts the two rounds as one point and shows the step", note, "iom_dtm"])

    step(idps, "dtm_idps_hosted", "Iraq", "Iraq", "dtm_idps", "2017-06-30", "displaced people of Mosul entered at once: larger than any flow of the month")
    step(idps, "dtm_idps_by_origin", "Kirkuk", "Kirkuk", "dtm_idps_by_origin", "2017-10-31", "Kirkuk after the change of control of October 2017")
    step(returns, "dtm_returnees", "Iraq", "Iraq", "dtm_returnees", "2017-12-31", "returns to Ninawa recounted in December 2017 and January 2018")
    step(returns, "dtm_returnees", "Ninawa", "Ninawa", "dtm_returnees", "2017-12-31", "returns to Ninawa recounted in December 2017 and January 2018")
    fixed = [
        ("dtm_returnees", "Iraq", "2014-01-01", "2015-04-10", "not counted", "", "", "no row before 10 April 2015", "the true number was not zero before the first round", "iom_dtm"),
        ("dtm_idps", "Iraq", "2014-07-31", "2014-07-31", "revision", "2.7", "percent", "both figures kept: dtm_idps and dtm_idps_published", "the figure published at the time differs from the master list", "iom_dtm"),
        ("dtm_idps", "Iraq", "2014-01-01", "2014-01-01", "definition", "", "", "none", "about a million people displaced before 2014 are outside the count", "iom_dtm"),
        ("dtm_idps_hosted", "Iraq", "2014-04-01", "2017-12-31", "double count", "", "", "the row of the country is the sum of the governorates and is never added to them", "", "iom_dtm"),
        ("centcom_strikes_scaled", "Iraq+Syria", "2016-10-01", "2016-10-31", "replaced", "", "", "brought to the published 301 (Iraq) and 273 (Syria)", "extrapolated from 14 days of releases: 8 % and 28 % too high", "airwars"),
        ("airwars_strikes_2014_15", "Iraq+Syria", "2014-12-01", "2015-06-30", "overlap", "", "", "Airwars to November 2014, CENTCOM after; never added", "two lists of the same strikes", "airwars_located"),
        ("coalition_strikes", "Iraq+Syria", "2016-10-17", "2020-12-31", "not located", "", "", "country totals shared out by a rule (README)", "the list of located strikes ends", "centcom_releases"),
        ("airwars_cumulative_strikes", "Iraq+Syria", "2017-05-31", "2017-05-31", "contradiction", "", "", "kept, not used for the inputs", "12,820 and 9,093 do not follow from the counts of the months", "airwars"),
        ("afcent_weapons", "Iraq+Syria", "2014-08-01", "2017-12-31", "reconstruction", "", "", "columns low and high", "about half the months are spread inside known totals", "afcent"),
        ("afcent_weapons", "Iraq+Syria", "2017-06-01", "2017-10-31", "coverage", "", "", "none", "artillery, helicopters and drones of the Army are not in it: 17,000 munitions of all kinds fell on Raqqa", "afcent"),
        ("ucdp_is_fatalities", "Syria", "2013-01-01", "2017-12-31", "coverage", "54 to 58", "percent", "shown as shape, not level", "only precisely located events; share of the state-based deaths of the country and year", "ucdp_ged"),
        ("ucdp_is_fatalities", "Libya", "2014-01-01", "2017-12-31", "coverage", "61 to 100", "percent", "shown as shape, not level", "only precisely located events", "ucdp_ged"),
        ("ucdp_deaths", "Iraq", "2013-07-01", "2017-12-31", "bounds", "", "", "bounds widened to hold the best estimate", "in some months the sum of the best estimates lies outside the sums of the low and high ones", "ucdp_ged"),
        ("airwars_civilians_killed", "Syria", "2014-09-01", "2017-12-31", "bounds", "", "", "bounds put in order", "two months have low and high exchanged", "airwars_syria"),
        ("ucdp_is_deaths", "Iraq", "2014-01-01", "2015-12-31", "bias", "4.5", "dmnl", "a factor of three as error", "side B outnumbers side A by this ratio: government claims, not an attrition ratio", "ucdp_ged"),
        ("ucdp_is_fatalities", "Iraq", "2014-08-01", "2017-12-31", "definition", "", "", "none", "strikes of the Coalition are inside the fighting of the Iraqi government with Daesh, some of them in Syria", "ucdp_ged"),
        ("coalition_pct_peak_territory_lost", "Syria", "2016-01-05", "2016-05-31", "contradiction", "20, 5, 20, 11", "percent", "all kept", "four statements within five months", "cjtf_oir"),
        ("rand_isis_population", "Iraq+Syria", "2014-11-01", "2015-12-31", "contradiction", "11 against 7 million", "person", "both kept; never in one score", "RAND and IHS count other areas", "rand_rr1912"),
        ("isis_fighters_killed_uk_estimate", "Iraq+Syria", "2016-12-15", "2016-12-15", "contradiction", "25,000 against 50,000", "person", "both kept", "the UK's figure is half of the US one", "isf_claims"),
        ("isis_fighters_estimate", "Iraq+Syria", "2017-12-01", "2017-12-31", "contradiction", "1,000 against 3,000", "person", "both kept, a factor of three as error", "two statements of the Coalition in one month", "us_intelligence"),
        ("cjtf_oir_civilians_killed_acknowledged_cum", "Iraq+Syria", "2014-08-01", "2017-12-31", "contradiction", "", "", "both kept", "an order of magnitude below Airwars and the AP", "cjtf_oir"),
        ("oir_people_liberated_cum", "Iraq+Syria", "2017-07-13", "2017-11-15", "definition", "4 to 7.5 million", "person", "shown; few points", "areas are counted when they are declared free", "mcgurk"),
        ("ff_cumulative_by_origin:Tunisia", "World", "2015-12-01", "2017-10-31", "definition", "6,000 to 2,926", "person", "both kept", "another official method, not a return", "schmid_2015"),
        ("isf_trained_cumulative", "Iraq", "2016-01-29", "2017-02-07", "definition", "20,000 to 60,000", "person", "used as stated; the error is a factor of 1.5", "13,500 in the year to August 2016 by another statement: police and refreshers came in", "isf_trained"),
        ("undp_ffs_projects_total", "Iraq", "2016-12-31", "2016-12-31", "contradiction", "350 against 257", "project", "the report of 2016 is kept", "two reports on the same day", "undp_ffs_2016"),
        ("wgi_PoliticalStability_estimate", "Iraq", "2008-01-01", "2017-12-31", "definition", "", "", "context only", "standardised anew each year: a change may be that of the others", "governance"),
        ("unami_civilians_killed_month", "Iraq", "2014-01-01", "2017-12-31", "coverage", "", "", "none", "Anbar is missing in several months", "unami"),
        ("population", "Libya", "2006-01-01", "2013-07-01", "definition", "", "", "carried forward at one rate", "residents in 2006, citizens in 2020; 800,000 migrants left in 2011", "libya_census_2006"),
    ]
    return table + [list(r) for r in fixed]
