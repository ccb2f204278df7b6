#!/usr/bin/env python3
"""Turn the collected public data into the files the Levant model reads.

    python3 tools/levant_data.py ../shared/data [models/levant]

Reads the data folder (one CSV per subject, see its README) and writes, always with the same bytes,

    sectors/inputs.xmile    exogenous series and constants of the 32 governorates
    data/observations.csv   what the model is held against, with windows calibration | holdout
    data/regions.csv        names and sizes of the governorates
    data/regions.geojson    their outlines, simplified
    data/sources.csv        one row per source key used in the model and in the observations

Nothing is estimated here: the script selects, converts units and dates, and spreads block totals over
months by rules that are written next to the code and repeated in models/levant/NOTES.md.
Outcome series end on 31 December 2017. Python standard library only.
"""
import csv
import json
import sys
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from xml.sax.saxutils import escape, quoteattr

ORIGIN = (2013, 7)                 # t = 0 is 1 July 2013
MONTHS = 66                        # inputs run to 31 December 2018
CALIBRATION_END = date(2016, 12, 31)
OUTCOMES_END = date(2017, 12, 31)

# ------------------------------------------------------------------------------------------------
# Governorates: name in the data, element, P-code (blank where it could not be checked), French, Arabic
# ------------------------------------------------------------------------------------------------
IRAQ = [
    ("Al-Anbar", "Al_Anbar", "", "Al-Anbar", "الأنبار"),
    ("Babil", "Babil", "", "Babil", "بابل"),
    ("Baghdad", "Baghdad", "", "Bagdad", "بغداد"),
    ("Al-Basrah", "Al_Basrah", "", "Bassora", "البصرة"),
    ("Dahuk", "Dahuk", "", "Dohouk", "دهوك"),
    ("Diyala", "Diyala", "", "Diyala", "ديالى"),
    ("Erbil", "Erbil", "", "Erbil", "أربيل"),
    ("Karbala", "Karbala", "", "Kerbala", "كربلاء"),
    ("Kirkuk", "Kirkuk", "", "Kirkouk", "كركوك"),
    ("Maysan", "Maysan", "", "Maysan", "ميسان"),
    ("Al-Muthanna", "Al_Muthanna", "", "Al-Muthanna", "المثنى"),
    ("An-Najaf", "An_Najaf", "", "Nadjaf", "النجف"),
    ("Ninawa", "Ninawa", "", "Ninive", "نينوى"),
    ("Al-Qadisiyyah", "Al_Qadisiyyah", "", "Al-Qadisiyya", "القادسية"),
    ("Salah ad-Din", "Salah_ad_Din", "", "Salah ad-Din", "صلاح الدين"),
    ("As-Sulaymaniyyah", "As_Sulaymaniyyah", "", "Souleimaniye", "السليمانية"),
    ("Dhi Qar", "Dhi_Qar", "", "Dhi Qar", "ذي قار"),
    ("Wasit", "Wasit", "", "Wasit", "واسط"),
]
SYRIA = [
    ("Al-Hasakah", "Al_Hasakah", "SY08", "Hassaké", "الحسكة"),
    ("Aleppo", "Aleppo", "SY02", "Alep", "حلب"),
    ("Ar-Raqqah", "Ar_Raqqah", "SY11", "Raqqa", "الرقة"),
    ("As-Suwayda", "As_Suwayda", "SY13", "Soueïda", "السويداء"),
    ("Damascus", "Damascus", "SY01", "Damas", "دمشق"),
    ("Daraa", "Daraa", "SY12", "Deraa", "درعا"),
    ("Deir ez-Zor", "Deir_ez_Zor", "SY09", "Deir ez-Zor", "دير الزور"),
    ("Hama", "Hama", "SY05", "Hama", "حماة"),
    ("Homs", "Homs", "SY04", "Homs", "حمص"),
    ("Idlib", "Idlib", "SY07", "Idleb", "إدلب"),
    ("Latakia", "Latakia", "SY06", "Lattaquié", "اللاذقية"),
    ("Quneitra", "Quneitra", "SY14", "Quneitra", "القنيطرة"),
    ("Rif Dimashq", "Rif_Dimashq", "SY03", "Rif Damas", "ريف دمشق"),
    ("Tartus", "Tartus", "SY10", "Tartous", "طرطوس"),
]
REGIONS = [(r, "Iraq") for r in IRAQ] + [(r, "Syria") for r in SYRIA]
ELEMENT = {r[0]: r[1] for r, _ in REGIONS}
COUNTRY = {r[1]: c for r, c in REGIONS}
ELEMENTS = [r[1] for r, _ in REGIONS]

# ------------------------------------------------------------------------------------------------
# Places. Weight: thousands of people of the town and the countryside that fell with it, order of
# magnitude only (gazetteers disagree by a factor of two). It matters only relative to the other
# places of the same governorate. "assault": the day on which the operation that retook the place
# began, where the sources give one; a month alone means its 15th.
# ------------------------------------------------------------------------------------------------
CITY = 200          # a place of this weight or more counts as a large city (slower to clear)
PLACE_WEIGHT = {
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
}
ASSAULT = {
    "Mosul": "2016-10-16", "Tal Afar": "2017-08-20", "Baaj / W. Ninawa": "2017-04-25", "Anah": "2017-09-19",
    "Raqqa": "2017-06-06", "Tell Abyad": "2015-05-31",
    "Tikrit": "2015-03", "Ramadi": "2015-12", "Fallujah": "2016-05", "Manbij": "2016-05", "Hawija": "2017-09",
}
BESIEGED_ONLY = {"Amerli (besieged)", "Kobani (besieged)"}      # never taken: no change of control
PARTNERS_WITH_AIR_SUPPORT = ("ISF", "PMF", "Peshmerga", "SDF", "YPG")

