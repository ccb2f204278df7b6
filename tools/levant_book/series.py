"""What is known of each series: its line of effort, the class of its error, its role and definition.

Error classes follow the evidence (section C10): a number in the study may differ where the figure says
more, but a series without an entry here stops the script.
"""
import re

# class: (kind, value, on what it rests); kind: relative = figure x (1 +- value), factor = figure / value to
# figure x value, column = the columns low and high where they are there.
ERROR_CLASSES = {
    "fighters": ("factor", 3.0, "official numbers went from under 1,000 to about 30,000 within months without an event; factor 3 to 10"),
    "killed": ("factor", 2.0, "claims of the sides; the UK's figure is half of the US one of the same year"),
    "displaced": ("relative", 0.05, "IOM counts agree with published rounds to 0.02 %; families times six and late rounds make 5 %"),
    "area": ("relative", 0.10, "one counter, one definition; counters differ by more and are never mixed"),
    "people_ruled": ("relative", 0.25, "7 million and 11 million for the same winter"),
    "freed": ("relative", 0.15, "statements round up and jump when areas are declared free"),
    "revenue": ("relative", 0.40, "IHS, CAT, ICSR and the Treasury differ by that much for the same year"),
    "oil": ("relative", 0.35, "satellite and field reports differ by that much for the same month"),
    "arrivals": ("relative", 0.50, "statements of officials in round numbers"),
    "foreigners": ("factor", 1.5, "cumulative counts of all groups, from national lists of unequal care"),
    "attacks": ("relative", 0.20, "what counts as an incident"),
    "battle_deaths": ("factor", 3.0, "UCDP: the Daesh side leans on government claims, air strikes far from witnesses are missed"),
    "event_deaths": ("column", 0.0, "UCDP: low and high estimates; incomplete in Syria and Libya, see breaks"),
    "civilian_harm": ("column", 0.0, "smallest and largest number of the reports; where one number is given, a factor of two"),
    "civilian_deaths": ("factor", 2.0, "counted by one party or by name; provinces missing in some months"),
    "strikes": ("relative", 0.05, "located lists against published cumulative counts: 1.5 % in total, 5 % in a month"),
    "weapons": ("column", 0.0, "bounds of the reconstruction; observed months exactly"),
    "sorties": ("relative", 0.05, "published counts, rounded"),
    "media": ("factor", 1.5, "counters differ in what is an item; within one counter only ratios are used"),
    "accounts": ("factor", 1.5, "the census gives 46,000 to 70,000"),
    "opinion": ("relative", 0.15, "sampling error of 3 to 5 points, and who was reached"),
    "index": ("column", 0.0, "90 % interval where the index gives one; slow and by country: a weak proxy"),
    "money": ("relative", 0.05, "accounts, rounded"),
    "projects": ("relative", 0.25, "350 against 257 projects for the same day"),
    "forces": ("factor", 1.5, "on paper, present, and in combat are different numbers"),
    "trained": ("factor", 1.5, "courses, police and refreshers counted together; the definition widened from 2016 on"),
    "share": ("relative", 0.20, "a survey or an order, read as a share"),
    "places": ("column", 0.0, "derived from dates and weights that the model shares: shown, never scored"),
    "exact": ("relative", 0.02, "a published count"),
}

