import { expect, test } from 'vitest';
import { peerFacts } from './facts';
import { redundancy } from './fixtures';
import { CARD } from './strings';

/** Ten minutes after the last contact that the fixture knows of. */
const NOW_MS = Date.parse('2026-11-22T21:09:59Z');

const lastContact = (...of: Parameters<typeof redundancy>) =>
  peerFacts(redundancy(...of), NOW_MS, 'UTC').find(({ term }) => term === CARD.lastContact)?.value;

test('two stations that talk have their last contact now, however old the answer that is shown', () => {
  expect(lastContact('secondary_failover', 'synced', 'equal')).toBe('now');
  expect(lastContact('primary', 'not_synced', 'sums_differ')).toBe('now');
});

test('the silence of a station that is not heard is counted from its last word', () => {
  expect(lastContact('secondary_failover', 'unavailable', 'no_answer')).toBe('10 min 00 s ago');
});
