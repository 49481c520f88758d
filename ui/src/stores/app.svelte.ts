import { createContext, tick } from 'svelte';
import { AlarmStore } from '../alarm/alarms.svelte';
import type {
  Aired,
  Backend,
  EntryEvent,
  ItemView,
  Message,
  PairNotice,
  PlannedEdit,
  StationEvent,
} from '../backend';
import { QUIT } from '../desktop/strings';
import { Drag } from '../drag/drag.svelte';
import { FindStore } from '../find/find.svelte';
import { AIRED } from '../now/strings';
import { Clipboard } from '../playlist/clipboard.svelte';
import { runningItem } from '../playlist/running';
import { PreviewStore } from '../preview/preview.svelte';
import { broadcastDay } from '../time/days';
import { ChannelStore } from './channel.svelte';
import { Clock } from './clock.svelte';
import { coalesce } from './coalesce';
import { DayStore } from './day.svelte';
import { FilesStore } from './files.svelte';
import { HistoryStore } from './history.svelte';
import { JobStore } from './jobs.svelte';
import { LibraryStore } from './library.svelte';
import { selectOnly } from './list-selection';
import { MessageStore } from './messages.svelte';
import { SelectionStore } from './selection.svelte';
import { StationStore, type Role } from './station.svelte';
import { NOTICE, TRIED } from './strings';
import { TemplateStore } from './templates.svelte';
import { ViewStore } from './view.svelte';

/**
 * Whether the messages are the place for this. What changed between the two stations is said by the alarm and the status, with
 * what to do about it: once.
 */
function isSaidHere(notice: PairNotice, role: Role): notice is keyof typeof NOTICE {
  return notice in NOTICE && (notice !== 'damaged' || role === 'none');
}

/** Which of the overlays is open. */
export type Overlay =
  | 'redundancy'
  | 'settings'
  | 'redundancy_settings'
  | 'help'
  | 'scan'
  | 'asset'
  | 'import'
  | 'export'
  | 'find'
  | 'copy'
  | 'templates'
  | 'quit'
  | 'repeat'
  | null;

/** How long a frame is waited for. */
const FRAME_MS_MAX = 250;

/** All that the screen shows, fed by one backend. */
export class App {
  readonly clock = new Clock();
  readonly messages = new MessageStore();
  readonly selection = new SelectionStore();
  readonly clipboard = new Clipboard();
  readonly drag = new Drag();
  readonly view = new ViewStore();
  readonly alarms: AlarmStore;
  readonly station: StationStore;
  readonly channel: ChannelStore;
  readonly day: DayStore;
  readonly library: LibraryStore;
  readonly files: FilesStore;
  readonly jobs: JobStore;
  readonly history: HistoryStore;
  readonly preview: PreviewStore;
  readonly templates: TemplateStore;
  readonly find: FindStore;
  overlay = $state<Overlay>(null);
  #stopEvents: (() => void) | undefined;

  constructor(readonly backend: Backend) {
    this.alarms = new AlarmStore(backend);
    this.station = new StationStore(backend);
    this.channel = new ChannelStore(backend);
    this.day = new DayStore(backend, this.selection, this.channel, (aired) => this.warnOfAired(aired));
    this.find = new FindStore(this.day, this.selection, this.view);
    this.library = new LibraryStore(backend);
    this.files = new FilesStore(backend);
    this.jobs = new JobStore(backend);
    this.history = new HistoryStore(backend, (aired) => this.warnOfAired(aired));
    this.preview = new PreviewStore(backend);
    this.templates = new TemplateStore(backend);
  }

  /** The broadcast day that is on now. */
  readonly today: string = $derived.by(() =>
    broadcastDay(this.clock.now, this.channel.timeZone, this.channel.dayStart),
  );

  /** The item of the open day that is on the air now; null where there is none. */
  readonly running: ItemView | null = $derived.by(() =>
    runningItem(this.day.playlist, this.clock.now, this.channel.rate),
  );

  /** Shows another day. */
  openDay(date: string): void {
    void this.attempt(TRIED.openingDay, () => this.#show(date));
  }

  /** Shows what an edit of the open day would move, until it is made or given up. */
  previewEdit(edit: PlannedEdit): void {
    const { date } = this.day;
    if (date !== null) this.preview.ask({ date, edit, rows: this.view.playlist?.visible() ?? [] });
  }

  /** Selects one item of the open day. */
  selectItem(id: string): void {
    this.selection.selectItems(selectOnly(id));
  }

  /** Shows an item of any day. */
  showItem(date: string, id: string): void {
    void this.attempt(TRIED.openingDay, async () => {
      if (this.day.date !== date) await this.#show(date);
      this.selectItem(id);
      this.view.playlist?.center(id);
    });
  }

  /** Shows today's running item. */
  goToNow(): void {
    void this.attempt(TRIED.openingDay, async () => {
      if (this.day.date !== this.today) await this.#show(this.today);
      if (this.running) this.view.playlist?.center(this.running.id);
    });
  }

  /** The list of a day goes while another one is fetched, and would take the keyboard with it. */
  async #show(date: string): Promise<void> {
    const hadKeyboard = (document.activeElement?.closest('[data-scope=playlist]') ?? null) !== null;
    await this.day.open(date);
    await tick();
    if (hadKeyboard && document.activeElement === document.body) this.view.playlist?.focus();
  }