# ------------------------------------------------------------------------------------------------
# Series that come from single statements, not from the data folder: (start, end, total, source, note)
# ------------------------------------------------------------------------------------------------
WEEKS_PER_MONTH = 365.25 / 12 / 7
OIL_STRIKE_RATES = [   # (from, strikes per month)
    ("2014-09-01", None, "rest of about 300 by 29 Jun 2016, after the two rates below"),
    ("2015-10-21", 65 / ((date(2015, 12, 30) - date(2015, 10, 21)).days / (365.25 / 12)), "65 strikes, 21 Oct to 30 Dec 2015"),
    ("2015-12-30", 8 * WEEKS_PER_MONTH, "eight strikes a week in June 2016, held to October 2017"),
    ("2017-11-01", 0.0, "fields lost or destroyed"),
]
OIL_STRIKES_BY = (300, "2014-09-01", "2016-06-29")
CASH_STRIKE_RATES = [  # (from, strikes per month)
    ("2016-01-01", 10 / ((date(2016, 2, 18) - date(2016, 1, 1)).days / (365.25 / 12)), "ten strikes to 18 Feb 2016"),
    ("2016-02-18", (36 - 10) / (24 - 1.6), "36 targets in two years, the rest spread evenly"),
    ("2018-01-01", 0.0, "end of the two years"),
]

PAY_CUT = ("2015-12/2016-01", "Iraq+Syria", "pay_share", "0.5", "", "", "dmnl", "pay_order", "finance", "claim")

