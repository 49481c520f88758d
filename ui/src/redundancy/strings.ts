/** Every text of the redundancy feature but the reasons' (reasons.ts): one place, so that it can be translated. */

import type { Mode, Status, WitnessState } from '../backend';
import type { Difference } from '../backend/bindings/Difference';
import type { Lag } from '../backend/bindings/Lag';
import { duration, milliseconds, number, size } from '../language/format';
import type { Pair, Role } from './pair';

export const STATUS: Record<Status, string> = {
  no_redundancy: 'No redundancy',
  connecting: 'Connecting',
  syncing: 'Syncing',
  synced: 'Synced',
  not_synced: 'Not synced',
  unavailable: 'Unavailable',
  incompatible: 'Incompatible',
};

export const MODE: Record<Mode, string> = {
  none: 'No redundancy',
  primary: 'Primary',
  secondary_copy: 'Secondary copy',
  secondary_failover: 'Secondary failover',
};

export const CHIP = {
  open: 'Open the redundancy status',
  notKnown: 'Not known',
  notKnownWhy: 'This window has lost its connection to its own station, so the status is not known.',
  notKnownCure:
    'Wait: the connection is tried again all the time. If it stays away, check that Tandem runs on this machine.',
  takesOver: (self: string, seconds: number) => `${self} takes over in ${duration(seconds)}`,
  announce: (status: string, peer: string | null) =>
    peer ? `Redundancy: ${status}, ${peer}` : `Redundancy: ${status}`,
};

export const BANNER: Record<Role, (self: string, peer: string) => string> = {
  none: (self) => `${self} works on its own`,
  primary: (self) => `${self} leads: edits are made here`,
  secondary: (self, peer) => `${self} follows ${peer}: read only`,
};

export const BANNER_TAG: Record<Role, string> = {
  none: 'Single station',
  primary: 'Primary',
  secondary: 'Secondary',
};

export const BANNER_STALE = 'No connection to the station: what is shown may be out of date';

export const BANNER_STOPPED = (self: string) => `${self} must not edit now: see the redundancy status`;

export const OVERLAY = {
  title: 'Redundancy',
  thisStation: 'This station',
  otherStation: 'Other station',
  meaning: 'What it means',
  cure: 'What to do',
  steps: 'Actions',
  settings: 'Settings',
  settingsHint: 'Mode, URL and failover offset time are set in the',
  settingsLink: 'redundancy settings',
  notHeard: 'Not heard yet',
  ownUrl: 'URL of this station, for the other one',
  technical: 'Technical details',
  difference: (self: string, peer: string, { only_here, only_there }: Difference) =>
    only_here + only_there === 0
      ? 'Neither has edits that the other lacks: nothing is put aside, whichever leads.'
      : `Only on ${self}: ${entries(only_here)}. Only on ${peer}: ${entries(only_there)}.`,
  notReachable: (peer: string) => `This station cannot be reached by ${peer}:`,
  since: (ago: string, clock: string) => `for ${ago}, since ${clock}`,
  inStep: 'Equal',
  noLink: 'No contact',
  notUsed: 'Nothing is copied',
  lagEntries: (entries: number) => (entries === 1 ? '1 entry behind' : `${number(entries)} entries behind`),
  lagDetail: ({ bytes, ms }: Lag) => `${size(bytes)}, ${milliseconds(ms)}`,
};

