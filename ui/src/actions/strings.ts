/** Every text of the actions: what they are called, why they cannot be done, and the help sheet. */

import { texts } from '../language';
import { counted } from '../language/format';
import type { Group } from './action';

/** What each action does, by its id. */
export const ACTION = texts({
  'day.previous': { en: 'Previous day', de: 'Vorheriger Tag' },
  'day.next': { en: 'Next day', de: 'Nächster Tag' },
  'day.today': { en: 'Today', de: 'Heute' },
  'day.now': { en: 'Go to now', de: 'Zum Jetzt' },
  'day.follow': { en: 'Follow now', de: 'Jetzt mitlaufen' },
  'day.time': { en: 'Go to a time', de: 'Zu einer Zeit' },
  'day.findHere': { en: 'Find in this day', de: 'In diesem Tag suchen' },
  'day.findNext': { en: 'Find the next one', de: 'Nächsten Treffer finden' },
  'day.findPrevious': { en: 'Find the one before', de: 'Vorigen Treffer finden' },
  'day.find': { en: 'Find in all days', de: 'In allen Tagen suchen' },
  'day.templates': { en: 'Templates', de: 'Vorlagen' },
  'day.copy': { en: 'Copy to other days', de: 'Auf andere Tage kopieren' },
  'day.import': { en: 'Import a playlist', de: 'Sendeablauf importieren' },
  'day.export': { en: 'Export the day', de: 'Tag exportieren' },
  'items.all': { en: 'Select all', de: 'Alles auswählen' },
  'items.none': { en: 'Select nothing', de: 'Nichts auswählen' },
  'items.note': { en: 'Insert note', de: 'Notiz einfügen' },
  'items.live': { en: 'Insert live', de: 'Livequelle einfügen' },
  'items.cut': { en: 'Cut', de: 'Ausschneiden' },
  'items.copy': { en: 'Copy', de: 'Kopieren' },
  'items.paste': { en: 'Paste', de: 'Einfügen' },
  'items.pasteBefore': { en: 'Paste before', de: 'Davor einfügen' },
  'items.duplicate': { en: 'Duplicate', de: 'Duplizieren' },
  'items.repeat': { en: 'Repeat', de: 'Wiederholt einfügen' },
  'items.delete': { en: 'Delete', de: 'Löschen' },
  'items.up': { en: 'Move up', de: 'Nach oben' },
  'items.down': { en: 'Move down', de: 'Nach unten' },
  'item.title': { en: 'Edit title', de: 'Titel bearbeiten' },
  'item.duration': { en: 'Edit duration', de: 'Dauer bearbeiten' },
  'item.start': { en: 'Edit start', de: 'Startzeit bearbeiten' },
  'item.follow': { en: 'Follow the item before', de: 'Dem Element davor folgen' },
  'item.fixed': { en: 'Fix the start at its time', de: 'Startzeit festsetzen' },
  'item.hold': { en: 'Hold for the operator', de: 'Auf den Operator warten' },
  'gap.fill': { en: 'Fill the gap from the library', de: 'Lücke aus der Bibliothek füllen' },
  'library.search': { en: 'Search the library', de: 'Bibliothek durchsuchen' },
  'library.scan': { en: 'Add a folder of media', de: 'Medienordner hinzufügen' },
  'library.fill_day': { en: 'Fill the day from the library', de: 'Tag aus der Bibliothek füllen' },
  'library.sample': { en: 'Make a sample channel', de: 'Beispielkanal anlegen' },
  'library.filters': { en: 'Filter the library', de: 'Bibliothek filtern' },
  'library.check': { en: 'Check the files', de: 'Dateien prüfen' },
  'library.update': { en: 'Update all from their files', de: 'Alle aus ihren Dateien übernehmen' },
  'assets.update': { en: 'Update from the file', de: 'Aus der Datei übernehmen' },
  'library.add': { en: 'Add an asset by hand', de: 'Asset von Hand anlegen' },
  'assets.insert': { en: 'Insert into the playlist', de: 'In den Sendeablauf einfügen' },
  'assets.insertBefore': {
    en: 'Insert before what is selected in the playlist',
    de: 'Vor der Auswahl im Sendeablauf einfügen',
  },
  'assets.edit': { en: 'Edit asset', de: 'Asset bearbeiten' },
  'assets.delete': { en: 'Delete asset', de: 'Asset löschen' },
  'history.undo': { en: 'Undo', de: 'Rückgängig' },
  'history.redo': { en: 'Redo', de: 'Wiederholen' },
  'window.redundancy': { en: 'Redundancy status', de: 'Redundanzstatus' },
  'window.settings': { en: 'Settings', de: 'Einstellungen' },
  'window.playlist': { en: 'To the playlist', de: 'Zum Sendeablauf' },
  'window.library': { en: 'To the library', de: 'Zur Bibliothek' },
  'window.quit': { en: 'Quit Tandem', de: 'Tandem beenden' },
  'alarm.acknowledge': { en: 'Acknowledge the alarm', de: 'Alarm quittieren' },
  'window.help': { en: 'Keyboard help', de: 'Tastenhilfe' },
});

export const GROUP: Record<Group, string> = texts({
  Playlist: { en: 'Playlist', de: 'Sendeablauf' },
  Item: { en: 'Item', de: 'Element' },
  Library: { en: 'Library', de: 'Bibliothek' },
  History: { en: 'History', de: 'Verlauf' },
  Window: { en: 'Window', de: 'Fenster' },
});

