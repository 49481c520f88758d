/** Every text of the redundancy feature but the reasons' (reasons.ts). The names of steps are the contract's, in every language. */

import type { Mode, Status, WitnessState } from '../backend';
import type { Difference } from '../backend/bindings/Difference';
import type { Lag } from '../backend/bindings/Lag';
import { texts } from '../language';
import { counted, duration, milliseconds, number, plural, size } from '../language/format';
import type { Pair, Role } from './pair';

export const PAIR = texts({
  /** What the other station is called until it has told its name: in German without an article, so that it fits every sentence. */
  unknownPeer: { en: 'the other station', de: 'Gegenstation' },
  unknownVersion: { en: 'unknown', de: 'unbekannt' },
  olderStation: { en: 'the station with the older version', de: 'die Station mit der älteren Version' },
});

export const STATUS: Record<Status, string> = texts({
  no_redundancy: { en: 'No redundancy', de: 'Keine Redundanz' },
  connecting: { en: 'Connecting', de: 'Verbindet' },
  syncing: { en: 'Syncing', de: 'Gleicht ab' },
  synced: { en: 'Synced', de: 'Synchron' },
  not_synced: { en: 'Not synced', de: 'Nicht synchron' },
  unavailable: { en: 'Unavailable', de: 'Nicht erreichbar' },
  incompatible: { en: 'Incompatible', de: 'Unvereinbar' },
});

export const MODE: Record<Mode, string> = texts({
  none: { en: 'No redundancy', de: 'Keine Redundanz' },
  primary: { en: 'Primary', de: 'Hauptsystem' },
  secondary_copy: { en: 'Secondary copy', de: 'Reservesystem, Kopie' },
  secondary_failover: { en: 'Secondary failover', de: 'Reservesystem, Failover' },
});

export const CHIP = texts({
  open: { en: 'Open the redundancy status', de: 'Redundanzstatus öffnen' },
  notKnown: { en: 'Not known', de: 'Unbekannt' },
  notKnownWhy: {
    en: 'This window has lost its connection to its own station, so the status is not known.',
    de: 'Dieses Fenster hat die Verbindung zu seiner eigenen Station verloren; der Status ist deshalb nicht bekannt.',
  },
  notKnownCure: {
    en: 'Wait: the connection is tried again all the time. If it stays away, check that Tandem runs on this machine.',
    de: 'Warten Sie: Die Verbindung wird laufend neu versucht. Bleibt sie aus, prüfen Sie, ob Tandem auf diesem Rechner läuft.',
  },
  takesOver: (self: string, seconds: number) => ({
    en: `${self} takes over in ${duration(seconds)}`,
    de: `${self} übernimmt in ${duration(seconds)}`,
  }),
  clock: (peer: string, difference: string) => ({
    en: `Clock of ${peer}: ${difference}.`,
    de: `Uhr von ${peer}: ${difference}.`,
  }),
  announce: (status: string, peer: string | null) => ({
    en: peer ? `Redundancy: ${status}, ${peer}` : `Redundancy: ${status}`,
    de: peer ? `Redundanz: ${status}, ${peer}` : `Redundanz: ${status}`,
  }),
});

export const BANNER: Record<Role, (self: string, peer: string) => string> = texts({
  none: (self: string) => ({ en: `${self} works on its own`, de: `${self} arbeitet allein` }),
  primary: (self: string) => ({
    en: `${self} leads: edits are made here`,
    de: `${self} führt: Hier wird bearbeitet`,
  }),
  secondary: (self: string, peer: string) => ({
    en: `${self} follows ${peer}: read only`,
    de: `${self} folgt ${peer}: nur Lesen`,
  }),
});

export const BANNER_TAG: Record<Role, string> = texts({
  none: { en: 'Single station', de: 'Einzelstation' },
  primary: { en: 'Primary', de: 'Hauptsystem' },
  secondary: { en: 'Secondary', de: 'Reservesystem' },
});

