/** Every text of the settings. */

import type { Mode } from '../backend';
import { texts, type LanguageChoice } from '../language';
import type { JournalData } from '../backend/bindings/JournalData';
import { counted, number, size } from '../language/format';
import type { Density, Size, Theme } from './appearance.svelte';

export type SettingsSection =
  | 'redundancy'
  | 'channel'
  | 'media'
  | 'data'
  | 'alarm'
  | 'computer'
  | 'appearance'
  | 'shortcuts'
  | 'language';

export const DIALOG = texts({
  title: { en: 'Settings', de: 'Einstellungen' },
  sections: { en: 'Sections', de: 'Bereiche' },
});

export const SECTION: Record<SettingsSection, string> = texts({
  redundancy: { en: 'Redundancy', de: 'Redundanz' },
  channel: { en: 'Channel', de: 'Kanal' },
  media: { en: 'Media folders', de: 'Medienordner' },
  data: { en: 'Data', de: 'Daten' },
  alarm: { en: 'Alarm', de: 'Alarm' },
  computer: { en: 'This computer', de: 'Dieser Computer' },
  appearance: { en: 'Appearance', de: 'Darstellung' },
  shortcuts: { en: 'Shortcuts', de: 'Tastenkürzel' },
  language: { en: 'Language', de: 'Sprache' },
});

