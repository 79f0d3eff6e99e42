"""French, with a no-break space before double punctuation as French printing has it."""

from hybrid_sync.web.words.catalogue import Notice, PageWords

WORDS = PageWords(
    code="fr",
    early=Notice("La réunion n'est pas encore ouverte", "L'accès sera ouvert à partir du {opens}."),
    moved=Notice(
        "Cet événement a été déplacé",
        "L'horaire annoncé était\u00a0: {before}. Le nouvel horaire est\u00a0: {after}. "
        "L'accès sera ouvert à partir du {opens}.",
    ),
    open=Notice("L'accès est ouvert", "Appuyez sur le bouton\u00a0: il vous mène à la réunion en ligne."),
    preparing=Notice(
        "C'est bientôt prêt",
        "La réunion en ligne est en cours de préparation. Merci de réessayer dans une ou deux minutes.",
    ),
    fallback=Notice(
        "Encore une étape",
        "Webex n'a pas pu vous ouvrir d'accès personnel\u00a0: merci d'utiliser le lien de la réunion ci-dessous. "
        "Si l'on vous demande qui vous êtes, indiquez le nom et l'adresse électronique de votre inscription.",
    ),
    over=Notice("Cet événement est terminé", "L'accès est maintenant fermé. Merci de votre intérêt."),
    cancelled=Notice(
        "Cet événement est annulé",
        "Il n'aura pas lieu\u00a0: ce lien ne mène nulle part. Nous le regrettons.",
    ),
    withdrawn=Notice(
        "Votre inscription a été retirée",
        "Vous n'êtes plus sur la liste des participants. S'il s'agit d'une erreur, merci de contacter les organisateurs.",
    ),
    rejected=Notice(
        "Pas de place pour cet événement",
        "Nous regrettons de ne pas avoir pu vous offrir de place cette fois.",
    ),
    waiting=Notice(
        "Votre place n'est pas encore confirmée",
        "Nous vous écrirons dès qu'elle le sera.",
    ),
    waitlisted=Notice(
        "Vous êtes sur la liste d'attente",
        "Nous vous écrirons dès qu'une place se libère pour vous.",
    ),
    revoked=Notice(
        "Ce lien n'est plus valable",
        "Il a été remplacé par un lien plus récent, que nous vous avons envoyé. "
        "Merci d'utiliser celui qui figure dans notre dernier message. Si vous ne le retrouvez pas, "
        "répondez à l'un de nos messages\u00a0: nous vous en enverrons un autre.",
    ),
    room=Notice(
        "Vous participez sur place",
        "Votre inscription porte sur une place dans la salle\u00a0: il n'y a donc pas de lien à suivre. "
        "Si vous préférez participer en ligne, merci de contacter les organisateurs.",
    ),
    bad_link=Notice(
        "Ce lien ne fonctionne pas",
        "Vérifiez que vous avez ouvert le lien en entier\u00a0: certaines messageries coupent les liens longs. "
        "Le copier depuis votre invitation dans la barre d'adresse suffit souvent.",
    ),
    home=Notice(
        "Invitations aux événements hybrides",
        "Ce service s'occupe des invitations, des entrées d'agenda et de l'accès aux réunions en ligne. "
        "Si vous avez reçu une invitation, merci d'ouvrir le lien personnel qu'elle contient.",
    ),
    not_found=Notice("Cette page n'existe pas", "Merci d'utiliser le lien de votre invitation."),
    wrong_method=Notice(
        "Cela n'est pas possible ici", "Merci d'ouvrir à nouveau le lien de votre invitation."
    ),
    too_large=Notice("C'était trop", "L'envoi dépasse ce que cette page peut recevoir. Merci de réessayer."),
    too_many=Notice(
        "Un instant, s'il vous plaît",
        "Le bouton a été pressé de nombreuses fois de suite. Il fonctionnera à nouveau dans une minute.",
    ),
    failure=Notice(
        "Une erreur s'est produite de notre côté",
        "Vous n'y êtes pour rien, et nous en avons pris note. Merci de réessayer dans une minute.",
    ),
    when="Quand",
    where="Où",
    place_unknown="L'adresse suivra",
    wait="C'est dans {wait}.",
    moved_line="Cet événement a été déplacé\u00a0: l'horaire annoncé était {before}, le nouvel horaire est {after}.",
    begins_in="L'événement commence dans {wait}.",
    has_begun="L'événement a commencé.",
    join="Rejoindre l'événement",
    join_as="Vous participerez sous le nom de {name}.",
    personal="Ce lien vous est personnel\u00a0: merci de ne pas le transmettre.",
    to_webex="La réunion s'ouvre dans Webex.",
    reload="Actualiser la page",
    open_meeting="Ouvrir la réunion",
    number="Numéro de la réunion",
    password="Mot de passe",
    questions="Une question\u00a0? {contact}",
    days="j",
)
