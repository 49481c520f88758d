/**
 * What the station says in words. The sentences that it always says alike are translated here; what it says of one case only
 * (a path, a number, a row) stays in its own words, behind what kind of refusal it is.
 */

import { CallError, type ErrorCode } from '../backend';
import { language } from './language.svelte';
import { texts } from './texts';

/** Sentences of the station, as it writes them, in German. */
export const SENTENCES: Readonly<Record<string, string>> = {
  'This station is a secondary: edit on the primary.':
    'Diese Station ist Reservesystem: Bearbeiten Sie auf dem Hauptsystem.',
  'This station is asking its peer whether it may edit: try again in two seconds.':
    'Diese Station fragt die Gegenstation, ob sie bearbeiten darf: Versuchen Sie es in zwei Sekunden wieder.',
  'The peer is silent and may have become primary meanwhile: reconnect it, or choose Make primary here.':
    'Die Gegenstation schweigt und ist vielleicht inzwischen Hauptsystem: Verbinden Sie sie wieder, oder wählen Sie hier „Make primary“.',
  'Another station became primary meanwhile: choose Become secondary here, or Make primary to win.':
    'Inzwischen wurde eine andere Station Hauptsystem: Wählen Sie hier „Become secondary“, oder „Make primary“, wenn diese Seite gelten soll.',
  'Both stations became primary apart from each other: choose on either one which of them goes on.':
    'Beide Stationen wurden unabhängig voneinander Hauptsystem: Wählen Sie auf einer von beiden, welche weitermacht.',
  'This station is handing over to its peer: edit there in a moment.':
    'Diese Station übergibt gerade an die Gegenstation: Bearbeiten Sie gleich dort.',
  'This station is changing its mode: try again in a moment.':
    'Diese Station wechselt ihren Modus: Versuchen Sie es gleich wieder.',
  "This station is waiting for the witness's lease or its secondary's promise: try again in a moment.":
    'Diese Station wartet auf die Lease des Zeugen oder die Zusage ihres Reservesystems: Versuchen Sie es gleich wieder.',
  "This station has neither the witness's lease nor contact with its secondary, so the other one may be editing: reconnect either, or choose Make primary here.":
    'Diese Station hat weder die Lease des Zeugen noch Kontakt zu ihrem Reservesystem; die andere bearbeitet also vielleicht: Verbinden Sie eines davon wieder, oder wählen Sie hier „Make primary“.',
  'It has not completed a sync with this primary yet.':
    'Es hat noch keinen Abgleich mit diesem Hauptsystem abgeschlossen.',
  'It was not in step with the primary when they were last in contact.':
    'Es war beim letzten Kontakt nicht auf dem Stand des Hauptsystems.',
  'The operator holds the countdown until contact returns.':
    'Der Operator hält den Countdown an, bis wieder Kontakt besteht.',
  "The takeover cannot be written to this station's disk; it is tried again.":
    'Die Übernahme lässt sich nicht auf die Platte dieser Station schreiben; es wird weiter versucht.',
  'The witness cannot be reached. Check that etcd runs there and that the network reaches it.':
    'Der Zeuge ist nicht erreichbar. Prüfen Sie, ob etcd dort läuft und das Netzwerk ihn erreicht.',
  'The witness does not answer in time. Check its machine and the network.':
    'Der Zeuge antwortet nicht rechtzeitig. Prüfen Sie seinen Rechner und das Netzwerk.',
  'The witness shows another certificate than its URL names. If its certificate was renewed, set its URL anew; otherwise find out who answers there.':
    'Der Zeuge zeigt ein anderes Zertifikat, als seine URL nennt. Wurde es erneuert, stellen Sie seine URL neu ein; sonst finden Sie heraus, wer dort antwortet.',
  'The witness refuses the user or the password. Set them anew in the redundancy settings.':
    'Der Zeuge lehnt Benutzer oder Passwort ab. Stellen Sie beides in den Redundanzeinstellungen neu ein.',
  'The witness does not let this user read and write keys that begin with tandem/. Give its role that permission.':
    'Der Zeuge lässt diesen Benutzer keine Schlüssel lesen und schreiben, die mit tandem/ beginnen. Geben Sie seiner Rolle dieses Recht.',
  'This is not the witness that was set, or it lost its data. Set the witness anew on both stations.':
    'Das ist nicht der eingestellte Zeuge, oder er hat seine Daten verloren. Stellen Sie den Zeugen auf beiden Stationen neu ein.',
  'The witness answers, but not as it should. Check the health of etcd (etcdctl endpoint health).':
    'Der Zeuge antwortet, aber nicht, wie er sollte. Prüfen Sie den Zustand von etcd (etcdctl endpoint health).',
  'The other station has been away for so long that its journal cannot be continued: when it is back, all data is compared, and what differs is copied.':
    'Die andere Station war so lange weg, dass ihr Journal sich nicht fortsetzen lässt: Ist sie zurück, werden alle Daten verglichen, und was abweicht, wird kopiert.',
  'The other station is unavailable.': 'Die andere Station ist nicht erreichbar.',
  'This station has taken over: it is the primary now.':
    'Diese Station hat übernommen: Sie ist jetzt Hauptsystem.',
  'The other station became primary. This station has stopped editing.':
    'Die andere Station wurde Hauptsystem. Diese Station bearbeitet nicht mehr.',
  'Both stations became primary apart from each other. Both have stopped editing.':
    'Beide Stationen wurden unabhängig voneinander Hauptsystem. Beide bearbeiten nicht mehr.',
  'The two stations do not come into step by themselves.':
    'Die beiden Stationen kommen nicht von selbst auf gleichen Stand.',
  'A full check found data on this station that no edit made: restore a backup.':
    'Eine vollständige Prüfung fand auf dieser Station Daten, die aus keiner Bearbeitung stammen: Stellen Sie eine Sicherung wieder her.',
  'The journal keeps much that the other station has not acknowledged: bring that station back.':
    'Das Journal enthält vieles, was die andere Station nicht bestätigt hat: Bringen Sie diese Station zurück.',
  'The two stations are in step.': 'Die beiden Stationen sind auf gleichem Stand.',
  'The connection to the station is lost. Trying again.':
    'Die Verbindung zur Station ist abgebrochen. Es wird erneut versucht.',
  'The station was started anew. Open the address that it printed this time.':
    'Die Station wurde neu gestartet. Öffnen Sie die Adresse, die sie diesmal ausgegeben hat.',
};

