import { describe, expect, it } from 'vitest';
import type { Mode, Offers, Reason, Redundancy, Status } from '../backend';
import { peer, redundancy, station } from './fixtures';
import { offersOf, type Offer, type Step } from './offers';
import { pairOf } from './pair';

function offers(redundancy: Redundancy, name = 'Station A'): Map<Step, Offer> {
  const pair = pairOf(station({ name }), redundancy);
  return new Map(offersOf(redundancy, pair).map((offer) => [offer.step, offer]));
}

/** Which steps a station shows, and which of them can be taken. */
function steps(mode: Mode, status: Status, reason: Reason, possible: Partial<Offers>) {
  const shown = offers(redundancy(mode, status, reason, { offers: possible, armed: true, countdown_s: 9 }));
  return {
    shown: [...shown.keys()],
    possible: [...shown.values()].filter(({ unavailable }) => unavailable === null).map(({ step }) => step),
  };
}

const primarySteps: Step[] = ['make_primary', 'resync_now', 'hand_over'];
const copySteps: Step[] = ['make_primary', 'resync_now'];
const failoverSteps: Step[] = ['make_primary', 'resync_now', 'hold_failover'];

describe('the steps that the overlay offers', () => {
  it('a station without redundancy has none', () => {
    expect(steps('none', 'no_redundancy', 'no_redundancy', {}).shown).toEqual([]);
  });

  it.each<[Mode, Status, Reason, Partial<Offers>, Step[], Step[]]>([
    [
      'primary',
      'synced',
      'equal',
      { hand_over: true, resync_now: true },
      primarySteps,
      ['resync_now', 'hand_over'],
    ],
    [
      'primary',
      'syncing',
      'behind',
      { hand_over: true, resync_now: true },
      primarySteps,
      ['resync_now', 'hand_over'],
    ],
    ['primary', 'not_synced', 'sums_differ', { resync_now: true }, primarySteps, ['resync_now']],
    ['primary', 'unavailable', 'lost', {}, primarySteps, []],
    ['primary', 'unavailable', 'waiting', { make_primary: true }, primarySteps, ['make_primary']],
    ['primary', 'connecting', 'first_contact', {}, primarySteps, []],
    ['primary', 'incompatible', 'both_primary', {}, primarySteps, []],
    [
      'primary',
      'incompatible',
      'superseded',
      { make_primary: true, become_secondary: true },
      [...primarySteps, 'become_secondary'],
      ['make_primary', 'become_secondary'],
    ],
    ['secondary_copy', 'synced', 'equal', { make_primary: true, resync_now: true }, copySteps, copySteps],
    ['secondary_copy', 'unavailable', 'lost', { make_primary: true }, copySteps, ['make_primary']],
    [
      'secondary_copy',
      'not_synced',
      'apply_failed',
      { make_primary: true, resync_now: true },
      copySteps,
      copySteps,
    ],
    ['primary', 'not_synced', 'primary_damaged', { hand_over: true }, primarySteps, ['hand_over']],
    ['secondary_failover', 'synced', 'equal', { make_primary: true }, failoverSteps, ['make_primary']],
    [
      'secondary_failover',
      'unavailable',
      'lost',
      { make_primary: true, hold_failover: true },
      failoverSteps,
      ['make_primary', 'hold_failover'],
    ],
  ])('%s, %s (%s)', (mode, status, reason, possible, shown, takeable) => {
    expect(steps(mode, status, reason, possible)).toEqual({ shown, possible: takeable });
  });

  it('says why each step that cannot be taken cannot', () => {
    const shown = offers(redundancy('primary', 'unavailable', 'lost'));
    expect(shown.get('make_primary')?.unavailable).toBe('Station A is the primary already.');
    expect(shown.get('resync_now')?.unavailable).toBe('Needs contact with Station B.');
    expect(shown.get('hand_over')?.unavailable).toBe('Needs contact with Station B.');
  });

  it('recommends the planned switch, without force, where the primary’s data is damaged', () => {
    const leads = redundancy('primary', 'not_synced', 'primary_damaged', { offers: { hand_over: true } });
    expect(offers(leads).get('hand_over')?.recommended).toBe(true);
    expect(offers(leads).get('resync_now')?.unavailable).toContain('hand over to Station B first');
    const follows = redundancy('secondary_copy', 'not_synced', 'primary_damaged', {
      offers: { make_primary: true },
    });
    expect(offers(follows).get('make_primary')).toMatchObject({
      recommended: true,
      force: false,
      risk: null,
    });
  });

  it('names who takes over from whom', () => {
    const here = redundancy('secondary_copy', 'synced', 'equal', {
      peer: peer({ name: 'Station A', mode: 'primary' }),
      offers: { make_primary: true },
    });
    expect(offers(here, 'Station B').get('make_primary')?.effect).toContain(
      'Station B takes over from Station A',
    );
    const there = redundancy('primary', 'synced', 'equal', { offers: { hand_over: true } });
    expect(offers(there).get('hand_over')?.effect).toContain('Station B takes over from Station A');
  });

  it('asks for no confirmation where nothing is lost, or every second counts', () => {
    const inStep = redundancy('secondary_copy', 'synced', 'equal', { offers: { make_primary: true } });
    const alone = redundancy('secondary_failover', 'unavailable', 'lost', { offers: { make_primary: true } });
    for (const pair of [inStep, alone]) {
      expect(offers(pair).get('make_primary')).toMatchObject({ risk: null, force: false });
    }
  });

  it.each<[Status, Reason]>([
    ['connecting', 'first_sync'],
    ['not_synced', 'sums_differ'],
    ['not_synced', 'decision_owed'],
    ['incompatible', 'different_version'],
    ['incompatible', 'different_schema'],
  ])('forces a secondary in %s (%s) to lead only with the risk named', (status, reason) => {
    const pair = redundancy('secondary_copy', status, reason, { offers: { make_primary: true } });
    const offer = offers(pair).get('make_primary');
    expect(offer?.force).toBe(true);
    expect(offer?.risk).toBeTruthy();
  });

  it.each<Reason>(['superseded', 'forked', 'waiting'])(
    'lets a primary that is %s lead again without force, the risk named',
    (reason) => {
      const status: Status = reason === 'waiting' ? 'unavailable' : 'incompatible';
      const pair = redundancy('primary', status, reason, { offers: { make_primary: true } });
      const offer = offers(pair).get('make_primary');
      expect(offer?.force).toBe(false);
      expect(offer?.risk).toBeTruthy();
    },
  );

  it('needs no force where both are secondary: that is the cure', () => {
    const pair = redundancy('secondary_copy', 'incompatible', 'both_secondary', {
      offers: { make_primary: true },
    });
    expect(offers(pair).get('make_primary')?.force).toBe(false);
  });

  it('recommends the one step that the cure names', () => {
    const recommended = (pair: Redundancy) =>
      [...offers(pair).values()].filter((offer) => offer.recommended).map(({ step }) => step);
    expect(
      recommended(
        redundancy('primary', 'incompatible', 'superseded', {
          offers: { make_primary: true, become_secondary: true },
        }),
      ),
    ).toEqual(['become_secondary']);
    expect(
      recommended(redundancy('primary', 'not_synced', 'sums_differ', { offers: { resync_now: true } })),
    ).toEqual(['resync_now']);
    expect(
      recommended(redundancy('primary', 'not_synced', 'decision_owed', { offers: { resync_now: true } })),
    ).toEqual([]);
  });

  it('says that a held countdown is on hold already', () => {
    const pair = redundancy('secondary_failover', 'unavailable', 'lost', { held: true });
    expect(offers(pair).get('hold_failover')?.unavailable).toContain('on hold already');
  });

  it.each<[Mode, Reason]>([
    ['primary', 'witness_silent'],
    ['primary', 'lease_elsewhere'],
    ['secondary_failover', 'witness_silent'],
    ['secondary_copy', 'lease_elsewhere'],
  ])('%s without the lease (%s) leads by force only, and the risk names the guarantee', (mode, reason) => {
    const shown = offers(redundancy(mode, 'unavailable', reason, { offers: { make_primary: true } }));
    const makePrimary = shown.get('make_primary');
    expect(makePrimary?.unavailable).toBeNull();
    expect(makePrimary?.force).toBe(true);
    expect(makePrimary?.risk).toMatch(/guarantee/);
  });
});