/** The names of the contract (mode, URL, offset) are the same in every language: manuals, scripts and the tray use them. */
export const REDUNDANCY = texts({
  mode: { en: 'Redundancy mode', de: 'Redundancy mode' },
  modes: {
    none: {
      label: { en: 'No redundancy', de: 'No redundancy' },
      says: {
        en: 'This station works on its own and uses no network.',
        de: 'Keine Redundanz: Diese Station arbeitet allein und nutzt kein Netzwerk.',
      },
    },
    primary: {
      label: { en: 'Primary', de: 'Primary' },
      says: {
        en: 'Edits are made here. A second station follows and holds the same data moments later.',
        de: 'Hauptsystem: Hier wird bearbeitet. Eine zweite Station folgt und hat Augenblicke später dieselben Daten.',
      },
    },
    secondary_copy: {
      label: { en: 'Secondary copy', de: 'Secondary copy' },
      says: {
        en: 'Follows the primary, cannot edit, and never takes over by itself.',
        de: 'Reservesystem als Kopie: folgt dem Hauptsystem, bearbeitet nichts und übernimmt nie von selbst.',
      },
    },
    secondary_failover: {
      label: { en: 'Secondary failover', de: 'Secondary failover' },
      says: {
        en: 'Follows the primary, cannot edit, and takes over when the primary has been unavailable for the failover offset time.',
        de: 'Reservesystem mit Übernahme: folgt dem Hauptsystem, bearbeitet nichts und übernimmt, wenn das Hauptsystem so lange ausgefallen ist, wie unter „Failover offset time“ steht.',
      },
    },
  } satisfies Record<Mode, unknown>,
  urlOfSecondary: { en: 'URL of the secondary system', de: 'URL of the secondary system' },
  urlOfPrimary: { en: 'URL of the primary system', de: 'URL of the primary system' },
  urlHint: {
    en: 'As the other station shows it here, with Copy: https://host:port/#sha256-…',
    de: 'Wie die andere Station sie an dieser Stelle zeigt, mit „Kopieren“: https://host:port/#sha256-…',
  },
  urlMissing: {
    en: 'Paste the URL that the other station shows in its redundancy settings.',
    de: 'Fügen Sie die URL ein, die die andere Station in ihren Redundanzeinstellungen zeigt.',
  },
  offset: { en: 'Failover offset time', de: 'Failover offset time' },
  offsetUnit: { en: 'seconds', de: 'Sekunden' },
  offsetHint: {
    en: 'Whole seconds, 2 to 86,400. The countdown starts at the last contact.',
    de: 'Wartezeit bis zur Übernahme: ganze Sekunden, 2 bis 86.400. Gezählt wird ab dem letzten Kontakt.',
  },
  offsetNotWhole: {
    en: 'Type whole seconds, 2 to 86,400.',
    de: 'Geben Sie ganze Sekunden ein, 2 bis 86.400.',
  },
  rejoin: { en: 'Follow again without asking', de: 'Ohne Rückfrage wieder folgen' },
  rejoinSays: {
    en: 'If this station was primary, and the other one took over meanwhile, it becomes its secondary by itself when nothing would be put aside. Otherwise it asks.',
    de: 'War diese Station Hauptsystem und hat die andere inzwischen übernommen, wird sie von selbst deren Reservesystem, sofern dabei nichts beiseitegelegt werden muss. Sonst fragt sie.',
  },
  witness: { en: 'Witness (optional)', de: 'Zeuge (optional)' },
  witnessSays: {
    en: 'An etcd server on a third machine. With it a station edits only while it holds the witness’s lease, or while the other one has promised not to take it: so there are never two primaries at once, also when the stations lose contact. Set the same witness on both.',
    de: 'Ein etcd-Server auf einem dritten Rechner. Mit ihm bearbeitet eine Station nur, solange sie die Lease des Zeugen hält oder die andere zugesagt hat, sie nicht zu nehmen: So gibt es nie zwei Hauptsysteme zugleich, auch wenn die Stationen den Kontakt verlieren. Stellen Sie auf beiden denselben Zeugen ein.',
  },
  witnessUrl: { en: 'URL of the witness', de: 'URL des Zeugen' },
  witnessUrlHint: {
    en: 'https://host:port/#sha256-… with the fingerprint of its certificate. Without it, the answer says which certificate the server shows. Empty for none.',
    de: 'https://host:port/#sha256-… mit dem Fingerabdruck seines Zertifikats. Ohne ihn nennt die Antwort das Zertifikat, das der Server zeigt. Leer für keinen.',
  },
  witnessUser: { en: 'User', de: 'Benutzer' },
  witnessPassword: { en: 'Password', de: 'Passwort' },
  witnessPasswordKept: {
    en: 'Empty keeps the one that is known.',
    de: 'Leer lassen, um das bekannte zu behalten.',
  },
  ownUrl: { en: 'URL of this station, for the other one', de: 'URL dieser Station, für die andere' },
  ownUrlToOther: {
    secondary: {
      en: 'Set it on the other station as “URL of the primary system”.',
      de: 'Legen Sie sie auf der anderen Station als „URL of the primary system“ fest.',
    },
    primary: {
      en: 'Set it on the other station as “URL of the secondary system”.',
      de: 'Legen Sie sie auf der anderen Station als „URL of the secondary system“ fest.',
    },
  },
  ownUrlHint: {
    en: 'Each station is given the URL of the other. It answers only while a mode is set.',
    de: 'Jede Station bekommt die URL der anderen. Sie antwortet nur, solange ein Modus eingestellt ist.',
  },
  apply: { en: 'Apply', de: 'Übernehmen' },
  applying: { en: 'Applying…', de: 'Wird übernommen …' },
  applied: { en: 'Applied.', de: 'Übernommen.' },
  replaceTitle: {
    en: 'This station’s data will be replaced',
    de: 'Die Daten dieser Station werden ersetzt',
  },
  replaceCounts: (counts: string) => ({
    en: `This station holds ${counts}.`,
    de: `Diese Station enthält ${counts}.`,
  }),
  replaceSays: {
    en: 'As a secondary it takes over all data of the primary; nothing is merged. A dated backup of what is here now is kept and can be restored under Data. The replacement happens only when the whole copy has arrived and was checked.',
    de: 'Als Reservesystem übernimmt sie alle Daten des Hauptsystems; nichts wird zusammengeführt. Eine datierte Sicherung des jetzigen Stands bleibt erhalten und lässt sich unter „Daten“ wiederherstellen. Ersetzt wird erst, wenn die ganze Kopie angekommen und geprüft ist.',
  },
  replaceConfirm: { en: 'Replace the data', de: 'Daten ersetzen' },
  cancel: { en: 'Cancel', de: 'Abbrechen' },
});

