/** Every text of the inspector: one place, so that it can be translated. */

import type { AssetKind, ItemKind, StartMode } from '../backend';

export const TITLE = 'Inspector';

export const KIND: Record<ItemKind | AssetKind, string> = { clip: 'Clip', live: 'Live source', note: 'Note' };

export const START_MODE: Record<StartMode, { label: string; says: string }> = {
  follow: { label: 'Follow', says: 'Starts when the item before it ends.' },
  fixed: { label: 'Fixed', says: 'Starts at a clock time.' },
  hold: { label: 'Hold', says: 'Waits for the operator; timed as if it started at once.' },
};

export const NOTHING = {
  title: 'Nothing is selected',
  says: 'Select an item, an asset or a gap: everything about it is shown here.',
};

export const MIXED = 'mixed';

export const ITEM = {
  several: (n: number) => `${n} items`,
  edit: (label: string, n: number) =>
    n === 1 ? `Changing the ${label.toLowerCase()}` : `Changing the ${label.toLowerCase()} of ${n} items`,
  title: 'Title',
  kind: 'Kind',
  startMode: 'Start',
  fixedStart: 'Fixed start',
  fixedStartHint: 'A clock time: 15:00, 1500, 15:00:30 or +30.',
  inPoint: 'In point',
  inPointHint: 'The first frame of the asset that is played.',
  duration: 'Duration',
  durationHint: 'Seconds and frames: 15:00, 1500, +30 or 2m30s.',
  notes: 'Notes',
  timing: 'Timing',
  startsAt: 'Starts at',
  endsAt: 'Ends at',
  plays: 'Plays',
  utc: 'Start in UTC',
  total: 'Total duration',
  marks: 'To note',
  needsTitle: 'An item needs a title.',
  differ: 'The items differ: type a whole value without + or −.',
  noAsset: 'Stands alone: refers to no asset of the library.',
  asset: 'Asset',
};

export const ASSET = {
  several: (n: number) => `${n} assets`,
  severalHint: 'Select one asset to edit it.',
  gone: 'The asset is no longer in the library.',
  title: 'Title',
  needsTitle: 'An asset needs a title.',
  category: 'Category',
  duration: 'Duration',
  notes: 'Notes',
  kind: 'Kind',
  usedBy: 'Scheduled',
  usedByTimes: (n: number) => (n === 0 ? 'nowhere' : n === 1 ? 'once' : `${n} times`),
  file: 'File',
  root: 'Media folder',
  path: 'Path',
  local: 'On this station',
  noFile: 'No file: a live source, or entered by hand.',
  unmapped: 'The media folder has no folder on this station; set it under Settings, Media folders.',
  missing: 'The file is not there.',
  present: 'Found',
  media: 'Media',
  container: 'Container',
  video: 'Video',
  audio: 'Audio',
  frameRate: 'Frame rate',
  exact: 'Exact duration',
  size: 'Size',
  modified: 'Changed',
  added: 'Added',
  channels: (n: number) => (n === 1 ? 'mono' : n === 2 ? 'stereo' : `${n} channels`),
};

export const GAP = {
  title: 'Gap',
  from: 'From',
  to: 'To',
  length: 'Length',
  dayStart: 'start of the day',
  dayEnd: 'end of the day',
  says: 'Nothing is scheduled here.',
  after: 'After',
  before: 'Before',
};
