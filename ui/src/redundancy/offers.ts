/**
 * The steps that the overlay offers, with their effect, their risk, or why they cannot be taken now. Whether a step is
 * possible is the core's word (`Redundancy.offers`); here it gets its words.
 */

import type { Reason, Redundancy, Witness } from '../backend';
import { inContact, sentence, type Pair } from './pair';
import { WORDS } from './strings';

export type Step = 'make_primary' | 'resync_now' | 'hand_over' | 'hold_failover' | 'become_secondary';

/** One step, ready to be shown. */
export interface Offer {
  step: Step;
  label: string;
  /** What it does, with both names. */
  effect: string;
  /** Why it cannot be taken now; null where it can. */
  unavailable: string | null;
  /** What may go wrong: to be read and confirmed before the step is taken. Null where nothing can. */
  risk: string | null;
  /** Whether the core asks for `force`. */
  force: boolean;
  /** Whether it is what the reason's cure names. */
  recommended: boolean;
}

/** All steps that a station of this role ever has, in a fixed order, so that no button moves under the hand. */
export function offersOf(redundancy: Redundancy, pair: Pair): Offer[] {
  if (pair.role === 'none') return [];
  const offers = [makePrimary(redundancy, pair), resyncNow(redundancy, pair)];
  if (pair.role === 'primary') offers.push(handOver(redundancy, pair));
  if (redundancy.mode === 'secondary_failover') offers.push(hold(redundancy, pair));
  if (redundancy.offers.become_secondary) offers.push(becomeSecondary(redundancy, pair));
  return offers.map((offer) => ({
    ...offer,
    effect: sentence(offer.effect, pair),
    risk: offer.risk && sentence(offer.risk, pair),
    unavailable: offer.unavailable && sentence(offer.unavailable, pair),
  }));
}

/** Where the core makes a station primary by force only: what it holds may be incomplete, or the other one may lead. */
function isForced({ status, reason, witness }: Redundancy, { role }: Pair): boolean {
  if (leavesGuarantee(reason)) return true;
  if (role !== 'secondary')
    return reason === 'handover_open' || (reason === 'waiting' && witness !== null && !hasRight(witness));
  if (status === 'incompatible') return reason !== 'both_secondary';
  return status === 'connecting' || (status === 'not_synced' && reason !== 'primary_damaged');
}

/** Whether only the operator's word stands for the witness's. */
function leavesGuarantee(reason: Reason): boolean {
  return reason === 'lease_elsewhere' || reason === 'witness_silent';
}

function hasRight({ state }: Witness): boolean {
  return state === 'holding' || state === 'promised';
}

function makePrimary(redundancy: Redundancy, pair: Pair): Offer {
  const force = isForced(redundancy, pair);
  const words = WORDS.makePrimary;
  const offer: Offer = {
    step: 'make_primary',
    label: words.label,
    effect: words.effect(pair),
    unavailable: null,
    risk: null,
    force,
    recommended: false,
  };
  if (!redundancy.offers.make_primary) {
    const leads = pair.role === 'primary';
    return { ...offer, unavailable: leads ? words.leadsAlready(pair) : words.notNow(pair) };
  }
  if (pair.role === 'primary')
    return { ...offer, effect: words.goesOn(pair), risk: leadRisk(redundancy, pair) };
  if (force) return { ...offer, risk: forceRisk(redundancy, pair) };
  switch (redundancy.status) {
    case 'unavailable':
      return { ...offer, effect: words.promotes(pair), recommended: true };
    case 'incompatible':
      return { ...offer, risk: words.riskTwo(pair) };
    default:
      return {
        ...offer,
        effect: words.planned(pair),
        recommended: redundancy.reason === 'primary_damaged',
      };
  }
}

function leadRisk({ reason }: Redundancy, pair: Pair): string {
  const words = WORDS.makePrimary;
  if (leavesGuarantee(reason)) return words.riskWitness(pair);
  return reason === 'superseded' || reason === 'forked' ? words.riskChoose(pair) : words.riskTwo(pair);
}

function forceRisk({ status, reason }: Redundancy, pair: Pair): string {
  const words = WORDS.makePrimary;
  if (leavesGuarantee(reason)) return words.riskWitness(pair);
  if (status === 'connecting') return words.riskIncomplete(pair);
  if (status === 'incompatible') return words.riskTwo(pair);
  return cuts(reason) ? words.riskChoose(pair) : words.riskDiffers(pair);
}

/** Whether each side may hold what the other lacks, so that a choice puts something aside. */
function cuts(reason: Reason): boolean {
  return reason === 'decision_owed' || reason === 'secondary_ahead';
}

function resyncNow({ offers, status, reason }: Redundancy, pair: Pair): Offer {
  const words = WORDS.resync;
  const why = () => {
    if (status === 'unavailable') return words.noContact(pair);
    if (status === 'incompatible') return words.incompatible;
    if (status === 'connecting') return words.connecting;
    if (reason === 'primary_damaged') return words.primaryDamaged(pair);
    return words.nothingToDo(pair);
  };
  return {
    step: 'resync_now',
    label: words.label,
    effect: cuts(reason) ? words.effectCut(pair) : words.effect(pair),
    unavailable: offers.resync_now ? null : why(),
    risk: reason === 'replace_not_confirmed' ? words.riskReplace(pair) : null,
    force: false,
    recommended: offers.resync_now && status === 'not_synced' && !cuts(reason) && reason !== 'no_whole_copy',
  };
}

function handOver({ offers, status, reason }: Redundancy, pair: Pair): Offer {
  const words = WORDS.handOver;
  const why = () => {
    if (status === 'incompatible') return words.incompatible;
    return inContact(status) ? words.notInStep(pair) : words.noContact(pair);
  };
  return {
    step: 'hand_over',
    label: words.label,
    effect: words.effect(pair),
    unavailable: offers.hand_over ? null : why(),
    risk: null,
    force: false,
    recommended: offers.hand_over && reason === 'primary_damaged',
  };
}

function hold({ offers, held, countdown_s }: Redundancy, pair: Pair): Offer {
  const words = WORDS.hold;
  const why = () => (held ? words.held(pair) : words.nothingCounts);
  return {
    step: 'hold_failover',
    label: words.label,
    effect: words.effect(pair),
    unavailable: offers.hold_failover && countdown_s !== null && !held ? null : why(),
    risk: null,
    force: false,
    recommended: false,
  };
}

function becomeSecondary({ reason }: Redundancy, pair: Pair): Offer {
  const words = WORDS.becomeSecondary;
  return {
    step: 'become_secondary',
    label: words.label,
    effect: words.effect(pair),
    unavailable: null,
    risk: null,
    force: false,
    recommended: reason === 'superseded',
  };
}
