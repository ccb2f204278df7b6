"""Units of the data folder as units of the model: pattern, unit, factor, what the pattern says beside it."""
import re

RULES = [
    (r"million USD/month", "USD/month", 1e6), (r"million USD/year", "USD/year", 1e6), (r"million USD/day", "USD/day", 1e6),
    (r"million USD", "USD", 1e6), (r"USD bn", "USD", 1e9), (r"USD", "USD", 1),
    (r"barrels/day", "barrel/day", 1), (r"persons/month", "person/month", 1), (r"items/month", "item/month", 1),
    (r"items/day", "item/day", 1), (r"incidents/month", "incident/month", 1), (r"incidents/day", "incident/day", 1),
    (r"persons", "person", 1), (r"people", "person", 1), (r"fighters", "person", 1), (r"civilians", "person", 1),
    (r"killed incl", "person", 1), (r"ISF", "person", 1), (r"deaths", "person", 1), (r"names", "person", 1),
    (r"records", "person", 1), (r"strikes", "strike", 1), (r"weapons", "weapon", 1), (r"munitions", "weapon", 1),
    (r"bombs", "weapon", 1), (r"engagements", "engagement", 1), (r"sorties|missions", "sortie", 1),
    (r"fire missions", "fire mission", 1), (r"targets", "target", 1), (r"projects", "project", 1),
    (r"locations", "location", 1), (r"accounts", "account", 1), (r"incidents", "incident", 1),
    (r"percent", "percent", 1), (r"km2", "km2", 1), (r"index|BTI score|1 \(free\)", "index", 1),
]


def convert(text):
    """Unit and factor; the longest pattern at the start of the text wins."""
    found = [(len(m.group(0)), unit, factor) for pattern, unit, factor in RULES if (m := re.match(pattern, text))]
    if not found:
        raise SystemExit(f"no unit for {text!r}")
    return max(found)[1:]
