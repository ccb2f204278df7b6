"""Dates as the sources write them, and time in the model."""
from calendar import monthrange
from datetime import date

ORIGIN = (2013, 7)                 # time 0 is 1 July 2013
MONTHS = 91                        # inputs run to 31 January 2021
CALIBRATION_END = date(2016, 12, 31)
OUTCOMES_END = date(2017, 12, 31)  # no outcome after this day is read
MONTH_DAYS = 365.25 / 12

WORDS = {"2014-late": date(2014, 11, 1), "2017-early": date(2017, 2, 15), "2015-mid": date(2015, 7, 1),
         "2014-summer": date(2014, 8, 1), "2014-peak": date(2014, 7, 1), "peak": date(2015, 1, 1)}


def _ends(text):
    """First and last day of one date without a slash."""
    text = text.strip()
    if "-H" in text:
        year, half = (int(p) for p in text.split("-H"))
        return (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))
    if "-Q" in text:
        year, quarter = (int(p) for p in text.split("-Q"))
        return date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, monthrange(year, 3 * quarter)[1])
    parts = [int(p) for p in text.split("-")]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    if len(parts) == 2:
        return date(parts[0], parts[1], 1), date(parts[0], parts[1], monthrange(parts[0], parts[1])[1])
    return date(parts[0], 1, 1), date(parts[0], 12, 31)


def span(text):
    """First and last day of the period that a date means."""
    text = text.strip()
    if text in WORDS:
        return WORDS[text], WORDS[text]
    first, _, last = text.partition("/")
    return _ends(first)[0], _ends(last or first)[1]


def parse(text):
    """The day that stands for a loosely written date: a month is its 15th, a year 1 July, a quarter
    or a period its middle."""
    text = text.strip()
    if text in WORDS:
        return WORDS[text]
    first, last = span(text)
    if "/" in text or "-H" in text:
        return first + (last - first) // 2
    if "-Q" in text:
        return date(first.year, first.month + 1, 15)
    parts = text.split("-")
    return first if len(parts) == 3 else date(first.year, first.month, 15) if len(parts) == 2 else date(first.year, 7, 1)


def as_written(text):
    """A date for the observations: a period stays a period, a word becomes the day it stands for."""
    text = text.strip()
    if text in WORDS:
        return WORDS[text].isoformat()
    if "-H" in text:
        first, last = span(text)
        return f"{first.isoformat()}/{last.isoformat()}"
    return text


def months(day):
    """Time in the model (months since the origin) of the start of a day."""
    return (day.year - ORIGIN[0]) * 12 + day.month - ORIGIN[1] + (day.day - 1) / monthrange(day.year, day.month)[1]


def month_index(text):
    year, month = (int(p) for p in text.split("-")[:2])
    return (year - ORIGIN[0]) * 12 + month - ORIGIN[1]


def month_name(index):
    total = ORIGIN[0] * 12 + ORIGIN[1] - 1 + index
    return f"{total // 12:04d}-{total % 12 + 1:02d}"


def number(value, digits=4):
    """A number as short text without exponent, the same on every machine."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def bounds(value, low, high):
    """Bounds that hold the value and are in order; some sums in the data are not (see breaks.csv)."""
    known = [float(v) for v in (value, low, high) if v not in ("", None)]
    return ("" if low == "" else number(min(known), 4), "" if high == "" else number(max(known), 4))