  /** Says first what quitting does to the pair; a station alone ends at once. */
  async askToQuit(): Promise<void> {
    const { desktop } = this.backend;
    if (this.station.redundancy?.mode !== 'none') this.overlay = 'quit';
    else await this.attempt(QUIT.tried, async () => desktop?.quit());
  }

  start(): void {
    this.clock.start();
    this.#stopEvents = this.backend.events({
      event: (event) => this.#hear(event),
      connected: () => {
        this.station.online = true;
        this.station.offlineReason = null;
        void this.attempt(TRIED.loading, this.#refreshAll).then(markUsable);
      },
      disconnected: (reason) => {
        this.station.online = false;
        this.station.offlineReason = reason;
      },
    });
  }

  stop(): void {
    this.#stopEvents?.();
    this.alarms.stop();
    this.clock.stop();
  }

  /** Warns where an edit concerned what is on the air or has been: it is done all the same. */
  warnOfAired(aired: Aired | null): void {
    if (aired) this.messages.warning(AIRED[aired]);
  }

  /** Runs what may fail; a failure becomes a message. True where it went well. */
  async attempt(tried: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (thrown) {
      this.messages.error(tried, thrown);
      return false;
    }
  }

  /** Runs an edit, or says why there can be none. */
  async edit(tried: string, run: () => Promise<unknown>): Promise<boolean> {
    const reason = this.station.readOnlyReason;
    if (reason === null) return this.attempt(tried, run);
    this.messages.once(reason);
    return false;
  }

  readonly #refreshAll = coalesce(async () => {
    await Promise.all([this.alarms.refresh(), this.station.refresh(), this.channel.refresh()]);
    await Promise.all([
      this.day.open(this.day.date ?? this.today),
      this.library.refresh(),
      this.files.refresh(),
      this.history.refresh(),
      this.jobs.refresh(),
    ]);
  });

  readonly #refreshHistory = coalesce(() => this.history.refresh());
  readonly #refreshTemplates = coalesce(() => this.templates.refresh());
  readonly #refreshLibrary = coalesce(async () => {
    await Promise.all([this.library.refresh(), this.files.refreshRoots()]);
  });

  #hear(event: StationEvent): void {
    switch (event.type) {
      case 'status':
        this.station.update(event.station, event.redundancy);
        break;
      case 'entry':
        this.#hearEntry(event);
        break;
      case 'job':
        this.jobs.update(event.job);
        break;
      case 'alarms':
        this.alarms.now = event;
        break;
      case 'files':
        this.files.check = event;
        void this.attempt(TRIED.library, this.#refreshLibrary);
        void this.attempt(TRIED.playlist, this.day.refresh);
        break;
      case 'message':
        this.#hearMessage(event);
        break;
      case 'refetch':
        void this.attempt(TRIED.loading, this.#refreshAll);
        break;
      case 'peer_durable':
        this.station.peerDurable(event.seq);
        break;
    }
  }

  #hearMessage({ level, notice, text }: Message): void {
    if (notice === null) this.messages.add(level, text);
    else if (isSaidHere(notice, this.station.role)) this.messages.add(level, NOTICE[notice]);
  }

  #hearEntry(event: EntryEvent): void {
    if (event.channel) void this.attempt(TRIED.channel, () => this.channel.refresh());
    const touched = event.channel || event.assets || this.day.isTouchedBy(event.playlists);
    const shown = touched && this.attempt(TRIED.playlist, () => this.day.refreshTo(event));
    // The operator waits for the day: the history comes behind the frame that shows it.
    void Promise.resolve(shown)
      .then(nextFrame)
      .then(() => this.attempt(TRIED.history, this.#refreshHistory));
    if (event.templates && this.overlay === 'templates') {
      void this.attempt(TRIED.templates, this.#refreshTemplates);
    }
    if (event.assets) void this.attempt(TRIED.library, this.#refreshLibrary);
  }
}

/** Marks for whoever measures a start when what was loaded stands on the screen: the page's timeline keeps it. */
function markUsable(): void {
  const done = () => {
    if (performance.getEntriesByName('usable').length === 0) performance.mark('usable');
  };
  behindNextFrame(done);
}

function behindNextFrame(run: () => void): void {
  requestAnimationFrame(() => setTimeout(run));
}

/** Ends behind the next frame; soon all the same where none is drawn, as in a window that is put away. */
function nextFrame(): Promise<void> {
  return new Promise((resume) => {
    behindNextFrame(resume);
    setTimeout(resume, FRAME_MS_MAX);
  });
}

/** The app of the component tree: provided by App.svelte (or a test), used everywhere below. */
export const [useApp, provideApp] = createContext<App>();