SOURCES = [  # key, citation, url, licence
    ("afcent", "US Air Forces Central Command airpower summaries (weapons released), as quoted by the press and by Airwars; months missing from the press spread inside known block totals, with bounds", "https://airwars.org/?p=41661", "facts"),
    ("airwars", "Airwars, monthly and annual assessments of Coalition strikes in Iraq and Syria", "https://airwars.org/reports/monthly-annual-assessment/", "facts, attribution"),
    ("airwars_located", "Airwars daily strike list August 2014 to June 2015, in informeren/dataviz-daesh", "https://github.com/informeren/dataviz-daesh", "MIT"),
    ("centcom_releases", "CENTCOM and CJTF-OIR daily strike releases December 2014 to 17 October 2016, collected by K. Schaul; scaled by the share of days with a release", "https://github.com/kevinschaul/uscentcom-isil-airstrikes-scraper", "MIT"),
    ("cjtf_oir", "CJTF-OIR cumulative and monthly strikes, in its civilian casualty reports and press statements", "https://www.inherentresolve.mil/", "public domain (US government)"),
    ("places", "Dates of loss and recapture of 42 places: AFP chronologies and Wikipedia articles on the battles", "https://github.com/front-lines-org/website", "CC BY-SA"),
    ("gazetteers", "City and district populations in gazetteers that disagree by up to a factor of two (Syria census 2004; Iraq 2002 and 2009 estimates)", "https://enwikipedia.net/wiki/List_of_cities_in_Iraq", "CC BY-SA"),
    ("cosit_2010", "Iraq Central Statistical Organization (COSIT), population projections 2010, table 2/8A", "https://cosit.gov.iq/AAS13/population/pop%2812%29.htm", "facts"),
    ("mop_2020", "Iraqi Ministry of Planning, population 2020 of five governorates, via Shafaq News", "https://www.shafaq.com/en/Iraq-News/Baghdad-records-the-highest-population-density-in-Iraq", "facts"),
    ("cbs_2011", "Syrian Central Bureau of Statistics, residents at the end of 2011, reproduced by places-in-the-world; Aleppo, Damascus, Latakia, Tartus and As-Suwayda from memory", "https://syria.places-in-the-world.com/regions-by-capitals-population.html", "facts"),
    ("cod_ab", "OCHA Common Operational Dataset, Iraq administrative boundaries (2019), dissolved to governorates", "https://data.humdata.org/dataset/cod-ab-irq", "CC BY-IGO"),
    ("natural_earth", "Natural Earth 1:10m admin-1 boundaries, Syria", "https://www.naturalearthdata.com/", "public domain"),
    ("eia_brent", "US Energy Information Administration, Europe Brent spot price, monthly, in datasets/oil-prices", "https://github.com/datasets/oil-prices", "public domain"),
    ("iom_dtm", "IOM Iraq, Displacement Tracking Matrix master lists (persons = families x 6), as converted in mcdimant/refugee_predictive_model", "https://iraqdtm.iom.int", "IOM, attribution"),
    ("ihs", "IHS Markit Conflict Monitor, territory, people and revenue of the Islamic State, press releases 2015 to 2018", "https://news.ihsmarkit.com/press-release/aerospace-defense-security/islamic-state-caliphate-shrinks-16-percent-2016-ihs-markit-", "facts"),
    ("rand_rr1912", "RAND, Rolling Back the Islamic State (RR-1912), press release 20 April 2017", "https://www.rand.org/news/press/2017/04/20.html", "facts"),
    ("pentagon", "US Department of Defense statements on territory held in Iraq, 2014 and April 2015", "https://www.masress.com/alshaab/182054", "facts"),
    ("mcgurk", "US Special Envoy and CJTF-OIR statements on people freed, 2017", "https://www.hsdl.org/?abstract&did=803718", "facts"),
    ("sedgwick", "Sedgwick, Syria, in a Taylor and Francis handbook: people under Daesh in Syria, late 2014", "https://www.taylorfrancis.com/chapters/edit/10.4324/9781315555157-16/syria-mark-sedgwick", "facts"),
    ("us_intelligence", "CIA and other US estimates of Daesh fighters, 2014 to 2017, as quoted by the press", "https://newslines.org/isis/cia-isis-has-20000-31500-fighters/", "facts"),
    ("isf_claims", "Claims of Daesh fighters killed, cumulative: US military, CJTF-OIR, UK", "https://scrippsnews.com/world/middle-east/number-of-isis-fighters-difficult-to-estimate", "facts"),
    ("ucdp_ged", "UCDP Georeferenced Event Dataset 19.1, Iraq (Sundberg and Melander 2013; Pettersson et al.)", "https://ucdp.uu.se/downloads/", "CC BY 4.0"),
    ("do_2017", "Do, Shapiro, Elvidge et al., How Much Oil Is the Islamic State Group Producing?, World Bank WPS8231, 2017", "http://documents.worldbank.org/curated/pt/239611509455488520/text/WPS8231.txt", "CC BY 3.0 IGO"),
    ("do_2017_sites", "Same study as reported: 42 sites, 34 in Syria and 8 in Iraq", "https://www.laboratoryequipment.com/news/2017/11/plummet-isis-oil-production-caught-satellite-analysis", "facts"),
    ("ft_2015", "Solomon, Chazan and Jones, Isis Inc: how oil fuels the jihadi terrorists, Financial Times, October 2015", "http://www.ft.com/intl/cms/s/2/b8234932-719b-11e5-ad6d-f4ed76f0900a.html", "facts"),
    ("ihs_oil_2014", "IHS, Spoils of War, via Reuters 20 October 2014: 50,000 to 60,000 barrels a day, sold at 25 to 60 USD against Brent about 85", "http://in.reuters.com/article/mideast-crisis-oil-estimate-idINL2N0SF1DE20141020", "facts"),
    ("us_oil_2015", "US and other estimates of oil output, 2014 to 2015, as quoted by the press", "https://www.jpost.com/breaking-news/us-led-air-strikes-have-cut-islamic-state-oil-revenues-439641", "facts"),
    ("warren_2015", "Col. Warren, CJTF-OIR, November and December 2015: two areas give about two thirds of oil finance; 65 strikes; 45,000 to 34,000 barrels a day", "https://www.airandspaceforces.com/coalition-targeting-isiss-oil/", "facts"),
    ("garver_2016", "Col. Garver, CJTF-OIR, 29 June 2016: about 300 strikes on oil since September 2014, eight in the last week", "https://www.iraq-businessnews.com/2016/06/30/operation-tidal-wave-ii-targets-is-oil-ops/", "facts"),
    ("cash_strikes_2016", "US officials, February 2016: ten strikes on cash, more than 100 million USD destroyed", "https://www.latimes.com/world/la-fg-terror-cash-20160218-story.html", "facts"),
    ("cash_strikes_two_years", "Air strikes on 36 financial targets in two years (Air Power Development Centre, on airpower against ISIS)", "https://runway.airforce.gov.au/index.php/role-us-airpower-defeating-isis", "facts"),
    ("ust_2015", "US Treasury, December 2015: at least 500 million USD taken from banks; 360 million USD a year of extortion", "https://indy100.com/news/how-isis-makes-its-money-7285586", "facts"),
    ("crs_pay", "US Congressional Research Service: pay of 400 to 1,200 USD a month", "https://www.hngn.com/articles/171577", "facts"),
    ("mosul_papers", "Papers found in Mosul: 70 USD for a single man, about 300 USD at most, 500 USD and more for leaders", "https://dinardetectives.com/iraqi-news-671", "facts"),
    ("cat_2015", "Centre d'Analyse du Terrorisme, taxes and extortion of Daesh in 2014 and 2015, via Réalités", "https://realites.com.tn/fr/centre-danalyse-du-terrorisme-la-fortune-de-daech-est-estimee-a-2200-millions-de-dollars", "facts"),
    ("pay_order", "Order of Daesh in Raqqa halving all pay, December 2015 to January 2016, translation quoted in the press", "https://www.latimes.com/world/la-fg-terror-cash-20160218-story.html", "facts"),
    ("schmid_2015", "Schmid, Foreign (Terrorist) Fighter Estimates, ICCT, October 2015: cumulative arrivals 2011 to 2014", "https://deploy.doczz.net/doc/1041074/foreign--terrorist--fighter-estimates--conceptual-and-data", "facts"),
    ("gersten_2016", "Maj. Gen. Gersten, 26 April 2016: arrivals 1,500 to 2,000 a month a year earlier, 200 now", "https://www.washingtonpost.com/news/checkpoint/wp/2016/04/26/number-of-foreign-fighters-entering-iraq-and-syria-drops-by-90-percent-pentagon-says/", "facts"),
    ("wapo_2016", "US intelligence assessments, September 2016: peak of 2,000 a month, as few as 50 now", "http://www.ambroseehirim.com/2016/09/flow-of-foreign-fighters-plummets-as.html", "facts"),
    ("us_intel_2014_10", "US intelligence officials, October 2014: more than 1,000 foreign arrivals a month", "http://www.elnashra.com/news/show/805920/", "facts"),
    ("shirqat_2016", "Shirqat offensive (2016), Wikipedia: 20,000 to 25,000 Iraqi and allied troops, March to September 2016", "https://en.wikipedia.org/wiki/Shirqat_offensive_(2016)", "CC BY-SA"),
    ("mosul_costs", "AP and others on the battle of Mosul: nine months, 1,200 to 1,500 Iraqi dead, about 100,000 involved of whom a quarter in regular combat", "https://www.thegardenisland.com/2017/12/20/", "facts"),
    ("sdf_strength", "Strength of the Syrian Democratic Forces: General Dunford, March 2016, and GlobalSecurity, May 2016", "https://www.globalsecurity.org/military/world/para/sdf.htm", "facts"),
    ("shaddadi_2016", "Al-Shaddadi offensive (2016), Wikipedia: about 6,000 SDF", "https://github.com/front-lines-org/website", "CC BY-SA"),
    ("first_year", "Coalition statements after the first year: 15,000 killed, 5,946 strikes (Airwars and press, August 2015)", "https://www.airforcetimes.com/news/your-air-force/2015/08/07/operation-inherent-resolve-one-year-after-the-first-bombs-fell/", "facts"),
    ("sirte_2016", "Sirte 2016: AFRICOM 495 strikes, 800 to 900 Daesh killed", "https://www.longwarjournal.org/archives/2017/09", "facts"),
    ("revkin_2019", "Revkin, survey in Mosul (n = 1,458): 75 % of 1.2 million still there after eight months", "https://ssrn.com/abstract=3365503", "facts"),
    ("strength_2014", "Estimates of ISIS strength before Mosul: 2,000 to 3,000 in Iraq (Wikipedia, War in Iraq); as many as 10,000 in both countries (CIA)", "https://newslines.org/isis/cia-isis-has-20000-31500-fighters/", "facts"),
    ("tikrit_dialogue", "Sanad and USIP: first families back in Tikrit on 15 June 2015, ten weeks after it was retaken", "https://www.usip.org/publications/2015/07", "facts"),
]
SOURCE_KEYS = {s[0] for s in SOURCES}