export const CARD = {
  role: 'Role',
  version: 'Version',
  position: 'Position',
  positionOf: (epoch: number, seq: number) => `Epoch ${number(epoch)}, entry ${number(seq)}`,
  lastContact: 'Last contact',
  ago: (text: string) => `${text} ago`,
  now: 'now',
  never: 'never',
  chainOf: (chain: string) => `chain ${chain}`,
  lag: 'Behind',
  lagOf: ({ entries, bytes, ms }: Lag) =>
    `${entries === 1 ? '1 entry' : `${number(entries)} entries`}, ${size(bytes)}, ${milliseconds(ms)}`,
  nothing: 'nothing',
  /** Keeps the line's place, so that nothing below it moves. */
  noDetail: '\u00a0',
  check: 'Last check',
  checkOk: 'Whole',
  checkBad: 'Damaged',
  checkDetail: (at: string, cells: number) => `${at}, ${number(cells)} cells`,
  checkWarning: (at: string) => `${at}, data no edit made`,
  notYet: 'not yet',
  clock: 'Clock difference',
  clockAhead: (text: string) => `${text} ahead`,
  clockBehind: (text: string) => `${text} behind`,
  clockEqual: 'none',
  clockWarning: 'The clocks of the two stations differ by more than a second: set both by NTP.',
  edits: 'Edits',
  editsYes: 'Yes',
  editsNo: 'No',
  takesOver: 'Takes over',
  failover: (seconds: number) => `after ${duration(seconds)}`,
  durable: 'Held by both up to',
  entry: (seq: number) => `entry ${number(seq)}`,
  unknown: 'not known',
  address: 'Address',
  witness: 'Witness',
};

export const WITNESS = {
  states: {
    unknown: 'Not asked yet',
    holding: 'Holds the lease',
    promised: 'Edits by promise of the secondary',
    elsewhere: 'The lease is held elsewhere',
    not_holding: 'Answers; no lease',
    unreachable: 'Not reached',
  } satisfies Record<WitnessState, string>,
  overridden: 'Overridden',
  overriddenSays: 'Edits are made on the operator’s word: the other station may be editing, too.',
};

export const TECHNICAL = {
  lineage: 'Lineage',
  opener: 'Epoch opened by',
  chain: 'Chain',
  sum: 'Checksum of the data',
  peerId: 'Other station',
};

export const COUNTDOWN = {
  lead: (self: string, peer: string) => `${self} takes over from ${peer} in`,
  held: (self: string, peer: string) =>
    `On hold: ${self} does not take over by itself until ${peer} is back in contact.`,
  unarmed: 'Does not take over by itself:',
};

export const PROGRESS = {
  first: 'First copy',
  copy: 'Full copy',
  compare: 'Resync',
  check: 'Check',
  resync: 'Sync',
  unknown: 'in progress',
  of: (done: number, total: number) => `${Math.floor((done / total) * 100)} %`,
};

export const CODE = {
  title: 'Confirm the other station',
  shown: 'Code on this screen',
  compare: (peer: string) =>
    `The screen of ${peer} must show the same code. If it does not, something else answers at this URL.`,
  awaited: (peer: string) => `Confirmed here. Now confirm the same code on ${peer}.`,
  field: 'Code as the other screen shows it',
  confirm: 'Confirm',
};

