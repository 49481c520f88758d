import type { MenuGroups } from '../components/Menu.svelte';
import type { SettingsSection } from '../settings/strings';

/** The columns of an item that can be edited in place. */
export type Cell = 'start' | 'title' | 'duration';

/** What the playlist panel offers to actions. */
export interface PlaylistControls {
  /** Gives the list the keyboard. */
  focus(): void;
  /** Scrolls the item into view. */
  reveal(id: string): void;
  /** Scrolls the item to the middle. */
  center(id: string): void;
  /** The items on the screen. */
  visible(): string[];
}

/** What the library panel offers to actions. */
export interface LibraryControls {
  focus(): void;
  focusSearch(): void;
}

/** What is open and being edited on the screen. Nothing of it outlives the window. */
export class ViewStore {
  /** The cell that is edited in place. */
  cell = $state.raw<{ id: string; cell: Cell } | null>(null);
  /** Whether the playlist scrolls along with the running item. */
  followNow = $state(false);
  /** Whether the field for a time to go to is open. */
  goToTime = $state(false);
  menu = $state.raw<{ label: string; groups: MenuGroups; at: { x: number; y: number } } | null>(null);
  /** The section of the settings that is open, or opens next. */
  settingsSection = $state<SettingsSection>('channel');
  /** Whether the library's filters are open. */
  libraryFilters = $state(false);
  /** The asset that the asset form edits; null for a new one. */
  assetToEdit = $state<string | null>(null);

  /** The field of the search within the day, while it is open. */
  findField: HTMLInputElement | null = null;
  playlist: PlaylistControls | null = null;
  library: LibraryControls | null = null;
}
