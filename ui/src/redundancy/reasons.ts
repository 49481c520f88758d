/**
 * Why the pair is in its status, and what to do about it, in words: one sentence of cause and one of cure for every code
 * of the closed set that the core generates. A new code fails the type check here.
 */

import type { Reason } from '../backend';
import { sentence, type Pair } from './pair';
import { compareVersions } from './version';

/** The sentences of one reason. */
export interface ReasonText {
  /** What is the case. */
  cause: string;
  /** What to do, or what happens next. */
  cure: string;
}

type Words = (pair: Pair) => ReasonText;

/** The sentences for a reason, with the names of the two stations in them. */
export function reasonText(reason: Reason, pair: Pair): ReasonText {
  const { cause, cure } = REASONS[reason](pair);
  return { cause: sentence(cause, pair), cure: sentence(cure, pair) };
}

/** Every reason's sentences by its code. */
export const REASONS: Record<Reason, Words> = {
  no_redundancy: ({ self }) => ({
    cause: `${self} works on its own: no second station holds its data.`,
    cure: 'Open the redundancy settings to pair it with a second station.',
  }),

  different_version: (pair) => ({
    cause: `the stations run different versions of Tandem (${versions(pair)}), so nothing is copied.`,
    cure: `Update ${olderStation(pair)}, so that both run the same version.`,
  }),
  different_schema: ({ self, peer }) => ({
    cause: `${self} and ${peer} keep their data in different shapes, so nothing is copied.`,
    cure: 'Install the same build of Tandem on both stations.',
  }),
  different_protocol: (pair) => ({
    cause: `the stations speak different protocols (${versions(pair)}), so nothing is copied.`,
    cure: `Update ${olderStation(pair)}, so that both run the same version.`,
  }),
  both_primary: ({ self, peer }) => ({
    cause: `both ${self} and ${peer} are set to Primary, so neither follows the other.`,
    cure: 'Decide which one holds the right data, and set the other one to Secondary copy or Secondary failover.',
  }),
  both_secondary: ({ self, peer }) => ({
    cause: `both ${self} and ${peer} are set to secondary, so there is no primary to follow.`,
    cure: 'Choose Make primary on the station that holds the right data.',
  }),
  peer_not_paired: ({ self, peer }) => ({
    cause: `${peer} is set to No redundancy, so it does not take part in the pair.`,
    cure: `Set the redundancy mode on ${peer}, and give it the URL of ${self}.`,
  }),
  own_url: ({ self, peer, role }) => ({
    cause: `the URL leads to ${self} itself, not to a second station.`,
    cure: `Copy the URL from ${peer} and set it here as the URL of the ${role === 'primary' ? 'secondary' : 'primary'} system.`,
  }),
  cloned: ({ self, peer }) => ({
    cause: `${peer} runs on a copy of the data directory of ${self}, so the two cannot be told apart.`,
    cure: `Start ${peer} on a new, empty data directory and pair it again.`,
  }),
  peer_names_other: ({ self, peer }) => ({
    cause: `${peer} answers, but is paired with another station than ${self}.`,
    cure: `Copy the URL of ${self} into the redundancy settings of ${peer}.`,
  }),
  superseded: ({ self, peer }) => ({
    cause: `two primaries: ${peer} became primary meanwhile, and ${self} has stopped editing.`,
    cure: `Choose Become secondary, so that ${self} follows ${peer}; what only ${self} has is kept.`,
  }),
  two_primaries: ({ self, peer }) => ({
    cause: `two primaries: ${self} leads, and ${peer} has not yet become its secondary.`,
    cure: `Choose Become secondary on ${peer}.`,
  }),
  peer_superseded: ({ peer }) => ({
    cause: `${peer} is a primary that was superseded, so it cannot be followed.`,
    cure: `Choose on ${peer} whether it becomes a secondary or takes the lead.`,
  }),
  forked: ({ self, peer }) => ({
    cause: `${self} and ${peer} became primary apart from each other, and both have stopped editing.`,
    cure: 'Choose which one goes on: Make primary there, or Become secondary on the other. No edit is lost either way.',
  }),

  refused: ({ peer }) => ({
    cause: `the machine of ${peer} answers, but Tandem does not run there, or its port has changed.`,
    cure: `Start Tandem on ${peer}, and compare its URL with the one that is set here.`,
  }),
  no_answer: ({ peer }) => ({
    cause: `${peer} does not answer.`,
    cure: 'Check that its machine is on and that the network reaches it. Contact is tried again all the time.',
  }),
  unknown_host: ({ peer }) => ({
    cause: `the host name in the URL of ${peer} has no address.`,
    cure: 'Check the URL for a slip, or use the IP address of the machine.',
  }),
  unreachable: ({ self, peer }) => ({
    cause: `the network has no way from ${self} to ${peer}.`,
    cure: `Check the cables and the network settings of ${self}.`,
  }),
  wrong_certificate: ({ peer }) => ({
    cause: `the address of ${peer} answers with another certificate than its URL names, so it is not trusted.`,
    cure: `If ${peer} was reinstalled, copy its URL anew. If not, find out who answers at that address.`,
  }),
  bad_answer: ({ peer }) => ({
    cause: `what answers at the address of ${peer} is not Tandem.`,
    cure: 'Check the host and the port in the URL.',
  }),
  lost: ({ peer }) => ({
    cause: `the connection to ${peer} was lost.`,
    cure: 'Check that its machine is on and that the network reaches it. Contact is tried again all the time.',
  }),
  waiting: ({ self, peer }) => ({
    cause: `${peer} is silent and may have become primary while ${self} was away, so ${self} does not edit.`,
    cure: `Bring ${peer} back, or choose Make primary if you know that ${peer} does not lead.`,
  }),
  handover_open: ({ self, peer }) => ({
    cause: `${peer} fell silent in the middle of a hand-over and may have taken the lead, so ${self} does not edit.`,
    cure: `Bring ${peer} back, or choose Make primary if you know that ${peer} does not lead.`,
  }),
  promotion_fails: ({ self }) => ({
    cause: `${self} cannot take over, because its disk does not accept the change.`,
    cure: `Free space on the disk of ${self}; taking over is tried again.`,
  }),

  lease_elsewhere: ({ self, peer }) => ({
    cause: `${peer} is silent here but holds the lease of the witness, so it may be editing, and ${self} does not lead.`,
    cure: `Reconnect ${self} and ${peer}. Make primary in spite of it leaves the guarantee that only one station edits.`,
  }),
  witness_silent: ({ self, peer }) => ({
    cause: `neither ${peer} nor the witness can be reached, so ${self} does not lead.`,
    cure: `Reconnect either one. Make primary in spite of it leaves the guarantee that only one station edits.`,
  }),
  overridden: ({ self, peer }) => ({
    cause: `${self} edits on its operator's word, without the lease of the witness: ${peer} may be editing, too.`,
    cure: `Reconnect ${peer} or the witness. The guarantee that only one station edits is back as soon as either answers.`,
  }),

  first_contact: ({ self, peer }) => ({
    cause: `${peer} has not been reached yet.`,
    cure: `Start it, and give it the URL of ${self} (below, with Copy).`,
  }),
  confirm_code: ({ peer }) => ({
    cause: `the URL of ${peer} was set without a fingerprint, so that it must be confirmed once who answers there.`,
    cure: 'Compare the short code on both screens. If it is the same, type it below.',
  }),
  asking_peer: ({ self, peer }) => ({
    cause: `${self} has just started and asks ${peer} whether it still leads.`,
    cure: `If ${peer} stays silent, this is decided within two seconds.`,
  }),
  first_sync: ({ primary, secondary }) => ({
    cause: `${secondary} is receiving its first copy of the data of ${primary}.`,
    cure: `Wait until it is complete; ${primary} can be edited meanwhile.`,
  }),

  different_witness: ({ self, peer }) => ({
    cause: `${self} and ${peer} are not set to the same witness, so nothing takes over by itself, and a second primary is not ruled out.`,
    cure: 'Set the same witness, or none, in the redundancy settings of both stations.',
  }),
  sums_differ: ({ primary, secondary }) => ({
    cause: `${primary} and ${secondary} are at the same entry, but their data differs.`,
    cure: `Choose Resync now: what differs is copied from ${primary} to ${secondary}.`,
  }),
  apply_failed: ({ primary, secondary }) => ({
    cause: `${secondary} could not apply a change that came from ${primary}.`,
    cure: `Choose Resync now: what differs is copied from ${primary} to ${secondary}.`,
  }),
  chain_differs: ({ primary, secondary }) => ({
    cause: `the histories of ${primary} and ${secondary} differ, though both name the same primary.`,
    cure: `Choose Resync now: what differs is copied from ${primary} to ${secondary}.`,
  }),
  replace_not_confirmed: ({ primary, secondary }) => ({
    cause: `${secondary} holds data of its own, which the first copy from ${primary} would replace.`,
    cure: `Choose Resync now on ${secondary} to replace its data. A backup is kept.`,
  }),
  decision_owed: ({ primary, secondary }) => ({
    cause: `${secondary} has led since ${primary} last did, and may hold what ${primary} lacks.`,
    cure: `Choose Make primary on ${secondary} to keep its data, or Resync now to follow ${primary}; what only ${secondary} has is kept as orphans.`,
  }),
  secondary_ahead: ({ primary, secondary }) => ({
    cause: `${secondary} holds changes that ${primary} has lost.`,
    cure: `Choose Make primary on ${secondary} to keep them, or Resync now to put them aside as orphans.`,
  }),
  primary_writer_hangs: ({ primary, secondary }) => ({
    cause: `the disk of ${primary} has not answered for over two seconds, so no edit gets through.`,
    cure: `Check the disk of ${primary}, or choose Make primary on ${secondary}.`,
  }),
  secondary_writer_hangs: ({ secondary }) => ({
    cause: `the disk of ${secondary} has not answered for over two seconds.`,
    cure: `Check the disk of ${secondary}.`,
  }),
  no_space: ({ secondary }) => ({
    cause: `the disk of ${secondary} is full.`,
    cure: `Free space there; ${secondary} then goes on by itself.`,
  }),
  snapshot_failed: ({ secondary }) => ({
    cause: `a full copy arrived damaged at ${secondary} or could not be put in place; nothing was replaced.`,
    cure: 'Choose Resync now.',
  }),
  snapshot_excessive: ({ primary, secondary }) => ({
    cause: `${primary} sent more than its full copy announced, so ${secondary} cut it off; nothing was replaced.`,
    cure: 'Check that both stations run the same build, then choose Resync now.',
  }),
  rewind_failed: ({ secondary }) => ({
    cause: `what only ${secondary} has could not be put aside; nothing was changed.`,
    cure: `Check the disk of ${secondary}, then choose Resync now.`,
  }),
  data_damaged: ({ secondary }) => ({
    cause: `a full check found data on ${secondary} that no edit has made.`,
    cure: `Choose Resync now: what differs is fetched anew. If it comes back, replace the disk of ${secondary}.`,
  }),
  primary_damaged: ({ primary, secondary }) => ({
    cause: `a full check found data on ${primary} that no edit has made.`,
    cure: `Choose Hand over on ${primary} (or Make primary on ${secondary}), then Resync now. If it comes back, replace the disk of ${primary}.`,
  }),
  no_whole_copy: ({ primary, secondary }) => ({
    cause: `data on ${primary} is damaged, and what ${secondary} holds is damaged or incomplete, too.`,
    cure: `Restore a backup on ${primary}, then choose Resync now on ${secondary}.`,
  }),

  behind: ({ secondary, primary }) => ({
    cause: `${secondary} is catching up with ${primary}.`,
    cure: 'Nothing needs to be done.',
  }),
  reconnecting: ({ self, peer }) => ({
    cause: `${self} and ${peer} are in contact and set up their link.`,
    cure: 'Nothing needs to be done.',
  }),
  rewinding: ({ secondary }) => ({
    cause: `what only ${secondary} has is being put aside.`,
    cure: 'Nothing needs to be done. It is listed below as orphans when this is complete.',
  }),
  copying: ({ primary, secondary }) => ({
    cause: `a full copy is on its way from ${primary} to ${secondary}.`,
    cure: `Wait until it is complete; ${primary} can be edited meanwhile.`,
  }),
  comparing: ({ primary, secondary }) => ({
    cause: `the data of ${secondary} is compared with that of ${primary}, and only what differs is copied.`,
    cure: `Wait until it is complete; ${primary} can be edited meanwhile.`,
  }),
  switching: ({ self, peer }) => ({
    cause: `${self} and ${peer} are exchanging their roles.`,
    cure: 'Edits wait for a moment.',
  }),
  verifying: ({ self }) => ({
    cause: `the data of ${self} is being checked against its checksum.`,
    cure: 'Nothing needs to be done.',
  }),

  equal: ({ primary, secondary }) => ({
    cause: `${secondary} holds everything that ${primary} holds, checked to the row.`,
    cure: 'Nothing needs to be done.',
  }),
};

function versions({ self, peer, selfVersion, peerVersion }: Pair): string {
  return `${self} ${selfVersion}, ${peer} ${peerVersion ?? 'unknown'}`;
}

function olderStation({ self, peer, selfVersion, peerVersion }: Pair): string {
  if (peerVersion === null) return 'the station with the older version';
  return compareVersions(selfVersion, peerVersion) < 0 ? self : peer;
}
