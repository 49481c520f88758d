/** Every text of import and export. */

import type { ExportFormat, ImportFormat, ImportPlace, TableColumn } from '../backend';
import { texts } from '../language';
import { counted, number } from '../language/format';

const items = {
  en: (n: number) => counted(n, 'item', 'items'),
  de: (n: number) => counted(n, 'Element', 'Elemente'),
};

export const IMPORT_FORMATS: Record<ImportFormat, string> = texts({
  ffplayout: { en: 'ffplayout (JSON)', de: 'ffplayout (JSON)' },
  csv: { en: 'Table (CSV)', de: 'Tabelle (CSV)' },
  m3u8: { en: 'Media player list (M3U8)', de: 'Mediaplayerliste (M3U8)' },
  bxf: { en: 'BXF schedule', de: 'BXF-Sendeplan' },
});

export const PLACES: Record<ImportPlace, string> = texts({
  append: { en: 'Behind the last item', de: 'Hinter das letzte Element' },
  insert: { en: 'Behind the selection', de: 'Hinter die Auswahl' },
  replace: { en: 'In place of the whole day', de: 'Anstelle des ganzen Tages' },
});

export const COLUMNS: Record<TableColumn, string> = texts({
  title: { en: 'Title', de: 'Titel' },
  file: { en: 'File', de: 'Datei' },
  duration: { en: 'Duration', de: 'Dauer' },
  start: { en: 'Start', de: 'Start' },
  start_mode: { en: 'Start mode', de: 'Startart' },
  in_point: { en: 'In point', de: 'In-Punkt' },
  kind: { en: 'Type', de: 'Art' },
  category: { en: 'Category', de: 'Kategorie' },
  notes: { en: 'Notes', de: 'Notizen' },
  asset: { en: 'Asset id', de: 'Asset-Kennung' },
});

export const EXPORT_FORMATS: Record<ExportFormat, { label: string; says: string }> = texts({
  ffplayout: {
    label: { en: 'ffplayout (JSON)', de: 'ffplayout (JSON)' },
    says: {
      en: 'The day file of ffplayout. Comes back as it was.',
      de: 'Die Tagesdatei von ffplayout. Kommt zurück, wie sie war.',
    },
  },
  csv: {
    label: { en: 'Table (CSV)', de: 'Tabelle (CSV)' },
    says: {
      en: 'For spreadsheets and traffic systems. Comes back as it was.',
      de: 'Für Tabellenprogramme und Sendeplanung. Kommt zurück, wie sie war.',
    },
  },
  m3u8: {
    label: { en: 'Media player list (M3U8)', de: 'Mediaplayerliste (M3U8)' },
    says: {
      en: 'For players such as VLC. Comes back as it was.',
      de: 'Für Player wie VLC. Kommt zurück, wie sie war.',
    },
  },
  bxf: {
    label: { en: 'BXF schedule', de: 'BXF-Sendeplan' },
    says: {
      en: 'For traffic and automation (SMPTE ST 2021). Comes back as it was.',
      de: 'Für Sendeplanung und Automation (SMPTE ST 2021). Kommt zurück, wie er war.',
    },
  },
  bxf_as_planned: {
    label: { en: 'BXF as planned', de: 'BXF wie geplant' },
    says: {
      en: 'Every event that plays, at the time and for the length that it will.',
      de: 'Jedes Ereignis, das gesendet wird, mit der Zeit und Länge, die es haben wird.',
    },
  },
  xmltv: {
    label: { en: 'Programme guide (XMLTV)', de: 'Programmführer (XMLTV)' },
    says: {
      en: 'What is on and when, for programme guides.',
      de: 'Was wann läuft, für Programmführer.',
    },
  },
});

