/** Every text about media files: what is wrong with them, how they look, and how they are watched. */

import type { FileState, WatchState } from '../backend';
import { texts } from '../language';
import { counted, number } from '../language/format';

export const FILE_STATE: Record<FileState, string> = texts({
  missing: { en: 'File missing', de: 'Datei fehlt' },
  changed: { en: 'File changed', de: 'Datei geändert' },
});

export const FILES = texts({
  title: { en: 'Media files', de: 'Mediendateien' },
  missing: (n: number) => ({
    en: `${counted(n, 'file is', 'files are')} missing`,
    de: `${counted(n, 'Datei fehlt', 'Dateien fehlen')}`,
  }),
  changed: (n: number) => ({
    en: `${counted(n, 'file has', 'files have')} changed`,
    de: `${counted(n, 'Datei wurde', 'Dateien wurden')} geändert`,
  }),
  gone: (path: string) => ({
    en: `The watched folder ${path} is not there`,
    de: `Der überwachte Ordner ${path} ist nicht da`,
  }),
  unset: (root: string, n: number) => ({
    en: `“${root}” has no folder on this station: ${counted(n, 'file is', 'files are')} not found`,
    de: `„${root}“ hat auf dieser Station keinen Ordner: ${counted(n, 'Datei wird', 'Dateien werden')} nicht gefunden`,
  }),
  folders: { en: 'Media folders', de: 'Medienordner' },
  show: { en: 'Show', de: 'Zeigen' },
  showMissing: { en: 'Show the assets whose file is missing', de: 'Zeige, wessen Datei fehlt' },
  showChanged: { en: 'Show the assets whose file has changed', de: 'Zeige, wessen Datei geändert wurde' },
  updateAll: (n: number) => ({ en: `Update all ${number(n)}`, de: `Alle ${number(n)} übernehmen` }),
  nothingChanged: { en: 'No file has changed.', de: 'Keine Datei wurde geändert.' },
  thisNotChanged: {
    en: 'No file of the selected assets has changed.',
    de: 'Keine Datei der gewählten Assets wurde geändert.',
  },
  updating: { en: 'Updating from the files', de: 'Übernehmen aus den Dateien' },
  checking: { en: 'Checking the files', de: 'Prüfen der Dateien' },
  updated: (n: number, durations: number) => ({
    en: `Updated ${counted(n, 'asset', 'assets')}, ${number(durations)} with a new duration. Undo takes it back.`,
    de: `${counted(n, 'Asset', 'Assets')} übernommen, ${number(durations)} mit neuer Dauer. Rückgängig nimmt es zurück.`,
  }),
});

/** What is wrong with one file, why, and what to do. */
export const FINDING = texts({
  missing: {
    en: 'The file is not on this station.',
    de: 'Die Datei ist nicht auf dieser Station.',
  },
  missingCure: {
    en: 'Copy it to the path below, or give the asset another file. It is looked for by itself; “Check the files” looks now.',
    de: 'Kopieren Sie sie an den Pfad unten, oder geben Sie dem Asset eine andere Datei. Sie wird von selbst gesucht; „Dateien prüfen“ sucht jetzt.',
  },
  rootMissing: (root: string) => ({
    en: `The folder of “${root}” is not there: is its disk or network share connected?`,
    de: `Der Ordner von „${root}“ ist nicht da: Ist die Platte oder Freigabe verbunden?`,
  }),
  rootMissingCure: {
    en: 'Connect it, or choose another folder under Settings, Media folders.',
    de: 'Verbinden Sie sie, oder wählen Sie einen anderen Ordner unter Einstellungen, Medienordner.',
  },
  changed: {
    en: 'The file is another one than the library has.',
    de: 'Die Datei ist eine andere als die der Bibliothek.',
  },
  longer: (by: string) => ({ en: `It is ${by} longer.`, de: `Sie ist ${by} länger.` }),
  shorter: (by: string) => ({ en: `It is ${by} shorter.`, de: `Sie ist ${by} kürzer.` }),
  sameDuration: { en: 'Its duration is the same.', de: 'Ihre Dauer ist dieselbe.' },
  changedCure: {
    en: 'Take what it is now into the library. Items keep their own duration.',
    de: 'Übernehmen Sie, was sie jetzt ist, in die Bibliothek. Elemente behalten ihre eigene Dauer.',
  },
  unreadable: (why: string) => ({ en: `It cannot be read: ${why}.`, de: `Sie ist nicht lesbar: ${why}.` }),
  unreadableCure: {
    en: 'Replace it by a whole copy, then check the files.',
    de: 'Ersetzen Sie sie durch eine vollständige Kopie und prüfen Sie dann die Dateien.',
  },
  notProbed: {
    en: 'It could not be read yet: ffprobe is missing on this station.',
    de: 'Sie konnte noch nicht gelesen werden: Auf dieser Station fehlt ffprobe.',
  },
  updateDuration: { en: 'Update duration', de: 'Dauer übernehmen' },
  update: { en: 'Update from the file', de: 'Aus der Datei übernehmen' },
});