# ------------------------------------------------------------------------------------------------
# Dates
# ------------------------------------------------------------------------------------------------
WORDS = {"2014-late": date(2014, 11, 1), "2017-early": date(2017, 2, 15), "2015-mid": date(2015, 7, 1),
         "2014-summer": date(2014, 8, 1), "2014-peak": date(2014, 7, 1)}


def parse(text):
    """The day meant by a loosely written date: a month is its 15th, a year 1 July, a quarter or a
    period its middle."""
    text = text.strip()
    if text in WORDS:
        return WORDS[text]
    if "/" in text:
        a, b = text.split("/")
        first = date(*[int(p) for p in (a.split("-") + ["1", "1"])[:3]])
        parts = [int(p) for p in b.split("-")]
        last = (date(*parts) if len(parts) == 3 else
                date(parts[0], parts[1], monthrange(parts[0], parts[1])[1]) if len(parts) == 2 else
                date(parts[0], 12, 31))
        return first + (last - first) // 2
    if "-Q" in text:
        year, quarter = text.split("-Q")
        return date(int(year), 3 * int(quarter) - 1, 15)
    parts = [int(p) for p in text.split("-")]
    return date(*parts) if len(parts) == 3 else date(parts[0], parts[1], 15) if len(parts) == 2 else date(parts[0], 7, 1)


def as_written(text):
    """A date for the observations: a period stays a period, a word becomes the day it stands for."""
    return WORDS[text].isoformat() if text in WORDS else text


def months(day):
    """Time in the model (months since the origin) of the start of a day."""
    return (day.year - ORIGIN[0]) * 12 + day.month - ORIGIN[1] + (day.day - 1) / monthrange(day.year, day.month)[1]


def month_index(text):
    year, month = (int(p) for p in text.split("-")[:2])
    return (year - ORIGIN[0]) * 12 + month - ORIGIN[1]


