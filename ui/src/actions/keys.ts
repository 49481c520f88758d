/** Keys are written `Mod+Shift+Z`: Mod is Ctrl, or Command on a Mac. */

const isMac = /mac/i.test(navigator.platform);

/** The keys of an event in writing. Shift is named only beside letters and named keys: `?` already says it. */
export function keysOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
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

const shown: Record<string, string> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Delete: 'Del',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** Keys as people read them: `Ctrl + Shift + Z`. */
export function showKeys(keys: string): string {
  return keys
    .split('+')
    .map((key) => shown[key] ?? key)
    .join(' + ');
}