export const BANNER_STATE = texts({
  stale: {
    en: 'No connection to the station: what is shown may be out of date',
    de: 'Keine Verbindung zur Station: Was hier steht, kann veraltet sein',
  },
  stopped: (self: string) => ({
    en: `${self} must not edit now: see the redundancy status`,
    de: `${self} darf jetzt nicht bearbeiten: siehe Redundanzstatus`,
  }),
});

export const OVERLAY = texts({
  title: { en: 'Redundancy', de: 'Redundanz' },
  thisStation: { en: 'This station', de: 'Diese Station' },
  otherStation: { en: 'Other station', de: 'Andere Station' },
  meaning: { en: 'What it means', de: 'Was das bedeutet' },
  cure: { en: 'What to do', de: 'Was zu tun ist' },
  steps: { en: 'Actions', de: 'Schritte' },
  settings: { en: 'Settings', de: 'Einstellungen' },
  settingsHint: {
    en: 'Mode, URL and failover offset time are set in the',
    de: 'Modus, URL und „Failover offset time“ stehen in den',
  },
  settingsLink: { en: 'redundancy settings', de: 'Redundanzeinstellungen' },
  notHeard: { en: 'Not heard yet', de: 'Noch nicht gehört' },
  ownUrl: { en: 'URL of this station, for the other one', de: 'URL dieser Station, für die andere' },
  technical: { en: 'Technical details', de: 'Technische Einzelheiten' },
  difference: (self: string, peer: string, { only_here, only_there }: Difference) => ({
    en:
      only_here + only_there === 0
        ? 'Neither has edits that the other lacks: nothing is put aside, whichever leads.'
        : `Only on ${self}: ${editsEn(only_here)}. Only on ${peer}: ${editsEn(only_there)}.`,
    de:
      only_here + only_there === 0
        ? 'Keine hat Änderungen, die der anderen fehlen: Nichts wird beiseitegelegt, gleich welche führt.'
        : `Nur auf ${self}: ${editsDe(only_here)}. Nur auf ${peer}: ${editsDe(only_there)}.`,
  }),
  notReachable: (peer: string) => ({
    en: `This station cannot be reached by ${peer}:`,
    de: `Diese Station ist von ${peer} aus nicht erreichbar:`,
  }),
  since: (ago: string, clock: string) => ({
    en: `for ${ago}, since ${clock}`,
    de: `seit ${ago} (${clock} Uhr)`,
  }),
  inStep: { en: 'Equal', de: 'Gleich' },
  noLink: { en: 'No contact', de: 'Kein Kontakt' },
  notUsed: { en: 'Nothing is copied', de: 'Nichts wird kopiert' },
  lagEntries: (entries: number) => ({
    en: `${counted(entries, 'entry', 'entries')} behind`,
    de: `${counted(entries, 'Eintrag', 'Einträge')} zurück`,
  }),
  lagDetail: ({ bytes, ms }: Lag) => ({
    en: `${size(bytes)}, ${milliseconds(ms)}`,
    de: `${size(bytes)}, ${milliseconds(ms)}`,
  }),
  reading: { en: 'Reading the redundancy status', de: 'Redundanzstatus lesen' },
});

