import type {
  Asset,
  AssetFilter,
  AssetKind,
  AssetRow,
  AssetSet,
  AssetSort,
  Backend,
  Category,
  NewAsset,
} from '../backend';
import type { ListOrder } from './list-selection';
import { refusal } from '../language/core';

const PAGE = 50;
/** Pages kept; the ones used longest ago go first. */
const PAGES_MAX = 120;

/** What of the library is shown, and in which order. */
export interface LibraryQuestion {
  query: string;
  kind: AssetKind | null;
  /** A whole category; '' for the assets without one, null for any. */
  category: string | null;
  /** In frames, both included; null for no limit. */
  durationMin: number | null;
  durationMax: number | null;
  only: AssetFilter | null;
  sort: AssetSort;
}

/** The library as it is being browsed: a query, and the pages of its answer that were looked at. */
export class LibraryStore {
  query = $state('');
  kind = $state<AssetKind | null>(null);
  category = $state<string | null>(null);
  durationMin = $state<number | null>(null);
  durationMax = $state<number | null>(null);
  only = $state<AssetFilter | null>(null);
  sort = $state<AssetSort>('title');
  /** The categories that assets have. */
  categories = $state.raw<readonly Category[]>([]);
  total = $state(0);
  /** The words that these were found by: other ones may be on their way. */
  found = $state('');
  /** Whether the first answer is there. */
  loaded = $state(false);
  error = $state<string | null>(null);
  #pages = $state.raw<ReadonlyMap<number, readonly AssetRow[]>>(new Map());
  #pending = new Set<number>();
  #visible: [number, number] = [0, 0];
  /** What was typed last, while a search is under way. */
  #words: string | null = null;
  /** Counts the questions: an answer to an older one is dropped. */
  #question = 0;

  constructor(private readonly backend: Backend) {}

  /** The asset at a place of the list; undefined until its page is there. */
  at(index: number): AssetRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The asset of an id, if it was looked at. */
  find(id: string): AssetRow | undefined {
    for (const page of this.#pages.values()) {
      const asset = page.find((asset) => asset.id === id);
      if (asset) return asset;
    }
    return undefined;
  }

  get order(): ListOrder {
    return {
      length: this.total,
      idAt: (index) => this.at(index)?.id,
      indexOf: (id) => {
        for (const [number, page] of this.#pages) {
          const place = page.findIndex((asset) => asset.id === id);
          if (place >= 0) return number * PAGE + place;
        }
        return -1;
      },
    };
  }

  /** Fetches what is missing of the lines from `first` up to, not including, `end`. */
  show(first: number, end: number): void {
    this.#visible = [first, end];
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.max(end, 1); page++) {
      if (!this.#pages.has(page) && !this.#pending.has(page)) void this.#fetch(page);
    }
  }

  /** Asks anew, for the same lines; what is shown stays until the answer is there. */
  async refresh(): Promise<void> {
    this.#question += 1;
    this.#pending.clear();
    const [first, end] = this.#visible;
    const numbers: number[] = [];
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.max(end, 1); page++) numbers.push(page);
    await Promise.all(numbers.map((page) => this.#fetch(page, true)));
  }

  /** Whether anything but the order narrows what is shown. */
  readonly narrowed: boolean = $derived(this.query.trim() !== '' || this.kind !== null || this.filters > 0);

  /** How many of the filters beside words and kind are set. */
  get filters(): number {
    const set = [this.category, this.durationMin, this.durationMax, this.only];
    return set.filter((value) => value !== null).length;
  }

  /** Asks a new question: other words, another kind, another order. */
  async ask(change: Partial<LibraryQuestion>): Promise<void> {
    Object.assign(this, change);
    this.#visible = [0, this.#visible[1] - this.#visible[0]];
    await this.refresh();
  }

  /** Asks for what is being typed: one question at a time, and of those that come meanwhile only the last. */
  search(query: string): void {
    const isAsking = this.#words !== null;
    this.#words = query;
    if (!isAsking) void this.#searchOn(query);
  }

  async #searchOn(query: string): Promise<void> {
    await this.ask({ query });
    const later = this.#words;
    if (later !== null && later !== query) return this.#searchOn(later);
    this.#words = null;
  }

  /** Shows everything again. */
  clear(): Promise<void> {
    return this.ask({
      query: '',
      kind: null,
      category: null,
      durationMin: null,
      durationMax: null,
      only: null,
    });
  }

  /** Asks which categories there are. */
  async refreshCategories(): Promise<void> {
    this.categories = (await this.backend.call('list_categories', {})).categories;
  }

  async add(asset: NewAsset): Promise<Asset | undefined> {
    return (await this.backend.call('add_assets', { assets: [asset] })).assets[0];
  }

  /** Sets the same for all of these, as one edit. */
  async update(ids: readonly string[], set: AssetSet): Promise<void> {
    const [id, ...others] = ids;
    if (id === undefined) return;
    if (others.length === 0) await this.backend.call('update_asset', { id, set });
    else await this.backend.call('update_assets', { ids: [...ids], set });
  }

  async remove(ids: string[]): Promise<void> {
    await this.backend.call('delete_assets', { ids });
  }

  async #fetch(page: number, replace = false): Promise<void> {
    const question = this.#question;
    this.#pending.add(page);
    try {
      const answer = await this.backend.call('list_assets', {
        query: this.query.trim() || undefined,
        kind: this.kind ?? undefined,
        category: this.category ?? undefined,
        duration_min: this.durationMin ?? undefined,
        duration_max: this.durationMax ?? undefined,
        only: this.only ?? undefined,
        sort: this.sort,
        offset: page * PAGE,
        limit: PAGE,
      });
      if (question !== this.#question) return;
      this.#keep(page, answer.assets, replace);
      this.total = answer.total;
      this.found = this.query;
      this.loaded = true;
      this.error = null;
    } catch (thrown) {
      if (question === this.#question) this.error = refusal(thrown);
    } finally {
      if (question === this.#question) this.#pending.delete(page);
    }
  }

  #answered = -1;

  #keep(page: number, assets: readonly AssetRow[], replace: boolean): void {
    // The first page of a new answer drops the old answer's pages.
    const fresh = replace && this.#answered !== this.#question;
    this.#answered = this.#question;
    const pages = new Map(fresh ? [] : this.#pages);
    pages.delete(page);
    pages.set(page, assets);
    for (const oldest of pages.keys()) {
      if (pages.size <= PAGES_MAX) break;
      pages.delete(oldest);
    }
    this.#pages = pages;
  }
}
