import type { Aired, Backend, History } from '../backend';

const ENTRIES_SHOWN = 200;

/** What was done, by whom, and what undo and redo would do next. */
export class HistoryStore {
  history = $state.raw<History>({ entries: [], undo: null, redo: null });

  constructor(
    private readonly backend: Backend,
    /** Told when an undo or redo concerned what is on the air or has been. */
    private readonly onaired: (aired: Aired | null) => void,
  ) {}

  async undo(): Promise<void> {
    this.onaired((await this.backend.call('undo', {})).aired);
  }

  async redo(): Promise<void> {
    this.onaired((await this.backend.call('redo', {})).aired);
  }

  async refresh(): Promise<void> {
    this.history = await this.backend.call('get_history', { limit: ENTRIES_SHOWN });
  }
}
