import type { ExportFormat, ImportFormat, ImportPlace, TableColumn } from '../backend';

export const IMPORT_FORMATS: Record<ImportFormat, string> = {
  ffplayout: 'ffplayout (JSON)',
  csv: 'Table (CSV)',
  m3u8: 'Media player list (M3U8)',
  bxf: 'BXF schedule',
};

export const PLACES: Record<ImportPlace, string> = {
  append: 'Behind the last item',
  insert: 'Behind the selection',
  replace: 'In place of the whole day',
};

export const COLUMNS: Record<TableColumn, string> = {
  title: 'Title',
  file: 'File',
  duration: 'Duration',
  start: 'Start',
  start_mode: 'Start mode',
  in_point: 'In point',
  kind: 'Type',
  category: 'Category',
  notes: 'Notes',
  asset: 'Asset id',
};

/** The columns that a person maps by hand; the others are found by their names or not at all. */
export const MAPPABLE: readonly TableColumn[] = ['title', 'file', 'duration', 'start', 'start_mode', 'notes'];

export const EXPORT_FORMATS: readonly { format: ExportFormat; label: string; says: string }[] = [
  {
    format: 'ffplayout',
    label: 'ffplayout (JSON)',
    says: 'The day file of ffplayout. Comes back as it was.',
  },
  {
    format: 'csv',
    label: 'Table (CSV)',
    says: 'For spreadsheets and traffic systems. Comes back as it was.',
  },
  {
    format: 'm3u8',
    label: 'Media player list (M3U8)',
    says: 'For players such as VLC. Comes back as it was.',
  },
  {
    format: 'bxf',
    label: 'BXF schedule',
    says: 'For traffic and automation (SMPTE ST 2021). Comes back as it was.',
  },
  {
    format: 'bxf_as_planned',
    label: 'BXF as planned',
    says: 'Every event that plays, at the time and for the length that it will.',
  },
  { format: 'xmltv', label: 'Programme guide (XMLTV)', says: 'What is on and when, for programme guides.' },
];

export const EXCHANGE = {
  importTitle: (day: string) => `Import into ${day}`,
  exportTitle: (day: string) => `Export ${day}`,
  choose: 'Choose a file…',
  chooseAgain: 'Another file…',
  reads: 'A playlist of ffplayout (JSON), a table (CSV), a media player list (M3U8) or a BXF schedule.',
  drop: 'Choose a file to see what it would bring. Nothing changes before you import it.',
  reading: 'Reading the file…',
  place: 'Where the items go',
  removes: (items: number) =>
    items === 1 ? 'The item that is there goes.' : `The ${items.toLocaleString()} items that are there go.`,
  undo: 'An import is one step and can be undone.',
  columns: 'Which column holds what',
  notThere: 'Not in this file',
  items: (items: number) => (items === 1 ? '1 item' : `${items.toLocaleString()} items`),
  matched: (matched: number, items: number) =>
    matched === items
      ? 'all in the library'
      : matched === 0
        ? 'none in the library'
        : `${matched.toLocaleString()} in the library`,
  problems: (problems: number) => (problems === 1 ? '1 problem' : `${problems.toLocaleString()} problems`),
  noProblems: 'No problems',
  line: (line: number | null) => (line === null ? 'Whole file' : `Line ${line.toLocaleString()}`),
  more: (more: number) => `and ${more.toLocaleString()} more`,
  import: (items: number) => `Import ${EXCHANGE.items(items)}`,
  nothing: 'No line of the file can be used.',
  noFile: 'Choose a file first.',
  imported: (items: number, file: string) => `${EXCHANGE.items(items)} imported from “${file}”.`,
  format: 'Format',
  programme: 'Shortest programme, in seconds',
  programmeHint: 'What is shorter (advertisements, idents) belongs to the programme before it.',
  download: 'Download',
  save: 'Save in a folder…',
  exported: (items: number, path: string) => `${EXCHANGE.items(items)} written to ${path}.`,
  downloaded: (items: number, name: string) => `${EXCHANGE.items(items)} written to “${name}”.`,
};