export const CARD = texts({
  role: { en: 'Role', de: 'Rolle' },
  version: { en: 'Version', de: 'Version' },
  position: { en: 'Position', de: 'Position' },
  positionOf: (epoch: number, seq: number) => ({
    en: `Epoch ${number(epoch)}, entry ${number(seq)}`,
    de: `Epoche ${number(epoch)}, Eintrag ${number(seq)}`,
  }),
  lastContact: { en: 'Last contact', de: 'Letzter Kontakt' },
  ago: (text: string) => ({ en: `${text} ago`, de: `vor ${text}` }),
  now: { en: 'now', de: 'jetzt' },
  never: { en: 'never', de: 'nie' },
  chainOf: (chain: string) => ({ en: `chain ${chain}`, de: `Kette ${chain}` }),
  lag: { en: 'Behind', de: 'Rückstand' },
  lagOf: ({ entries, bytes, ms }: Lag) => ({
    en: `${counted(entries, 'entry', 'entries')}, ${size(bytes)}, ${milliseconds(ms)}`,
    de: `${counted(entries, 'Eintrag', 'Einträge')}, ${size(bytes)}, ${milliseconds(ms)}`,
  }),
  nothing: { en: 'nothing', de: 'keiner' },
  check: { en: 'Last check', de: 'Letzte Prüfung' },
  checkOk: { en: 'Whole', de: 'Unversehrt' },
  checkBad: { en: 'Damaged', de: 'Beschädigt' },
  checkDetail: (at: string, cells: number) => ({
    en: `${at}, ${number(cells)} cells`,
    de: `${at}, ${number(cells)} Zellen`,
  }),
  checkWarning: (at: string) => ({
    en: `${at}, data no edit made`,
    de: `${at}, Daten aus keiner Bearbeitung`,
  }),
  notYet: { en: 'not yet', de: 'noch keine' },
  clock: { en: 'Clock difference', de: 'Uhrenabweichung' },
  clockAhead: (text: string) => ({ en: `${text} ahead`, de: `${text} vor` }),
  clockBehind: (text: string) => ({ en: `${text} behind`, de: `${text} nach` }),
  clockEqual: { en: 'none', de: 'keine' },
  clockWarning: {
    en: 'The clocks of the two stations differ by more than a second: set both by NTP.',
    de: 'Die Uhren der beiden Stationen weichen mehr als eine Sekunde voneinander ab: Stellen Sie beide über NTP.',
  },
  edits: { en: 'Edits', de: 'Bearbeitet' },
  editsYes: { en: 'Yes', de: 'Ja' },
  editsNo: { en: 'No', de: 'Nein' },
  takesOver: { en: 'Takes over', de: 'Übernimmt' },
  failover: (seconds: number) => ({
    en: `after ${duration(seconds)}`,
    de: `nach ${duration(seconds)}`,
  }),
  durable: { en: 'Held by both up to', de: 'Auf beiden bis' },
  entry: (seq: number) => ({ en: `entry ${number(seq)}`, de: `Eintrag ${number(seq)}` }),
  unknown: { en: 'not known', de: 'unbekannt' },
  address: { en: 'Address', de: 'Adresse' },
  witness: { en: 'Witness', de: 'Zeuge' },
});

export const WITNESS = texts({
  states: {
    unknown: { en: 'Not asked yet', de: 'Noch nicht gefragt' },
    holding: { en: 'Holds the lease', de: 'Hält die Lease' },
    promised: {
      en: 'Edits by promise of the secondary',
      de: 'Bearbeitet auf Zusage des Reservesystems',
    },
    elsewhere: { en: 'The lease is held elsewhere', de: 'Die Lease hält eine andere' },
    not_holding: { en: 'Answers; no lease', de: 'Antwortet; keine Lease' },
    unreachable: { en: 'Not reached', de: 'Nicht erreicht' },
  } satisfies Record<WitnessState, unknown>,
  overridden: { en: 'Overridden', de: 'Übergangen' },
  overriddenSays: {
    en: 'Edits are made on the operator’s word: the other station may be editing, too.',
    de: 'Bearbeitet wird auf Anweisung des Operators: Die andere Station bearbeitet vielleicht ebenfalls.',
  },
});

export const TECHNICAL = texts({
  lineage: { en: 'Lineage', de: 'Abstammung' },
  opener: { en: 'Epoch opened by', de: 'Epoche eröffnet von' },
  chain: { en: 'Chain', de: 'Kette' },
  sum: { en: 'Checksum of the data', de: 'Prüfsumme der Daten' },
  peerId: { en: 'Other station', de: 'Andere Station' },
});

export const COUNTDOWN = texts({
  lead: (self: string, peer: string) => ({
    en: `${self} takes over from ${peer} in`,
    de: `${self} übernimmt von ${peer} in`,
  }),
  held: (self: string, peer: string) => ({
    en: `On hold: ${self} does not take over by itself until ${peer} is back in contact.`,
    de: `Angehalten: ${self} übernimmt nicht von selbst, bis wieder Kontakt zu ${peer} besteht.`,
  }),
  unarmed: { en: 'Does not take over by itself:', de: 'Übernimmt nicht von selbst:' },
});

