/** Every text of the library. */

import type { AssetKind, AssetSort } from '../backend';
import { texts } from '../language';
import { counted } from '../language/format';

export const LIBRARY = texts({
  search: { en: 'Search the library', de: 'Bibliothek durchsuchen' },
  show: { en: 'Show', de: 'Zeigen' },
  order: { en: 'Order', de: 'Reihenfolge' },
  count: (n: number) => ({ en: counted(n, 'asset', 'assets'), de: counted(n, 'Asset', 'Assets') }),
  countFor: (n: number, query: string) => ({
    en: `${counted(n, 'asset', 'assets')} for “${query}”`,
    de: `${counted(n, 'Asset', 'Assets')} zu „${query}“`,
  }),
  list: { en: 'Assets', de: 'Assets' },
  menu: { en: 'Asset', de: 'Asset' },
  noDuration: { en: 'no duration', de: 'ohne Dauer' },
  nothing: { en: 'Nothing matches', de: 'Nichts passt' },
  nothingSays: {
    en: 'Try fewer or shorter words, or show all kinds.',
    de: 'Versuchen Sie es mit weniger oder kürzeren Wörtern, oder zeigen Sie alle Arten.',
  },
  everything: { en: 'Show everything', de: 'Alles zeigen' },
  empty: { en: 'The library is empty', de: 'Die Bibliothek ist leer' },
  emptySays: {
    en: 'Add a folder of media: every file in it is read and appears here, ready to schedule.',
    de: 'Fügen Sie einen Medienordner hinzu: Jede Datei darin wird gelesen und erscheint hier, bereit zum Einplanen.',
  },
  failed: { en: 'The library could not be loaded', de: 'Die Bibliothek ließ sich nicht laden' },
});

export const KINDS: Record<AssetKind | 'all', string> = texts({
  all: { en: 'All', de: 'Alle' },
  clip: { en: 'Clips', de: 'Clips' },
  live: { en: 'Live', de: 'Live' },
});

export const SORTS: Record<AssetSort, string> = texts({
  title: { en: 'Title A–Z', de: 'Titel A–Z' },
  title_desc: { en: 'Title Z–A', de: 'Titel Z–A' },
  added_desc: { en: 'Newest first', de: 'Neueste zuerst' },
  added: { en: 'Oldest first', de: 'Älteste zuerst' },
  duration: { en: 'Shortest first', de: 'Kürzeste zuerst' },
  duration_desc: { en: 'Longest first', de: 'Längste zuerst' },
});

export const FORM = texts({
  add: { en: 'Add an asset by hand', de: 'Asset von Hand anlegen' },
  edit: { en: 'Edit asset', de: 'Asset bearbeiten' },
  kind: { en: 'Type', de: 'Art' },
  kinds: {
    clip: { en: 'Clip', de: 'Clip' },
    live: { en: 'Live source', de: 'Livequelle' },
  } satisfies Record<AssetKind, unknown>,
  title: { en: 'Title', de: 'Titel' },
  needsTitle: { en: 'An asset needs a title.', de: 'Ein Asset braucht einen Titel.' },
  duration: { en: 'Duration', de: 'Dauer' },
  durationHint: {
    en: 'Like 15:00, 1500 or 2m30s; empty if unknown.',
    de: 'Wie 15:00, 1500 oder 2m30s; leer, wenn unbekannt.',
  },
  category: { en: 'Category', de: 'Kategorie' },
  notes: { en: 'Notes', de: 'Notizen' },
  doAdd: { en: 'Add', de: 'Anlegen' },
  doSave: { en: 'Save', de: 'Speichern' },
});

export const SCAN = texts({
  title: { en: 'Add a folder of media', de: 'Medienordner hinzufügen' },
  says: {
    en: 'Every media file in this folder and the folders below it is read and added to the library. Files stay where they are.',
    de: 'Jede Mediendatei in diesem Ordner und den Ordnern darin wird gelesen und in die Bibliothek aufgenommen. Die Dateien bleiben, wo sie sind.',
  },
  folder: { en: 'Folder', de: 'Ordner' },
  open: { en: 'Open', de: 'Öffnen' },
  choose: { en: 'Choose…', de: 'Wählen …' },
  foldersIn: (path: string) => ({ en: `Folders in ${path}`, de: `Ordner in ${path}` }),
  above: { en: 'Folder above', de: 'Ordner darüber' },
  none: { en: 'No folders in here.', de: 'Hier sind keine Ordner.' },
  more: {
    en: 'There are more; type the path to reach them.',
    de: 'Es gibt noch mehr; geben Sie den Pfad ein, um sie zu erreichen.',
  },
  watch: { en: 'Keep watching this folder', de: 'Diesen Ordner weiter überwachen' },
  watchSays: {
    en: 'New files come into the library by themselves. Settings, Media folders ends it.',
    de: 'Neue Dateien kommen von selbst in die Bibliothek. Unter Einstellungen, Medienordner endet es.',
  },
  needsFolder: { en: 'Choose a folder first.', de: 'Wählen Sie zuerst einen Ordner.' },
  do: { en: 'Add this folder', de: 'Diesen Ordner hinzufügen' },
});
