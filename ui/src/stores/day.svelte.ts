import type {
  Aired,
  Backend,
  Committed,
  CopyItems,
  ImportPlaylist,
  Imported,
  ItemSet,
  ItemView,
  NewItem,
  PlaylistView,
  ReplaceAsset,
  TemplateMode,
  TemplatePlace,
} from '../backend';
import { refusal } from '../language/core';
import { applyChanges } from '../playlist/changes';
import { dayRows, dayTotals, type DayRow, type DayTotals } from '../playlist/rows';
import { DayClock } from '../time/day-clock';
import type { ChannelStore } from './channel.svelte';
import { coalesce } from './coalesce';
import { selectOnly, selectSurvivors, type ListOrder } from './list-selection';
import type { SelectionStore } from './selection.svelte';

/** The playlist of the day that is open, and the edits to it. Edits show when the station says that they are done. */
export class DayStore {
  date = $state<string | null>(null);
  playlist = $state.raw<PlaylistView | null>(null);
  /** Why the day could not be fetched; null where it could. */
  error = $state<string | null>(null);
  /** The first of the items that an edit from here put where it is now: worth a look. */
  arrived = $state.raw<{ id: string } | null>(null);
  /** The latest entry that a fetch was begun for, and that fetch. */
  #fetched = { epoch: 0, seq: 0 };
  #fetching: Promise<void> = Promise.resolve();

  constructor(
    private readonly backend: Backend,
    private readonly selection: SelectionStore,
    private readonly channel: ChannelStore,
    /** Told when an edit concerned what is on the air or has been: it is done all the same. */
    private readonly onaired: (aired: Aired | null) => void,
  ) {}

  readonly items: readonly ItemView[] = $derived(this.playlist?.items ?? []);
  readonly rows: readonly DayRow[] = $derived(this.playlist ? dayRows(this.playlist) : []);
  readonly totals: DayTotals | null = $derived(this.playlist && dayTotals(this.playlist));
  readonly #indexes: ReadonlyMap<string, number> = $derived(
    new Map(this.items.map((item, index) => [item.id, index])),
  );

  /** The items' order, as the selection needs it. */
  get order(): ListOrder {
    return orderOf(this.items, this.#indexes);
  }

  item(id: string): ItemView | undefined {
    return this.items[this.#indexes.get(id) ?? -1];
  }

  /** The selected items in the order of the day. */
  readonly selected: readonly ItemView[] = $derived(
    this.items.filter((item) => this.selection.items.ids.has(item.id)),
  );

  async open(date: string): Promise<void> {
    if (date !== this.date) {
      this.date = date;
      this.playlist = null;
    }
    await this.refresh();
  }

  readonly refresh = coalesce(async () => {
    const date = this.date;
    if (date === null) return;
    try {
      const playlist = await this.#fetch(date);
      if (this.date === date) this.#show(playlist);
    } catch (thrown) {
      this.error = refusal(thrown);
      throw thrown;
    }
  });

  /** The day; of one that is shown already, only what is other since comes over. */
  async #fetch(date: string): Promise<PlaylistView> {
    const shown = this.playlist;
    if (!shown || shown.date !== date || shown.version === '') {
      return this.backend.call('get_playlist', { date });
    }
    const changes = await this.backend.call('get_playlist_changes', { date, version: shown.version });
    const clock = new DayClock(changes.clock, Date.parse(changes.day_start_utc), this.channel.rate);
    return applyChanges(shown, changes, clock);
  }

  /**
   * Whether a change to these playlists can be seen in this day: the day before may run on into it. An unused day has no id
   * until its first item.
   */
  isTouchedBy(playlists: readonly string[]): boolean {
    const before = this.playlist?.previous_id ?? null;
    if (before !== null && playlists.includes(before)) return true;
    const id = this.playlist?.id ?? null;
    return id === null ? playlists.length > 0 : playlists.includes(id);
  }

  /** Fetches the day, unless that was begun after this entry was committed. */
  async refreshTo({ epoch, seq }: Committed): Promise<void> {
    const newer = epoch > this.#fetched.epoch || (epoch === this.#fetched.epoch && seq > this.#fetched.seq);
    if (newer) {
      this.#fetched = { epoch, seq };
      this.#fetching = this.refresh();
    }
    await this.#fetching;
  }

  async insert(after: string | null, items: NewItem[]): Promise<void> {
    if (this.date === null || items.length === 0) return;
    const answer = await this.backend.call('insert_items', { date: this.date, after, items });
    await this.#done(answer);
    this.#arrive(answer.items.map((item) => item.id));
  }

  async import(args: ImportPlaylist): Promise<Imported> {
    const answer = await this.backend.call('import_playlist', args);
    await this.#done(answer);
    this.#arrive(answer.items);
    return answer;
  }

  /** Puts a template into the day; answers with how many items it made. */
  async insertTemplate(id: string, place: TemplatePlace, mode: TemplateMode): Promise<number> {
    if (this.date === null) return 0;
    const args = { id, date: this.date, place, mode };
    const answer = await this.backend.call('insert_template', args);
    await this.#done(answer);
    this.#arrive(answer.items);
    return answer.items.length;
  }

  /** Copies items to other days; answers with how many were made. */
  async copy(args: CopyItems): Promise<number> {
    const answer = await this.backend.call('copy_items', args);
    await this.#done(answer);
    return answer.items;
  }

  /** Has another asset play wherever one is scheduled; answers with how many items that are. */
  async replaceAsset(args: ReplaceAsset): Promise<number> {
    const answer = await this.backend.call('replace_asset', args);
    await this.#done(answer);
    return answer.items;
  }

  async update(ids: string[], set: ItemSet): Promise<void> {
    await this.#done(await this.backend.call('update_items', { ids, set }));
  }

  async move(ids: string[], after: string | null): Promise<void> {
    await this.#done(await this.backend.call('move_items', { ids, after }));
    this.#arrive(ids);
  }

  async repeat(ids: string[], times: number): Promise<void> {
    const answer = await this.backend.call('repeat_items', { ids, times });
    await this.#done(answer);
    this.#arrive(answer.items.map((item) => item.id));
  }

  async remove(ids: string[]): Promise<void> {
    await this.#done(await this.backend.call('delete_items', { ids }));
  }

  async #done(answer: Committed & { aired: Aired | null }): Promise<void> {
    this.onaired(answer.aired);
    await this.refreshTo(answer);
  }

  #show(playlist: PlaylistView): void {
    const before = this.order;
    this.playlist = playlist;
    this.error = null;
    this.selection.items = selectSurvivors(this.selection.items, before, this.order);
  }

  /** Selects what an edit from here put somewhere, and has it shown. */
  #arrive(ids: readonly string[]): void {
    const [first] = ids;
    if (first === undefined || !this.#indexes.has(first)) return;
    this.selection.items = { ...selectOnly(first), ids: new Set(ids) };
    this.arrived = { id: first };
  }
}

function orderOf(items: readonly ItemView[], indexes: ReadonlyMap<string, number>): ListOrder {
  return {
    length: items.length,
    idAt: (index) => items[index]?.id,
    indexOf: (id) => indexes.get(id) ?? -1,
  };
}
