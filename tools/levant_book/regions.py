"""The 35 regions of the model and the larger areas that observations speak of.

P-codes are those of the Common Operational Datasets. The three Libyan areas are made of districts:
their code lists the districts of 2018, their outline is made of the older districts that the
boundaries in the data folder have.
"""
from collections import namedtuple

Region = namedtuple("Region", "source element pcode country english french arabic")

IRAQ = [
    Region("Al-Anbar", "Al_Anbar", "IQG01", "Iraq", "Anbar", "Anbar", "الأنبار"),
    Region("Babil", "Babil", "IQG07", "Iraq", "Babil", "Babil", "بابل"),
    Region("Baghdad", "Baghdad", "IQG08", "Iraq", "Baghdad", "Bagdad", "بغداد"),
    Region("Al-Basrah", "Al_Basrah", "IQG02", "Iraq", "Basra", "Bassora", "البصرة"),
    Region("Dahuk", "Dahuk", "IQG09", "Iraq", "Dohuk", "Dohouk", "دهوك"),
    Region("Diyala", "Diyala", "IQG10", "Iraq", "Diyala", "Diyala", "ديالى"),
    Region("Erbil", "Erbil", "IQG11", "Iraq", "Erbil", "Erbil", "أربيل"),
    Region("Karbala", "Karbala", "IQG12", "Iraq", "Karbala", "Kerbala", "كربلاء"),
    Region("Kirkuk", "Kirkuk", "IQG13", "Iraq", "Kirkuk", "Kirkouk", "كركوك"),
    Region("Maysan", "Maysan", "IQG14", "Iraq", "Maysan", "Maysan", "ميسان"),
    Region("Al-Muthanna", "Al_Muthanna", "IQG03", "Iraq", "Muthanna", "Muthanna", "المثنى"),
    Region("An-Najaf", "An_Najaf", "IQG04", "Iraq", "Najaf", "Nadjaf", "النجف"),
    Region("Ninawa", "Ninawa", "IQG15", "Iraq", "Ninewa", "Ninive", "نينوى"),
    Region("Al-Qadisiyyah", "Al_Qadisiyyah", "IQG05", "Iraq", "Qadisiyya", "Qadisiyya", "القادسية"),
    Region("Salah ad-Din", "Salah_ad_Din", "IQG16", "Iraq", "Salah al-Din", "Salah al-Din", "صلاح الدين"),
    Region("As-Sulaymaniyyah", "As_Sulaymaniyyah", "IQG06", "Iraq", "Sulaymaniyah", "Souleimaniye", "السليمانية"),
    Region("Dhi Qar", "Dhi_Qar", "IQG17", "Iraq", "Dhi Qar", "Dhi Qar", "ذي قار"),
    Region("Wasit", "Wasit", "IQG18", "Iraq", "Wasit", "Wasit", "واسط"),
]
SYRIA = [
    Region("Al-Hasakah", "Al_Hasakah", "SY08", "Syria", "Hasakah", "Hassaké", "الحسكة"),
    Region("Aleppo", "Aleppo", "SY02", "Syria", "Aleppo", "Alep", "حلب"),
    Region("Ar-Raqqah", "Ar_Raqqah", "SY11", "Syria", "Raqqa", "Raqqa", "الرقة"),
    Region("As-Suwayda", "As_Suwayda", "SY13", "Syria", "Suwayda", "Soueïda", "السويداء"),
    Region("Damascus", "Damascus", "SY01", "Syria", "Damascus", "Damas", "دمشق"),
    Region("Daraa", "Daraa", "SY12", "Syria", "Daraa", "Deraa", "درعا"),
    Region("Deir ez-Zor", "Deir_ez_Zor", "SY09", "Syria", "Deir ez-Zor", "Deir ez-Zor", "دير الزور"),
    Region("Hama", "Hama", "SY05", "Syria", "Hama", "Hama", "حماة"),
    Region("Homs", "Homs", "SY04", "Syria", "Homs", "Homs", "حمص"),
    Region("Idlib", "Idlib", "SY07", "Syria", "Idlib", "Idleb", "إدلب"),
    Region("Latakia", "Latakia", "SY06", "Syria", "Latakia", "Lattaquié", "اللاذقية"),
    Region("Quneitra", "Quneitra", "SY14", "Syria", "Quneitra", "Quneitra", "القنيطرة"),
    Region("Rif Dimashq", "Rif_Dimashq", "SY03", "Syria", "Rural Damascus", "Rif Damas", "ريف دمشق"),
    Region("Tartus", "Tartus", "SY10", "Syria", "Tartus", "Tartous", "طرطوس"),
]
LIBYA = [
    Region("Sirte", "Sirte", "LY0208", "Libya", "Sirte", "Syrte", "سرت"),
    Region("Derna-Benghazi", "Derna_Benghazi", "LY0101+LY0102+LY0103+LY0106", "Libya",
           "Derna–Benghazi", "Derna–Benghazi", "درنة – بنغازي"),
    Region("Rest of Libya", "Rest_of_Libya",
           "LY0104+LY0105+LY0107+LY0209+LY0210+LY0211+LY0212+LY0213+LY0214+LY0215+LY0216+LY0317+LY0318+LY0319+LY0320+LY0321+LY0322",
           "Libya", "Rest of Libya", "Reste de la Libye", "باقي ليبيا"),
]
REGIONS = IRAQ + SYRIA + LIBYA
ELEMENTS = [r.element for r in REGIONS]
BY_ELEMENT = {r.element: r for r in REGIONS}
COUNTRIES = ("Iraq", "Syria", "Libya")

# Larger areas, in which many figures are given: code, P-code, English, French, Arabic.
AREAS = [
    ("Iraq", "IQ", "Iraq", "Irak", "العراق"),
    ("Syria", "SY", "Syria", "Syrie", "سوريا"),
    ("Libya", "LY", "Libya", "Libye", "ليبيا"),
    ("Iraq+Syria", "IQ+SY", "Iraq and Syria", "Irak et Syrie", "العراق وسوريا"),
    ("World", "", "Everywhere", "Partout", "العالم"),
]

# The districts of 2001 to 2007 in the boundaries, by the area of the model they belong to; every
# other Libyan district is the rest. Al Qubbah holds Derna there.
LIBYAN_AREA = {"Sirte": "Sirte", "Benghazi": "Derna_Benghazi", "Al Marj": "Derna_Benghazi",
               "Al Jabal al Akhdar": "Derna_Benghazi", "Al Qubbah": "Derna_Benghazi"}


def element_of(country, source):
    """The region of the model in which a governorate or district of the data lies; None if unknown."""
    if country == "Libya":
        return LIBYAN_AREA.get(source, "Rest_of_Libya")
    found = [r.element for r in REGIONS if r.source == source and r.country == country]
    return found[0] if found else None


def of_country(country):
    return [r.element for r in REGIONS if r.country == country]


GOVERNORATE = {r.source: r.element for r in IRAQ + SYRIA}      # names are unique in the two countries
