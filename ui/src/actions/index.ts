import type { MenuEntry } from '../components/Menu.svelte';
import type { App } from '../stores/app.svelte';
import { actionFrom, unavailable, type Action, type ActionId, type Scope } from './action';
import { alarmActions } from './alarm';
import { desktopActions } from './desktop';
import { keysOf, showKeys } from './keys';
import { libraryActions } from './library';
import { playlistActions } from './playlist';
import { windowActions } from './window';

export { unavailable, type Action, type ActionId, type Group } from './action';
export { showKeys } from './keys';

/** Everything that an operator can do by key. */
export const actions: readonly Action[] = [
  ...playlistActions,
  ...libraryActions,
  ...windowActions,
  ...alarmActions,
  ...desktopActions,
].map(actionFrom);

const byId = new Map<string, Action>(actions.map((action) => [action.id, action]));

export function actionOf(id: string): Action {
  const action = byId.get(id);
  if (!action) throw new Error(`There is no action ${id}`);
  return action;
}

/** Does it, or says once why it cannot be done. */
export function perform(action: Action, app: App): void {
  const reason = unavailable(action, app);
  if (reason === null) action.run(app);
  else app.messages.once(reason);
}

export function menuEntry(id: string, app: App): MenuEntry {
  const action = actionOf(id);
  const [keys] = action.keys;
  return {
    label: action.label,
    icon: action.icon,
    shortcut: keys && showKeys(keys),
    unavailable: unavailable(action, app),
    run: () => perform(action, app),
  };
}

/** The other action that these keys would be meant for, too, where both could be meant; null where there is none. */
export function clashOf(action: Action, keys: string): Action | null {
  const meets = (other: Action) =>
    other.scope === action.scope || other.scope === 'global' || action.scope === 'global';
  return actions.find((other) => other.id !== action.id && other.keys.includes(keys) && meets(other)) ?? null;
}

/** The panel that a key press belongs to. */
function scopeOf(target: EventTarget | null): Scope {
  const panel = target instanceof Element ? target.closest<HTMLElement>('[data-scope]') : null;
  return panel?.dataset['scope'] === 'library' || panel?.dataset['scope'] === 'playlist'
    ? panel.dataset['scope']
    : 'global';
}

/** The one action that is asked for in the middle of typing. */
const SEARCH: ActionId = 'day.findHere';

/** Whether the target takes keys itself: someone is typing, a dialog or a menu is open. */
function takesKeys(target: EventTarget | null, keys: string): boolean {
  if (document.querySelector('dialog[open]')) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]')) {
    return !/^F\d+$/.test(keys) && !(keys.startsWith('Mod+') && actionOf(SEARCH).keys.includes(keys));
  }
  // A focused button is pressed by Enter and Space.
  return (keys === 'Enter' || keys === 'Space') && target.closest('button, a, [role=menuitem]') !== null;
}

/** Runs the action that a key press asks for, if there is one. */
export function handleKey(event: KeyboardEvent, app: App): void {
  if (event.defaultPrevented || event.isComposing) return;
  const keys = keysOf(event);
  const candidates = actions.filter((action) => action.keys.includes(keys));
  const always = candidates.some((action) => action.evenInDialogs);
  if (!always && takesKeys(event.target, keys)) return;
  const scope = scopeOf(event.target);
  const action =
    candidates.find((action) => action.scope === scope) ??
    candidates.find((action) => action.scope === 'global');
  if (!action) return;
  event.preventDefault();
  perform(action, app);
}
