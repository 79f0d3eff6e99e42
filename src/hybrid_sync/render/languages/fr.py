"""French, with a no-break space before double punctuation as French printing has it."""

from hybrid_sync.render.languages.catalogue import Words

WORDS = Words(
    code="fr",
    colon="\u00a0: ",
    subject_invitation="Invitation\u00a0: {title}, {when}",
    subject_update="Modification\u00a0: {title}, {when}",
    subject_cancellation="Annulation\u00a0: {title}, {when}",
    greeting="Bonjour {name},",
    greeting_nameless="Bonjour,",
    intro_invitation_online="Votre participation en ligne est enregistrée pour\u00a0:",
    intro_invitation_room="Votre participation sur place est enregistrée pour\u00a0:",
    intro_update="Un événement auquel vous participez a été modifié\u00a0:",
    intro_cancellation_event="Cet événement est annulé\u00a0:",
    intro_cancellation_withdrawn="Votre inscription à l'événement suivant a été retirée\u00a0:",
    intro_cancellation_rejected=(
        "Nous regrettons de ne pas pouvoir vous offrir de place à l'événement suivant\u00a0:"
    ),
    intro_cancellation_waiting=(
        "Vous n'avez pas de place confirmée pour le moment à l'événement suivant\u00a0:"
    ),
    intro_cancellation_moved=(
        "Cette invitation n'est plus valable, car votre inscription a été modifiée\u00a0:"
    ),
    heading_changes="Ce qui a changé",
    heading_details="L'événement",
    heading_about="À propos de l'événement",
    when="Quand",
    where="Où",
    join="Accès",
    place_online="En ligne (Webex)",
    place_unknown="Sur place\u00a0; l'adresse suivra",
    join_words="Rejoindre l'événement en ligne",
    link_note="Ce lien vous est personnel\u00a0: merci de ne pas le transmettre.",
    link_shared=(
        "C'est le lien de toute la réunion\u00a0: merci de ne pas le publier. Si l'on vous demande qui vous êtes, "
        "indiquez le nom et l'adresse électronique de votre inscription."
    ),
    link_separate="Votre lien d'accès vous parviendra dans un message séparé, envoyé par Webex.",
    event_page="Page de l'événement",
    calendar_note=(
        "L'entrée d'agenda jointe se met à jour d'elle-même\u00a0: si l'événement change, "
        "vous recevrez une nouvelle version."
    ),
    calendar_note_cancelled="L'entrée sera retirée de votre agenda.",
    if_not_coming=(
        "Si vous ne pouvez pas venir, merci de répondre à ce message, "
        "afin que votre place profite à quelqu'un d'autre."
    ),
    changed_time="Horaire\u00a0: déplacé du {before} au {after}",
    changed_utc="Heure UTC\u00a0: de {before} à {after}\u00a0; l'heure locale reste la même",
    changed_title="Titre\u00a0: «\u00a0{before}\u00a0» devient «\u00a0{after}\u00a0»",
    changed_place="Lieu\u00a0: {after} au lieu de {before}",
    changed_place_new="Lieu\u00a0: {after}",
    changed_to_online="Vous participez désormais en ligne",
    changed_to_room="Vous participez désormais sur place",
    changed_link="Votre lien d'accès est nouveau\u00a0: merci de n'utiliser que celui ci-dessous",
    changed_link_gone="Votre ancien lien d'accès n'est plus valable",
    changed_language="Les messages qui vous sont adressés sont désormais en français",
    changed_other="Des détails de l'événement\u00a0: merci de vous fier à ceux ci-dessous",
)
