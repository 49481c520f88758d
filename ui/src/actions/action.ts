import type { IconName } from '../components/Icon.svelte';
import type { App } from '../stores/app.svelte';
import { shortcuts } from './shortcuts.svelte';
import { ACTION } from './strings';

/** Where an action's keys work: everywhere, or while the keyboard is in that panel. */
export type Scope = 'global' | 'playlist' | 'library';

/** Under which heading the help sheet lists it. */
export type Group = 'Playlist' | 'Item' | 'Library' | 'History' | 'Window';

/** Every action's id: the key of its name in strings.ts. */
export type ActionId = keyof typeof ACTION;

/** One thing that an operator can do, as it is declared. */
export interface ActionRule {
  readonly id: ActionId;
  readonly group: Group;
  readonly scope: Scope;
  /** Its keys (see `keys.ts`) as long as the operator has not given it others; the first ones are shown. */
  readonly keys: readonly string[];
  readonly icon?: IconName;
  /** Whether its keys work while a dialog is open, too. */
  readonly evenInDialogs?: boolean;
  /** Whether it changes replicated data: not possible on a station that does not edit. */
  readonly edits?: boolean;
  /** Why it cannot be done now, beside the station's role; null where it can. */
  readonly unavailable?: (app: App) => string | null;
  readonly run: (app: App) => void;
}

/** An action with its present words and keys. Shortcuts, menus, buttons and the help sheet are all made from these. */
export interface Action extends ActionRule {
  /** What it does, as menus and the help sheet call it. */
  readonly label: string;
  /** The keys that it was declared with. */
  readonly ownKeys: readonly string[];
}

/** Gives a declared action its name in the present language and the operator's keys. */
export function actionFrom(rule: ActionRule): Action {
  return {
    ...rule,
    ownKeys: rule.keys,
    get label() {
      return ACTION[rule.id];
    },
    get keys() {
      return shortcuts.keysOf(rule);
    },
  };
}

/** Why an action cannot be done now; null where it can. */
export function unavailable(action: Action, app: App): string | null {
  const readOnly = action.edits ? app.station.readOnlyReason : null;
  return readOnly ?? action.unavailable?.(app) ?? null;
}
