"""Literature that parameters and equations of the model lean on, beside the sources of figures.

"opening" means that only the title, abstract or first paragraphs were seen: a lead, not proof.
"""

LITERATURE = [  # key, citation, url, licence, seen
    ("anderson_black", "Anderson and Black, Accumulations of Legitimacy: Exploring Insurgency and Counter-insurgency Dynamics", "https://fliphtml5.com/lpna/eqeh", "facts", "opening"),
    ("berger_2015", "Berger and Morgan, The ISIS Twitter Census, Brookings, 2015: 46,000 to 70,000 accounts at the end of 2014", "https://www.brookings.edu/research/the-isis-twitter-census", "facts", "page that quotes it"),
    ("berger_2016", "Berger and Perez, The Islamic State's Diminishing Returns on Twitter, 2016: suspensions held the network flat and devastated repeat accounts", "https://voxpol.eu/file/occasional-paper-the-islamic-states-diminishing-returns-on-twitter", "facts", "opening"),
    ("biddle_2017", "Biddle, Macdonald and Baker, Small footprint, small payoff: the military effectiveness of security force assistance, Journal of Strategic Studies, 2017", "https://doi.org/10.1080/01402390.2017.1307745", "facts", "opening"),
    ("cerp_2011", "Berman, Shapiro and Felter, Can Hearts and Minds Be Bought?, 2011 (working paper figures): a dollar a head and 1.9 fewer incidents per 100,000", "https://docslib.org/doc/3265213", "facts", "opening"),
    ("clancy_2018", "Clancy, Theory of an Emerging-State Actor: the Case of ISIS, Systems 6(2):16, 2018", "https://www.mdpi.com/2079-8954/6/2/16", "CC BY", "opening"),
    ("condra_shapiro_2012", "Condra and Shapiro, Who Takes the Blame? The Strategic Effects of Collateral Damage (2010 draft): harm by the Coalition raised attacks, harm by insurgents lowered them, except in Sunni areas", "https://docslib.org/doc/1453507", "facts", "opening"),
    ("conway_2017", "Conway and others, Disrupting Daesh: Measuring Takedown of Online Terrorist Material and its Impacts, 2017", "https://doras.dcu.ie/21961", "facts", "opening"),
    ("ctc_media_2016", "Milton, Communication Breakdown, CTC, October 2016: more than 700 items in August 2015, fewer than 200 in August 2016", "https://smallwarsjournal.com/blog/isis-media-output-drops-as-military-pressure-rises-report-says", "facts", "page that quotes it"),
    ("deitchman", "Deitchman, A Lanchester Model of Guerrilla Warfare, Operations Research 10(6), 1962; form from memory", "https://doi.org/10.1287/opre.10.6.818", "facts", "from memory"),
    ("hrw_2019", "Human Rights Watch, Iraq: Not a Homecoming, 14 June 2019, and earlier reports: camps closed from 2017, families barred", "https://www.hrw.org/news/2019/06/14/iraq-not-homecoming", "facts", "opening"),
    ("johnson_2016", "Johnson and others, New online ecology of adversarial aggregates: ISIS and beyond, Science 352, 2016", "https://doi.org/10.1126/science.aaf0675", "facts", "opening"),
    ("jones_libicki", "Jones and Libicki, How Terrorist Groups End, RAND, 2008, as cited by the CTC: 43 % by politics, 40 % by policing", "https://ctc.westpoint.edu/a-predictable-failure", "facts", "page that quotes it"),
    ("kress_szechtman_2009", "Kress and Szechtman, Why Defeating Insurgencies Is Hard, Operations Research 57(3), 2009; form from memory", "https://doi.org/10.1287/opre.1090.0700", "facts", "press text"),
    ("lead_ig_2019", "Lead Inspector General, Operation Inherent Resolve, quarterly report, second quarter of 2019: forces often lack the ability to hold cleared ground", "https://www.hsdl.org/?abstract&did=828217", "public domain (US government)", "opening"),
    ("rand_rra388", "RAND, The Air War Against the Islamic State (RRA388-1), 2021: air power essential, not sufficient without partners", "https://www.rand.org/pubs/research_reports/RRA388-1.html", "facts", "opening"),
    ("rand_when_isil_comes", "RAND, When the Islamic State Comes to Town, 2017: city product down 23 %, Mosul's night light down 89 % in a year", "https://www.rand.org/nsrd/projects/when-isil-comes-to-town/case-studies", "facts", "opening"),
    ("return_index", "IOM Iraq, Return Index: 16 to 18 indicators on two scales, weights from regressions", "https://iraqdtm.iom.int/ReturnIndex/Reports", "IOM, attribution", "opening"),
    ("soufan_2015", "The Soufan Group, Foreign Fighters, December 2015: numbers by country and region of origin", "https://thesoufancenter.org", "facts", "page that quotes it"),
    ("soufan_2017", "The Soufan Center, Beyond the Caliphate, October 2017: 5,600 returned", "https://thesoufancenter.org", "facts", "page that quotes it"),
    ("unscr", "UN Security Council resolutions 2178 (24 September 2014), 2199 (12 February 2015), 2253 (17 December 2015), 2254 (18 December 2015)", "https://www.un.org/securitycouncil/content/resolutions", "facts", "from memory"),
    ("zurcher_2017", "Zürcher, What Do We (Not) Know About Development Aid and Violence? A Systematic Review, World Development, 2017: 19 studies, aid in insecure areas more often raises violence", "https://www.researchgate.net/publication/317392579", "facts", "opening"),
]
