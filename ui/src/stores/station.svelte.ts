import type { Backend, Redundancy, StationInfo } from '../backend';

/** What a station is to an operator at a glance. */
export type Role = 'none' | 'primary' | 'secondary';

/** This station and its redundancy, as the core last told. */
export class StationStore {
  station = $state.raw<StationInfo | null>(null);
  redundancy = $state.raw<Redundancy | null>(null);
  /** Whether events flow; while they do not, nothing on the screen is sure. */
  online = $state(false);
  /** Why events have stopped; null where they flow, or never have yet. */
  offlineReason = $state<string | null>(null);

  /** Counts what the core told by itself: an answer that was asked for before it is out of date. */
  #told = 0;

  constructor(private readonly backend: Backend) {}

  readonly role: Role = $derived.by(() => {
    const mode = this.redundancy?.mode ?? this.station?.mode ?? 'none';
    if (mode === 'none') return 'none';
    return mode === 'primary' ? 'primary' : 'secondary';
  });

  /** What to call the peer. */
  readonly peerName: string = $derived(this.redundancy?.peer?.name ?? 'the other station');

  /** Why nothing can be edited here now; null where it can. The core refuses too. */
  readonly readOnlyReason: string | null = $derived.by(() => {
    if (!this.station) return 'The station has not answered yet.';
    if (!this.online) return 'The connection to the station is lost; edits are possible when it is back.';
    if (this.station.editable) return null;
    return this.station.read_only_reason ?? 'This station does not edit now.';
  });

  readonly editable: boolean = $derived(this.readOnlyReason === null);

  /** Takes what the core told. */
  update(station: StationInfo, redundancy: Redundancy): void {
    this.#told += 1;
    this.station = station;
    this.redundancy = redundancy;
  }

  /** The peer holds everything up to this entry. */
  peerDurable(seq: number): void {
    if (this.redundancy) this.redundancy = { ...this.redundancy, peer_durable_seq: seq };
  }

  /** Asks the core. What it told by itself meanwhile is newer than its answer, and stays. */
  async refresh(): Promise<void> {
    const told = this.#told;
    const [station, redundancy] = await Promise.all([
      this.backend.call('get_station', {}),
      this.backend.call('get_redundancy', {}),
    ]);
    if (told === this.#told) this.update(station, redundancy);
  }
}