export const FILTER = texts({
  toggle: { en: 'More filters', de: 'Weitere Filter' },
  category: { en: 'Category', de: 'Kategorie' },
  anyCategory: { en: 'Any category', de: 'Jede Kategorie' },
  noCategory: { en: 'Without category', de: 'Ohne Kategorie' },
  withCount: (name: string, n: number) => ({
    en: `${name} (${number(n)})`,
    de: `${name} (${number(n)})`,
  }),
  only: { en: 'Only', de: 'Nur' },
  all: { en: 'All assets', de: 'Alle Assets' },
  missing: { en: 'File missing', de: 'Datei fehlt' },
  changed: { en: 'File changed', de: 'Datei geändert' },
  unused: { en: 'Never scheduled', de: 'Nie eingeplant' },
  from: { en: 'At least', de: 'Mindestens' },
  to: { en: 'At most', de: 'Höchstens' },
  durationHint: { en: 'Duration, like 15:00 or 2m', de: 'Dauer, etwa 15:00 oder 2m' },
  clear: { en: 'Clear filters', de: 'Filter löschen' },
});

export const WATCH_STATE: Record<WatchState, string> = texts({
  starting: { en: 'Being looked at for the first time', de: 'Wird zum ersten Mal durchgesehen' },
  watching: { en: 'Watched', de: 'Wird überwacht' },
  polling: {
    en: 'Looked at every minute: the system does not tell of changes here',
    de: 'Wird jede Minute durchgesehen: Das System meldet hier keine Änderungen',
  },
  gone: { en: 'The folder is not there', de: 'Der Ordner ist nicht da' },
  waiting: {
    en: 'Waits: this station does not edit. It adds files once it does',
    de: 'Wartet: Diese Station bearbeitet nicht. Sie nimmt Dateien auf, sobald sie es tut',
  },
});

export const WATCH = texts({
  title: { en: 'Watched folders', de: 'Überwachte Ordner' },
  explain: {
    en: 'New media files in a watched folder come into the library by themselves, once they are whole. Removed ones are marked missing and stay in the library. This is set for each station on its own.',
    de: 'Neue Mediendateien in einem überwachten Ordner kommen von selbst in die Bibliothek, sobald sie vollständig sind. Entfernte werden als fehlend markiert und bleiben in der Bibliothek. Das gilt für jede Station einzeln.',
  },
  none: { en: 'No folder is watched yet.', de: 'Noch wird kein Ordner überwacht.' },
  notWatched: { en: 'Not watched', de: 'Nicht überwacht' },
  root: (name: string) => ({ en: `media folder “${name}”`, de: `Medienordner „${name}“` }),
  watch: { en: 'Watch', de: 'Überwachen' },
  watchOf: (path: string) => ({ en: `Watch ${path}`, de: `${path} überwachen` }),
  end: { en: 'Stop watching', de: 'Nicht mehr überwachen' },
  endOf: (path: string) => ({ en: `Stop watching ${path}`, de: `Nicht mehr überwachen: ${path}` }),
  other: { en: 'A folder in a media folder', de: 'Ein Ordner in einem Medienordner' },
  otherHint: { en: 'Its whole path on this station.', de: 'Sein ganzer Pfad auf dieser Station.' },
  typeFirst: { en: 'Type the path of a folder first.', de: 'Geben Sie zuerst den Pfad eines Ordners ein.' },
});

export const PREVIEW = texts({
  title: { en: 'Preview', de: 'Vorschau' },
  keys: {
    en: 'Player: space plays, arrows step by frame, I goes to the in point',
    de: 'Abspielen mit Leertaste, Pfeile bildweise, I springt zum In-Punkt',
  },
  position: { en: 'Position', de: 'Position' },
  play: { en: 'Play', de: 'Abspielen' },
  pause: { en: 'Pause', de: 'Anhalten' },
  back: { en: 'One frame back', de: 'Ein Bild zurück' },
  on: { en: 'One frame on', de: 'Ein Bild vor' },
  inPoint: (at: string) => ({ en: `In ${at}`, de: `In ${at}` }),
  outPoint: (at: string) => ({ en: `Out ${at}`, de: `Out ${at}` }),
  cannot: (format: string) => ({
    en: `This screen cannot play this file (${format}). That says nothing about the channel’s own player.`,
    de: `Dieser Bildschirm kann diese Datei nicht abspielen (${format}). Über den Player des Kanals sagt das nichts.`,
  }),
  noFile: { en: 'The file is not on this station.', de: 'Die Datei ist nicht auf dieser Station.' },
  noFolder: (root: string) => ({
    en: `“${root}” has no folder on this station: set it under Settings, Media folders.`,
    de: `„${root}“ hat auf dieser Station keinen Ordner: Legen Sie ihn unter Einstellungen, Medienordner fest.`,
  }),
});

export const DROP = texts({
  title: { en: 'Not everything was added', de: 'Nicht alles wurde aufgenommen' },
  adding: { en: 'Adding the dropped files', de: 'Aufnehmen der abgelegten Dateien' },
  outside: {
    en: 'These folders are no media folders of this station yet. Adding one reads every media file in it.',
    de: 'Diese Ordner sind noch keine Medienordner dieser Station. Wird einer hinzugefügt, wird jede Mediendatei darin gelesen.',
  },
  browser: {
    en: 'A browser does not tell where dropped files lie. Drop them on the app’s own window, or choose “Add a folder of media” and keep watching it.',
    de: 'Ein Browser verrät nicht, wo abgelegte Dateien liegen. Legen Sie sie im Fenster der App ab, oder wählen Sie „Medienordner hinzufügen“ und überwachen Sie ihn weiter.',
  },
  addFolder: { en: 'Add this folder', de: 'Diesen Ordner hinzufügen' },
  unusable: { en: 'These cannot be added:', de: 'Diese können nicht aufgenommen werden:' },
  close: { en: 'Close', de: 'Schließen' },
});