export const PROGRESS = texts({
  first: { en: 'First copy', de: 'Erste Kopie' },
  copy: { en: 'Full copy', de: 'Vollständige Kopie' },
  compare: { en: 'Resync', de: 'Abgleich' },
  check: { en: 'Check', de: 'Prüfung' },
  resync: { en: 'Sync', de: 'Abgleich' },
  unknown: { en: 'in progress', de: 'läuft' },
  of: (done: number, total: number) => ({
    en: `${Math.floor((done / total) * 100)} %`,
    de: `${Math.floor((done / total) * 100)} %`,
  }),
});

export const CODE = texts({
  title: { en: 'Confirm the other station', de: 'Die andere Station bestätigen' },
  shown: { en: 'Code on this screen', de: 'Code auf diesem Bildschirm' },
  compare: (peer: string) => ({
    en: `The screen of ${peer} must show the same code. If it does not, something else answers at this URL.`,
    de: `Der Bildschirm von ${peer} muss denselben Code zeigen. Tut er das nicht, antwortet unter dieser URL etwas anderes.`,
  }),
  awaited: (peer: string) => ({
    en: `Confirmed here. Now confirm the same code on ${peer}.`,
    de: `Hier bestätigt. Bestätigen Sie jetzt denselben Code auf ${peer}.`,
  }),
  field: { en: 'Code as the other screen shows it', de: 'Code, wie ihn der andere Bildschirm zeigt' },
  confirm: { en: 'Confirm', de: 'Bestätigen' },
});

