import {
  CallError,
  type Answer,
  type Args,
  type AssetRow,
  type Backend,
  type Command,
  type EventListener,
  type ItemView,
  type PlaylistView,
  type StationEvent,
  type StationInfo,
} from '../backend';
import { redundancy } from '../redundancy/fixtures';

type Handler<C extends Command> = (args: Args<C>) => Answer<C>;
type Handlers = { [C in Command]?: Handler<C> };

/** A backend for tests: answers what the test says, records every call, and speaks events on demand. */
export class FakeBackend implements Backend {
  readonly platform = 'browser';
  readonly calls: { command: Command; args: unknown }[] = [];
  #listeners = new Set<EventListener>();

  constructor(readonly handlers: Handlers = {}) {}

  async call<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> {
    this.calls.push({ command, args });
    const handler = this.handlers[command] as Handler<C> | undefined;
    if (!handler) throw new CallError('not_found', `The test has no answer to ${command}.`);
    return structuredClone(handler(structuredClone(args)));
  }

  events(listener: EventListener): () => void {
    this.#listeners.add(listener);
    queueMicrotask(() => listener.connected());
    return () => this.#listeners.delete(listener);
  }

  emit(event: StationEvent): void {
    for (const listener of this.#listeners) listener.event(event);
  }

  disconnect(reason: string): void {
    for (const listener of this.#listeners) listener.disconnected(reason);
  }

  /** The arguments of every call of a command. */
  argsOf<C extends Command>(command: C): Args<C>[] {
    return this.calls.filter((call) => call.command === command).map((call) => call.args as Args<C>);
  }
}

export function anItem(id: string, change: Partial<ItemView> = {}): ItemView {
  return {
    id,
    kind: 'clip',
    title: `Title ${id}`,
    asset_id: null,
    start_mode: 'follow',
    fixed_start: null,
    in_point: 0,
    duration: 250,
    starts_at: '06:00:00:00',
    ends_at: '06:00:10:00',
    start_offset: 0,
    plays: 250,
    starts_at_utc: '2026-11-22T06:00:00Z',
    ends_at_utc: '2026-11-22T06:00:10Z',
    marks: [],
    notes: '',
    ...change,
  };
}

/** A day of 24 hours at 25 frames a second with items that follow each other, ten seconds each unless they say more. */
export function aDay(items: readonly ItemView[], change: Partial<PlaylistView> = {}): PlaylistView {
  return {
    id: 'day',
    date: '2026-11-22',
    version: '',
    previous_id: null,
    carried: null,
    clock: [{ offset: 0, label: 6 * 3600 * 25 }],
    day_start: '06:00:00:00',
    day_start_utc: '2026-11-22T06:00:00Z',
    day_length: 24 * 3600 * 25,
    duration: items.reduce((sum, item) => sum + item.duration, 0),
    played: items.reduce((sum, item) => sum + item.plays, 0),
    ends_at_offset: items.at(-1)?.start_offset ?? 0,
    gaps: 0,
    lost: 0,
    unfilled: 0,
    overrun: 0,
    items: items.map((item, index) => ({ ...item, start_offset: item.start_offset || index * 250 })),
    ...change,
  };
}

export function anAsset(id: string, change: Partial<AssetRow> = {}): AssetRow {
  return {
    file_state: null,
    thumbnail: null,
    id,
    kind: 'clip',
    title: `Asset ${id}`,
    file: null,
    duration: 250,
    category: '',
    notes: '',
    info: {
      container: null,
      video_codec: null,
      width: null,
      height: null,
      frame_rate: null,
      audio_codec: null,
      audio_channels: null,
      sample_rate_hz: null,
      duration_us: null,
      size_bytes: null,
      modified_at: null,
    },
    created_at: '2026-11-20T10:00:00Z',
    ...change,
  };
}

export function aStation(change: Partial<StationInfo> = {}): StationInfo {
  return {
    station_id: 'a',
    name: 'Station A',
    version: '0.1.0',
    url: 'https://127.0.0.1:7400/#sha256-00',
    editable: true,
    read_only_reason: null,
    mode: 'none',
    user: 'ada',
    data_dir: '/tmp/a',
    ...change,
  };
}

/** What a secondary says of itself. */
export const SECONDARY: Partial<StationInfo> = {
  editable: false,
  read_only_reason: 'This station is a secondary: edit on Station A, the primary.',
  mode: 'secondary_copy',
};

/** A backend of a whole station with these items and assets; edits are recorded and answered, not carried out. */
export function stationBackend(
  items: readonly ItemView[] = [],
  assets: readonly AssetRow[] = [],
  station: Partial<StationInfo> = {},
): FakeBackend {
  const committed = { epoch: 1, seq: 1 };
  const changed = () => ({ ...committed, items: [], playlist_id: 'day', aired: null, changes: null });
  return new FakeBackend({
    get_station: () => aStation(station),
    get_redundancy: () => redundancy(station.mode ?? 'none', 'no_redundancy', 'no_redundancy'),
    get_settings: () => ({
      channel: {
        name: 'One',
        frame_rate: '25',
        drop_frame: false,
        time_zone: 'UTC',
        day_start: '06:00:00:00',
      },
    }),
    get_playlist: ({ date }) => aDay(items, { date: date ?? '2026-11-22' }),
    list_playlists: () => [],
    list_days: () => [],
    list_assets: ({ offset, limit }) => {
      const first = offset ?? 0;
      return { total: assets.length, assets: assets.slice(first, first + (limit ?? 100)) };
    },
    get_file_check: () => ({ missing: 0, changed: 0, checked_at: null, gone_folders: [] }),
    list_media_roots: () => ({ roots: [], watched: [] }),
    list_categories: () => ({ categories: [] }),
    list_jobs: () => [],
    get_alarms: () => ({ open: [], sounds: false, trouble: false }),
    get_history: () => ({ entries: [], undo: null, redo: null }),
    insert_items: changed,
    update_items: changed,
    move_items: changed,
    delete_items: ({ ids }) => ({ ...committed, deleted: ids.length, aired: null, changes: null }),
  });
}
