"""Where the displaced of each region of origin live: shares of hosts, fixed over time."""
from .dates import CALIBRATION_END, parse
from .regions import BY_ELEMENT, ELEMENTS, element_of, of_country
from .tables import rows


def host_shares(folder, population):
    """S[origin][host], rows sum to one. Iraqi origins that IOM counted: mean of the shares of its rounds to
    December 2016. Others: the people of the regions of the same country."""
    counted = {}
    for row in rows(folder, "dtm_idp_origin_host_matrix.csv"):
        if row["region"] == "Iraq" or parse(row["date"]) > CALIBRATION_END:
            continue
        origin, host = element_of("Iraq", row["origin"]), element_of("Iraq", row["region"])
        rounds = counted.setdefault(origin, {}).setdefault(row["date"], {})
        rounds[host] = rounds.get(host, 0.0) + float(row["value"])
    result = {}
    for origin in ELEMENTS:
        share = dict.fromkeys(ELEMENTS, 0.0)
        for hosts in counted.get(origin, {}).values():
            total = sum(hosts.values())
            for host, people in hosts.items():
                share[host] += people / total / len(counted[origin])
        if origin not in counted:
            members = of_country(BY_ELEMENT[origin].country)
            total = sum(population[e] for e in members)
            share.update({e: population[e] / total for e in members})
        rounded = {host: round(value, 4) for host, value in share.items()}
        largest = max(rounded, key=lambda host: (rounded[host], host))
        rounded[largest] = round(rounded[largest] + 1 - sum(rounded.values()), 4)
        result[origin] = rounded
    return result
