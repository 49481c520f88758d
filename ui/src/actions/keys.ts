/** Keys are written `Mod+Shift+Z`: Mod is Ctrl, or Command on a Mac. */

import { KEY } from './strings';

const isMac = /mac/i.test(navigator.platform);

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The keys of an event in writing. Shift is named only beside letters and named keys: `?` already says it. */
export function keysOf(event: Pressed): string {
  const single = event.key.length === 1;
  const letter = single && event.key.toLowerCase() !== event.key.toUpperCase();
  const key = event.key === ' ' ? 'Space' : single ? event.key.toUpperCase() : event.key;
  return [
    (isMac ? event.metaKey : event.ctrlKey) ? 'Mod' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey && (letter || !single) ? 'Shift' : '',
    key,
  ]
    .filter(Boolean)
    .join('+');
}

const UNFINISHED = new Set([
  'Control',
  'Shift',
  'Alt',
  'AltGraph',
  'Meta',
  'CapsLock',
  'Dead',
  'Process',
  'Unidentified',
]);

/** Whether nothing but a modifier was pressed yet. */
export function isUnfinished({ key }: Pick<KeyboardEvent, 'key'>): boolean {
  return UNFINISHED.has(key);
}

/** With these, lists, fields and dialogs are walked through: an action that took one would cut off the keyboard. */
const WALKING = new Set(
  [
    'Tab',
    'ArrowUp',
    'ArrowDown',
    'ArrowLeft',
    'ArrowRight',
    'PageUp',
    'PageDown',
    'Home',
    'End',
    'ContextMenu',
  ].flatMap((key) => [key, `Shift+${key}`]),
);

/** Whether these keys must stay what they are. */
export function areTaken(keys: string): boolean {
  return WALKING.has(keys);
}

const ARROWS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };

/** One key as people read it. */
function showKey(key: string): string {
  if (key === 'Mod' && isMac) return '⌘';
  if (key in KEY) return KEY[key as keyof typeof KEY];
  return ARROWS[key] ?? key;
}

/** Keys as people read them: `Ctrl + Shift + Z`. */
export function showKeys(keys: string): string {
  // A plus that is pressed itself stands at the end: `Mod++`.
  const parts = keys.endsWith('+') ? [...keys.slice(0, -1).split('+').filter(Boolean), '+'] : keys.split('+');
  return parts.map(showKey).join(' + ');
}
