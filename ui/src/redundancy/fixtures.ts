/** Stations and pairs for tests. */

import type { Mode, Offers, PeerView, Reason, Redundancy, StationInfo, Status, Witness } from '../backend';

export const NO_OFFERS: Offers = {
  make_primary: false,
  hand_over: false,
  become_secondary: false,
  resync_now: false,
  hold_failover: false,
  confirm_peer: false,
};

const position = {
  lineage: '0192f0c4-0000-7000-8000-000000000009',
  epoch: 3,
  opener: '0192f0c4-0000-7000-8000-000000000001',
  seq: 1204,
  chain: 'c3a1b2d4e5f60718293a4b5c6d7e8f90',
};

export function station(change: Partial<StationInfo> = {}): StationInfo {
  return {
    station_id: '0192f0c4-0000-7000-8000-000000000001',
    name: 'Station A',
    version: '0.1.0',
    url: 'https://192.0.2.1:47613/#sha256-6b1f4c22',
    editable: true,
    read_only_reason: null,
    mode: 'none',
    user: 'op',
    data_dir: '/home/op/.local/share/tandem',
    ...change,
  };
}

export function peer(change: Partial<PeerView> = {}): PeerView {
  return {
    station_id: '0192f0c4-0000-7000-8000-000000000002',
    name: 'Station B',
    version: '0.1.0',
    mode: 'secondary_failover',
    position,
    clock_difference_ms: 12,
    failover_offset_s: 30,
    last_contact: '2026-11-22T20:59:59Z',
    last_verify: null,
    ...change,
  };
}

export function witness(change: Partial<Witness> = {}): Witness {
  return {
    url: 'https://192.0.2.3:2379/#sha256-bb',
    user: 'tandem',
    state: 'holding',
    until: '2026-11-22T21:00:04Z',
    failure: null,
    overridden: false,
    ...change,
  };
}

/** A pair as one station sees it. `offers` names the steps that are possible. */
export function redundancy(
  mode: Mode,
  status: Status,
  reason: Reason,
  change: Partial<Omit<Redundancy, 'offers'>> & { offers?: Partial<Offers> } = {},
): Redundancy {
  return {
    mode,
    peer_url: mode === 'none' ? null : 'https://192.0.2.2:40811/#sha256-aa',
    failover_offset_s: 30,
    status,
    reason,
    cause: '',
    cure: null,
    since: '2026-11-22T20:46:12Z',
    armed: false,
    unarmed_reason: null,
    countdown_s: null,
    held: false,
    lag: null,
    progress: null,
    position,
    peer_durable_seq: null,
    sum: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
    last_verify: null,
    peer: mode === 'none' ? null : peer(),
    confirm_code: null,
    difference: null,
    auto_rejoin: false,
    listener_error: null,
    journal_warning: null,
    orphans: 0,
    witness: null,
    ...change,
    offers: { ...NO_OFFERS, ...change.offers },
  };
}