def number(value, digits=4):
    """A number as short text without exponent, the same on every machine."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rows(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# ------------------------------------------------------------------------------------------------
# Structure of the governorates
# ------------------------------------------------------------------------------------------------
def populations(folder):
    """Residents in mid-2013 (Iraq) and at the end of 2011 (Syria), and the yearly growth used for Iraq."""
    iraq, later, syria = {}, {}, {}
    for row in rows(folder, "population_admin1.csv"):
        if row["series"] == "population" and row["date"] == "2010":
            iraq[row["region"]] = float(row["value"])
        elif row["series"] == "population" and row["date"] == "2020":
            later[row["region"]] = float(row["value"])
        elif row["series"] == "population_resident_estimate":
            syria[row["region"]] = float(row["value"])
    growth = (sum(later.values()) / sum(iraq[r] for r in later)) ** 0.1 - 1
    result = {ELEMENT[r]: round(iraq[r] * (1 + growth) ** 3, -3) for r in iraq}
    result.update({ELEMENT[r]: syria[r] for r in syria})
    return result, growth


def places(folder):
    """Places with weight, the days on which control changed and on which the final assault began."""
    found = []
    for row in rows(folder, "place_control_timeline.csv"):
        if row["country"] == "Libya" or row["place"] in BESIEGED_ONLY:
            continue
        taken, lost = parse(row["is_control_from"]), parse(row["is_control_until"])
        assault = parse(ASSAULT[row["place"]]) if row["place"] in ASSAULT else None
        found.append({"place": row["place"], "element": ELEMENT[row["governorate"]],
                      "weight": PLACE_WEIGHT[row["place"]], "taken": taken, "lost": lost, "assault": assault,
                      "by": row["retaken_by"]})
    default = median(months(p["lost"]) - months(p["assault"]) for p in found if p["assault"])
    for p in found:
        if p["assault"] is None:
            p["assault"] = max(p["taken"] + timedelta(days=1), p["lost"] - timedelta(days=round(default * 365.25 / 12)))
    return found, default


def total_weight(found, element):
    """Weight of the distinct places of a governorate (Palmyra fell twice and counts once)."""
    distinct = {p["place"].split(" (")[0] if p["place"].startswith("Palmyra") else p["place"]: p["weight"]
                for p in found if p["element"] == element}
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


# ------------------------------------------------------------------------------------------------
# Air campaign
# ------------------------------------------------------------------------------------------------
def monthly_weapons(folder):
    series = [0.0] * MONTHS
    for row in rows(folder, "afcent_weapons_monthly_reconstructed.csv"):
        index = month_index(row["date"])
        if index < MONTHS:
            series[index] = float(row["value"])
    return series


def located_strikes(folder):
    """Strikes per governorate and month to October 2016: Airwars to November 2014, CENTCOM (scaled) after;
    strikes in Syria without a governorate shared out like the located ones; October 2016 brought to the
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
            strikes[ELEMENT[region]][index] += float(row["value"])
    last = month_index("2016-10")
    published = {row["region"]: float(row["value"]) for row in rows(folder, "airstrikes_afcent_oir_airwars.csv")
                 if row["series"] == "airwars_strikes_month" and row["date"] == "2016-10"}
    for index in range(last + 1):
        for country in ("Iraq", "Syria"):
            members = [e for e in ELEMENTS if COUNTRY[e] == country]
            located = sum(strikes[e][index] for e in members)
            if located == 0:
                continue
            total = published[country] if index == last else located + unknown[country][index]
            for e in members:
                strikes[e][index] *= total / located
    return strikes, last


def later_country_totals(folder, weapons):
    """Country totals after October 2016. Known months are taken as published; between them the
    differences of cumulative counts are spread like the weapons released; see NOTES, 'Strikes'."""
    table = {}
    for row in rows(folder, "airstrikes_afcent_oir_airwars.csv"):
        table.setdefault((row["series"], row["region"], row["date"]), row["value"])

    def value(series, region, day):
        return float(table[(series, region, day)])

    iraq, both = {}, {}
    month = {(c, m): value("airwars_strikes_month", c, m) for c, m in
             [("Iraq", "2017-02"), ("Iraq", "2017-03"), ("Iraq", "2017-05"), ("Iraq", "2017-06"), ("Syria", "2017-02"),
              ("Syria", "2017-03"), ("Syria", "2017-06"), ("Iraq", "2018-01"), ("Iraq", "2018-02")]}

    def spread(total, names, target):
        weights = [weapons[month_index(n)] for n in names]
        for name, weight in zip(names, weights):
            target[name] = total * weight / sum(weights)

    # November 2016 to March 2017: Airwars by country
    winter = ["2016-11", "2016-12", "2017-01"]
    spread(value("airwars_cumulative_strikes", "Iraq", "2017-01-31") - value("airwars_cumulative_strikes", "Iraq", "2016-10-31"), winter, iraq)
    syria = {}
    spread(value("airwars_cumulative_strikes", "Syria", "2017-02-28") - month[("Syria", "2017-02")]
           - value("airwars_cumulative_strikes", "Syria", "2016-10-31"), winter, syria)
    for name in winter:
        both[name] = iraq[name] + syria[name]
    for name in ("2017-02", "2017-03"):
        iraq[name] = month[("Iraq", name)]
        both[name] = iraq[name] + month[("Syria", name)]
    # April to September 2017: CJTF-OIR cumulative, June as published by country
    both["2017-06"] = month[("Iraq", "2017-06")] + month[("Syria", "2017-06")]
    spread(value("cjtf_oir_cumulative_strikes", "Iraq+Syria", "2017-09-30") - value("cjtf_oir_cumulative_strikes", "Iraq+Syria", "2017-03-31")
           - both["2017-06"], ["2017-04", "2017-05", "2017-07", "2017-08", "2017-09"], both)
    iraq["2017-05"], iraq["2017-06"] = month[("Iraq", "2017-05")], month[("Iraq", "2017-06")]
    iraq["2017-04"] = (iraq["2017-03"] + iraq["2017-05"]) / 2
    # October 2017 to July 2018
    spring = ["2018-03", "2018-04", "2018-05", "2018-06", "2018-07"]
    for name in spring:
        both[name] = value("cjtf_oir_strikes_month", "Iraq+Syria", name)
    spread(value("cjtf_oir_cumulative_strikes", "Iraq+Syria", "2018-07-31") - value("cjtf_oir_cumulative_strikes", "Iraq+Syria", "2017-09-30")
           - sum(both[n] for n in spring), ["2017-10", "2017-11", "2017-12", "2018-01", "2018-02"], both)
    june_share = iraq["2017-06"] / both["2017-06"]
    for name in ("2017-07", "2017-08", "2017-09", "2017-10", "2017-11", "2017-12"):
        iraq[name] = both[name] * june_share
    iraq["2018-01"], iraq["2018-02"] = month[("Iraq", "2018-01")], month[("Iraq", "2018-02")]
    # August to December 2018
    spread(value("cjtf_oir_cumulative_strikes", "Iraq+Syria", "2018-11-30") - value("cjtf_oir_cumulative_strikes", "Iraq+Syria", "2018-07-31"),
           ["2018-08", "2018-09", "2018-10", "2018-11"], both)
    both["2018-12"] = value("cjtf_oir_strikes_month", "Iraq+Syria", "2018-12")
    early_2018 = (iraq["2018-01"] + iraq["2018-02"]) / (both["2018-01"] + both["2018-02"])
    for name in spring + ["2018-08", "2018-09", "2018-10", "2018-11", "2018-12"]:
        iraq[name] = both[name] * early_2018
    return {name: {"Iraq": iraq[name], "Syria": both[name] - iraq[name]} for name in both}


