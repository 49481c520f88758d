import type {
  Aired,
  Backend,
  Committed,
  CopyItems,
  GetPlaylistChanges,
  ImportPlaylist,
  Imported,
  ItemSet,
  ItemView,
  NewItem,
  PlaylistChanges,
  PlaylistView,
  ReplaceAsset,
  TemplateMode,
  TemplatePlace,
} from '../backend';
import { refusal } from '../language/core';
import { applyChanges } from '../playlist/changes';
import { dayRows, dayTotals, gapKey, type DayRow, type DayTotals } from '../playlist/rows';
import { DayClock } from '../time/day-clock';
import type { ChannelStore } from './channel.svelte';
import { coalesce } from './coalesce';
import { selectOnly, selectSurvivors, type ListOrder } from './list-selection';
import type { Gap, SelectionStore } from './selection.svelte';

/** What an edit answers that brings along what is other in the day. */
type Edited = Committed & { aired: Aired | null; changes: PlaylistChanges | null };

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
  /** Ends when the edit that was asked for last is answered, one way or the other. */
  #answered: Promise<unknown> = Promise.resolve();

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
      this.selection.refresh(this.selection.items, null);
    }
    await this.refresh();
  }

  readonly refresh = coalesce(() => this.#refresh());

  async #refresh(): Promise<void> {
    const { date, playlist: before } = this;
    if (date === null) return;
    try {
      const playlist = await this.#fetch(date);
      if (this.date !== date) return;
      // An edit brought a later state meanwhile: this one may be from before it.
      if (this.playlist !== before) return await this.#refresh();
      this.#show(playlist);
    } catch (thrown) {
      this.error = refusal(thrown);
      throw thrown;
    }
  }

  /** The day; of one that is shown already, only what is other since comes over. */
  async #fetch(date: string): Promise<PlaylistView> {
    const shown = this.playlist;
    const since = sinceOf(shown);
    if (!shown || shown.date !== date || !since) return this.backend.call('get_playlist', { date });
    return this.#changed(shown, await this.backend.call('get_playlist_changes', since));
  }

  #changed(shown: PlaylistView, changes: PlaylistChanges): PlaylistView {
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

  /**
   * Fetches the day, unless that was begun after this entry was committed, or an edit from here brings it: the station may
   * tell of an entry before it answers the edit.
   */
  async refreshTo(entry: Committed): Promise<void> {
    await this.#answered;
    if (this.#isNews(entry)) {
      this.#fetched = entry;
      this.#fetching = this.refresh();
    }
    await this.#fetching;
  }

  #isNews({ epoch, seq }: Committed): boolean {
    return epoch > this.#fetched.epoch || (epoch === this.#fetched.epoch && seq > this.#fetched.seq);
  }

  async insert(after: string | null, items: NewItem[]): Promise<void> {
    if (this.date === null || items.length === 0) return;
    const { date } = this;
    const answer = await this.#edit((since) =>
      this.backend.call('insert_items', { date, after, items, since }),
    );
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
    await this.#edit((since) => this.backend.call('update_items', { ids, set, since }));
  }

  async move(ids: string[], after: string | null): Promise<void> {
    await this.#edit((since) => this.backend.call('move_items', { ids, after, since }));
    this.#arrive(ids);
  }

  async repeat(ids: string[], times: number): Promise<void> {
    const answer = await this.#edit((since) => this.backend.call('repeat_items', { ids, times, since }));
    this.#arrive(answer.items.map((item) => item.id));
  }

  async remove(ids: string[]): Promise<void> {
    await this.#edit((since) => this.backend.call('delete_items', { ids, since }));
  }

  /** Makes an edit that answers with what it changed in the day: one way to the station and back. */
  async #edit<A extends Edited>(ask: (since: GetPlaylistChanges | undefined) => Promise<A>): Promise<A> {
    const shown = this.playlist;
    const asked = ask(sinceOf(shown));
    this.#answered = asked.catch(() => undefined);
    const answer = await asked;
    const { epoch, seq, changes } = answer;
    if (changes && shown && this.playlist === shown) {
      this.#show(this.#changed(shown, changes));
      if (this.#isNews(answer)) this.#fetched = { epoch, seq };
    }
    await this.#done(answer);
    return answer;
  }

  async #done(answer: Committed & { aired: Aired | null }): Promise<void> {
    this.onaired(answer.aired);
    await this.refreshTo(answer);
  }

  #show(playlist: PlaylistView): void {
    const before = this.order;
    this.playlist = playlist;
    this.error = null;
    const items = selectSurvivors(this.selection.items, before, this.order);
    this.selection.refresh(items, this.#survivingGap());
  }

  /** The selected gap as it is now; null where it is none any more. */
  #survivingGap(): Gap | null {
    const { gap } = this.selection;
    const key = gap && gapKey(gap);
    const row = key === null ? undefined : this.rows.find((row) => row.key === key);
    return row?.kind === 'gap' ? row.gap : null;
  }

  /** Selects what an edit from here put somewhere, and has it shown. */
  #arrive(ids: readonly string[]): void {
    const [first] = ids;
    if (first === undefined || !this.#indexes.has(first)) return;
    this.selection.refresh({ ...selectOnly(first), ids: new Set(ids) }, null);
    this.arrived = { id: first };
  }
}

/** The version that is shown, to be told what is other since; undefined where there is none to compare with. */
function sinceOf(shown: PlaylistView | null): GetPlaylistChanges | undefined {
  return shown && shown.version !== '' ? { date: shown.date, version: shown.version } : undefined;
}

function orderOf(items: readonly ItemView[], indexes: ReadonlyMap<string, number>): ListOrder {
  return {
    length: items.length,
    idAt: (index) => items[index]?.id,
    indexOf: (id) => indexes.get(id) ?? -1,
  };
}