export const WORDS = {
  makePrimary: {
    label: 'Make primary',
    effect: ({ self, peer }: Pair) => `${self} takes over from ${peer}.`,
    planned: ({ self, peer }: Pair) =>
      `${self} takes over from ${peer}, and ${peer} follows. Nothing is lost; edits wait for less than a second.`,
    promotes: ({ self, peer }: Pair) =>
      `${self} takes over from ${peer} at once. Edits that ${peer} could not send are kept there, not lost.`,
    goesOn: ({ self, peer }: Pair) => `${self} goes on as primary, and ${peer} is to follow.`,
    leadsAlready: ({ self }: Pair) => `${self} is the primary already.`,
    notNow: ({ self, peer }: Pair) =>
      `${self} cannot take over from ${peer} in this status: see what to do above.`,
    riskTwo: ({ peer }: Pair) =>
      `if ${peer} leads without being seen from here, both stations are primary for a while. Edits that only one of them has are kept, but somebody must choose between them later.`,
    riskWitness: ({ self, peer }: Pair) =>
      `this leaves the guarantee of the witness that only one station edits: ${peer} may be editing without being seen from here. If it is, edits that only one of ${self} and ${peer} has are kept, but somebody must choose between them later.`,
    riskChoose: ({ self, peer }: Pair) =>
      `what only ${peer} has is taken out of the channel's data when it follows ${self}. It is kept as orphans and can be applied again.`,
    riskIncomplete: ({ self, peer }: Pair) =>
      `${self} has not finished its first copy: it may lack some or all of the data of ${peer}.`,
    riskDiffers: ({ self, peer }: Pair) =>
      `the data of ${self} is not the same as that of ${peer}; some of it may be missing or wrong.`,
  },
  resync: {
    label: 'Resync now',
    effect: ({ primary, secondary }: Pair) =>
      `${secondary} is checked against ${primary}, and what differs is copied to ${secondary}.`,
    effectCut: ({ primary, secondary }: Pair) =>
      `${secondary} follows ${primary} from now on. What only ${secondary} has is kept as orphans and can be applied again.`,
    noContact: ({ peer }: Pair) => `needs contact with ${peer}.`,
    incompatible: 'nothing is copied while the stations are incompatible.',
    connecting: 'the first contact or the first copy is not finished yet.',
    primaryDamaged: ({ primary, secondary }: Pair) =>
      `it is the data of ${primary} that is damaged: hand over to ${secondary} first.`,
    nothingToDo: ({ primary, secondary }: Pair) => `${secondary} follows ${primary} by itself.`,
    riskReplace: ({ primary, secondary }: Pair) =>
      `everything on ${secondary} is replaced by the data of ${primary}. A dated backup of it is kept on ${secondary}.`,
  },
  handOver: {
    label: 'Hand over',
    effect: ({ self, peer }: Pair) =>
      `${peer} takes over from ${self}, and ${self} follows. Nothing is lost; edits wait for less than a second.`,
    noContact: ({ peer }: Pair) => `needs contact with ${peer}.`,
    incompatible: 'not possible while the stations are incompatible.',
    notInStep: ({ peer }: Pair) => `${peer} must be in step first.`,
  },
  hold: {
    label: 'Hold',
    effect: ({ self, peer }: Pair) =>
      `${self} does not take over by itself until ${peer} is back in contact.`,
    held: ({ peer }: Pair) => `the countdown is on hold already, until ${peer} is back in contact.`,
    nothingCounts: 'no countdown runs.',
  },
  becomeSecondary: {
    label: 'Become secondary',
    effect: ({ self, peer }: Pair) =>
      `${self} follows ${peer} from now on. What only ${self} has is kept as orphans and can be applied again.`,
  },
  risk: {
    heading: (label: string) => `${label}: what may go wrong`,
    confirm: (label: string) => `${label} anyway`,
    go: (label: string) => label,
    cancel: 'Cancel',
  },
  working: (label: string) => `${label}: working…`,
};

