import type { Backend, EditPreview, PlannedEdit, PreviewRow } from '../backend';

/** What is asked: an edit of a day, and the rows on the screen that may move. */
interface Question {
  date: string;
  edit: PlannedEdit;
  rows: string[];
}

/**
 * What an edit that is under way would move. Asked of the core at every change of it: one question at a time, and of those
 * that come meanwhile only the last.
 */
export class PreviewStore {
  answer = $state.raw<EditPreview | null>(null);
  /** The edit that the answer is about. */
  edit = $state.raw<PlannedEdit | null>(null);
  #wanted: Question | null = null;
  #asked = '';
  #running = false;

  constructor(private readonly backend: Backend) {}

  /** The rows on the screen that would start at another time. */
  readonly rows: ReadonlyMap<string, PreviewRow> = $derived(
    new Map(this.answer?.rows.map((row) => [row.id, row])),
  );

  /** Asks, unless that is what was asked last. */
  ask(question: Question): void {
    const key = JSON.stringify(question);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#wanted = question;
    if (!this.#running) void this.#run();
  }

  /** The edit is made, or given up. */
  clear(): void {
    this.#wanted = null;
    this.#asked = '';
    this.answer = null;
    this.edit = null;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#wanted) {
      const question = this.#wanted;
      // An edit that cannot be has no preview; making it says why.
      const answer = await this.backend.call('preview_edit', question).catch(() => null);
      if (this.#wanted === question) {
        this.#wanted = null;
        this.answer = answer;
        this.edit = answer && question.edit;
      } else if (!this.#wanted) break;
    }
    this.#running = false;
  }
}