export const WORDS = texts({
  makePrimary: {
    label: { en: 'Make primary', de: 'Make primary' },
    effect: ({ self, peer }: Pair) => ({
      en: `${self} takes over from ${peer}.`,
      de: `${self} übernimmt von ${peer}.`,
    }),
    planned: ({ self, peer }: Pair) => ({
      en: `${self} takes over from ${peer}, and ${peer} follows. Nothing is lost; edits wait for less than a second.`,
      de: `${self} übernimmt von ${peer}, und ${peer} folgt. Nichts geht verloren; Änderungen warten weniger als eine Sekunde.`,
    }),
    promotes: ({ self, peer }: Pair) => ({
      en: `${self} takes over from ${peer} at once. Edits that ${peer} could not send are kept there, not lost.`,
      de: `${self} übernimmt sofort von ${peer}. Änderungen, die ${peer} nicht mehr senden konnte, bleiben dort erhalten.`,
    }),
    goesOn: ({ self, peer }: Pair) => ({
      en: `${self} goes on as primary, and ${peer} is to follow.`,
      de: `${self} bleibt Hauptsystem, und ${peer} soll folgen.`,
    }),
    leadsAlready: ({ self }: Pair) => ({
      en: `${self} is the primary already.`,
      de: `${self} ist bereits das Hauptsystem.`,
    }),
    notNow: ({ self, peer }: Pair) => ({
      en: `${self} cannot take over from ${peer} in this status: see what to do above.`,
      de: `${self} kann in diesem Status nicht von ${peer} übernehmen: siehe oben, was zu tun ist.`,
    }),
    riskTwo: ({ peer }: Pair) => ({
      en: `if ${peer} leads without being seen from here, both stations are primary for a while. Edits that only one of them has are kept, but somebody must choose between them later.`,
      de: `Führt ${peer}, ohne dass es von hier aus zu sehen ist, sind eine Zeit lang beide Stationen Hauptsystem. Änderungen, die nur eine von beiden hat, bleiben erhalten, doch jemand muss später zwischen ihnen wählen.`,
    }),
    riskWitness: ({ self, peer }: Pair) => ({
      en: `this leaves the guarantee of the witness that only one station edits: ${peer} may be editing without being seen from here. If it is, edits that only one of ${self} and ${peer} has are kept, but somebody must choose between them later.`,
      de: `Damit entfällt die Garantie des Zeugen, dass nur eine Station bearbeitet: ${peer} bearbeitet vielleicht, ohne dass es von hier aus zu sehen ist. Dann bleiben Änderungen, die nur eine von ${self} und ${peer} hat, erhalten, doch jemand muss später zwischen ihnen wählen.`,
    }),
    riskChoose: ({ self, peer }: Pair) => ({
      en: `what only ${peer} has is taken out of the channel's data when it follows ${self}. It is kept as orphans and can be applied again.`,
      de: `Was nur ${peer} hat, wird aus den Daten des Kanals genommen, sobald es ${self} folgt. Es bleibt als beiseitegelegte Änderungen erhalten und lässt sich erneut anwenden.`,
    }),
    riskIncomplete: ({ self, peer }: Pair) => ({
      en: `${self} has not finished its first copy: it may lack some or all of the data of ${peer}.`,
      de: `${self} hat die erste Kopie noch nicht abgeschlossen: Daten von ${peer} können ganz oder teilweise fehlen.`,
    }),
    riskDiffers: ({ self, peer }: Pair) => ({
      en: `the data of ${self} is not the same as that of ${peer}; some of it may be missing or wrong.`,
      de: `Die Daten von ${self} sind nicht dieselben wie die von ${peer}; manches kann fehlen oder falsch sein.`,
    }),
  },
  resync: {
    label: { en: 'Resync now', de: 'Resync now' },
    effect: ({ primary, secondary }: Pair) => ({
      en: `${secondary} is checked against ${primary}, and what differs is copied to ${secondary}.`,
      de: `${secondary} wird mit ${primary} verglichen, und was abweicht, wird nach ${secondary} kopiert.`,
    }),
    effectCut: ({ primary, secondary }: Pair) => ({
      en: `${secondary} follows ${primary} from now on. What only ${secondary} has is kept as orphans and can be applied again.`,
      de: `${secondary} folgt von jetzt an ${primary}. Was nur ${secondary} hat, bleibt als beiseitegelegte Änderungen erhalten und lässt sich erneut anwenden.`,
    }),
    noContact: ({ peer }: Pair) => ({
      en: `needs contact with ${peer}.`,
      de: `Braucht Kontakt zu ${peer}.`,
    }),
    incompatible: {
      en: 'nothing is copied while the stations are incompatible.',
      de: 'Solange die Stationen unvereinbar sind, wird nichts kopiert.',
    },
    connecting: {
      en: 'the first contact or the first copy is not finished yet.',
      de: 'Der erste Kontakt oder die erste Kopie ist noch nicht abgeschlossen.',
    },
    primaryDamaged: ({ primary, secondary }: Pair) => ({
      en: `it is the data of ${primary} that is damaged: hand over to ${secondary} first.`,
      de: `Beschädigt sind die Daten von ${primary}: Übergeben Sie zuerst an ${secondary}.`,
    }),
    nothingToDo: ({ primary, secondary }: Pair) => ({
      en: `${secondary} follows ${primary} by itself.`,
      de: `${secondary} folgt ${primary} von selbst.`,
    }),
    riskReplace: ({ primary, secondary }: Pair) => ({
      en: `everything on ${secondary} is replaced by the data of ${primary}. A dated backup of it is kept on ${secondary}.`,
      de: `Alles auf ${secondary} wird durch die Daten von ${primary} ersetzt. Eine datierte Sicherung davon bleibt auf ${secondary} erhalten.`,
    }),
  },
  handOver: {
    label: { en: 'Hand over', de: 'Hand over' },
    effect: ({ self, peer }: Pair) => ({
      en: `${peer} takes over from ${self}, and ${self} follows. Nothing is lost; edits wait for less than a second.`,
      de: `${peer} übernimmt von ${self}, und ${self} folgt. Nichts geht verloren; Änderungen warten weniger als eine Sekunde.`,
    }),
    noContact: ({ peer }: Pair) => ({
      en: `needs contact with ${peer}.`,
      de: `Braucht Kontakt zu ${peer}.`,
    }),
    incompatible: {
      en: 'not possible while the stations are incompatible.',
      de: 'Nicht möglich, solange die Stationen unvereinbar sind.',
    },
    notInStep: ({ peer }: Pair) => ({
      en: `${peer} must be in step first.`,
      de: `${peer} muss zuerst auf gleichem Stand sein.`,
    }),
  },
  hold: {
    label: { en: 'Hold', de: 'Hold' },
    effect: ({ self, peer }: Pair) => ({
      en: `${self} does not take over by itself until ${peer} is back in contact.`,
      de: `Anhalten: ${self} übernimmt nicht von selbst, bis wieder Kontakt zu ${peer} besteht.`,
    }),
    held: ({ peer }: Pair) => ({
      en: `the countdown is on hold already, until ${peer} is back in contact.`,
      de: `Der Countdown ist bereits angehalten, bis wieder Kontakt zu ${peer} besteht.`,
    }),
    nothingCounts: { en: 'no countdown runs.', de: 'Es läuft kein Countdown.' },
  },
  becomeSecondary: {
    label: { en: 'Become secondary', de: 'Become secondary' },
    effect: ({ self, peer }: Pair) => ({
      en: `${self} follows ${peer} from now on. What only ${self} has is kept as orphans and can be applied again.`,
      de: `${self} folgt von jetzt an ${peer}. Was nur ${self} hat, bleibt als beiseitegelegte Änderungen erhalten und lässt sich erneut anwenden.`,
    }),
  },
  risk: {
    heading: (label: string) => ({
      en: `${label}: what may go wrong`,
      de: `${label}: was schiefgehen kann`,
    }),
    confirm: (label: string) => ({ en: `${label} anyway`, de: `Trotzdem: ${label}` }),
    cancel: { en: 'Cancel', de: 'Abbrechen' },
  },
  working: (label: string) => ({ en: `${label}: working…`, de: `${label}: in Arbeit …` }),
});

