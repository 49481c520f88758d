/** What the overlay's two cards say about each station. */

import type { LastVerify, PositionView, Redundancy, StationInfo, Witness } from '../backend';
import { inWords } from '../language/core';
import { inContact, roleOf } from './pair';
import { clockOf, dateTimeOf, duration, milliseconds } from '../language/format';
import { CARD, CHIP, NO_DETAIL, WITNESS } from './strings';

export interface Fact {
  term: string;
  value: string;
  /** Said beneath the value, small. */
  detail?: string;
  warning?: string;
}

/** From here on, two clocks are too far apart for times to be compared at a glance. */
const CLOCK_DIFFERENCE_MS_MAX = 1_000;

/** A check within so long is told by its time alone. */
const LATELY_MS = 12 * 3_600_000;

/** Beginning of a chain: enough to compare two by eye. */
const CHAIN_LENGTH = 8;

function positionFact({ epoch, seq, chain }: PositionView): Fact {
  return {
    term: CARD.position,
    value: CARD.positionOf(epoch, seq),
    detail: CARD.chainOf(chain.slice(0, CHAIN_LENGTH)),
  };
}

/** This station; `now_ms` is UTC. Both cards begin with the same facts in the same order, so that they can be compared line by line. */
export function ownFacts(
  station: StationInfo,
  redundancy: Redundancy,
  now_ms: number,
  timeZone: string,
): Fact[] {
  const facts: Fact[] = [
    { term: CARD.version, value: station.version },
    positionFact(redundancy.position),
    checkFact(redundancy.last_verify, now_ms, timeZone),
    { term: CARD.edits, value: station.editable ? CARD.editsYes : CARD.editsNo },
  ];
  if (redundancy.mode === 'secondary_failover') {
    facts.push({ term: CARD.takesOver, value: CARD.failover(redundancy.failover_offset_s) });
  }
  if (roleOf(redundancy.mode) === 'secondary') facts.push(lagFact(redundancy));
  if (redundancy.mode === 'primary' && redundancy.peer_durable_seq !== null) {
    facts.push({ term: CARD.durable, value: CARD.entry(redundancy.peer_durable_seq) });
  }
  if (redundancy.witness && redundancy.mode !== 'none') facts.push(witnessFact(redundancy.witness));
  return facts;
}

/** How this station stands with the third voice; what is wrong with it is drawn out. */
function witnessFact({ state, failure, overridden }: Witness): Fact {
  const fact = { term: CARD.witness, value: overridden ? WITNESS.overridden : WITNESS.states[state] };
  const warning = inWords(failure) ?? (overridden ? WITNESS.overriddenSays : null);
  return warning === null ? fact : { ...fact, warning };
}

/** The other station; `now_ms` is UTC. */
export function peerFacts(redundancy: Redundancy, now_ms: number, timeZone: string): Fact[] {
  const { mode, peer, peer_url, status } = redundancy;
  const facts: Fact[] = [];
  if (peer) {
    facts.push({ term: CARD.version, value: peer.version });
    facts.push(positionFact(peer.position));
    facts.push(checkFact(peer.last_verify, now_ms, timeZone));
  }
  // While they talk, each heartbeat is a contact; the answer that is shown may be older than the last one.
  const contact = inContact(status) ? CARD.now : lastContact(peer?.last_contact ?? null, now_ms);
  facts.push({ term: CARD.lastContact, value: contact });
  if (roleOf(mode) === 'primary' && peer) facts.push(lagFact(redundancy));
  if (peer && peer.clock_difference_ms !== null) facts.push(clockFact(peer.clock_difference_ms));
  facts.push({ term: CARD.address, value: hostOf(peer_url) ?? CARD.unknown });
  return facts;
}

/** How far the secondary is behind: a fact of its card, whichever side it is on. */
function lagFact({ lag, status, mode }: Redundancy): Fact {
  const term = CARD.lag;
  // Out of contact, a secondary does not know what its primary has done since.
  if (lag === null || (!inContact(status) && roleOf(mode) === 'secondary')) {
    return { term, value: CARD.unknown };
  }
  return { term, value: lag.entries === 0 ? CARD.nothing : CARD.lagOf(lag) };
}

function checkFact(verify: LastVerify | null, now_ms: number, timeZone: string): Fact {
  const term = CARD.check;
  if (verify === null) return { term, value: CARD.notYet, detail: NO_DETAIL };
  const lately = Math.abs(now_ms - Date.parse(verify.at)) < LATELY_MS;
  const at = (lately ? clockOf : dateTimeOf)(verify.at, timeZone);
  return verify.ok
    ? { term, value: CARD.checkOk, detail: CARD.checkDetail(at, verify.cells) }
    : { term, value: CARD.checkBad, warning: CARD.checkWarning(at) };
}

function lastContact(at: string | null, now_ms: number): string {
  if (at === null) return CARD.never;
  const seconds = (now_ms - Date.parse(at)) / 1000;
  return seconds < 2 ? CARD.now : CARD.ago(duration(seconds));
}

/** How far the other station's clock is off, where it is too far for times to be compared; null where it is not. */
export function clockWarning({ peer }: Redundancy): string | null {
  if (!peer || peer.clock_difference_ms === null) return null;
  const { value, warning } = clockFact(peer.clock_difference_ms);
  return warning === undefined ? null : `${CHIP.clock(peer.name, value)} ${warning}`;
}

function clockFact(difference_ms: number): Fact {
  const size_ms = Math.abs(difference_ms);
  const text = milliseconds(size_ms);
  const value =
    size_ms === 0 ? CARD.clockEqual : difference_ms > 0 ? CARD.clockAhead(text) : CARD.clockBehind(text);
  return size_ms > CLOCK_DIFFERENCE_MS_MAX
    ? { term: CARD.clock, value, warning: CARD.clockWarning }
    : { term: CARD.clock, value };
}

/** `host:port` of a URL; null where it is none. */
export function hostOf(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return new URL(url).host;
}

/** Whether a peer's URL pins its certificate (DESIGN.md 5.5): it was copied whole, or its code was confirmed. */
export function hasFingerprint(url: string | null): boolean {
  return url !== null && URL.canParse(url) && new URL(url).hash.startsWith('#sha256-');
}
