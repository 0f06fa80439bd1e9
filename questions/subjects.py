"""Words come in, the municipal subjects they speak of go out: a small vocabulary kept as data.

Citizens name one thing in many ways, also in other languages. Each line is a subject and the beginnings of the words
that speak of it, folded as `similar.words_of` folds them (ä as a, ß as ss); a leading "*" stands for any beginning.
"""

from functools import lru_cache

VOCABULARY = """
cycling: radweg radfahr fahrrad fahrradstreifen radstreifen radverkehr radspur *radweg cycl bike bisiklet velo
childcare: kita kindergart kindertag krippe hort betreuungsplatz tagesmutter kitaplatz nursery kindergarten kres creche
housing: miete mieten mieter wohnung wohnraum wohnungs sozialwohnung bezahlbar rent housing kira logement
swimming: freibad hallenbad schwimm badesee bader swim pool yuzme havuz piscine
speed: tempo geschwindigkeit raser rasen blitzer schnell speed hiz
school: schule grundschul realschul gymnas schulhaus unterricht lehrer schuler klassen *schule school okul ecole
doctor: arzt arztlich hausarzt doktor praxis mediz kinderarzt doctor doktor medecin
transit: bus busse buslin linie takt nahverkehr opnv tram strassenbahn haltestell fahrplan bahn bus otobus
wind: windrad windrader windkraft windpark windenergie windturbin wind ruzgar eolienne
identity: ausweis personalausweis reisepass pass meldebescheinig burgeramt burgerburo online digital behordengang
fire: feuerwehr geratehaus feuerwehrhaus loschzug fire itfaiye pompier
internet: internet glasfaser breitband mbit dsl wlan funkloch mobilfunk fibre broadband
waste: mull abfall tonne tonnen abfuhr wertstoff plastik biotonne sperrmull recycling leerung geleert waste garbage cop
parking: parken parkplatz parkausweis anwohnerpark bewohnerpark parkgebuhr *parken *parkausweis parking park
building: dach sanier turnhalle undicht baufallig renovier neubau repair renovat
care: pflege pflegend angehorig altenheim seniorenheim pflegeheim demenz care bakim
taxes: grundsteuer hebesatz bescheid steuer gewerbesteuer abgabe gebuhr tax vergi impot
trees: baum baume baumen kastanie linde allee gefallt fallen gehol grunflache park tree agac arbre
noise: larm laut ruhe schallschutz autobahn larmschutz noise gurultu bruit
access: barriere barrierefrei rollstuhl aufzug fahrstuhl rampe behindert blind gleis asansor elevator lift accessib
station: bahnhof gleis bahnsteig station istasyon gare tren train
youth: jugend jugendlich juz jugendzentrum jugendclub treffpunkt jugendhaus youth genclik
solar: solar photovoltaik solaranlag pv sonnenenergie stromerzeug strom gunes
water: trinkwasser leitungswasser nitrat wasserqualitat wasserwerk brunnen water
playground: spielplatz spielgerat rutsche schaukel sandkasten klettergerust playground oyun
hospital: krankenhaus kreiskrankenhaus klinik geburtsstation notaufnahme kreisssaal hospital hastane
shops: leerstand innenstadt laden geschaft einzelhandel fussgangerzone handel kaufhaus shop
trainees: azubi lehrling ausbildung lehrstell betrieb handwerk fachkraft apprentic
clubs: verein sportverein turnverein zuschuss zuschusse forderung ehrenamt vereinsheim club dernek
flood: hochwasser uberschwemm uberflut ruckhalte starkregen damm deich flood sel
dogs: hund hunde hundesteuer leine kotbeutel dog kopek
road: strasse hauptstrasse schlagloch fahrbahn gehweg burgersteig strassenbau umgehungsstrasse road street yol
crossing: zebrastreifen ampel fussgangeruberweg kreuzung kreisel uberweg querung crossing
safety: sicherheit polizei ordnungsamt kriminal nachts dunkel beleuchtung laterne uberfall safety
refugees: gefluchtet fluchtling asyl unterkunft migrant integration refugee
permits: baugenehmigung bauantrag genehmigung bauamt antrag bebauungsplan permit
library: bibliothek bucherei leihen buch bucher library
debt: schulden verschuldung haushalt kredit defizit debt budget
market: wochenmarkt markt marktstand marktplatz pazar market
culture: museum stadtmuseum theater kultur konzert festival culture
cemetery: friedhof grab graber bestattung urne cemetery
charging: ladesaule elektroauto eauto laden wallbox charging
winter: winter raumen geraumt schnee streuen winterdienst glatteis snow
toilets: toilette wc klo toilet
seniors: senior alter einsam rentner rente altere elderly
climate: klima klimaschutz co2 warmeplan heizung fernwarme climate
town_hall: rathaus verwaltung offnungszeit samstag termin wartezeit amt town
"""
SUBJECTS: dict[str, tuple[str, ...]] = {
    name.strip(): tuple(words.split())
    for name, _, words in (line.partition(":") for line in VOCABULARY.strip().splitlines())
}
COUNT = len(SUBJECTS)
SHORTEST_BEGINNING = 5
"""A shorter word of the vocabulary must be met whole: "bus" is no "business", "rent" no "Rente"."""


def of(words: list[str]) -> set[int]:
    """Numbers of the subjects that the folded words speak of."""
    return {number for word in words for number in _of_word(word)}


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> frozenset[int]:
    return frozenset(
        number for number, known in enumerate(SUBJECTS.values()) if any(_speaks(word, each) for each in known)
    )


def _speaks(word: str, known: str) -> bool:
    if known.startswith("*"):
        return word.endswith(known[1:])
    return word == known or (len(known) >= SHORTEST_BEGINNING and word.startswith(known))