export const ORPHANS = texts({
  title: { en: 'Orphans', de: 'Beiseitegelegte Änderungen' },
  explain: {
    en: 'Edits that were made on a primary and that its successor never received. Nothing is thrown away: apply them again on the present primary, set aside what is done with, or export them all.',
    de: 'Änderungen, die auf einem Hauptsystem gemacht wurden und seinen Nachfolger nie erreicht haben. Nichts wird weggeworfen: Wenden Sie sie auf dem jetzigen Hauptsystem erneut an, haken Sie ab, was erledigt ist, oder exportieren Sie alle.',
  },
  open: (count: number) => ({ en: `${number(count)} to deal with`, de: `${number(count)} offen` }),
  noneOpen: { en: 'All are dealt with.', de: 'Alle sind erledigt.' },
  dealtWith: (count: number) => ({
    en: `Dealt with (${number(count)})`,
    de: `Erledigt (${number(count)})`,
  }),
  cutOff: (at: string) => ({ en: `Cut off ${at}`, de: `Abgetrennt ${at}` }),
  imported: { en: 'From a file', de: 'Aus einer Datei' },
  keptOn: (names: string) => ({ en: `Kept on ${names}`, de: `Aufbewahrt auf ${names}` }),
  reapply: { en: 'Apply again', de: 'Erneut anwenden' },
  reapplyLabel: (label: string) => ({ en: `Apply again: ${label}`, de: `Erneut anwenden: ${label}` }),
  reapplyAll: { en: 'Apply all again', de: 'Alle erneut anwenden' },
  setAside: { en: 'Set aside', de: 'Abhaken' },
  setAsideLabel: (label: string) => ({ en: `Set aside: ${label}`, de: `Abhaken: ${label}` }),
  takeUp: { en: 'Take up again', de: 'Wieder öffnen' },
  takeUpLabel: (label: string) => ({ en: `Take up again: ${label}`, de: `Wieder öffnen: ${label}` }),
  working: {
    en: 'Wait for the step that is being taken.',
    de: 'Warten Sie auf den Schritt, der gerade läuft.',
  },
  needsPrimary: (primary: string) => ({
    en: `Needs contact with ${primary}, the primary.`,
    de: `Braucht Kontakt zu ${primary}, dem Hauptsystem.`,
  }),
  states: {
    again: (seq: number) => ({
      en: `Applied again as entry ${number(seq)}`,
      de: `Erneut angewandt als Eintrag ${number(seq)}`,
    }),
    so: {
      en: 'Applied again: everything was so already',
      de: 'Erneut angewandt: Alles war schon so',
    },
    leftOut: (count: number) => ({
      en: `${counted(count, 'change', 'changes')} ${plural(count, 'was', 'were')} left out`,
      de: `${counted(count, 'Einzeländerung', 'Einzeländerungen')} ausgelassen`,
    }),
    exported: { en: 'Exported', de: 'Exportiert' },
    setAside: { en: 'Set aside', de: 'Abgehakt' },
  },
  done: (label: string) => ({ en: `Applied again: ${label}`, de: `Erneut angewandt: ${label}` }),
  bundleDone: (done: number, left: number) => ({
    en:
      left === 0
        ? `Applied again: ${number(done)}.`
        : `Applied again: ${number(done)}. Left, since they do not fit: ${number(left)}.`,
    de:
      left === 0
        ? `Erneut angewandt: ${number(done)}.`
        : `Erneut angewandt: ${number(done)}. Übrig, weil sie nicht passen: ${number(left)}.`,
  }),
  conflict: {
    titleAll: (changes: number) => ({
      en: plural(
        changes,
        'This edit does not fit what is there now',
        `None of its ${number(changes)} changes fits what is there now`,
      ),
      de: plural(
        changes,
        'Diese Änderung passt nicht zum jetzigen Stand',
        `Keine der ${number(changes)} Einzeländerungen passt zum jetzigen Stand`,
      ),
    }),
    title: (inTheWay: number, changes: number) => ({
      en: `${number(inTheWay)} of its ${number(changes)} changes ${plural(inTheWay, 'does', 'do')} not fit what is there now`,
      de: `${number(inTheWay)} von ${number(changes)} Einzeländerungen ${plural(inTheWay, 'passt', 'passen')} nicht zum jetzigen Stand`,
    }),
    leftOut: { en: 'Left out:', de: 'Ausgelassen:' },
    columns: {
      field: { en: 'Field', de: 'Feld' },
      found: { en: 'Before this edit', de: 'Vor dieser Änderung' },
      wanted: { en: 'This edit', de: 'Diese Änderung' },
      now: { en: 'Now', de: 'Jetzt' },
    },
    by: (label: string, user: string, station: string, at: string) => ({
      en: `Changed since by ${user} on ${station}, ${at}: ${label}`,
      de: `Seither geändert von ${user} auf ${station}, ${at}: ${label}`,
    }),
    more: (count: number) => ({ en: `and ${number(count)} more`, de: `und ${number(count)} weitere` }),
    nothing: { en: '–', de: '–' },
    partial: (fitting: number, changes: number) => ({
      en: `Apply what fits (${number(fitting)} of ${number(changes)})`,
      de: `Anwenden, was passt (${number(fitting)} von ${number(changes)})`,
    }),
    leave: { en: 'Leave it', de: 'So lassen' },
  },
  file: {
    exportField: {
      en: 'Export all that are kept here to a new file',
      de: 'Alle, die hier aufbewahrt sind, in eine neue Datei exportieren',
    },
    export: { en: 'Export', de: 'Exportieren' },
    exported: (count: number, path: string) => ({
      en: `${counted(count, 'orphan', 'orphans')} written to ${path}`,
      de: `${counted(count, 'Änderung', 'Änderungen')} nach ${path} geschrieben`,
    }),
    importField: {
      en: 'Take in orphans from an exported file',
      de: 'Änderungen aus einer exportierten Datei einlesen',
    },
    import: { en: 'Import', de: 'Importieren' },
    imported: (taken: number, known: number) => ({
      en: `${counted(taken, 'orphan', 'orphans')} taken in${known > 0 ? `; ${number(known)} kept here already` : ''}.`,
      de: `${counted(taken, 'Änderung', 'Änderungen')} eingelesen${known > 0 ? `; ${number(known)} schon vorhanden` : ''}.`,
    }),
    choose: { en: 'Choose folder…', de: 'Ordner wählen …' },
  },
});

