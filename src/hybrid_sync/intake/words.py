"""The words that pages of the EU institutions use as labels, in the languages the EU works in.

Written without accents and blanks, as `characters.bare` leaves them ("Date et heure" is "dateetheure").
"""

from __future__ import annotations

import re
from functools import cache

from hybrid_sync.intake.characters import bare

_LABELS = {
    "when": """
        when dateandtime datetime timeanddate dates eventdate whenandwhere кога датаичас дата kdy termin
        datumacas hvornar tidspunkt dato wann datumunduhrzeit zeitpunkt ποτε ημερομηνια ημερομηνιακαιωρα
        cuando fechayhora fecha millal kuupaevjakellaaeg kuupaev milloin ajankohta paivamaara quand
        dateetheure dateheure cathain kada datumivrijeme mikor idopont datum quando dataeora data datalaikas
        kad datumsunlaiks datums meta dataukhin wanneer datumentijd kiedy dataigodzina dataehora cand
        datasiora kedy datumacas kdaj datuminura nar datumochtid dateettime start starts startdate starttime
        startsat begins debut commence anfang inicio inizio aanvang""",
    "end": """
        end ends enddate endtime endsat finish finishes ende einde fin fine fim koniec konec""",
    # "Date" alone is as often the day of publication: `moments` decides which.
    "date": "date",
    "time": """
        time times hour hours openinghours час cas tid uhrzeit beginn zeit ωρα hora horario kellaaeg aika
        kello kellonaika heure heures horaire horaires am vrijeme ido ora orario orari laikas laiks hin tijd
        tijdstip uur godzina ura klockan""",
    "where": """
        where venue location place meetingvenue address meetingplace eventvenue meetinglocation къде място
        местопровеждане kde misto mistokonani hvor sted wo ort veranstaltungsort adresse tagungsort που
        τοπος τοποθεσια χωρος donde lugar ubicacion direccion kus koht asukoht toimumiskoht missa paikka ou
        lieu lieudelamanifestation lieudelevenement ca ait ionad gdje mjesto mjestoodrzavanja lokacija hol
        helyszin dove luogo sede indirizzo kur vieta fejn post waar plaats locatie adres gdzie miejsce onde
        local morada unde locul locatie locatia miesto miestokonania kje kraj prizorisce var plats""",
    "languages": """
        languages language workinglanguages workinglanguage eventlanguages eventlanguage interpretation език
        езици jazyk jazyky sprog sprache sprachen γλωσσα γλωσσες idioma idiomas lengua keel keeled kieli
        kielet langue langues languesdetravail teanga teangacha jezik jezici nyelv nyelvek lingua lingue
        kalba kalbos valoda valodas lingwa lingwi taal talen jezyk jezyki lingua linguas limba limbi jezyki
        jaziky jeziki sprak""",
    "organisers": """
        organisers organizers organiser organizer organisedby organizedby host hosts hostedby
        organisationresponsible organisator organisatoren veranstalter организатор организатори poradatel
        poradatele organizator organizatori arrangor arrangorer διοργανωτης διοργανωτες organizador
        organizadores korraldaja korraldajad jarjestaja jarjestajat organisateur organisateurs organisepar
        eagrai eagraithe szervezo szervezok organizzatore organizzatori organizatorius organizatoriai
        organizators organizatori organizzatur organizzaturi organisatoren organizatorzy organizatorul
        organizatorii organizator usporiadatel""",
    "description": """
        description about abouttheevent abouttheconference content contents summary описание popis
        beskrivelse beschreibung περιγραφη descripcion kirjeldus kuvaus presentation cursios opis leiras
        descrizione aprasymas apraksts deskrizzjoni beschrijving omschrijving descricao descriere
        beskrivning inhalt contenu background objectives objective""",
    "speakers": """
        speakers speaker keynotespeakers panellists panelists participants panel confirmedspeakers
        говорители лектори recnici prednasejici oplaegsholdere talere redner rednerinnen referenten sprecher
        ομιλητες ponentes oradores participantes esinejad puhujat intervenants orateurs intervenantes
        cainteoiri govornici eloadok felszolalok relatori relatrici oratori pranesejai kalbetojai runataji
        kelliema sprekers prelegenci mowcy vorbitori recnici govorci talare medverkande""",
    "moderators": """
        moderator moderators moderation moderatedby chair chairs chairedby moderador moderadora moderadores
        moderateur moderatrice moderateurs animateur moderatore moderatrice модератор moderuje moderaator
        moderaattori συντονιστης moderators moderatorius moderatur prowadzacy discussant""",
    "registration": """
        registration register registerhere howtoregister registrationform signup регистрация registrace
        tilmelding anmeldung registrierung εγγραφη inscripcion registro registreerimine ilmoittautuminen
        inscription inscriptions sinscrire claru prijava registracija regisztracio jelentkezes iscrizione
        iscrizioni registrazione registracija registracija registracija registrazzjoni inschrijving
        aanmelding rejestracja inscricao inscricoes inregistrare inscriere registracia prijave anmalan
        registrering registreeri registresanas""",
    "deadline": """
        deadline registrationdeadline closingdate anmeldeschluss datelimite fechalimite scadenza uzaverka
        hatarido προθεσμια крайсрок крайниясрок tahtaeg maaraaika terminzgloszen rokzaprijave prazo
        termenlimita tilmeldingsfrist sistaanmalningsdag uiterstedatum terminsregistracie""",
    "programme": """
        programme program agenda programmes programmeoftheday programoftheday programmeinbrief
        draftprogramme draftagenda provisionalprogramme програма προγραμμα ημερησιαδιαταξη programa ajakava
        paivakava ohjelma ordredujour clar dnevnired napirend ordinedelgiorno programma darbotvarke programa
        darbakartiba ordendeldia porzadekobrad ordemdetrabalhos ordineadezi tagesordnung ablauf dagsorden
        dagordning schedule""",
    "online": """
        livestream livestreaming webstream webstreaming broadcast watchlive watchonline streaming
        onlineaccess joinonline videolink""",
    "status": "eventstatus status",
    "practical": """
        practicalinformation practicalinfo keyinformation praktischeinformationen praktischeinfo
        informationspratiques infospratiques informacionpractica informazionipratiche praktischeinformatie
        практическаинформация praktickeinformace praktiskeoplysninger praktiskinformation
        πρακτικεςπληροφοριες kasulikteave kaytannontietoja faisneisphraiticiuil prakticneinformacije
        praktikusinformaciok praktineinformacija praktiskainformacija informazzjoniprattika
        informacjepraktyczne informacoespraticas informatiipractice praktickeinformacie prakticneinformacije
        eventdetails details""",
    "published": """
        published publishedon publicationdate dateofpublication publisheddate posted postedon lastupdate
        lastupdated updated veroffentlicht publie publiele gepubliceerd publicado pubblicato""",
    "related": """
        relatedcontent relatedevents relateddocuments documents files share sharethispage contact contacts
        moreinformation furtherinformation seealso links otherevents upcomingevents pastevents kontakt
        contacto contatti downloads tags""",
    "other": """
        price entrancefee entrance fee cost website websites eventtype type theme themes topic topics
        targetaudience audience whoshouldattend hashtag socialmedia accessibility capacity category
        policyareas tag partofthecampaign""",
}  # fmt: skip

