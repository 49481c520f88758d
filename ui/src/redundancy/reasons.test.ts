import { describe, expect, it } from 'vitest';
import type { Reason } from '../backend';
import { station, redundancy, peer } from './fixtures';
import { pairOf } from './pair';
import { REASONS, reasonText } from './reasons';
import { PAIR } from './strings';

const pair = pairOf(station(), redundancy('primary', 'synced', 'equal'));
const codes = Object.keys(REASONS) as Reason[];

describe('the sentences of a reason', () => {
  it.each(codes)('%s has a cause and a cure, each a whole sentence', (code) => {
    const { cause, cure } = reasonText(code, pair);
    for (const text of [cause, cure]) {
      expect(text).toMatch(/^[A-Z].*\.$/s);
      expect(text).not.toMatch(/undefined|null|\$\{/);
    }
  });

  it.each(codes)('%s reads well before the other station has told its name', (code) => {
    const unknown = pairOf(
      station(),
      redundancy('secondary_copy', 'connecting', 'first_contact', { peer: null }),
    );
    const { cause, cure } = reasonText(code, unknown);
    expect(cause).toMatch(/^[A-Z]/);
    expect(`${cause} ${cure}`).not.toContain(`. ${PAIR.unknownPeer}`);
  });

  it('leaves a station name as its owner writes it', () => {
    const text = reasonText('no_answer', { ...pair, peer: 'studio-b' });
    expect(text.cause).toBe('studio-b does not answer.');
  });

  it('names both versions and the station to update', () => {
    const older = pairOf(
      station({ version: '0.2.0-rc.1' }),
      redundancy('primary', 'incompatible', 'different_version', { peer: peer({ version: '0.2.0' }) }),
    );
    const { cause, cure } = reasonText('different_version', older);
    expect(cause).toContain('Station A 0.2.0-rc.1');
    expect(cause).toContain('Station B 0.2.0');
    expect(cure).toContain('Update Station A');
  });
});
