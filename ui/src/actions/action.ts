import type { IconName } from '../components/Icon.svelte';
import type { App } from '../stores/app.svelte';

/** Where an action's keys work: everywhere, or while the keyboard is in that panel. */
export type Scope = 'global' | 'playlist' | 'library';

/** Under which heading the help sheet lists it. */
export type Group = 'Playlist' | 'Item' | 'Library' | 'History' | 'Window';

/** One thing that an operator can do. Shortcuts, menus, buttons and the help sheet are all made from these. */
export interface Action {
  readonly id: string;
  /** What it does, as menus and the help sheet call it. */
  readonly label: string;
  readonly group: Group;
  readonly scope: Scope;
  /** Its keys (see `keys.ts`); the first ones are shown. */
  readonly keys: readonly string[];
  readonly icon?: IconName;
  /** Whether it changes replicated data: not possible on a station that does not edit. */
  readonly edits?: boolean;
  /** Why it cannot be done now, beside the station's role; null where it can. */
  readonly unavailable?: (app: App) => string | null;
  readonly run: (app: App) => void;
}

/** Why an action cannot be done now; null where it can. */
export function unavailable(action: Action, app: App): string | null {
  const readOnly = action.edits ? app.station.readOnlyReason : null;
  return readOnly ?? action.unavailable?.(app) ?? null;
}
