/**
 * Why the pair is in its status, and what to do about it, in words: one sentence of cause and one of cure for every code
 * of the closed set that the core generates. A new code fails the type check here.
 */

import type { Reason, ReasonText } from '../backend';
import { texts, type Text } from '../language';
import { sentence, type Pair } from './pair';
import { PAIR } from './strings';
import { compareVersions } from './version';

type Words = (pair: Pair) => ReasonText;

/** The sentences for a reason, with the names of the two stations in them. */
export function reasonText(reason: Reason, pair: Pair): ReasonText {
  const { cause, cure } = REASONS[reason](pair);
  return { cause: sentence(cause, pair), cure: sentence(cure, pair) };
}

/** Every reason's sentences by its code. */
export const REASONS: Record<Reason, Words> = texts({
  no_redundancy: ({ self }) => ({
    cause: {
      en: `${self} works on its own: no second station holds its data.`,
      de: `${self} arbeitet allein: Keine zweite Station hat diese Daten.`,
    },
    cure: {
      en: 'Open the redundancy settings to pair it with a second station.',
      de: 'Öffnen Sie die Redundanzeinstellungen, um eine zweite Station einzurichten.',
    },
  }),

  different_version: (pair) => ({
    cause: {
      en: `the stations run different versions of Tandem (${versions(pair)}), so nothing is copied.`,
      de: `Auf den Stationen laufen verschiedene Versionen von Tandem (${versions(pair)}), deshalb wird nichts kopiert.`,
    },
    cure: {
      en: `Update ${olderStation(pair)}, so that both run the same version.`,
      de: `Aktualisieren Sie ${olderStation(pair)}, damit auf beiden dieselbe Version läuft.`,
    },
  }),
  different_schema: ({ self, peer }) => ({
    cause: {
      en: `${self} and ${peer} keep their data in different shapes, so nothing is copied.`,
      de: `${self} und ${peer} legen ihre Daten verschieden ab, deshalb wird nichts kopiert.`,
    },
    cure: {
      en: 'Install the same build of Tandem on both stations.',
      de: 'Installieren Sie auf beiden Stationen denselben Stand von Tandem.',
    },
  }),
  different_protocol: (pair) => ({
    cause: {
      en: `the stations speak different protocols (${versions(pair)}), so nothing is copied.`,
      de: `Die Stationen sprechen verschiedene Protokolle (${versions(pair)}), deshalb wird nichts kopiert.`,
    },
    cure: {
      en: `Update ${olderStation(pair)}, so that both run the same version.`,
      de: `Aktualisieren Sie ${olderStation(pair)}, damit auf beiden dieselbe Version läuft.`,
    },
  }),
  both_primary: ({ self, peer }) => ({
    cause: {
      en: `both ${self} and ${peer} are set to Primary, so neither follows the other.`,
      de: `${self} und ${peer} sind beide auf „Primary“ gestellt, deshalb folgt keine der anderen.`,
    },
    cure: {
      en: 'Decide which one holds the right data, and set the other one to Secondary copy or Secondary failover.',
      de: 'Entscheiden Sie, welche die richtigen Daten hat, und stellen Sie die andere auf „Secondary copy“ oder „Secondary failover“.',
    },
  }),
  both_secondary: ({ self, peer }) => ({
    cause: {
      en: `both ${self} and ${peer} are set to secondary, so there is no primary to follow.`,
      de: `${self} und ${peer} sind beide Reservesystem, deshalb gibt es kein Hauptsystem, dem sie folgen könnten.`,
    },
    cure: {
      en: 'Choose Make primary on the station that holds the right data.',
      de: 'Wählen Sie „Make primary“ auf der Station mit den richtigen Daten.',
    },
  }),
  peer_not_paired: ({ self, peer }) => ({
    cause: {
      en: `${peer} is set to No redundancy, so it does not take part in the pair.`,
      de: `${peer} steht auf „No redundancy“ und nimmt deshalb nicht teil.`,
    },
    cure: {
      en: `Set the redundancy mode on ${peer}, and give it the URL of ${self}.`,
      de: `Stellen Sie auf ${peer} „Redundancy mode“ ein und geben Sie dort die URL von ${self} an.`,
    },
  }),
  own_url: ({ self, peer, role }) => ({
    cause: {
      en: `the URL leads to ${self} itself, not to a second station.`,
      de: `Die URL führt zu ${self} selbst und nicht zu einer zweiten Station.`,
    },
    cure: {
      en: `Copy the URL from ${peer} and set it here as the URL of the ${role === 'primary' ? 'secondary' : 'primary'} system.`,
      de: `Kopieren Sie die URL von ${peer} und tragen Sie sie hier ein, unter „URL of the ${role === 'primary' ? 'secondary' : 'primary'} system“.`,
    },
  }),
  cloned: ({ self, peer }) => ({
    cause: {
      en: `${peer} runs on a copy of the data directory of ${self}, so the two cannot be told apart.`,
      de: `${peer} läuft auf einer Kopie des Datenverzeichnisses von ${self}; die beiden lassen sich deshalb nicht unterscheiden.`,
    },
    cure: {
      en: `Start ${peer} on a new, empty data directory and pair it again.`,
      de: `Starten Sie ${peer} mit einem neuen, leeren Datenverzeichnis und richten Sie das Paar neu ein.`,
    },
  }),
  peer_names_other: ({ self, peer }) => ({
    cause: {
      en: `${peer} answers, but is paired with another station than ${self}.`,
      de: `${peer} antwortet, ist aber mit einer anderen Station als ${self} verbunden.`,
    },
    cure: {
      en: `Copy the URL of ${self} into the redundancy settings of ${peer}.`,
      de: `Kopieren Sie die URL von ${self} in die Redundanzeinstellungen von ${peer}.`,
    },
  }),
  superseded: ({ self, peer }) => ({
    cause: {
      en: `two primaries: ${peer} became primary meanwhile, and ${self} has stopped editing.`,
      de: `Zwei Hauptsysteme: ${peer} wurde inzwischen Hauptsystem, und ${self} bearbeitet nicht mehr.`,
    },
    cure: {
      en: `Choose Become secondary, so that ${self} follows ${peer}; what only ${self} has is kept.`,
      de: `Wählen Sie „Become secondary“, damit ${self} der Station ${peer} folgt; was nur ${self} hat, bleibt erhalten.`,
    },
  }),
  two_primaries: ({ self, peer }) => ({
    cause: {
      en: `two primaries: ${self} leads, and ${peer} has not yet become its secondary.`,
      de: `Zwei Hauptsysteme: ${self} führt, und ${peer} ist noch nicht Reservesystem geworden.`,
    },
    cure: { en: `Choose Become secondary on ${peer}.`, de: `Wählen Sie „Become secondary“ auf ${peer}.` },
  }),
  peer_superseded: ({ peer }) => ({
    cause: {
      en: `${peer} is a primary that was superseded, so it cannot be followed.`,
      de: `${peer} ist ein abgelöstes Hauptsystem, dem nicht gefolgt werden kann.`,
    },
    cure: {
      en: `Choose on ${peer} whether it becomes a secondary or takes the lead.`,
      de: `Wählen Sie auf ${peer}, ob es Reservesystem wird oder die Führung übernimmt.`,
    },
  }),
  forked: ({ self, peer }) => ({
    cause: {
      en: `${self} and ${peer} became primary apart from each other, and both have stopped editing.`,
      de: `${self} und ${peer} wurden unabhängig voneinander Hauptsystem, und beide bearbeiten nicht mehr.`,
    },
    cure: {
      en: 'Choose which one goes on: Make primary there, or Become secondary on the other. No edit is lost either way.',
      de: 'Wählen Sie, welche weitermacht: „Make primary“ dort oder „Become secondary“ auf der anderen. In beiden Fällen geht keine Änderung verloren.',
    },
  }),

  refused: ({ peer }) => ({
    cause: {
      en: `the machine of ${peer} answers, but Tandem does not run there, or its port has changed.`,
      de: `Der Rechner von ${peer} antwortet, aber Tandem läuft dort nicht, oder der Port hat sich geändert.`,
    },
    cure: {
      en: `Start Tandem on ${peer}, and compare its URL with the one that is set here.`,
      de: `Starten Sie Tandem auf ${peer} und vergleichen Sie die URL mit der, die hier eingestellt ist.`,
    },
  }),
  no_answer: ({ peer }) => ({
    cause: { en: `${peer} does not answer.`, de: `${peer} antwortet nicht.` },
    cure: {
      en: 'Check that its machine is on and that the network reaches it. Contact is tried again all the time.',
      de: 'Prüfen Sie, ob der Rechner läuft und über das Netzwerk erreichbar ist. Der Kontakt wird laufend neu versucht.',
    },
  }),
  unknown_host: ({ peer }) => ({
    cause: {
      en: `the host name in the URL of ${peer} has no address.`,
      de: `Der Rechnername in der URL von ${peer} hat keine Adresse.`,
    },
    cure: {
      en: 'Check the URL for a slip, or use the IP address of the machine.',
      de: 'Prüfen Sie die URL auf Tippfehler oder nehmen Sie die IP-Adresse des Rechners.',
    },
  }),
  unreachable: ({ self, peer }) => ({
    cause: {
      en: `the network has no way from ${self} to ${peer}.`,
      de: `Das Netzwerk kennt keinen Weg von ${self} zu ${peer}.`,
    },
    cure: {
      en: `Check the cables and the network settings of ${self}.`,
      de: `Prüfen Sie die Kabel und die Netzwerkeinstellungen von ${self}.`,
    },
  }),
  wrong_certificate: ({ peer }) => ({
    cause: {
      en: `the address of ${peer} answers with another certificate than its URL names, so it is not trusted.`,
      de: `Unter der Adresse von ${peer} antwortet ein anderes Zertifikat, als die URL nennt; ihm wird deshalb nicht vertraut.`,
    },
    cure: {
      en: `If ${peer} was reinstalled, copy its URL anew. If not, find out who answers at that address.`,
      de: `Wurde ${peer} neu installiert, kopieren Sie die URL erneut. Wenn nicht, finden Sie heraus, wer dort antwortet.`,
    },
  }),
  bad_answer: ({ peer }) => ({
    cause: {
      en: `what answers at the address of ${peer} is not Tandem.`,
      de: `Was unter der Adresse von ${peer} antwortet, ist nicht Tandem.`,
    },
    cure: {
      en: 'Check the host and the port in the URL.',
      de: 'Prüfen Sie Rechnername und Port in der URL.',
    },
  }),
  lost: ({ peer }) => ({
    cause: { en: `the connection to ${peer} was lost.`, de: `Die Verbindung zu ${peer} ist abgebrochen.` },
    cure: {
      en: 'Check that its machine is on and that the network reaches it. Contact is tried again all the time.',
      de: 'Prüfen Sie, ob der Rechner läuft und über das Netzwerk erreichbar ist. Der Kontakt wird laufend neu versucht.',
    },
  }),
  waiting: ({ self, peer }) => ({
    cause: {
      en: `${peer} is silent and may have become primary while ${self} was away, so ${self} does not edit.`,
      de: `${peer} schweigt und ist vielleicht Hauptsystem geworden, während ${self} weg war; deshalb bearbeitet ${self} nicht.`,
    },
    cure: {
      en: `Bring ${peer} back, or choose Make primary if you know that ${peer} does not lead.`,
      de: `Bringen Sie ${peer} zurück, oder wählen Sie „Make primary“, wenn Sie wissen, dass ${peer} nicht führt.`,
    },
  }),
  handover_open: ({ self, peer }) => ({
    cause: {
      en: `${peer} fell silent in the middle of a hand-over and may have taken the lead, so ${self} does not edit.`,
      de: `${peer} verstummte mitten in einer Übergabe und hat vielleicht die Führung übernommen; deshalb bearbeitet ${self} nicht.`,
    },
    cure: {
      en: `Bring ${peer} back, or choose Make primary if you know that ${peer} does not lead.`,
      de: `Bringen Sie ${peer} zurück, oder wählen Sie „Make primary“, wenn Sie wissen, dass ${peer} nicht führt.`,
    },
  }),
  promotion_fails: ({ self }) => ({
    cause: {
      en: `${self} cannot take over, because its disk does not accept the change.`,
      de: `${self} kann nicht übernehmen, weil die Platte die Änderung nicht annimmt.`,
    },
    cure: {
      en: `Free space on the disk of ${self}; taking over is tried again.`,
      de: `Schaffen Sie Platz auf der Platte von ${self}; die Übernahme wird weiter versucht.`,
    },
  }),

  lease_elsewhere: ({ self, peer }) => ({
    cause: {
      en: `${peer} is silent here but holds the lease of the witness, so it may be editing, and ${self} does not lead.`,
      de: `${peer} schweigt hier, hält aber die Lease des Zeugen und bearbeitet vielleicht; deshalb führt ${self} nicht.`,
    },
    cure: {
      en: `Reconnect ${self} and ${peer}. Make primary in spite of it leaves the guarantee that only one station edits.`,
      de: `Verbinden Sie ${self} und ${peer} wieder. Mit „Make primary“ trotz allem entfällt die Garantie, dass nur eine Station bearbeitet.`,
    },
  }),
  witness_silent: ({ self, peer }) => ({
    cause: {
      en: `neither ${peer} nor the witness can be reached, so ${self} does not lead.`,
      de: `Weder ${peer} noch der Zeuge ist zu erreichen; deshalb führt ${self} nicht.`,
    },
    cure: {
      en: `Reconnect either one. Make primary in spite of it leaves the guarantee that only one station edits.`,
      de: 'Verbinden Sie einen von beiden wieder. Mit „Make primary“ trotz allem entfällt die Garantie, dass nur eine Station bearbeitet.',
    },
  }),
  overridden: ({ self, peer }) => ({
    cause: {
      en: `${self} edits on its operator's word, without the lease of the witness: ${peer} may be editing, too.`,
      de: `${self} bearbeitet auf Anweisung des Operators, ohne die Lease des Zeugen: ${peer} bearbeitet vielleicht ebenfalls.`,
    },
    cure: {
      en: `Reconnect ${peer} or the witness. The guarantee that only one station edits is back as soon as either answers.`,
      de: `Verbinden Sie ${peer} oder den Zeugen wieder. Die Garantie, dass nur eine Station bearbeitet, gilt wieder, sobald eines davon antwortet.`,
    },
  }),

  first_contact: ({ self, peer }) => ({
    cause: { en: `${peer} has not been reached yet.`, de: `${peer} wurde noch nicht erreicht.` },
    cure: {
      en: `Start it, and give it the URL of ${self} (below, with Copy).`,
      de: `Starten Sie die andere Station und geben Sie ihr die URL von ${self} (unten, mit „Kopieren“).`,
    },
  }),
  confirm_code: ({ peer }) => ({
    cause: {
      en: `the URL of ${peer} was set without a fingerprint, so that it must be confirmed once who answers there.`,
      de: `Die URL von ${peer} wurde ohne Fingerabdruck eingegeben; deshalb muss einmal bestätigt werden, wer dort antwortet.`,
    },
    cure: {
      en: 'Compare the short code on both screens. If it is the same, type it below.',
      de: 'Vergleichen Sie den kurzen Code auf beiden Bildschirmen. Ist er gleich, geben Sie ihn unten ein.',
    },
  }),
  asking_peer: ({ self, peer }) => ({
    cause: {
      en: `${self} has just started and asks ${peer} whether it still leads.`,
      de: `${self} ist eben gestartet und fragt ${peer}, ob es noch führt.`,
    },
    cure: {
      en: `If ${peer} stays silent, this is decided within two seconds.`,
      de: `Schweigt ${peer}, ist das in zwei Sekunden entschieden.`,
    },
  }),
  first_sync: ({ primary, secondary }) => ({
    cause: {
      en: `${secondary} is receiving its first copy of the data of ${primary}.`,
      de: `${secondary} bekommt die erste Kopie der Daten von ${primary}.`,
    },
    cure: {
      en: `Wait until it is complete; ${primary} can be edited meanwhile.`,
      de: `Warten Sie, bis sie vollständig ist; ${primary} lässt sich währenddessen bearbeiten.`,
    },
  }),

  different_witness: ({ self, peer }) => ({
    cause: {
      en: `${self} and ${peer} are not set to the same witness, so nothing takes over by itself, and a second primary is not ruled out.`,
      de: `${self} und ${peer} sind nicht auf denselben Zeugen eingestellt; deshalb übernimmt nichts von selbst, und ein zweites Hauptsystem ist nicht ausgeschlossen.`,
    },
    cure: {
      en: 'Set the same witness, or none, in the redundancy settings of both stations.',
      de: 'Stellen Sie in den Redundanzeinstellungen beider Stationen denselben Zeugen ein oder keinen.',
    },
  }),
  sums_differ: ({ primary, secondary }) => ({
    cause: {
      en: `${primary} and ${secondary} are at the same entry, but their data differs.`,
      de: `${primary} und ${secondary} stehen beim selben Eintrag, aber ihre Daten weichen ab.`,
    },
    cure: {
      en: `Choose Resync now: what differs is copied from ${primary} to ${secondary}.`,
      de: `Wählen Sie „Resync now“: Was abweicht, wird von ${primary} nach ${secondary} kopiert.`,
    },
  }),
  apply_failed: ({ primary, secondary }) => ({
    cause: {
      en: `${secondary} could not apply a change that came from ${primary}.`,
      de: `${secondary} konnte eine Änderung von ${primary} nicht anwenden.`,
    },
    cure: {
      en: `Choose Resync now: what differs is copied from ${primary} to ${secondary}.`,
      de: `Wählen Sie „Resync now“: Was abweicht, wird von ${primary} nach ${secondary} kopiert.`,
    },
  }),
  chain_differs: ({ primary, secondary }) => ({
    cause: {
      en: `the histories of ${primary} and ${secondary} differ, though both name the same primary.`,
      de: `Die Journale von ${primary} und ${secondary} weichen ab, obwohl beide dasselbe Hauptsystem nennen.`,
    },
    cure: {
      en: `Choose Resync now: what differs is copied from ${primary} to ${secondary}.`,
      de: `Wählen Sie „Resync now“: Was abweicht, wird von ${primary} nach ${secondary} kopiert.`,
    },
  }),
  replace_not_confirmed: ({ primary, secondary }) => ({
    cause: {
      en: `${secondary} holds data of its own, which the first copy from ${primary} would replace.`,
      de: `${secondary} hat eigene Daten, die die erste Kopie von ${primary} ersetzen würde.`,
    },
    cure: {
      en: `Choose Resync now on ${secondary} to replace its data. A backup is kept.`,
      de: `Wählen Sie „Resync now“ auf ${secondary}, um sie zu ersetzen. Eine Sicherung bleibt erhalten.`,
    },
  }),
  decision_owed: ({ primary, secondary }) => ({
    cause: {
      en: `${secondary} has led since ${primary} last did, and may hold what ${primary} lacks.`,
      de: `${secondary} hat geführt, nachdem ${primary} zuletzt führte, und hat vielleicht, was ${primary} fehlt.`,
    },
    cure: {
      en: `Choose Make primary on ${secondary} to keep its data, or Resync now to follow ${primary}; what only ${secondary} has is kept as orphans.`,
      de: `Wählen Sie „Make primary“ auf ${secondary}, um diese Daten zu behalten, oder „Resync now“, um ${primary} zu folgen; was nur ${secondary} hat, bleibt als beiseitegelegte Änderungen erhalten.`,
    },
  }),
  secondary_ahead: ({ primary, secondary }) => ({
    cause: {
      en: `${secondary} holds changes that ${primary} has lost.`,
      de: `${secondary} hat Änderungen, die ${primary} verloren hat.`,
    },
    cure: {
      en: `Choose Make primary on ${secondary} to keep them, or Resync now to put them aside as orphans.`,
      de: `Wählen Sie „Make primary“ auf ${secondary}, um sie zu behalten, oder „Resync now“, um sie beiseitezulegen.`,
    },
  }),
  primary_writer_hangs: ({ primary, secondary }) => ({
    cause: {
      en: `the disk of ${primary} has not answered for over two seconds, so no edit gets through.`,
      de: `Die Platte von ${primary} antwortet seit über zwei Sekunden nicht; deshalb kommt keine Änderung durch.`,
    },
    cure: {
      en: `Check the disk of ${primary}, or choose Make primary on ${secondary}.`,
      de: `Prüfen Sie die Platte von ${primary}, oder wählen Sie „Make primary“ auf ${secondary}.`,
    },
  }),
  secondary_writer_hangs: ({ secondary }) => ({
    cause: {
      en: `the disk of ${secondary} has not answered for over two seconds.`,
      de: `Die Platte von ${secondary} antwortet seit über zwei Sekunden nicht.`,
    },
    cure: { en: `Check the disk of ${secondary}.`, de: `Prüfen Sie die Platte von ${secondary}.` },
  }),
  no_space: ({ secondary }) => ({
    cause: { en: `the disk of ${secondary} is full.`, de: `Die Platte von ${secondary} ist voll.` },
    cure: {
      en: `Free space there; ${secondary} then goes on by itself.`,
      de: `Schaffen Sie dort Platz; ${secondary} macht dann von selbst weiter.`,
    },
  }),
  snapshot_failed: ({ secondary }) => ({
    cause: {
      en: `a full copy arrived damaged at ${secondary} or could not be put in place; nothing was replaced.`,
      de: `Eine vollständige Kopie kam beschädigt bei ${secondary} an oder ließ sich nicht einsetzen; nichts wurde ersetzt.`,
    },
    cure: { en: 'Choose Resync now.', de: 'Wählen Sie „Resync now“.' },
  }),
  snapshot_excessive: ({ primary, secondary }) => ({
    cause: {
      en: `${primary} sent more than its full copy announced, so ${secondary} cut it off; nothing was replaced.`,
      de: `${primary} sandte mehr, als die vollständige Kopie angekündigt hatte, und wurde von ${secondary} abgebrochen; nichts wurde ersetzt.`,
    },
    cure: {
      en: 'Check that both stations run the same build, then choose Resync now.',
      de: 'Prüfen Sie, ob auf beiden Stationen derselbe Stand läuft, und wählen Sie dann „Resync now“.',
    },
  }),
  rules_broken: ({ self, peer }) => ({
    cause: {
      en: `${self} has cut ${peer} off more than once because it broke the rules of the link; what it sent then was not taken in.`,
      de: `${self} hat ${peer} mehr als einmal abgetrennt, weil sie die Regeln der Verbindung verletzt hat; was sie dabei sandte, wurde nicht übernommen.`,
    },
    cure: {
      en: `See in the redundancy log what ${peer} did, check that both stations run the same build, and restart ${peer}.`,
      de: `Sehen Sie im Redundanz-Protokoll nach, was ${peer} getan hat, prüfen Sie, ob auf beiden Stationen derselbe Stand läuft, und starten Sie ${peer} neu.`,
    },
  }),
  data_damaged: ({ secondary }) => ({
    cause: {
      en: `a full check found data on ${secondary} that no edit has made.`,
      de: `Eine vollständige Prüfung fand auf ${secondary} Daten, die aus keiner Bearbeitung stammen.`,
    },
    cure: {
      en: `Choose Resync now: what differs is fetched anew. If it comes back, replace the disk of ${secondary}.`,
      de: `Wählen Sie „Resync now“: Was abweicht, wird neu geholt. Kommt es wieder, tauschen Sie die Platte von ${secondary}.`,
    },
  }),
  primary_damaged: ({ primary, secondary }) => ({
    cause: {
      en: `a full check found data on ${primary} that no edit has made.`,
      de: `Eine vollständige Prüfung fand auf ${primary} Daten, die aus keiner Bearbeitung stammen.`,
    },
    cure: {
      en: `Choose Hand over on ${primary} (or Make primary on ${secondary}), then Resync now. If it comes back, replace the disk of ${primary}.`,
      de: `Wählen Sie „Hand over“ auf ${primary} (oder „Make primary“ auf ${secondary}), danach „Resync now“. Kommt es wieder, tauschen Sie die Platte von ${primary}.`,
    },
  }),
  no_whole_copy: ({ primary, secondary }) => ({
    cause: {
      en: `data on ${primary} is damaged, and what ${secondary} holds is damaged or incomplete, too.`,
      de: `Daten auf ${primary} sind beschädigt, und was ${secondary} hat, ist ebenfalls beschädigt oder unvollständig.`,
    },
    cure: {
      en: `Restore a backup on ${primary}, then choose Resync now on ${secondary}.`,
      de: `Stellen Sie auf ${primary} eine Sicherung wieder her und wählen Sie dann „Resync now“ auf ${secondary}.`,
    },
  }),

  behind: ({ primary, secondary }) => ({
    cause: { en: `${secondary} is catching up with ${primary}.`, de: `${secondary} holt zu ${primary} auf.` },
    cure: { en: 'Nothing needs to be done.', de: 'Es ist nichts zu tun.' },
  }),
  reconnecting: ({ self, peer }) => ({
    cause: {
      en: `${self} and ${peer} are in contact and set up their link.`,
      de: `${self} und ${peer} haben Kontakt und bauen ihre Verbindung auf.`,
    },
    cure: { en: 'Nothing needs to be done.', de: 'Es ist nichts zu tun.' },
  }),
  rewinding: ({ secondary }) => ({
    cause: {
      en: `what only ${secondary} has is being put aside.`,
      de: `Was nur ${secondary} hat, wird beiseitegelegt.`,
    },
    cure: {
      en: 'Nothing needs to be done. It is listed below as orphans when this is complete.',
      de: 'Es ist nichts zu tun. Danach steht es unten bei den beiseitegelegten Änderungen.',
    },
  }),
  copying: ({ primary, secondary }) => ({
    cause: {
      en: `a full copy is on its way from ${primary} to ${secondary}.`,
      de: `Eine vollständige Kopie ist unterwegs von ${primary} nach ${secondary}.`,
    },
    cure: {
      en: `Wait until it is complete; ${primary} can be edited meanwhile.`,
      de: `Warten Sie, bis sie vollständig ist; ${primary} lässt sich währenddessen bearbeiten.`,
    },
  }),
  comparing: ({ primary, secondary }) => ({
    cause: {
      en: `the data of ${secondary} is compared with that of ${primary}, and only what differs is copied.`,
      de: `Die Daten von ${secondary} werden mit denen von ${primary} verglichen, und nur was abweicht, wird kopiert.`,
    },
    cure: {
      en: `Wait until it is complete; ${primary} can be edited meanwhile.`,
      de: `Warten Sie, bis das abgeschlossen ist; ${primary} lässt sich währenddessen bearbeiten.`,
    },
  }),
  switching: ({ self, peer }) => ({
    cause: {
      en: `${self} and ${peer} are exchanging their roles.`,
      de: `${self} und ${peer} tauschen ihre Rollen.`,
    },
    cure: { en: 'Edits wait for a moment.', de: 'Änderungen warten einen Augenblick.' },
  }),
  verifying: ({ self }) => ({
    cause: {
      en: `the data of ${self} is being checked against its checksum.`,
      de: `Die Daten von ${self} werden gegen ihre Prüfsumme geprüft.`,
    },
    cure: { en: 'Nothing needs to be done.', de: 'Es ist nichts zu tun.' },
  }),

  equal: ({ primary, secondary }) => ({
    cause: {
      en: `${secondary} holds everything that ${primary} holds, checked to the row.`,
      de: `${secondary} hat alles, was ${primary} hat, auf die Zeile genau geprüft.`,
    },
    cure: { en: 'Nothing needs to be done.', de: 'Es ist nichts zu tun.' },
  }),
} satisfies Record<Reason, (pair: Pair) => Record<keyof ReasonText, Text>>);

function versions({ self, peer, selfVersion, peerVersion }: Pair): string {
  return `${self} ${selfVersion}, ${peer} ${peerVersion ?? PAIR.unknownVersion}`;
}

function olderStation({ self, peer, selfVersion, peerVersion }: Pair): string {
  if (peerVersion === null) return PAIR.olderStation;
  return compareVersions(selfVersion, peerVersion) < 0 ? self : peer;
}