export const CHANNEL = texts({
  name: { en: 'Name', de: 'Name' },
  frameRate: { en: 'Frame rate', de: 'Bildrate' },
  perSecond: { en: 'frames per second', de: 'Bilder pro Sekunde' },
  dropFrame: { en: 'Drop-frame timecode', de: 'Drop-Frame-Timecode' },
  dropFrameSays: {
    en: 'Skips numbers so that timecodes stay with the clock.',
    de: 'Überspringt Nummern, damit der Timecode mit der Uhr läuft.',
  },
  dropFrameNot: {
    en: 'Only at 29.97 and 59.94 frames per second.',
    de: 'Nur bei 29,97 und 59,94 Bildern pro Sekunde.',
  },
  timeZone: { en: 'Time zone', de: 'Zeitzone' },
  timeZoneHint: {
    en: 'A name of the time zone database, such as Europe/Berlin.',
    de: 'Ein Name der Zeitzonen-Datenbank, etwa Europe/Berlin.',
  },
  dayStart: { en: 'Start of the broadcast day', de: 'Beginn des Sendetags' },
  dayStartHint: {
    en: 'A clock time as timecode, such as 06:00:00:00.',
    de: 'Eine Uhrzeit als Timecode, etwa 06:00:00:00.',
  },
  save: { en: 'Save', de: 'Speichern' },
  saving: { en: 'Saving…', de: 'Wird gespeichert …' },
  saved: { en: 'Saved.', de: 'Gespeichert.' },
  convertTitle: { en: 'Convert to the new frame rate?', de: 'In die neue Bildrate umrechnen?' },
  convertSays: (counts: string | null) => ({
    en: `${counts ? `There are ${counts}. ` : ''}Their durations and times are counted in frames of the present rate. Converting keeps their length in seconds, to the nearest frame, as one edit that can be undone.`,
    de: `${counts ? `Vorhanden: ${counts}. ` : ''}Dauern und Zeiten sind in Bildern der jetzigen Rate gezählt. Beim Umrechnen bleibt die Länge in Sekunden aufs nächste Bild erhalten, in einem Schritt, der sich rückgängig machen lässt.`,
  }),
  convert: { en: 'Convert and save', de: 'Umrechnen und speichern' },
  cancel: { en: 'Keep the present rate', de: 'Jetzige Rate behalten' },
});

export const MEDIA = texts({
  explain: {
    en: 'Files are known by the name of a media folder and a path below it. Each station says where its folders lie, so that both find the same files. This is set for each station on its own, on a secondary too.',
    de: 'Dateien sind durch den Namen eines Medienordners und einen Pfad darin bekannt. Jede Station sagt, wo ihre Ordner liegen, damit beide dieselben Dateien finden. Das wird auf jeder Station für sich eingestellt, auch auf einem Reservesystem.',
  },
  none: {
    en: 'There are none yet. Scanning a folder into the library makes one.',
    de: 'Noch gibt es keine. Wer einen Ordner in die Bibliothek einliest, legt einen an.',
  },
  path: (name: string) => ({
    en: `Folder of “${name}” on this station`,
    de: `Ordner von „${name}“ auf dieser Station`,
  }),
  placeholder: { en: '/path/of/the/folder', de: '/pfad/des/ordners' },
  assets: (n: number) => ({ en: counted(n, 'asset', 'assets'), de: counted(n, 'Asset', 'Assets') }),
  present: { en: 'Found', de: 'Gefunden' },
  missing: { en: 'The folder is not there', de: 'Der Ordner ist nicht da' },
  unmapped: { en: 'No folder set on this station', de: 'Auf dieser Station ist kein Ordner eingestellt' },
  save: { en: 'Set', de: 'Setzen' },
  saved: { en: 'Set.', de: 'Gesetzt.' },
});