# Longer first lines of a label that stand before its value.
_PUBLISHED = re.compile(
    r"\b(published|posted|last updated?|publication date|gepubliceerd|publi[ée] le|veröffentlicht|"
    r"publicado|pubblicato|"
    r"opublikowano|zveřejněno|zverejnené|objavljeno|objavljeno|julkaistu|publicerad|offentliggjort|"
    r"δημοσιεύ\w+|"
    r"публикуван\w*|publicat|publicēts|paskelbta|avaldatud|közzétéve)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(deadline|closing date|no later than|at the latest|apply by|rsvp|date limite|au plus tard|"
    r"anmeldeschluss|"
    r"anmeldefrist|bis spätestens|uiterlijk|fecha límite|a más tardar|entro il|scadenza|uzávěrk\w+|"
    r"uzávierk\w+|"
    r"határid\w+|προθεσμία|краен срок|rok za|tähtaeg|määräaika|sista anmälningsdag|tilmeldingsfrist|prazo|"
    r"termen(?:ul)? limită|termin zgłosze\w+|do dnia)\b",
    re.IGNORECASE,
)
_REGISTER = re.compile(
    r"\b(?:pre-?)?(regist|subscri|sign(?:ing)? up|inscri|enrol|anmeld|einschreib|aanmeld|inschrij|iscri|"
    r"iscriv|rejestr|"
    r"zgłosz|prihlás|přihl|prijav|jelentkez|regisztr|εγγραφ|регистр|записв|ilmoittaut|anmäl|tilmeld|"
    r"reģistr|pieteik|"
    r"înscri|s’inscr|s'inscr|call for|application)\w*",
    re.IGNORECASE,
)
_HAPPENS = re.compile(
    r"\b(takes? place|taking place|will be held|is held|be hosted|will host|hosts|organis\w+|organiz\w+|"
    r"invit\w+|"
    r"join us|opens? (?:its|it's|their) doors|(?:will be|is) on|scheduled|starts?|begins?|"
    r"aura lieu|se tiendra|se déroulera|findet|stattfind\w+|veranstalte\w+|lädt|einlad\w+|vindt|"
    r"plaatsvind\w+|"
    r"uitnodig\w+|tendrá lugar|se celebra\w*|celebrará|si terrà|si svolger\w+|avrà luogo|terá lugar|"
    r"realiza\w*|"
    r"decorre\w*|convida\w*|odbędzie|odbędą|zaprasza\w*|koná|konat|uskuteční|pořádá|proběhne|zve|uskutoční|"
    r"pozýva|"
    r"prebehne|potekal\w*|vabi\w*|održat|održava|poziva\w*|megrendez\w*|kerül sor|rendez\w*|szervez\w*|"
    r"va avea loc|"
    r"se va desfășura|ще се проведе|организира\w*|провежда|кани|θα πραγματοποιηθεί|διοργαν\w+|προσκαλ\w+|"
    r"θα διεξαχθεί|järjest\w+|pidetään|kutsu\w+|äger rum|anordna\w*|arrang\w+|bjuder in|hålls|finder sted|"
    r"afholdes|"
    r"inviter\w*|toimub|korralda\w*|notiks|rīko|aicina|vyks\w*|rengia|kvie[čc]ia|sejjer ise[ħh]\w*|se jsir|"
    r"ar siúl|reáchtál\w+)(?!\w)",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"\b(took place|was held|were held|gathered|a eu lieu|s'est tenue?|fand|vond|tuvo lugar|se celebró|"
    r"si è tenut\w|"
    r"teve lugar|odbył\w*|konal\w*|uskutečnil\w*|a avut loc|ägde rum|fandt sted|pidettiin|toimus|notika|"
    r"vyko)\b",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"\b(sessions?|webinars?|workshops?|séances?|ateliers?|sitzung|sessie|sesi[óo]n|sessione|sessão|sesja|"
    r"seans|"
    r"webinář|webinář\w*|seminar|part [ivx\d]+)\b",
    re.IGNORECASE,
)


@cache
def _label_kinds() -> dict[str, str]:
    return {bare(word): kind for kind, words in _LABELS.items() for word in words.split()}


def label_kind(text: str) -> str | None:
    """The kind of label that `text` is ("when", "where", ...), in any language; None when it is none."""
    return _label_kinds().get(bare(text)) if len(text) <= 60 else None


def speaks_of_publication(text: str) -> bool:
    return _PUBLISHED.search(text) is not None


def speaks_of_registration(text: str) -> bool:
    """Whether a date in that sentence is more likely a deadline than the day of the event."""
    return _DEADLINE.search(text) is not None or _REGISTER.search(text) is not None


def says_it_happens(text: str) -> bool:
    """Whether the sentence says that something takes place (now or later)."""
    return _HAPPENS.search(text) is not None


def says_it_happened(text: str) -> bool:
    return _HAPPENED.search(text) is not None


def names_a_session(text: str) -> bool:
    return _SESSION.search(text) is not None
