/** Every text of the settings: one place, so that it can be translated. */

import type { Mode } from '../backend';
import type { Theme } from './appearance.svelte';

export type SettingsSection = 'redundancy' | 'channel' | 'media' | 'data' | 'appearance';

export const DIALOG = { title: 'Settings', sections: 'Sections' };

export const SECTION: Record<SettingsSection, string> = {
  redundancy: 'Redundancy',
  channel: 'Channel',
  media: 'Media folders',
  data: 'Data',
  appearance: 'Appearance',
};

export const REDUNDANCY = {
  mode: 'Redundancy mode',
  modes: {
    none: { label: 'No redundancy', says: 'This station works on its own and uses no network.' },
    primary: {
      label: 'Primary',
      says: 'Edits are made here. A second station follows and holds the same data moments later.',
    },
    secondary_copy: {
      label: 'Secondary copy',
      says: 'Follows the primary, cannot edit, and never takes over by itself.',
    },
    secondary_failover: {
      label: 'Secondary failover',
      says: 'Follows the primary, cannot edit, and takes over when the primary has been unavailable for the failover offset time.',
    },
  } satisfies Record<Mode, { label: string; says: string }>,
  urlOfSecondary: 'URL of the secondary system',
  urlOfPrimary: 'URL of the primary system',
  urlHint: 'As the other station shows it here, with Copy: https://host:port/#sha256-…',
  urlMissing: 'Paste the URL that the other station shows in its redundancy settings.',
  offset: 'Failover offset time',
  offsetUnit: 'seconds',
  offsetHint: 'Whole seconds, 2 to 86,400. The countdown starts at the last contact.',
  offsetNotWhole: 'Type whole seconds, 2 to 86,400.',
  rejoin: 'Follow again without asking',
  rejoinSays:
    'If this station was primary, and the other one took over meanwhile, it becomes its secondary by itself when nothing would be put aside. Otherwise it asks.',
  witness: 'Witness (optional)',
  witnessSays:
    'An etcd server on a third machine. With it a station edits only while it holds the witness’s lease, or while the other one has promised not to take it: so there are never two primaries at once, also when the stations lose contact. Set the same witness on both.',
  witnessUrl: 'URL of the witness',
  witnessUrlHint:
    'https://host:port/#sha256-… with the fingerprint of its certificate. Without it, the answer says which certificate the server shows. Empty for none.',
  witnessUser: 'User',
  witnessPassword: 'Password',
  witnessPasswordKept: 'Empty keeps the one that is known.',
  ownUrl: 'URL of this station, for the other one',
  ownUrlHint: 'Each station is given the URL of the other. It answers only while a mode is set.',
  apply: 'Apply',
  applying: 'Applying…',
  applied: 'Applied.',
  replaceTitle: 'This station’s data will be replaced',
  replaceCounts: (counts: string) => `This station holds ${counts}.`,
  replaceSays:
    'As a secondary it takes over all data of the primary; nothing is merged. A dated backup of what is here now is kept and can be restored under Data. The replacement happens only when the whole copy has arrived and was checked.',
  replaceConfirm: 'Replace the data',
  cancel: 'Cancel',
};

export const CHANNEL = {
  name: 'Name',
  frameRate: 'Frame rate',
  perSecond: 'frames per second',
  dropFrame: 'Drop-frame timecode',
  dropFrameSays: 'Skips numbers so that timecodes stay with the clock.',
  dropFrameNot: 'Only at 29.97 and 59.94 frames per second.',
  timeZone: 'Time zone',
  timeZoneHint: 'A name of the time zone database, such as Europe/Berlin.',
  dayStart: 'Start of the broadcast day',
  dayStartHint: 'A clock time as timecode, such as 06:00:00:00.',
  save: 'Save',
  saving: 'Saving…',
  saved: 'Saved.',
  convertTitle: 'Convert to the new frame rate?',
  convertSays: (counts: string | null) =>
    `${counts ? `There are ${counts}. ` : ''}Their durations and times are counted in frames of the present rate. Converting keeps their length in seconds, to the nearest frame, as one edit that can be undone.`,
  convert: 'Convert and save',
  cancel: 'Keep the present rate',
};

export const MEDIA = {
  explain:
    'Files are known by the name of a media folder and a path below it. Each station says where its folders lie, so that both find the same files. This is set for each station on its own, on a secondary too.',
  none: 'There are none yet. Scanning a folder into the library makes one.',
  path: (name: string) => `Folder of “${name}” on this station`,
  placeholder: '/path/of/the/folder',
  assets: (n: number) => (n === 1 ? '1 asset' : `${n} assets`),
  present: 'Found',
  missing: 'The folder is not there',
  unmapped: 'No folder set on this station',
  save: 'Set',
  saved: 'Set.',
};

export const DATA = {
  directory: 'Data of this station',
  backups: 'Backups',
  backupsExplain:
    'Copies of this station’s database. One is made before its data is replaced. Restoring keeps a copy of what is there now, so that it can be taken back.',
  orphansExplain:
    'Edits that a successor never received are listed in the redundancy status. Here they are written to a file, or taken in from one.',
  none: 'There are none yet.',
  create: 'Back up now',
  created: 'The backup was made.',
  restore: 'Restore',
  restoreLabel: (at: string) => `Restore the backup of ${at}`,
  restored: (at: string) =>
    `The backup of ${at} was restored. The data as it was before is kept as a backup.`,
  restoredDamaged: (at: string) =>
    `The backup of ${at} was restored, but it was made of damaged data: check the playlists, or restore an older one. The data as it was before is kept as a backup.`,
  working: 'Working…',
  columns: { at: 'Made at', reason: 'Why', size: 'Size' },
  verify: 'Verify now',
  verifyTitle: 'Check',
  verifyExplain: 'Reads all data and holds it against its checksum.',
  verifyOk: (cells: string, ms: string) => `All data is as it should be: ${cells} values in ${ms}.`,
  verifyBad:
    'The data does not match its checksum: something changed it that was no edit. On a secondary, choose Resync now in the redundancy status; otherwise restore a backup.',
};

export const APPEARANCE = {
  theme: 'Theme',
  themes: {
    system: { label: 'System', says: 'Follows the desktop.' },
    dark: { label: 'Dark', says: 'For a dark control room.' },
    light: { label: 'Light', says: 'For a bright room.' },
  } satisfies Record<Theme, { label: string; says: string }>,
  explain: 'Kept on this machine.',
};

/** The counts that a `conflict` names, in words: `{ items: 120, assets: 1 }` becomes `120 items and 1 asset`. */
export function countsInWords(details: unknown): string | null {
  const parts = countsOf(details).map(
    ([what, n]) => `${format.format(n)} ${n === 1 ? singular(what) : what}`,
  );
  if (parts.length === 0) return null;
  return new Intl.ListFormat('en').format(parts);
}

const format = new Intl.NumberFormat('en');

function countsOf(details: unknown): [string, number][] {
  if (typeof details !== 'object' || details === null) return [];
  return Object.entries(details).flatMap(([what, n]): [string, number][] => {
    if (typeof n === 'number') return n > 0 ? [[what.replaceAll('_', ' '), n]] : [];
    return countsOf(n);
  });
}

const singular = (plural: string) => plural.replace(/ies$/, 'y').replace(/s$/, '');