export const DATA = texts({
  directory: { en: 'Data of this station', de: 'Daten dieser Station' },
  folder: { en: 'Folder', de: 'Ordner' },
  total: { en: 'Size', de: 'Größe' },
  totalOf: (all: number, database: number) => ({
    en: `${size(all)}, ${size(database)} of it the database`,
    de: `${size(all)}, davon ${size(database)} Datenbank`,
  }),
  journal: { en: 'Journal', de: 'Journal' },
  journalOf: ({ entries, bytes }: JournalData) => ({
    en: `${counted(entries, 'entry', 'entries')}, ${size(bytes)}`,
    de: `${counted(entries, 'Eintrag', 'Einträge')}, ${size(bytes)}`,
  }),
  journalKeeps: ({ entries_min, unacknowledged_bytes_max }: JournalData) => ({
    en: `Undo reaches so far. At least ${number(entries_min)} entries are kept, and what the other station has not acknowledged up to ${size(unacknowledged_bytes_max)}.`,
    de: `So weit lässt sich rückgängig machen. Aufbewahrt werden mindestens ${number(entries_min)} Einträge, und was die andere Station noch nicht bestätigt hat, bis ${size(unacknowledged_bytes_max)}.`,
  }),
  backups: { en: 'Backups', de: 'Sicherungen' },
  backupsExplain: {
    en: 'Copies of this station’s database. One is made before its data is replaced. Restoring keeps a copy of what is there now, so that it can be taken back.',
    de: 'Kopien der Datenbank dieser Station. Bevor die Daten ersetzt werden, entsteht eine. Beim Wiederherstellen bleibt eine Kopie des jetzigen Stands erhalten, damit sich der Schritt zurücknehmen lässt.',
  },
  orphansExplain: {
    en: 'Edits that a successor never received are listed in the redundancy status. Here they are written to a file, or taken in from one.',
    de: 'Änderungen, die ein Nachfolger nie bekommen hat, stehen im Redundanzstatus. Hier lassen sie sich in eine Datei schreiben oder aus einer einlesen.',
  },
  none: { en: 'There are none yet.', de: 'Noch gibt es keine.' },
  create: { en: 'Back up now', de: 'Jetzt sichern' },
  created: { en: 'The backup was made.', de: 'Die Sicherung wurde angelegt.' },
  restore: { en: 'Restore', de: 'Wiederherstellen' },
  restoreLabel: (at: string) => ({
    en: `Restore the backup of ${at}`,
    de: `Sicherung vom ${at} wiederherstellen`,
  }),
  restored: (at: string) => ({
    en: `The backup of ${at} was restored. The data as it was before is kept as a backup.`,
    de: `Die Sicherung vom ${at} wurde wiederhergestellt. Der Stand davor ist als Sicherung erhalten.`,
  }),
  restoredDamaged: (at: string) => ({
    en: `The backup of ${at} was restored, but it was made of damaged data: check the playlists, or restore an older one. The data as it was before is kept as a backup.`,
    de: `Die Sicherung vom ${at} wurde wiederhergestellt, stammt aber von beschädigten Daten: Prüfen Sie die Sendeabläufe oder stellen Sie eine ältere wieder her. Der Stand davor ist als Sicherung erhalten.`,
  }),
  working: { en: 'Working…', de: 'In Arbeit …' },
  columns: {
    at: { en: 'Made at', de: 'Angelegt' },
    reason: { en: 'Why', de: 'Warum' },
    size: { en: 'Size', de: 'Größe' },
  },
  verify: { en: 'Verify now', de: 'Jetzt prüfen' },
  verifyTitle: { en: 'Check', de: 'Prüfung' },
  verifyExplain: {
    en: 'Reads all data and holds it against its checksum.',
    de: 'Liest alle Daten und vergleicht sie mit ihrer Prüfsumme.',
  },
  verifyOk: (cells: string, ms: string) => ({
    en: `All data is as it should be: ${cells} values in ${ms}.`,
    de: `Alle Daten sind, wie sie sein sollen: ${cells} Werte in ${ms}.`,
  }),
  verifyBad: {
    en: 'The data does not match its checksum: something changed it that was no edit. On a secondary, choose Resync now in the redundancy status; otherwise restore a backup.',
    de: 'Die Daten passen nicht zu ihrer Prüfsumme: Etwas hat sie verändert, das keine Bearbeitung war. Wählen Sie auf einem Reservesystem „Resync now“ im Redundanzstatus; sonst stellen Sie eine Sicherung wieder her.',
  },
});

export const APPEARANCE = texts({
  theme: { en: 'Theme', de: 'Farben' },
  themes: {
    system: {
      label: { en: 'System', de: 'System' },
      says: { en: 'Follows the desktop.', de: 'Wie der Desktop.' },
    },
    dark: {
      label: { en: 'Dark', de: 'Dunkel' },
      says: { en: 'For a dark control room.', de: 'Für eine dunkle Regie.' },
    },
    light: {
      label: { en: 'Light', de: 'Hell' },
      says: { en: 'For a bright room.', de: 'Für einen hellen Raum.' },
    },
  } satisfies Record<Theme, unknown>,
  density: { en: 'Density', de: 'Dichte' },
  densities: {
    comfortable: {
      label: { en: 'Comfortable', de: 'Bequem' },
      says: { en: 'Rows that are easy to hit.', de: 'Zeilen, die leicht zu treffen sind.' },
    },
    compact: {
      label: { en: 'Compact', de: 'Kompakt' },
      says: { en: 'More of the day at once.', de: 'Mehr vom Tag auf einmal.' },
    },
  } satisfies Record<Density, unknown>,
  size: { en: 'Size', de: 'Größe' },
  sizes: {
    '100': {
      label: { en: '100 %', de: '100 %' },
      says: { en: 'At a desk.', de: 'Am Schreibtisch.' },
    },
    '115': {
      label: { en: '115 %', de: '115 %' },
      says: { en: 'A step back.', de: 'Mit etwas Abstand.' },
    },
    '130': {
      label: { en: '130 %', de: '130 %' },
      says: { en: 'To be read from two metres.', de: 'Aus zwei Metern zu lesen.' },
    },
  } satisfies Record<Size, unknown>,
  explain: {
    en: 'Kept on this machine; the other station has its own.',
    de: 'Gilt für diesen Rechner; die andere Station hat ihre eigene Einstellung.',
  },
});