# pattern of the series: line, error class, role (outcome | input | context), definition
SERIES = [
    (r"ihs_isis_controlled_territory", "military", "area", "outcome", "ground controlled, IHS Conflict Monitor"),
    (r"rand_isis_territory", "military", "area", "outcome", "ground controlled, RAND; another definition than IHS"),
    (r"rand_isis_territory_change.*", "military", "area", "outcome", "change against autumn 2014, RAND"),
    (r"rand_isis_population", "military", "people_ruled", "outcome", "people under control, RAND"),
    (r"rand_isis_population_change.*", "military", "people_ruled", "outcome", "change against autumn 2014, RAND"),
    (r"is_territory_km2_iraq_populated|pentagon_isis_territory_held.*|pentagon_isis_territory_lost.*", "military", "area", "outcome", "populated ground in Iraq, Pentagon; another definition than IHS"),
    (r"pct_territory_lost_iraq|coalition_pct_peak_territory_lost|oir_pct_isis_land_returned|pct_land_people_liberated", "military", "freed", "outcome", "share of the peak lost, Coalition; the peak is not stated with it"),
    (r"oir_territory_liberated.*", "military", "freed", "outcome", "ground freed, Coalition"),
    (r"isis_population", "military", "people_ruled", "outcome", "people in areas under control"),
    (r"oir_people_liberated_cum", "military", "freed", "outcome", "people freed, cumulative, Coalition"),
    (r"places_held_share", "military", "places", "context", "share of the region's listed places held, by date and weight"),
    (r"place_dates_control_share", "military", "places", "context", "control implied by the dates of the listed places, their weights and the model's reach"),
    (r"isis_fighters_estimate.*", "military", "fighters", "outcome", "fighters; front line, support and sympathisers are mixed"),
    (r"isis_fighters_peak_estimate", "military", "fighters", "outcome", "largest number ever, without a day"),
    (r"isis_fighters_killed.*|sdf_claim_isis_killed_cum|sohr_isis_killed.*|africom_is_killed.*", "military", "killed", "outcome", "Daesh dead, claims of the other side or of a monitor"),
    (r"ucdp_is_deaths", "military", "battle_deaths", "outcome", "Daesh dead in fighting with the Iraqi government and the Coalition, UCDP side B"),
    (r"ucdp_partner_deaths", "military", "battle_deaths", "outcome", "government and partner dead in fighting with Daesh in Iraq, UCDP side A"),
    (r"ucdp_is_fatalities", "military", "event_deaths", "outcome", "all dead in fighting that Daesh takes part in, UCDP"),
    (r"ucdp_civilians_killed_by_is", "military", "event_deaths", "outcome", "civilians killed by Daesh in one-sided violence, UCDP"),
    (r"ucdp_deaths.*", "military", "event_deaths", "outcome", "dead by kind of fighting and region, UCDP"),
    (r"unami_.*", "military", "civilian_deaths", "outcome", "civilians killed or injured in Iraq, UNAMI; Anbar missing in several months"),
    (r"civilians_killed_battle", "military", "civilian_deaths", "outcome", "civilians killed in one battle"),
    (r"partner_killed_battle|isf_killed_mosul_battle|isf_wounded_mosul_battle|sdf_killed_cum|sdf_wounded_cum", "military", "killed", "outcome", "partner dead or wounded"),
    (r"airwars_civ.*|airwars_coalition_civilians.*|airwars_incidents.*", "military", "civilian_harm", "outcome", "civilian harm alleged, Airwars; grades from weak to confirmed"),
    (r"cjtf_oir_civilians_killed_acknowledged_cum", "military", "civilian_harm", "outcome", "civilians that the Coalition acknowledges to have killed"),
    (r"afcent_weapons.*|airwars_cumulative_weapons|coalition_munitions.*|cfr_us_bombs_dropped", "military", "weapons", "input", "bombs and missiles released"),
    (r"afcent_.*sorties.*|afcent_sorties.*|oir_sorties.*|chammal_sorties.*", "military", "sorties", "input", "sorties"),
    (r"coalition_strikes_change.*|coalition_strikes_city.*", "military", "strikes", "input", "strikes, share or city"),
    (r".*strikes.*|netherlands_weapon_employments|cjtf_oir_cumulative_engagements|chammal_artillery.*|.*targets.*", "military", "strikes", "input", "strikes and what they hit; a strike may be many weapons on many points"),
    (r"chammal_personnel|coalition_trainers|us_troops.*|isf_force_shirqat|.*_strength|sdf_force_shaddadi|peshmerga_in.*|partner_troops", "military", "forces", "input", "troops"),
    (r"isf_trained.*|chammal_iraqis_trained.*", "military", "trained", "input", "members of the Iraqi forces trained"),
    (r"oir_cost_cumulative_usd_bn", "military", "money", "input", "cost of the US operation, cumulative"),
    (r"musings_.*", "military", "attacks", "outcome", "incidents and dead in Iraq, all parties, J. Wing"),
    (r"mosul_resident_share", "military", "share", "outcome", "share of Mosul's people still there"),
    (r"wgi_.*|vdem_.*|bti_.*|freedomhouse_.*", "political", "index", "context", "governance index of a country"),
    (r"gqr_.*|almustakilla_.*|sunni_support.*", "political", "opinion", "outcome", "answers in a survey"),
    (r"dtm_.*", "stabilisation", "displaced", "outcome", "people displaced since January 2014 or back in their sub-district, IOM; families times six"),
    (r"undp_ffs_contributions_cum_usd", "stabilisation", "money", "input", "contributions to UNDP's facility, cumulative"),
    (r"undp_ffs_.*", "stabilisation", "projects", "outcome", "projects, places and beneficiaries of UNDP's facility"),
    (r"oil_production_satellite", "finance", "oil", "outcome", "oil output from satellite images, Do et al."),
    (r"oil_production_other", "finance", "oil", "outcome", "oil output, officials and consultants"),
    (r"isis_oil_revenue_change.*|isis_oil_revenue_eliminated|ihs_isis_.*(change|share).*", "finance", "revenue", "outcome", "share or change of revenue"),
    (r".*revenue.*|ust_isis_bank_theft|un_isis_kidnap_ransom", "finance", "revenue", "outcome", "money taken in"),
    (r"pay_share", "finance", "share", "outcome", "pay as a share of what it was"),
    (r"ff_inflow_per_month|ff_entered_in_period", "foreign_fighters", "arrivals", "outcome", "foreigners entering Iraq and Syria, all groups"),
    (r"ff_.*|ctc_is_personnel_records", "foreign_fighters", "foreigners", "outcome", "foreign fighters, cumulative: departed is not joined, nor still there"),
    (r"turkey_no_entry_list", "foreign_fighters", "exact", "input", "names on Turkey's no-entry list"),
    (r"ctc_share_military_items", "propaganda", "share", "outcome", "share of media products on military matters"),
    (r"isis_supporter_twitter_accounts|twitter_suspensions_cumulative", "propaganda", "accounts", "outcome", "accounts of supporters"),
    (r"bbcm_.*|ctc_.*|ihs_.*|winter_.*", "propaganda", "media", "outcome", "media output; never mix counters"),
]


def describe(name):
    """(line, error class, role, definition) of a series; the part after a colon qualifies it."""
    base = name.split(":")[0]
    for pattern, *rest in SERIES:
        if re.fullmatch(pattern, base):
            return rest
    raise SystemExit(f"series.py describes no series {base!r}")
