import type { Mode, Redundancy, StationInfo, Status } from '../backend';
import { PAIR } from './strings';

/** What a station is to an operator at a glance. */
export type Role = 'none' | 'primary' | 'secondary';

export function roleOf(mode: Mode): Role {
  if (mode === 'none') return 'none';
  return mode === 'primary' ? 'primary' : 'secondary';
}

/** The two stations by name and part, as every sentence about the pair needs them. */
export interface Pair {
  /** This station. */
  self: string;
  /** The other one. */
  peer: string;
  /** This station's role. */
  role: Role;
  /** Whichever of the two is (set to) primary. */
  primary: string;
  /** Whichever of the two is (set to) secondary. */
  secondary: string;
  selfVersion: string;
  /** Null before the first contact. */
  peerVersion: string | null;
}

export function pairOf(station: StationInfo, redundancy: Redundancy): Pair {
  const self = station.name;
  const peer = redundancy.peer?.name ?? PAIR.unknownPeer;
  const role = roleOf(redundancy.mode);
  return {
    self,
    peer,
    role,
    primary: role === 'secondary' ? peer : self,
    secondary: role === 'secondary' ? self : peer,
    selfVersion: station.version,
    peerVersion: redundancy.peer?.version ?? null,
  };
}

/** Statuses in which the two stations talk to each other. */
export function inContact(status: Status): boolean {
  return status === 'synced' || status === 'syncing' || status === 'not_synced';
}

/** Seconds until this station takes over by itself; null where nothing counts that can fire. */
export function countdownOf({ status, armed, held, countdown_s }: Redundancy): number | null {
  return status === 'unavailable' && armed && !held ? countdown_s : null;
}

/** Begins a sentence with a capital, but leaves a station's own name as its owner writes it. */
export function sentence(text: string, { self, peer }: Pick<Pair, 'self' | 'peer'>): string {
  const startsWithName = text.startsWith(self) || (peer !== PAIR.unknownPeer && text.startsWith(peer));
  return startsWithName ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
