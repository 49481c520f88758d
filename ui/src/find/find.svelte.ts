import type { ItemView } from '../backend';
import type { DayStore } from '../stores/day.svelte';
import { selectOnly } from '../stores/list-selection';
import type { SelectionStore } from '../stores/selection.svelte';
import type { ViewStore } from '../stores/view.svelte';

/** Finding items of the open day by a part of their title or notes. */
export class FindStore {
  open = $state(false);
  query = $state('');

  constructor(
    private readonly day: DayStore,
    private readonly selection: SelectionStore,
    private readonly view: ViewStore,
  ) {}

  /** The items that have it, in the order of the day. */
  readonly matches: readonly string[] = $derived.by(() => {
    const wanted = this.query.trim().toLocaleLowerCase();
    if (!this.open || wanted === '') return [];
    return this.day.items.filter((item) => has(item, wanted)).map((item) => item.id);
  });

  /** Which of them is selected, from 1; 0 where none is. */
  readonly at: number = $derived.by(() => {
    const { focus } = this.selection.items;
    return focus === null ? 0 : this.matches.indexOf(focus) + 1;
  });

  /** Selects the next item that has it, or the one before; after the last comes the first. */
  step(by: 1 | -1): void {
    const id = this.#from(by);
    if (id === undefined) return;
    this.selection.selectItems(selectOnly(id));
    this.view.playlist?.reveal(id);
  }

  /** While it is typed: the selected item where it has it, or else the next one. */
  typed(): void {
    if (this.at === 0) this.step(1);
  }

  close(): void {
    this.open = false;
    this.view.playlist?.focus();
  }

  #from(by: 1 | -1): string | undefined {
    if (this.matches.length === 0) return undefined;
    const { order } = this.day;
    const { focus } = this.selection.items;
    const here = focus === null ? -1 : order.indexOf(focus);
    const found =
      by === 1
        ? this.matches.find((id) => order.indexOf(id) > here)
        : this.matches.findLast((id) => here >= 0 && order.indexOf(id) < here);
    return found ?? (by === 1 ? this.matches[0] : this.matches.at(-1));
  }
}

function has(item: ItemView, wanted: string): boolean {
  return item.title.toLocaleLowerCase().includes(wanted) || item.notes.toLocaleLowerCase().includes(wanted);
}