def all_strikes(folder, weapons, found):
    """Located strikes, then country totals shared out by the places that partners with Coalition air support
    are retaking in the month (weight x share of the month); where there is none, by the places still held
    that such partners retook later."""
    strikes, last = located_strikes(folder)
    for name, totals in later_country_totals(folder, weapons).items():
        index = month_index(name)
        for country, total in totals.items():
            def overlap(p, start, end):
                return max(0.0, min(months(p[end]), index + 1) - max(months(p[start]), index))
            supported = [p for p in found if COUNTRY[p["element"]] == country
                         and any(b in p["by"] for b in PARTNERS_WITH_AIR_SUPPORT)]
            weight = {}
            for p in supported:
                weight[p["element"]] = weight.get(p["element"], 0) + p["weight"] * overlap(p, "assault", "lost")
            if sum(weight.values()) == 0:
                for p in supported:
                    weight[p["element"]] = weight.get(p["element"], 0) + p["weight"] * overlap(p, "taken", "lost")
            if sum(weight.values()) == 0:      # nothing held in the country any more: where the last place was lost
                weight = {max(supported, key=lambda p: p["lost"])["element"]: 1.0}
            for element, w in weight.items():
                strikes[element][index] += total * w / sum(weight.values())
    return strikes


def stepped_rate(table):
    """A list of (day, rate) as monthly means (a month's mean is exact for its total)."""
    series = []
    for index in range(MONTHS):
        mean = 0.0
        for (start, rate, _), following in zip(table, table[1:] + [("2100-01-01", 0.0, "")]):
            a, b = max(months(parse(start)), index), min(months(parse(following[0])), index + 1)
            mean += rate * max(0.0, b - a)
        series.append(mean)
    return series


def oil_strikes():
    total, first, last = OIL_STRIKES_BY
    table = [list(r) for r in OIL_STRIKE_RATES]
    known = sum(rate * (min(months(parse(last)), months(parse(following[0]))) - months(parse(start)))
                for (start, rate, _), following in zip(table[1:3], table[2:4]))
    table[0][1] = (total - known) / (months(parse(table[1][0])) - months(parse(first)))
    return stepped_rate(table)


# ------------------------------------------------------------------------------------------------
# inputs.xmile
# ------------------------------------------------------------------------------------------------
class Sector:
    def __init__(self):
        self.lines = []

    def dimensions(self):
        self.lines.append('\t\t\t\t<dimensions><dim name="Governorate"/></dimensions>')

    def variable(self, name, units, doc, eqn=None, elements=None, gf=None, element_gfs=None, arrayed=False):
        out = self.lines
        out.append(f'\t\t\t<aux name={quoteattr(name)} access="output">')
        if elements or element_gfs:
            self.dimensions()
        if elements:
            for e in ELEMENTS:
                out.append(f'\t\t\t\t<element subscript="{e}"><eqn>{elements[e]}</eqn></element>')
        else:
            out.append(f"\t\t\t\t<eqn>{eqn}</eqn>")
        if gf:
            out.append("\t\t\t\t" + gf)
        for e in ELEMENTS if element_gfs else []:
            out.append(f'\t\t\t\t<element subscript="{e}">{element_gfs[e]}</element>')
        out.append(f"\t\t\t\t<units>{units}</units>")
        out.append(f"\t\t\t\t<doc>{escape(doc)}</doc>")
        out.append("\t\t\t</aux>")


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