export const ERROR: Record<ErrorCode, string> = texts({
  unauthorized: { en: 'Not allowed.', de: 'Nicht erlaubt.' },
  read_only: { en: 'Nothing can be edited here now.', de: 'Hier lässt sich jetzt nichts bearbeiten.' },
  not_found: { en: 'It is not there any more.', de: 'Das gibt es nicht mehr.' },
  invalid: { en: 'That is not valid.', de: 'Das ist nicht gültig.' },
  too_large: { en: 'That is too large.', de: 'Das ist zu groß.' },
  conflict: { en: 'That does not fit what is there now.', de: 'Das passt nicht zum jetzigen Stand.' },
  incompatible: { en: 'The stations are incompatible.', de: 'Die Stationen sind unvereinbar.' },
  unavailable: { en: 'It cannot be reached.', de: 'Nicht erreichbar.' },
  busy: {
    en: 'The station is busy: try again.',
    de: 'Die Station ist beschäftigt: Versuchen Sie es wieder.',
  },
  no_space: { en: 'The disk is full.', de: 'Die Platte ist voll.' },
  internal: { en: 'Something went wrong in the station.', de: 'In der Station ist etwas schiefgegangen.' },
});

/** A sentence of the station in the language of the screen, as far as it is one that is known. */
export function inWords<T extends string | null>(sentence: T): T {
  if (sentence === null || language.current === 'en') return sentence;
  return (SENTENCES[sentence] as T | undefined) ?? sentence;
}

/** Why the station refused: its own words, in other languages behind the kind of refusal. */
export function refusal(thrown: unknown): string {
  const { code, message } = CallError.from(thrown);
  const said = inWords(message);
  if (language.current === 'en' || said !== message) return said;
  return code in ERROR ? `${ERROR[code as ErrorCode]} (${message})` : message;
}
