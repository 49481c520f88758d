/** What the redundancy form asks for in each mode, and how it becomes a command. */

import type { Mode, SetRedundancy, SetWitness, Witness } from '../backend';
import { namedField } from './problem';
import { REDUNDANCY } from './strings';

export const MODES: readonly Mode[] = ['none', 'primary', 'secondary_copy', 'secondary_failover'];

/** The form as it was typed. */
export interface Typed {
  mode: Mode;
  peer_url: string;
  failover_offset_s: string;
  auto_rejoin: boolean;
  witness: TypedWitness;
}

/** The witness as it was typed; an empty URL is none. */
export interface TypedWitness {
  url: string;
  user: string;
  /** Never told by the station: empty keeps the one that it knows. */
  password: string;
}

const FIELDS = ['peer_url', 'failover_offset_s', 'witness_url', 'witness_user', 'witness_password'] as const;
type FormField = (typeof FIELDS)[number];

/** What is wrong, by field. */
export type Problems = Partial<Record<FormField, string>>;

/** What the field for the peer's URL is called; null in a mode that needs none. */
export function urlLabel(mode: Mode): string | null {
  if (mode === 'none') return null;
  return mode === 'primary' ? REDUNDANCY.urlOfSecondary : REDUNDANCY.urlOfPrimary;
}

export function needsOffset(mode: Mode): boolean {
  return mode === 'secondary_failover';
}

/** The command for what was typed, or what keeps it from being one. The rules themselves are the core's. */
export function toCommand(
  typed: Typed,
  set: Witness | null,
): { command: SetRedundancy } | { problems: Problems } {
  const { mode } = typed;
  const problems: Problems = {};
  const command: SetRedundancy = { mode };
  if (urlLabel(mode) !== null) {
    command.peer_url = typed.peer_url.trim();
    command.auto_rejoin = typed.auto_rejoin;
    if (command.peer_url === '') problems.peer_url = REDUNDANCY.urlMissing;
    const witness = witnessOf(typed.witness, set);
    if (witness !== undefined) command.witness = witness;
  }
  if (needsOffset(mode)) {
    const offset = typed.failover_offset_s.trim();
    if (/^[+-]?\d{1,15}$/.test(offset)) command.failover_offset_s = Number(offset);
    else problems.failover_offset_s = REDUNDANCY.offsetNotWhole;
  }
  return Object.keys(problems).length > 0 ? { problems } : { command };
}

/** The field that an `invalid` answer names; null where it names none of this form. */
export function fieldOf(details: unknown): keyof Problems | null {
  const field = namedField(details);
  return FIELDS.find((known) => known === field) ?? null;
}

/** What is to be set; undefined where nothing about it was changed. */
function witnessOf(typed: TypedWitness, set: Witness | null): SetWitness | null | undefined {
  const url = typed.url.trim();
  const user = typed.user.trim();
  const same = url === (set?.url ?? '') && user === (set?.user ?? '') && typed.password === '';
  if (same) return undefined;
  if (url === '') return null;
  const witness: SetWitness = { url };
  if (user !== '') witness.user = user;
  if (typed.password !== '') witness.password = typed.password;
  return witness;
}