export const EXCHANGE = texts({
  importTitle: (day: string) => ({ en: `Import into ${day}`, de: `Importieren in ${day}` }),
  exportTitle: (day: string) => ({ en: `Export ${day}`, de: `${day} exportieren` }),
  choose: { en: 'Choose a file…', de: 'Datei wählen …' },
  chooseAgain: { en: 'Another file…', de: 'Andere Datei …' },
  reads: {
    en: 'A playlist of ffplayout (JSON), a table (CSV), a media player list (M3U8) or a BXF schedule.',
    de: 'Eine Playlist von ffplayout (JSON), eine Tabelle (CSV), eine Mediaplayerliste (M3U8) oder ein BXF-Sendeplan.',
  },
  drop: {
    en: 'Choose a file to see what it would bring. Nothing changes before you import it.',
    de: 'Wählen Sie eine Datei, um zu sehen, was sie bringen würde. Bis zum Import ändert sich nichts.',
  },
  reading: { en: 'Reading the file…', de: 'Datei wird gelesen …' },
  place: { en: 'Where the items go', de: 'Wohin die Elemente kommen' },
  removesOne: { en: 'The item that is there goes.', de: 'Das vorhandene Element fällt weg.' },
  removes: (n: number) => ({
    en: `The ${number(n)} items that are there go.`,
    de: `Die ${number(n)} vorhandenen Elemente fallen weg.`,
  }),
  undo: {
    en: 'An import is one step and can be undone.',
    de: 'Ein Import ist ein Schritt und lässt sich rückgängig machen.',
  },
  columns: { en: 'Which column holds what', de: 'Welche Spalte was enthält' },
  notThere: { en: 'Not in this file', de: 'Nicht in dieser Datei' },
  items: (n: number) => ({ en: items.en(n), de: items.de(n) }),
  matchedAll: { en: 'all in the library', de: 'alle in der Bibliothek' },
  matchedNone: { en: 'none in the library', de: 'keines in der Bibliothek' },
  matchedSome: (matched: number) => ({
    en: `${number(matched)} in the library`,
    de: `${number(matched)} in der Bibliothek`,
  }),
  problems: (n: number) => ({
    en: counted(n, 'problem', 'problems'),
    de: counted(n, 'Problem', 'Probleme'),
  }),
  noProblems: { en: 'No problems', de: 'Keine Probleme' },
  wholeFile: { en: 'Whole file', de: 'Ganze Datei' },
  line: (line: number) => ({ en: `Line ${number(line)}`, de: `Zeile ${number(line)}` }),
  more: (more: number) => ({ en: `and ${number(more)} more`, de: `und ${number(more)} weitere` }),
  importNone: { en: 'Import', de: 'Importieren' },
  import: (n: number) => ({ en: `Import ${items.en(n)}`, de: `${items.de(n)} importieren` }),
  nothing: {
    en: 'No line of the file can be used.',
    de: 'Keine Zeile der Datei ist verwendbar.',
  },
  noFile: { en: 'Choose a file first.', de: 'Wählen Sie zuerst eine Datei.' },
  imported: (n: number, file: string) => ({
    en: `${items.en(n)} imported from “${file}”.`,
    de: `${items.de(n)} aus „${file}“ importiert.`,
  }),
  format: { en: 'Format', de: 'Format' },
  programme: { en: 'Shortest programme, in seconds', de: 'Kürzeste Sendung, in Sekunden' },
  programmeHint: {
    en: 'What is shorter (advertisements, idents) belongs to the programme before it.',
    de: 'Was kürzer ist (Werbung, Kennungen), gehört zur Sendung davor.',
  },
  programmeWrong: {
    en: 'Give whole seconds from 0 to 86400.',
    de: 'Geben Sie ganze Sekunden von 0 bis 86400 an.',
  },
  emptyDay: {
    en: 'Nothing is scheduled on this day.',
    de: 'An diesem Tag ist nichts eingeplant.',
  },
  download: { en: 'Download', de: 'Herunterladen' },
  save: { en: 'Save in a folder…', de: 'In einem Ordner speichern …' },
  exported: (n: number, path: string) => ({
    en: `${items.en(n)} written to ${path}.`,
    de: `${items.de(n)} nach ${path} geschrieben.`,
  }),
  downloaded: (n: number, name: string) => ({
    en: `${items.en(n)} written to “${name}”.`,
    de: `${items.de(n)} in „${name}“ geschrieben.`,
  }),
});

export const FILE = texts({
  unreadable: (name: string, why: string) => ({
    en: `“${name}” cannot be read: ${why}.`,
    de: `„${name}“ lässt sich nicht lesen: ${why}.`,
  }),
  noReason: { en: 'no reason given', de: 'ohne Angabe von Gründen' },
});

/** The list of what would be imported. */
export const LIST = texts({
  label: { en: 'What would be imported', de: 'Was importiert würde' },
  line: { en: 'Line', de: 'Zeile' },
  start: { en: 'Start', de: 'Start' },
  title: { en: 'Title', de: 'Titel' },
  duration: { en: 'Duration', de: 'Dauer' },
  library: { en: 'Library', de: 'Bibliothek' },
  marks: { en: 'Marks', de: 'Hinweise' },
  found: { en: 'in the library', de: 'in der Bibliothek' },
});