def write_inputs(folder, model):
    population, growth = populations(folder)
    found, default = places(folder)
    weapons = monthly_weapons(folder)
    strikes = all_strikes(folder, weapons, found)
    area = {}
    for feature in json.load(open(folder / "admin1_boundaries.geojson", encoding="utf-8"))["features"]:
        if feature["properties"]["iso3"] in ("IRQ", "SYR"):
            area[ELEMENT[feature["properties"]["region"]]] = feature["properties"]["area_km2"]
    urban = {}
    for e in ELEMENTS:
        total = total_weight(found, e)
        big = sum(p["weight"] for p in found if p["element"] == e and p["weight"] >= CITY)
        urban[e] = big / total if total else 0.0
    brent = [0.0] * MONTHS
    for row in rows(model / "data", "brent_monthly.csv"):
        index = month_index(row["month"])
        if 0 <= index < MONTHS:
            brent[index] = float(row["usd_per_barrel"])
    arrivals = [  # anchors: middle of the year for yearly totals, the statement's month otherwise
        (months(parse("2013-07-01")), (8500 - 3500) / 12), (months(parse("2014-07-01")), (18000 - 8500) / 12),
        (months(parse("2014-10")), 1000.0), (months(parse("2015-04")), 1750.0), (months(parse("2016-04-26")), 200.0),
        (months(parse("2016-09")), 50.0), (float(MONTHS), 50.0)]
    sdf = [(0.0, 6000.0), (months(parse("2016-02-16")), 6000.0), (months(parse("2016-03-17")), 12500.0),
           (months(parse("2016-05")), 30500.0), (float(MONTHS), 30500.0)]
    named = ", ".join(f"{k} {v}" for k, v in sorted(ASSAULT.items()))

    s = Sector()
    s.variable("Initial population", "person",
               f"Residents: Iraq 2010 projections carried to mid-2013 at {100 * growth:.2f} % a year (growth of the five governorates with a 2020 figure), rounded to a thousand; Syria end of 2011. "
               "Five Syrian figures (Aleppo, Damascus, Latakia, Tartus, As-Suwayda) are from memory. People who left Syria between 2011 and July 2013 are still counted.\nSource: cosit_2010 mop_2020 cbs_2011",
               elements={e: number(population[e], 0) for e in ELEMENTS})
    s.variable("Area", "km2", "Area inside the boundaries used here. The Syrian ones are coarse (Homs and Deir ez-Zor are off by about 7,000 km2 in opposite directions).\nSource: cod_ab natural_earth",
               elements={e: number(area[e], 0) for e in ELEMENTS})
    s.variable("Urban share", "dmnl", f"Share of the weight of the listed places that lies in places of {CITY},000 people or more; the weights are orders of magnitude.\nSource: gazetteers",
               elements={e: number(urban[e], 2) for e in ELEMENTS})
    for country in ("Iraq", "Syria"):
        s.variable(f"In {country}", "dmnl", f"One in the governorates of {country}, zero elsewhere.\nSource: cod_ab natural_earth",
                   elements={e: "1" if COUNTRY[e] == country else "0" for e in ELEMENTS})
    s.variable("Objective share", "dmnl",
               "Share of the governorate's listed places (by weight) that Daesh holds or is taking and that no operation aims to retake: rises on the day a place fell, drops on the day the operation that retook it began. "
               f"The start of the operation is the documented one ({named}) or, where none is documented, {default:.2f} months (the median of the documented ones) before the place was retaken. "
               "The day on which a place was retaken is used only for that default: how long clearing takes is the model's answer.\nSource: places",
               eqn="TIME", element_gfs={e: stepped_gf(steps(found, e, "assault")) if total_weight(found, e) else stepped_gf([(0.0, 0.0)]) for e in ELEMENTS})
    s.variable("Strikes", "strike/month",
               "Coalition air strikes. To November 2014 Airwars, from December 2014 CENTCOM releases scaled by days with a release, October 2016 brought to the published country totals; both located. "
               "After October 2016 only country totals exist: shared out by the places under assault (rule in NOTES).\nSource: airwars_located centcom_releases airwars cjtf_oir",
               eqn="TIME", element_gfs={e: monthly_gf(strikes[e]) for e in ELEMENTS})
    s.variable("Weapons", "weapon/month", "Bombs and missiles released by aircraft under AFCENT control, whole theatre; about half the months are observed or exact differences, the rest spread inside block totals.\nSource: afcent",
               eqn="TIME", gf=monthly_gf(weapons, 0))
    s.variable("Oil strikes", "strike/month", "Strikes on oil targets: 65 from 21 October to 30 December 2015, then eight a week (the rate of June 2016) to the end of October 2017; the rest of the about 300 reached by 29 June 2016 spread evenly from September 2014. The rate after June 2016 is an assumption.\nSource: warren_2015 garver_2016",
               eqn="TIME", gf=monthly_gf(oil_strikes()))
    s.variable("Cash strikes", "strike/month", "Strikes on cash stores: ten by 18 February 2016, the rest of 36 spread evenly over the two years. The spread is an assumption.\nSource: cash_strikes_2016 cash_strikes_two_years",
               eqn="TIME", gf=monthly_gf(stepped_rate(CASH_STRIKE_RATES), 2))
    s.variable("Foreign arrivals", "person/month", "Foreign fighters entering Iraq and Syria, all groups: yearly differences of the cumulative count for 2013 and 2014, then the statements of October 2014, spring 2015, April and September 2016, joined by straight lines and held at 50 after.\nSource: schmid_2015 us_intel_2014_10 gersten_2016 wapo_2016",
               eqn="TIME", gf=line_gf(arrivals))
    s.variable("Syrian partner troops", "person", "Strength of the ground partner in Syria: the force of the Shaddadi offensive until February 2016, then the strength given for the SDF. Syrian government, Russian, Turkish and other forces are left out although they retook Palmyra, al-Bab and most of the Euphrates' right bank.\nSource: shaddadi_2016 sdf_strength",
               eqn="TIME", gf=line_gf(sdf))
    s.variable("Brent price", "USD/barrel", "Europe Brent spot price, monthly mean.\nSource: eia_brent",
               eqn="TIME", gf=monthly_gf(brent, 2))

    dims = "".join(f'\t\t\t<elem name="{e}"/>\n' for e in ELEMENTS)
    text = ('<?xml version="1.0" encoding="UTF-8"?>\n'
            "<!-- Written by tools/levant_data.py from the data folder. Change the script, not this file. -->\n"
            '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">\n'
            '\t<header>\n\t\t<vendor>Shamal</vendor>\n\t\t<product version="0.1" lang="en">Shamal Levant model</product>\n'
            "\t\t<name>Inputs</name>\n\t</header>\n"
            f'\t<sim_specs method="Euler" time_units="Month">\n\t\t<start>0</start>\n\t\t<stop>54</stop>\n\t\t<dt reciprocal="true">16</dt>\n\t</sim_specs>\n'
            '\t<dimensions>\n\t\t<dim name="Governorate">\n' + dims + "\t\t</dim>\n\t</dimensions>\n"
            "\t<model>\n\t\t<variables>\n" + "\n".join(s.lines) + "\n\t\t</variables>\n\t</model>\n</xmile>\n")
    (model / "sectors" / "inputs.xmile").write_text(text, encoding="utf-8")
    return population, area, found, strikes, weapons