export const SHORTCUTS = texts({
  find: { en: 'Find an action', de: 'Aktion suchen' },
  none: { en: 'No action is called so.', de: 'Keine Aktion heißt so.' },
  explain: {
    en: 'Choose Change and press the new keys; Esc leaves them as they are.',
    de: 'Wählen Sie „Ändern“ und drücken Sie die neuen Tasten; Esc lässt sie, wie sie sind.',
  },
  press: { en: 'Press the keys…', de: 'Tasten drücken …' },
  change: { en: 'Change', de: 'Ändern' },
  changeOf: (action: string) => ({
    en: `Change the keys of ${action}`,
    de: `Tasten ändern: ${action}`,
  }),
  add: { en: 'Add', de: 'Weitere' },
  addTo: (action: string) => ({
    en: `Add other keys to ${action}`,
    de: `Weitere Tasten: ${action}`,
  }),
  full: { en: 'It has as many keys as there can be.', de: 'Mehr Tasten kann sie nicht haben.' },
  reset: { en: 'Reset', de: 'Zurücksetzen' },
  resetOf: (action: string) => ({
    en: `Reset the keys of ${action}`,
    de: `Tasten zurücksetzen: ${action}`,
  }),
  resetAll: { en: 'Reset all', de: 'Alle zurücksetzen' },
  unchanged: { en: 'Nothing was changed.', de: 'Nichts wurde geändert.' },
  clash: (keys: string, action: string) => ({
    en: `${keys} is taken by “${action}”. Give that one other keys first.`,
    de: `${keys} gehört schon zu „${action}“. Geben Sie jener Aktion zuerst andere Tasten.`,
  }),
  taken: (keys: string) => ({
    en: `${keys} is needed to walk through lists and fields.`,
    de: `${keys} wird gebraucht, um durch Listen und Felder zu gehen.`,
  }),
});

/** Each language is called by its own name, so that whoever does not read the present one finds it. */
export const LANGUAGE = texts({
  title: { en: 'Language', de: 'Sprache' },
  choices: {
    system: {
      label: { en: 'System', de: 'System' },
      says: { en: 'Follows the desktop or the browser.', de: 'Wie der Desktop oder der Browser.' },
    },
    en: { label: { en: 'English', de: 'English' }, says: { en: 'English', de: 'Englisch' } },
    de: { label: { en: 'Deutsch', de: 'Deutsch' }, says: { en: 'German', de: 'Deutsch' } },
  } satisfies Record<LanguageChoice, unknown>,
  sample: (date: string, number: string) => ({
    en: `Dates and numbers: ${date}, ${number}`,
    de: `Datum und Zahlen: ${date}, ${number}`,
  }),
  journal: {
    en: 'Names of edits and backups and the redundancy log stay as they were stored, in English.',
    de: 'Namen von Änderungen und Sicherungen und das Redundanzprotokoll bleiben, wie sie gespeichert wurden: auf Englisch.',
  },
});

/** What a station can hold, by the names that the core counts it by. */
export const COUNTS = texts({
  items: (n: number) => ({ en: counted(n, 'item', 'items'), de: counted(n, 'Element', 'Elemente') }),
  playlists: (n: number) => ({
    en: counted(n, 'playlist', 'playlists'),
    de: counted(n, 'Sendeablauf', 'Sendeabläufe'),
  }),
  assets: (n: number) => ({ en: counted(n, 'asset', 'assets'), de: counted(n, 'Asset', 'Assets') }),
  templates: (n: number) => ({
    en: counted(n, 'template', 'templates'),
    de: counted(n, 'Vorlage', 'Vorlagen'),
  }),
  media_roots: (n: number) => ({
    en: counted(n, 'media folder', 'media folders'),
    de: counted(n, 'Medienordner', 'Medienordner'),
  }),
});