/** Why something cannot be done now. */
export const NEEDS = texts({
  item: { en: 'Select an item first.', de: 'Wählen Sie zuerst ein Element aus.' },
  gap: { en: 'Select a gap first.', de: 'Wählen Sie zuerst eine Lücke aus.' },
  asset: { en: 'Select an asset first.', de: 'Wählen Sie zuerst ein Asset aus.' },
  oneAsset: { en: 'Select one asset first.', de: 'Wählen Sie zuerst genau ein Asset aus.' },
  day: { en: 'The day is not loaded yet.', de: 'Der Tag ist noch nicht geladen.' },
  items: { en: 'The day is empty.', de: 'Der Tag ist leer.' },
  found: {
    en: 'Nothing was searched for and found in this day.',
    de: 'In diesem Tag wurde nichts gesucht und gefunden.',
  },
  running: {
    en: 'Nothing in this day is on air now.',
    de: 'Von diesem Tag ist jetzt nichts auf Sendung.',
  },
  clipboard: {
    en: 'Nothing was cut or copied yet.',
    de: 'Noch wurde nichts ausgeschnitten oder kopiert.',
  },
  undo: { en: 'There is nothing to undo.', de: 'Es gibt nichts rückgängig zu machen.' },
  redo: { en: 'There is nothing to redo.', de: 'Es gibt nichts zu wiederholen.' },
});

/** What was tried, as an error message begins. */
export const TRIED = texts({
  startMode: { en: 'Changing the start mode', de: 'Startart ändern' },
  moving: { en: 'Moving', de: 'Verschieben' },
  note: { en: 'Inserting a note', de: 'Notiz einfügen' },
  live: { en: 'Inserting a live item', de: 'Livequelle einfügen' },
  inserting: { en: 'Inserting', de: 'Einfügen' },
  cutting: { en: 'Cutting', de: 'Ausschneiden' },
  pasting: { en: 'Pasting', de: 'Einfügen' },
  duplicating: { en: 'Duplicating', de: 'Duplizieren' },
  deleting: { en: 'Deleting', de: 'Löschen' },
  deletingAssets: { en: 'Deleting from the library', de: 'Aus der Bibliothek löschen' },
  undoing: { en: 'Undoing', de: 'Rückgängig machen' },
  redoing: { en: 'Redoing', de: 'Wiederholen' },
});

export const DONE = texts({
  copied: (items: number) => ({
    en: `Copied ${counted(items, 'item', 'items')}.`,
    de: `${counted(items, 'Element', 'Elemente')} kopiert.`,
  }),
});

/** What a new item is called until somebody names it. */
export const NEW_ITEM = texts({
  note: { en: 'Note', de: 'Notiz' },
  live: { en: 'Live', de: 'Live' },
});

/** How keys are written. */
export const KEY = texts({
  Shift: { en: 'Shift', de: 'Umschalt' },
  Mod: { en: 'Ctrl', de: 'Strg' },
  Delete: { en: 'Del', de: 'Entf' },
  Backspace: { en: 'Backspace', de: 'Rücktaste' },
  Space: { en: 'Space', de: 'Leertaste' },
  Enter: { en: 'Enter', de: 'Eingabe' },
  Escape: { en: 'Esc', de: 'Esc' },
  PageUp: { en: 'PgUp', de: 'Bild↑' },
  PageDown: { en: 'PgDn', de: 'Bild↓' },
  Home: { en: 'Home', de: 'Pos1' },
  End: { en: 'End', de: 'Ende' },
  Insert: { en: 'Ins', de: 'Einfg' },
  click: { en: 'click', de: 'Klick' },
  any: { en: 'any of these', de: 'eine davon' },
});

export const HELP = texts({
  title: { en: 'Keyboard', de: 'Tastatur' },
  change: {
    en: 'Keys can be changed in the settings, under Shortcuts.',
    de: 'Tasten lassen sich in den Einstellungen unter „Tastenkürzel“ ändern.',
  },
  list: {
    title: { en: 'In a list', de: 'In einer Liste' },
    line: { en: 'Line by line', de: 'Zeile für Zeile' },
    page: { en: 'Page by page', de: 'Seite für Seite' },
    ends: { en: 'To the first, to the last', de: 'Zum ersten, zum letzten' },
    range: { en: 'Select on the way', de: 'Unterwegs auswählen' },
    add: { en: 'Add one to the selection', de: 'Eins zur Auswahl nehmen' },
    upTo: { en: 'Select up to here', de: 'Bis hierher auswählen' },
    cell: { en: 'In a cell: to the next one', de: 'In einer Zelle: zur nächsten' },
    gap: { en: 'On a gap: fill it', de: 'Auf einer Lücke: sie füllen' },
    leave: { en: 'Leave a cell, end a drag', de: 'Zelle verlassen, Ziehen beenden' },
  },
  time: {
    title: { en: 'Typing a time', de: 'Eine Zeit eingeben' },
    duration: { en: 'Duration 15 seconds', de: 'Dauer 15 Sekunden' },
    start: { en: 'Start at 15 o’clock', de: 'Start um 15 Uhr' },
    step: { en: '30 seconds more, or later', de: '30 Sekunden mehr oder später' },
    units: { en: 'Two and a half minutes', de: 'Zweieinhalb Minuten' },
  },
});