export const ORPHANS = {
  title: 'Orphans',
  explain:
    'Edits that were made on a primary and that its successor never received. Nothing is thrown away: apply them again on the present primary, set aside what is done with, or export them all.',
  open: (count: number) => `${number(count)} to deal with`,
  noneOpen: 'All are dealt with.',
  dealtWith: (count: number) => `Dealt with (${number(count)})`,
  cutOff: (at: string) => `Cut off ${at}`,
  imported: 'From a file',
  keptOn: (names: string) => `Kept on ${names}`,
  reapply: 'Apply again',
  reapplyLabel: (label: string) => `Apply again: ${label}`,
  reapplyAll: 'Apply all again',
  setAside: 'Set aside',
  setAsideLabel: (label: string) => `Set aside: ${label}`,
  takeUp: 'Take up again',
  takeUpLabel: (label: string) => `Take up again: ${label}`,
  working: 'Wait for the step that is being taken.',
  needsPrimary: (primary: string) => `Needs contact with ${primary}, the primary.`,
  states: {
    again: (seq: number) => `Applied again as entry ${number(seq)}`,
    so: 'Applied again: everything was so already',
    leftOut: (count: number) =>
      count === 1 ? '1 change was left out' : `${number(count)} changes were left out`,
    exported: 'Exported',
    setAside: 'Set aside',
  },
  done: (label: string) => `Applied again: ${label}`,
  bundleDone: (done: number, left: number) =>
    left === 0
      ? `Applied again: ${number(done)}.`
      : `Applied again: ${number(done)}. Left, since they do not fit: ${number(left)}.`,
  conflict: {
    title: (inTheWay: number, changes: number) =>
      inTheWay === changes
        ? changes === 1
          ? 'This edit does not fit what is there now'
          : `None of its ${number(changes)} changes fits what is there now`
        : `${number(inTheWay)} of its ${number(changes)} changes ${inTheWay === 1 ? 'does' : 'do'} not fit what is there now`,
    leftOut: 'Left out:',
    columns: { field: 'Field', found: 'Before this edit', wanted: 'This edit', now: 'Now' },
    by: (label: string, user: string, station: string, at: string) =>
      `Changed since by ${user} on ${station}, ${at}: ${label}`,
    more: (count: number) => `and ${number(count)} more`,
    nothing: '–',
    partial: (fitting: number, changes: number) =>
      `Apply what fits (${number(fitting)} of ${number(changes)})`,
    leave: 'Leave it',
  },
  columns: { at: 'Made', label: 'Edit', user: 'By', state: 'State' },
  file: {
    exportField: 'Export all that are kept here to a new file',
    export: 'Export',
    exported: (count: number, path: string) =>
      `${count === 1 ? '1 orphan' : `${number(count)} orphans`} written to ${path}`,
    importField: 'Take in orphans from an exported file',
    import: 'Import',
    imported: (taken: number, known: number) =>
      `${taken === 1 ? '1 orphan' : `${number(taken)} orphans`} taken in${known > 0 ? `; ${number(known)} kept here already` : ''}.`,
    hint: 'A path on the machine of this station.',
    choose: 'Choose folder…',
  },
};

export const COMPARISON = {
  title: 'What each side has that the other lacks',
  only: (name: string) => `Only on ${name}`,
  count: (n: number) => entries(n),
  latest: (shown: number, total: number) => `The latest ${number(shown)} of ${number(total)}.`,
  shared: (seq: number) => `Both share everything up to entry ${number(seq)}.`,
  nothingShared: 'The two stations share no history: one would replace the other as a whole.',
  nothing: 'Nothing that the other lacks.',
  notKept: 'The journal does not keep them any more.',
  loading: 'Comparing…',
  by: (user: string, station: string) => `${user}, ${station}`,
};

export const VERIFY = {
  title: 'Check of the data',
  now: 'Verify now',
  working: 'The data is being checked…',
  explain: (self: string) =>
    `Reads every cell on ${self} and holds it against the checksum. Edits go on meanwhile. Both stations do it by themselves every few minutes.`,
  whole: (cells: number, ms: number) => `Whole: ${number(cells)} cells checked in ${milliseconds(ms)}.`,
  damaged: 'Damaged: data was found that no edit has made. See above what to do.',
};

export const LOG = {
  title: 'Redundancy log',
  zone: (timeZone: string) => `Times in ${timeZone}`,
  empty: 'Nothing has happened yet.',
  emptyKind: 'Nothing of this kind has happened yet.',
  kinds: 'What to show',
  kind: { all: 'All', status: 'Status', lead: 'Mode and primary', data: 'Data' },
  columns: { at: 'Time', event: 'Event', detail: 'Detail' },
};

export const COPY = { copy: 'Copy', copied: 'Copied', failed: 'Select the text and copy it by hand.' };

const entries = (n: number) => (n === 0 ? 'nothing' : n === 1 ? '1 edit' : `${number(n)} edits`);