# ------------------------------------------------------------------------------------------------
# observations.csv
# ------------------------------------------------------------------------------------------------
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
            day = date(ORIGIN[0] + (ORIGIN[1] - 1 + index) // 12, (ORIGIN[1] - 1 + index) % 12 + 1, 1)
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
        elif row["series"] == "dtm_idps_by_origin" and row["region"] in ELEMENT:
            add(row["date"], ELEMENT[row["region"]], "dtm_idps_by_origin", *scaled(row), "person", "iom_dtm", "stabilisation", "count")
    for row in rows(folder, "returnees_dtm_iraq_governorate.csv"):
        if row["series"] == "dtm_returnees":
            add(row["date"], ELEMENT.get(row["region"], row["region"]), "dtm_returnees", *scaled(row), "person", "iom_dtm", "stabilisation", "count")
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
    import xml.etree.ElementTree as tree
    ns = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"
    for aux in tree.parse(model / "sectors" / "control.xmile").iter(ns + "aux"):
        if aux.get("name") == "Reach":
            return {e.get("subscript"): float(e.find(ns + "eqn").text) for e in aux.iter(ns + "element")}
    raise SystemExit("control.xmile holds no constant 'Reach'")


# ------------------------------------------------------------------------------------------------
# regions.geojson: Douglas-Peucker on shared arcs, so that neighbours keep a common border
# ------------------------------------------------------------------------------------------------
def simplify(points, tolerance):
    """Douglas-Peucker with an explicit stack; the ends stay."""
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = points[first], points[last]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        worst, index = -1.0, -1
        for i in range(first + 1, last):
            px, py = points[i]
            t = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
            d = (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2
            if d > worst:
                worst, index = d, i
        if worst > tolerance * tolerance:
            keep[index] = True
            stack += [(first, index), (index, last)]
    return [p for p, k in zip(points, keep) if k]


def simplified_regions(folder, tolerance=0.012):
    features = [f for f in json.load(open(folder / "admin1_boundaries.geojson", encoding="utf-8"))["features"]
                if f["properties"]["iso3"] in ("IRQ", "SYR")]
    rings = []                              # (element, part, ring index, open ring of points)
    for f in features:
        geometry = f["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for p, part in enumerate(parts):
            for r, ring in enumerate(part):
                points = [(round(x, 6), round(y, 6)) for x, y, *_ in ring]
                points = [q for q, before in zip(points, [None] + points) if q != before]
                rings.append((ELEMENT[f["properties"]["region"]], p, r, points[:-1] if points[0] == points[-1] else points))
    neighbours = {}
    for *_, ring in rings:
        for i, q in enumerate(ring):
            neighbours.setdefault(q, set()).add(frozenset((ring[i - 1], ring[(i + 1) % len(ring)])))
    outlines = {}
    for element, p, r, ring in rings:
        nodes = [i for i, q in enumerate(ring) if len(neighbours[q]) > 1]
        if len(nodes) < 2:                  # a ring of its own: cut it at its smallest point and the one farthest from it
            start = nodes[0] if nodes else ring.index(min(ring))
            far = max(range(len(ring)), key=lambda i: ((ring[i][0] - ring[start][0]) ** 2 + (ring[i][1] - ring[start][1]) ** 2, ring[i]))
            nodes = sorted({start, far})
        new = []
        for a, b in zip(nodes, nodes[1:] + [nodes[0] + len(ring)]):
            arc = [ring[i % len(ring)] for i in range(a, b + 1)]
            forward = (arc[0], arc[1]) <= (arc[-1], arc[-2])
            arc = simplify(arc if forward else arc[::-1], tolerance)
            new += (arc if forward else arc[::-1])[:-1]
        points = [[float(number(x, 3)), float(number(y, 3))] for x, y in new]
        outlines.setdefault(element, {}).setdefault(p, []).append(points + [points[0]])
    return outlines


def write_regions(folder, model, population, area):
    names = {r[1]: (r, c) for r, c in REGIONS}
    with open(model / "data" / "regions.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["pcode", "name_en", "name_fr", "name_ar", "country", "area_km2", "population", "element"])
        for e in ELEMENTS:
            (name, _, pcode, french, arabic), country = names[e]
            out.writerow([pcode, name, french, arabic, country, number(area[e], 0), number(population[e], 0), e])
    outlines = simplified_regions(folder)
    lines = []
    for e in ELEMENTS:
        (name, _, pcode, *_), country = names[e]
        parts = [outlines[e][p] for p in sorted(outlines[e])]
        geometry = {"type": "Polygon", "coordinates": parts[0]} if len(parts) == 1 else {"type": "MultiPolygon", "coordinates": parts}
        lines.append(json.dumps({"type": "Feature", "properties": {"element": e, "name": name, "pcode": pcode, "country": country},
                                 "geometry": geometry}, separators=(",", ":"), ensure_ascii=False))
    (model / "data" / "regions.geojson").write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).resolve().parent.parent / "models" / "levant"
    population, area, found, strikes, weapons = write_inputs(folder, model)
    with open(model / "data" / "observations.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["date", "region", "series", "value", "low", "high", "unit", "source", "line", "error_class", "window"])
        out.writerows(observations(folder, found, reach_of_model(model)))
    with open(model / "data" / "sources.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["key", "citation", "url", "licence"])
        out.writerows(sorted(SOURCES))
    write_regions(folder, model, population, area)


if __name__ == "__main__":
    main()
