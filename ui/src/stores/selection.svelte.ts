import { nothingSelected, type ListSelection } from './list-selection';

/** A stretch of the day with nothing in it. */
export interface Gap {
  /** The item before it; null at the head of the day. */
  after: string | null;
  /** The item after it; null where the gap runs to the day's end. */
  before: string | null;
  /** Frames since the broadcast day's start. */
  startOffset: number;
  frames: number;
}

/** What the inspector shows. */
export type Subject =
  | { kind: 'nothing' }
  | { kind: 'items'; ids: ReadonlySet<string> }
  | { kind: 'assets'; ids: ReadonlySet<string> }
  | { kind: 'gap'; gap: Gap };

/** What is selected. Both lists keep their own selection; the subject is the one that was touched last. */
export class SelectionStore {
  items = $state.raw<ListSelection>(nothingSelected);
  assets = $state.raw<ListSelection>(nothingSelected);
  gap = $state.raw<Gap | null>(null);
  #last = $state<'items' | 'assets' | 'gap'>('items');

  readonly subject: Subject = $derived.by((): Subject => {
    if (this.#last === 'gap' && this.gap) return { kind: 'gap', gap: this.gap };
    if (this.#last === 'assets' && this.assets.ids.size) return { kind: 'assets', ids: this.assets.ids };
    if (this.#last === 'items' && this.items.ids.size) return { kind: 'items', ids: this.items.ids };
    return { kind: 'nothing' };
  });

  selectItems(selection: ListSelection): void {
    this.items = selection;
    this.gap = null;
    this.#last = 'items';
  }

  selectAssets(selection: ListSelection): void {
    this.assets = selection;
    this.#last = 'assets';
  }

  /** No item stays selected beside a gap: what edits items would act on what nobody looks at. */
  selectGap(gap: Gap): void {
    this.items = { ...nothingSelected, focus: gap.before ?? gap.after };
    this.gap = gap;
    this.#last = 'gap';
  }

  /** After the day changed: what of it is selected now. */
  refresh(items: ListSelection, gap: Gap | null): void {
    this.items = items;
    this.gap = gap;
    if (gap === null && this.#last === 'gap') this.#last = 'items';
  }
}