export const COMPARISON = texts({
  title: {
    en: 'What each side has that the other lacks',
    de: 'Was jede Seite hat und der anderen fehlt',
  },
  only: (name: string) => ({ en: `Only on ${name}`, de: `Nur auf ${name}` }),
  count: (n: number) => ({ en: editsEn(n), de: editsDe(n) }),
  latest: (shown: number, total: number) => ({
    en: `The latest ${number(shown)} of ${number(total)}.`,
    de: `Die letzten ${number(shown)} von ${number(total)}.`,
  }),
  shared: (seq: number) => ({
    en: `Both share everything up to entry ${number(seq)}.`,
    de: `Gemeinsam ist beiden alles bis Eintrag ${number(seq)}.`,
  }),
  nothingShared: {
    en: 'The two stations share no history: one would replace the other as a whole.',
    de: 'Die beiden Stationen haben keine gemeinsame Geschichte: Eine würde die andere ganz ersetzen.',
  },
  nothing: { en: 'Nothing that the other lacks.', de: 'Nichts, was der anderen fehlt.' },
  notKept: {
    en: 'The journal does not keep them any more.',
    de: 'Das Journal enthält sie nicht mehr.',
  },
  loading: { en: 'Comparing…', de: 'Wird verglichen …' },
  by: (user: string, station: string) => ({ en: `${user}, ${station}`, de: `${user}, ${station}` }),
});

