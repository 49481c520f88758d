/** Every text of the inspector. */

import type { AssetKind, ItemKind, StartMode } from '../backend';
import { texts } from '../language';
import { counted, number } from '../language/format';

export const INSPECTOR = texts({
  title: { en: 'Inspector', de: 'Inspektor' },
  nothing: { en: 'Nothing is selected', de: 'Nichts ist ausgewählt' },
  nothingSays: {
    en: 'Select an item, an asset or a gap: everything about it is shown here.',
    de: 'Wählen Sie ein Element, ein Asset oder eine Lücke aus: Hier steht alles darüber.',
  },
  mixed: { en: 'mixed', de: 'verschieden' },
});

export const KIND: Record<ItemKind | AssetKind, string> = texts({
  clip: { en: 'Clip', de: 'Clip' },
  live: { en: 'Live source', de: 'Livequelle' },
  note: { en: 'Note', de: 'Notiz' },
});

export const START_MODE: Record<StartMode, { label: string; says: string }> = texts({
  follow: {
    label: { en: 'Follow', de: 'Folgt' },
    says: { en: 'Starts when the item before it ends.', de: 'Startet, wenn das Element davor endet.' },
  },
  fixed: {
    label: { en: 'Fixed', de: 'Fest' },
    says: { en: 'Starts at a clock time.', de: 'Startet zu einer Uhrzeit.' },
  },
  hold: {
    label: { en: 'Hold', de: 'Wartet' },
    says: {
      en: 'Waits for the operator; timed as if it started at once.',
      de: 'Wartet auf den Operator; gerechnet wird, als startete es sofort.',
    },
  },
});

export const ITEM = texts({
  several: (n: number) => ({ en: counted(n, 'item', 'items'), de: counted(n, 'Element', 'Elemente') }),
  title: { en: 'Title', de: 'Titel' },
  startMode: { en: 'Start', de: 'Start' },
  fixedStart: { en: 'Fixed start', de: 'Feste Startzeit' },
  fixedStartHint: {
    en: 'A clock time: 15:00, 1500, 15:00:30 or +30.',
    de: 'Eine Uhrzeit: 15:00, 1500, 15:00:30 oder +30.',
  },
  inPoint: { en: 'In point', de: 'In-Punkt' },
  inPointHint: {
    en: 'The first frame of the asset that is played.',
    de: 'Das erste Bild des Assets, das gesendet wird.',
  },
  duration: { en: 'Duration', de: 'Dauer' },
  durationHint: {
    en: 'Seconds and frames: 15:00, 1500, +30 or 2m30s.',
    de: 'Sekunden und Bilder: 15:00, 1500, +30 oder 2m30s.',
  },
  notes: { en: 'Notes', de: 'Notizen' },
  timing: { en: 'Timing', de: 'Zeiten' },
  startsAt: { en: 'Starts at', de: 'Startet um' },
  endsAt: { en: 'Ends at', de: 'Endet um' },
  plays: { en: 'Plays', de: 'Läuft' },
  utc: { en: 'Start in UTC', de: 'Start in UTC' },
  total: { en: 'Total duration', de: 'Gesamtdauer' },
  marks: { en: 'To note', de: 'Zu beachten' },
  needsTitle: { en: 'An item needs a title.', de: 'Ein Element braucht einen Titel.' },
  differ: {
    en: 'They differ: type a whole value without + or −.',
    de: 'Sie sind verschieden: Geben Sie einen ganzen Wert ohne + oder − ein.',
  },
  noAsset: {
    en: 'Stands alone: refers to no asset of the library.',
    de: 'Steht für sich: gehört zu keinem Asset der Bibliothek.',
  },
  asset: { en: 'Asset', de: 'Asset' },
});

export const ASSET = texts({
  several: (n: number) => ({ en: counted(n, 'asset', 'assets'), de: counted(n, 'Asset', 'Assets') }),
  severalHint: {
    en: 'What is changed here is changed in all of them, as one step.',
    de: 'Was hier geändert wird, wird in allen geändert, in einem Schritt.',
  },
  title: { en: 'Title', de: 'Titel' },
  needsTitle: { en: 'An asset needs a title.', de: 'Ein Asset braucht einen Titel.' },
  category: { en: 'Category', de: 'Kategorie' },
  duration: { en: 'Duration', de: 'Dauer' },
  notes: { en: 'Notes', de: 'Notizen' },
  kind: { en: 'Kind', de: 'Art' },
  usedBy: { en: 'Scheduled', de: 'Eingeplant' },
  usedByTimes: (n: number) => ({
    en: n === 0 ? 'nowhere' : n === 1 ? 'once' : `${number(n)} times`,
    de: n === 0 ? 'nirgends' : n === 1 ? 'einmal' : `${number(n)}-mal`,
  }),
  file: { en: 'File', de: 'Datei' },
  root: { en: 'Media folder', de: 'Medienordner' },
  path: { en: 'Path', de: 'Pfad' },
  local: { en: 'On this station', de: 'Auf dieser Station' },
  noFile: {
    en: 'No file: a live source, or entered by hand.',
    de: 'Keine Datei: eine Livequelle oder von Hand angelegt.',
  },
  withoutFile: { en: 'none', de: 'keiner' },
  unmapped: {
    en: 'The media folder has no folder on this station; set it under Settings, Media folders.',
    de: 'Der Medienordner hat auf dieser Station keinen Ordner; setzen Sie ihn unter Einstellungen, Medienordner.',
  },
  missing: { en: 'The file is not there.', de: 'Die Datei ist nicht da.' },
  present: { en: 'Found', de: 'Gefunden' },
  media: { en: 'Media', de: 'Medium' },
  container: { en: 'Container', de: 'Container' },
  video: { en: 'Video', de: 'Video' },
  audio: { en: 'Audio', de: 'Audio' },
  frameRate: { en: 'Frame rate', de: 'Bildrate' },
  exact: { en: 'Exact duration', de: 'Genaue Dauer' },
  size: { en: 'Size', de: 'Größe' },
  modified: { en: 'Changed', de: 'Geändert' },
  added: { en: 'Added', de: 'Hinzugefügt' },
  channels: (n: number) => ({
    en: n === 1 ? 'mono' : n === 2 ? 'stereo' : counted(n, 'channel', 'channels'),
    de: n === 1 ? 'Mono' : n === 2 ? 'Stereo' : counted(n, 'Kanal', 'Kanäle'),
  }),
});

export const GAP = texts({
  title: { en: 'Gap', de: 'Lücke' },
  from: { en: 'From', de: 'Von' },
  to: { en: 'To', de: 'Bis' },
  length: { en: 'Length', de: 'Länge' },
  dayStart: { en: 'start of the day', de: 'Beginn des Tages' },
  dayEnd: { en: 'end of the day', de: 'Ende des Tages' },
  says: { en: 'Nothing is scheduled here.', de: 'Hier ist nichts eingeplant.' },
  after: { en: 'After', de: 'Nach' },
  before: { en: 'Before', de: 'Vor' },
});
