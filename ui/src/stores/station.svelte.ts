import type { Backend, Redundancy, StationInfo } from '../backend';
import { inWords } from '../language/core';
import { PAIR } from '../redundancy/strings';
import { READ_ONLY } from './strings';

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
  readonly peerName: string = $derived(this.redundancy?.peer?.name ?? PAIR.unknownPeer);

  /** Why nothing can be edited here now; null where it can. The core refuses too. */
  readonly readOnlyReason: string | null = $derived.by(() => {
    if (!this.station) return READ_ONLY.silent;
    if (!this.online) return READ_ONLY.offline;
    if (this.station.editable) return null;
    return inWords(this.station.read_only_reason) ?? READ_ONLY.unknown;
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