export const VERIFY = texts({
  title: { en: 'Check of the data', de: 'Prüfung der Daten' },
  now: { en: 'Verify now', de: 'Jetzt prüfen' },
  working: { en: 'The data is being checked…', de: 'Die Daten werden geprüft …' },
  explain: (self: string) => ({
    en: `Reads every cell on ${self} and holds it against the checksum. Edits go on meanwhile. Every station does it by itself every few minutes.`,
    de: `Liest jede Zelle auf ${self} und vergleicht sie mit der Prüfsumme. Bearbeitet werden kann währenddessen. Jede Station tut es alle paar Minuten von selbst.`,
  }),
  whole: (cells: number, ms: number) => ({
    en: `Whole: ${number(cells)} cells checked in ${milliseconds(ms)}.`,
    de: `Unversehrt: ${number(cells)} Zellen in ${milliseconds(ms)} geprüft.`,
  }),
  damaged: {
    en: 'Damaged: data was found that no edit has made. See above what to do.',
    de: 'Beschädigt: Es gibt Daten, die aus keiner Bearbeitung stammen. Siehe oben, was zu tun ist.',
  },
});

export const LOG = texts({
  title: { en: 'Redundancy log', de: 'Redundanzprotokoll' },
  zone: (timeZone: string) => ({ en: `Times in ${timeZone}`, de: `Zeiten in ${timeZone}` }),
  empty: { en: 'Nothing has happened yet.', de: 'Noch ist nichts geschehen.' },
  emptyKind: {
    en: 'Nothing of this kind has happened yet.',
    de: 'Noch ist nichts dieser Art geschehen.',
  },
  kinds: { en: 'What to show', de: 'Was zu zeigen ist' },
  kind: {
    all: { en: 'All', de: 'Alles' },
    status: { en: 'Status', de: 'Status' },
    lead: { en: 'Mode and primary', de: 'Modus und Hauptsystem' },
    data: { en: 'Data', de: 'Daten' },
  },
  columns: {
    at: { en: 'Time', de: 'Zeit' },
    detail: { en: 'Detail', de: 'Einzelheiten' },
  },
});

export const COPY = texts({
  copy: { en: 'Copy', de: 'Kopieren' },
  copied: { en: 'Copied', de: 'Kopiert' },
  failed: {
    en: 'Select the text and copy it by hand.',
    de: 'Markieren Sie den Text und kopieren Sie ihn von Hand.',
  },
});

/** Keeps a line's place, so that nothing below it moves. */
export const NO_DETAIL = '\u00a0';

const editsEn = (n: number) => (n === 0 ? 'nothing' : counted(n, 'edit', 'edits'));
const editsDe = (n: number) => (n === 0 ? 'nichts' : counted(n, 'Änderung', 'Änderungen'));
