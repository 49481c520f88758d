import type { Backend, History } from '../backend';

const ENTRIES_SHOWN = 200;

/** What was done, by whom, and what undo and redo would do next. */
export class HistoryStore {
  history = $state.raw<History>({ entries: [], undo: null, redo: null });

  constructor(private readonly backend: Backend) {}

  async undo(): Promise<void> {
    await this.backend.call('undo', {});
  }

  async redo(): Promise<void> {
    await this.backend.call('redo', {});
  }

  async refresh(): Promise<void> {
    this.history = await this.backend.call('get_history', { limit: ENTRIES_SHOWN });
  }
}
