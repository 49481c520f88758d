import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { CallError, type Backend, type Redundancy, type StationInfo } from '../backend';
import { peer, redundancy, station } from './fixtures';
import RedundancyOverlayView from './RedundancyOverlayView.svelte';

type Answer = (args: unknown) => unknown;

const side = (entries: unknown[], total = entries.length) => ({ total, entries });

function overlay(
  pair: Redundancy,
  answers: Record<string, Answer> = {},
  self: StationInfo = station(),
  live = true,
) {
  const call = vi.fn(async (command: string, args: unknown) => {
    const answer = answers[command];
    if (answer) return answer(args);
    if (command === 'get_redundancy_log')
      return [{ at: '2026-11-22T18:00:00Z', event: 'mode', detail: 'Mode set.' }];
    if (command === 'list_orphans') return { total: 0, orphans: [], peer_error: null };
    if (command === 'compare_histories')
      return { shared_seq: 9, only_here: side([]), only_there: side([]), peer_error: null };
    return pair;
  });
  const [onclose, onsettings, onchanged] = [vi.fn(), vi.fn(), vi.fn()];
  render(RedundancyOverlayView, {
    props: {
      open: true,
      station: self,
      redundancy: pair,
      backend: { call } as unknown as Pick<Backend, 'call'>,
      live,
      now: Date.parse('2026-11-22T21:00:00Z'),
      timeZone: 'UTC',
      onclose,
      onsettings,
      onchanged,
    },
  });
  return { call, onclose, onsettings, onchanged, user: userEvent.setup() };
}

const button = (name: string) => screen.getByRole('button', { name });
const unavailable = redundancy('secondary_failover', 'unavailable', 'lost', {
  armed: true,
  countdown_s: 17,
  peer: peer({ name: 'Station A', mode: 'primary' }),
  offers: { make_primary: true, hold_failover: true },
});

describe('the redundancy overlay', () => {
  it('shows both stations with mode, version and position', () => {
    overlay(redundancy('primary', 'synced', 'equal'));
    const here = screen.getByRole('region', { name: 'This station: Station A' });
    const there = screen.getByRole('region', { name: 'Other station: Station B' });
    for (const card of [here, there]) {
      expect(within(card).getByText('0.1.0')).toBeVisible();
      expect(within(card).getByText('Epoch 3, entry 1,204')).toBeVisible();
    }
    expect(within(here).getByText('Primary')).toBeVisible();
    expect(within(there).getByText('Secondary failover')).toBeVisible();
    expect(within(there).getByText('now')).toBeVisible();
    expect(within(there).getByText('12 ms ahead')).toBeVisible();
  });

  it('shows both chains, how far the secondary is behind, and both latest checks, in the channel’s zone', () => {
    const whole = { at: '2026-11-22T20:55:00Z', ok: true, cells: 12345, ms: 80 };
    overlay(
      redundancy('primary', 'syncing', 'behind', {
        lag: { entries: 3, bytes: 1234, ms: 400 },
        last_verify: whole,
        peer: peer({ last_verify: { ...whole, ok: false } }),
      }),
    );
    const here = screen.getByRole('region', { name: 'This station: Station A' });
    const there = screen.getByRole('region', { name: 'Other station: Station B' });
    for (const card of [here, there]) expect(within(card).getByText('chain c3a1b2d4')).toBeVisible();
    expect(within(there).getByText('3 entries, 1.2 kB, 400 ms')).toBeVisible();
    expect(within(here).getByText('Whole')).toBeVisible();
    expect(within(here).getByText('20:55:00, 12,345 cells')).toBeVisible();
    expect(within(there).getByText('Damaged', { exact: false })).toBeVisible();
    expect(within(there).getByText(/data no edit made/)).toBeVisible();
  });

  it('keeps the line that says how far the secondary is behind when it is not', () => {
    overlay(redundancy('primary', 'synced', 'equal', { lag: { entries: 0, bytes: 0, ms: 0 } }));
    const there = screen.getByRole('region', { name: 'Other station: Station B' });
    expect(within(there).getByText('Behind')).toBeVisible();
    expect(within(there).getByText('nothing')).toBeVisible();
  });

  it('does not claim to know, out of contact, how far this secondary is behind', () => {
    overlay({ ...unavailable, lag: { entries: 0, bytes: 0, ms: 0 } });
    const here = screen.getByRole('region', { name: 'This station: Station A' });
    expect(within(here).getByText('not known')).toBeVisible();
  });

  it('checks the data of this station on Verify now, and says what was found', async () => {
    const { user, call } = overlay(redundancy('primary', 'synced', 'equal'), {
      verify: () => ({ ok: true, sum: 'aa', scanned_sum: 'aa', cells: 2048, ms: 9 }),
    });
    await user.click(button('Verify now'));
    expect(call).toHaveBeenCalledWith('verify', {});
    expect(await screen.findByText('Whole: 2,048 cells checked in 9 ms.')).toBeVisible();
  });

  it('shows of the log what is asked for', async () => {
    const entry = (event: string, detail: string) => ({ at: '2026-11-22T18:00:00Z', event, detail });
    const { user } = overlay(redundancy('primary', 'synced', 'equal'), {
      get_redundancy_log: () => [
        entry('status', 'Synced.'),
        entry('promoted', 'Opened epoch 2.'),
        entry('verified', 'Found damage.'),
      ],
    });
    expect(await screen.findByText('Opened epoch 2.')).toBeVisible();
    await user.click(button('Data'));
    expect(screen.getByText('Found damage.')).toBeVisible();
    expect(screen.queryByText('Opened epoch 2.')).toBeNull();
    await user.click(button('Mode and primary'));
    expect(screen.getByText('Opened epoch 2.')).toBeVisible();
    expect(screen.queryByText('Synced.')).toBeNull();
  });

  it('warns of clocks that differ by more than a second', () => {
    overlay(redundancy('primary', 'synced', 'equal', { peer: peer({ clock_difference_ms: -2400 }) }));
    expect(screen.getByText('2.4 s behind', { exact: false })).toBeVisible();
    expect(screen.getByText(/set both by NTP/)).toBeVisible();
  });

  it('says what it means and what to do', () => {
    overlay(redundancy('primary', 'not_synced', 'sums_differ', { offers: { resync_now: true } }));
    expect(screen.getByText(/their data differs/)).toBeVisible();
    expect(screen.getByText(/Choose Resync now/)).toBeVisible();
  });

  it('says what each side has that the other lacks', () => {
    overlay(
      redundancy('primary', 'not_synced', 'decision_owed', {
        difference: { shared_seq: 9, only_here: 0, only_there: 14 },
      }),
    );
    expect(screen.getByText('Only on Station A: nothing. Only on Station B: 14 edits.')).toBeVisible();
  });

  it('shows the countdown with its target, Make primary and Hold', async () => {
    const { call, user, onchanged } = overlay(
      unavailable,
      {},
      station({ name: 'Station B', editable: false }),
    );
    expect(screen.getByRole('timer')).toHaveTextContent('Station B takes over from Station A in 17 s');
    await user.click(button('Hold'));
    expect(call).toHaveBeenCalledWith('hold_failover', {});
    await user.click(button('Make primary'));
    expect(call).toHaveBeenCalledWith('make_primary', {});
    await waitFor(() => expect(onchanged).toHaveBeenCalledTimes(2));
  });

  it('disables what cannot be taken, says why, and does not call', async () => {
    const { call, user } = overlay(redundancy('primary', 'unavailable', 'lost'));
    const resync = button('Resync now');
    expect(resync).toHaveAttribute('aria-disabled', 'true');
    expect(resync).toHaveAccessibleDescription('Needs contact with Station B.');
    await user.click(resync);
    expect(call).not.toHaveBeenCalledWith('resync_now', {});
  });

  it('forces only after the named risk was confirmed', async () => {
    const pair = redundancy('secondary_copy', 'not_synced', 'sums_differ', {
      offers: { make_primary: true },
    });
    const { call, user } = overlay(pair);
    await user.click(button('Make primary'));
    expect(call).not.toHaveBeenCalledWith('make_primary', expect.anything());
    expect(screen.getByText(/some of it may be missing or wrong/)).toBeVisible();
    await user.click(button('Make primary anyway'));
    expect(call).toHaveBeenCalledWith('make_primary', { force: true });
  });

  it('takes nothing when the risk is declined', async () => {
    const pair = redundancy('secondary_copy', 'connecting', 'first_sync', { offers: { make_primary: true } });
    const { call, user } = overlay(pair);
    await user.click(button('Make primary'));
    await user.click(button('Cancel'));
    expect(screen.queryByText(/first copy: it may lack/)).toBeNull();
    expect(call).not.toHaveBeenCalledWith('make_primary', expect.anything());
  });

  it('offers force with the core’s own words where the core asks for it', async () => {
    const refuse: Answer = (args) => {
      if ((args as { force?: boolean }).force) return unavailable;
      throw new CallError('conflict', 'The other station may lead already.');
    };
    const pair = redundancy('secondary_copy', 'synced', 'equal', { offers: { make_primary: true } });
    const { call, user } = overlay(pair, { make_primary: refuse });
    await user.click(button('Make primary'));
    expect(await screen.findByText('The other station may lead already.')).toBeVisible();
    await user.click(button('Make primary anyway'));
    expect(call).toHaveBeenLastCalledWith('make_primary', { force: true });
  });

  it('shows why a step failed', async () => {
    const pair = redundancy('primary', 'synced', 'equal', { offers: { hand_over: true } });
    const { user } = overlay(pair, {
      hand_over: () => {
        throw new CallError('busy', 'A hand-over is going on.');
      },
    });
    await user.click(button('Hand over'));
    expect(await screen.findByText('Hand over: A hand-over is going on.')).toBeVisible();
  });

  it('opens the form from Settings and from the redundancy settings link', async () => {
    const { user, onsettings } = overlay(redundancy('none', 'no_redundancy', 'no_redundancy'));
    await user.click(button('Settings'));
    await user.click(screen.getByRole('link', { name: 'redundancy settings' }));
    expect(onsettings).toHaveBeenCalledTimes(2);
  });

  it('shows the code to compare, and says beside the field when another is typed', async () => {
    const pair = redundancy('primary', 'connecting', 'confirm_code', {
      confirm_code: '4J7Q-K2ME',
      peer_url: 'https://192.0.2.2:40811/',
      offers: { confirm_peer: true },
    });
    const { user, call } = overlay(pair, {
      confirm_peer: () => {
        throw new CallError('invalid', 'That is another code.');
      },
    });
    expect(screen.getByText('4J7Q-K2ME')).toBeVisible();
    const field = screen.getByLabelText('Code as the other screen shows it');
    await user.type(field, ' 4J7Q-XXXX ');
    await user.click(button('Confirm'));
    expect(call).toHaveBeenCalledWith('confirm_peer', { code: '4J7Q-XXXX' });
    await waitFor(() => expect(field).toHaveAccessibleDescription('That is another code.'));
  });

  it('goes on showing a code that was confirmed here, for the other station', () => {
    overlay(
      redundancy('primary', 'connecting', 'confirm_code', {
        confirm_code: '4J7Q-K2ME',
        peer_url: 'https://192.0.2.2:40811/#sha256-aa',
      }),
    );
    expect(screen.getByText('4J7Q-K2ME')).toBeVisible();
    expect(screen.getByText(/Confirmed here/)).toBeVisible();
    expect(screen.queryByLabelText('Code as the other screen shows it')).toBeNull();
  });

  it('shows the progress of a sync', () => {
    overlay(redundancy('secondary_copy', 'syncing', 'copying', { progress: { done: 37, total: 100 } }));
    expect(screen.getByRole('progressbar', { name: 'Full copy' })).toHaveValue(37);
    expect(screen.getByText('37 %')).toBeVisible();
  });

  it('shows the redundancy log', async () => {
    overlay(redundancy('primary', 'synced', 'equal'));
    expect(await screen.findByText('Mode set.')).toBeVisible();
  });

  it('copies the URL of this station', async () => {
    const { user } = overlay(redundancy('primary', 'synced', 'equal'));
    await user.click(button('Copy: URL of this station, for the other one'));
    expect(await navigator.clipboard.readText()).toBe(station().url);
  });

  it('claims nothing and offers nothing while the window hears nothing from its station', async () => {
    const pair = redundancy('primary', 'synced', 'equal', { offers: { hand_over: true } });
    const { call, user } = overlay(pair, {}, station(), false);
    expect(screen.getAllByText('Not known')[0]).toHaveRole('alert');
    expect(screen.queryByText('Synced')).toBeNull();
    expect(screen.queryByText('Equal')).toBeNull();
    await user.click(button('Hand over'));
    expect(call).not.toHaveBeenCalledWith('hand_over', {});
  });

  it('says when nothing is at stake in a choice', () => {
    overlay(
      redundancy('primary', 'incompatible', 'superseded', {
        difference: { shared_seq: 9, only_here: 0, only_there: 0 },
      }),
    );
    expect(screen.getByText(/Neither has edits that the other lacks/)).toBeVisible();
  });

  it('says when nobody can reach this station', () => {
    overlay(redundancy('primary', 'connecting', 'first_contact', { listener_error: 'The port is taken.' }));
    expect(screen.getByText(/The port is taken\./)).toHaveRole('alert');
  });
});

describe('orphans', () => {
  const about = (summary: string) => ({ summary, total: 1, rows: [] });
  const orphan = {
    id: 'o1',
    bundle: 'b1',
    cut_at: '2026-11-22T20:10:00Z',
    reason: 'Superseded.',
    imported: false,
    kept_here: true,
    kept_there: false,
    seq: 9,
    epoch: 2,
    at: '2026-11-22T20:00:00Z',
    station_id: station().station_id,
    user: 'maria',
    label: 'Move 3 items',
    affected: about('2026-11-22: changed “News” (place)'),
    state: 'kept',
    reapplied_seq: null,
    left_out: 0,
  };
  const listed = (...orphans: object[]) => ({
    list_orphans: () => ({ total: orphans.length, orphans, peer_error: null }),
  });
  const pair = redundancy('primary', 'synced', 'equal', { orphans: 1 });
  const again = {
    id: 'o1',
    label: 'Move 3 items',
    changed: true,
    left_out: 0,
    conflicts: [],
    epoch: 3,
    seq: 1205,
  };
  const conflict = {
    id: 'o1',
    label: 'Move 3 items',
    changes: 3,
    in_the_way: 1,
    conflicts: [
      {
        row: {
          thing: 'item',
          change: 'changed',
          id: 'i',
          title: 'News',
          date: '2026-11-22',
          fields: ['title'],
        },
        why: 'changed',
        message: '“News” was changed since.',
        fields: [{ field: 'title', found: 'News', wanted: 'Late news', now: 'Early news' }],
        by: {
          seq: 1200,
          at: '2026-11-22T20:30:00Z',
          station_id: peer().station_id,
          user: 'eve',
          label: 'Rename 1 item',
        },
      },
    ],
  };

  it('are listed with what they are about, applied again and exported', async () => {
    const { call, user } = overlay(pair, {
      ...listed(orphan),
      reapply_orphan: () => again,
      export_orphans: () => ({ path: '/tmp/o.json', orphans: 1 }),
    });
    expect(await screen.findByText('2026-11-22: changed “News” (place)')).toBeVisible();
    expect(screen.getByText('maria, Station A')).toBeVisible();
    await user.click(button('Apply again: Move 3 items'));
    expect(call).toHaveBeenCalledWith('reapply_orphan', { id: 'o1' });
    await user.type(screen.getByLabelText(/Export all/), '/tmp/o.json');
    await user.click(button('Export'));
    expect(await screen.findByText('1 orphan written to /tmp/o.json')).toBeVisible();
  });

  it('say what is in the way, and are applied without it in a second step', async () => {
    const { call, user } = overlay(pair, {
      ...listed(orphan),
      reapply_orphan: (args) => {
        if ((args as { partial?: boolean }).partial)
          return { ...again, left_out: 1, conflicts: conflict.conflicts };
        throw new CallError('conflict', 'It does not fit.', conflict);
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Apply again: Move 3 items' }));
    await screen.findByText('1 of its 3 changes does not fit what is there now');
    const alert = screen.getAllByRole('alert').find((found) => found.querySelector('table'));
    if (!alert) throw new Error('the conflict is no alert');
    const row = within(alert).getByRole('row', { name: 'title News Late news Early news' });
    expect(row).toBeVisible();
    expect(within(alert).getByText(/by eve on Station B, .*: Rename 1 item/)).toBeVisible();
    await user.click(button('Apply what fits (2 of 3)'));
    expect(call).toHaveBeenCalledWith('reapply_orphan', { id: 'o1', partial: true });
    expect(await screen.findByText(/1 change was left out/)).toBeVisible();
    expect(screen.queryByText('1 of its 3 changes does not fit what is there now')).toBeNull();
  });

  it('say why one cannot be applied', async () => {
    const { user } = overlay(pair, {
      ...listed(orphan),
      reapply_orphan: () => {
        throw new CallError('unavailable', 'Station B cannot be asked.');
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Apply again: Move 3 items' }));
    expect(await screen.findByText('Station B cannot be asked.')).toHaveRole('alert');
  });

  it('are applied from a secondary by way of its primary, as long as that is in contact', async () => {
    const self = station({ name: 'Station B', editable: false });
    const secondary = (status: 'synced' | 'unavailable') =>
      redundancy('secondary_copy', status, status === 'synced' ? 'equal' : 'lost', {
        orphans: 1,
        peer: peer({ name: 'Station A', mode: 'primary' }),
      });
    const { call, user } = overlay(
      secondary('synced'),
      { ...listed(orphan), reapply_orphan: () => again },
      self,
    );
    await user.click(await screen.findByRole('button', { name: 'Apply again: Move 3 items' }));
    expect(call).toHaveBeenCalledWith('reapply_orphan', { id: 'o1' });
    cleanup();
    overlay(secondary('unavailable'), listed(orphan), self);
    const apply = await screen.findByRole('button', { name: 'Apply again: Move 3 items' });
    expect(apply).toHaveAccessibleDescription('Needs contact with Station A, the primary.');
  });

  it('stay listed when they are set aside, and can be taken up again', async () => {
    const aside = { ...orphan, id: 'o2', label: 'Delete 1 item', state: 'set_aside' };
    const { call, user } = overlay(pair, {
      ...listed(orphan, aside),
      set_aside_orphans: () => ({ marked: 1 }),
    });
    await user.click(await screen.findByRole('button', { name: 'Set aside: Move 3 items' }));
    expect(call).toHaveBeenCalledWith('set_aside_orphans', { ids: ['o1'], set_aside: true });
    await user.click(screen.getByText('Dealt with (1)'));
    await user.click(button('Take up again: Delete 1 item'));
    expect(call).toHaveBeenCalledWith('set_aside_orphans', { ids: ['o2'], set_aside: false });
  });

  it('of one bundle are applied again together, and those that do not fit say why', async () => {
    const { call, user } = overlay(pair, {
      ...listed({ ...orphan, id: 'o0', label: 'Insert 1 item' }, orphan),
      reapply_orphans: () => ({ reapplied: [again], conflicts: [conflict], stopped: null }),
    });
    await user.click(await screen.findByRole('button', { name: 'Apply all again' }));
    expect(call).toHaveBeenCalledWith('reapply_orphans', { bundle: 'b1' });
    expect(await screen.findByText('Applied again: 1. Left, since they do not fit: 1.')).toBeVisible();
    expect(screen.getByText('1 of its 3 changes does not fit what is there now')).toBeVisible();
  });

  it('are taken in from a file, and a bad file is said beside its field', async () => {
    const { user } = overlay(pair, {
      ...listed(orphan),
      import_orphans: () => {
        throw new CallError('invalid', 'The file is damaged at its orphan 2.');
      },
    });
    const field = await screen.findByLabelText(/Take in orphans/);
    await user.type(field, '/tmp/o.json');
    await user.click(button('Import'));
    await waitFor(() => expect(field).toHaveAccessibleDescription('The file is damaged at its orphan 2.'));
  });
});

describe('the comparison of two histories', () => {
  const entry = (seq: number, label: string, summary: string) => ({
    seq,
    epoch: 2,
    at: '2026-11-22T20:00:00Z',
    station_id: station().station_id,
    user: 'maria',
    label,
    affected: { summary, total: 1, rows: [] },
  });
  const superseded = redundancy('primary', 'incompatible', 'superseded', {
    difference: { shared_seq: 9, only_here: 1, only_there: 300 },
  });

  it('lists what each side has that the other lacks, beside the choice', async () => {
    overlay(superseded, {
      compare_histories: () => ({
        shared_seq: 9,
        only_here: side([entry(10, 'Delete 1 item', '2026-11-22: removed “News”')]),
        only_there: side([entry(309, 'Move 3 items', '')], 300),
        peer_error: null,
      }),
    });
    const here = within(await screen.findByRole('group', { name: 'Only on Station A' }));
    expect(here.getByText('2026-11-22: removed “News”')).toBeVisible();
    expect(here.getByText('1 edit')).toBeVisible();
    const there = within(screen.getByRole('group', { name: 'Only on Station B' }));
    expect(there.getByText('Move 3 items')).toBeVisible();
    expect(there.getByText('The latest 1 of 300.')).toBeVisible();
  });

  it('shows this side and says why where the other one does not answer', async () => {
    overlay(superseded, {
      compare_histories: () => ({
        shared_seq: 9,
        only_here: side([entry(10, 'Delete 1 item', '')]),
        only_there: null,
        peer_error: 'Station B cannot be asked: no answer within 2 s.',
      }),
    });
    const there = within(await screen.findByRole('group', { name: 'Only on Station B' }));
    expect(there.getByText('Station B cannot be asked: no answer within 2 s.')).toBeVisible();
    expect(screen.getByText('Delete 1 item')).toBeVisible();
  });

  it('is not made where there is nothing to choose', () => {
    const { call } = overlay(redundancy('primary', 'synced', 'equal'));
    expect(call).not.toHaveBeenCalledWith('compare_histories', {});
  });
});

describe('how far the secondary is behind', () => {
  const lag = { entries: 3, bytes: 1240, ms: 412 };
  const card = (name: string) => within(screen.getByRole('region', { name }));

  it('stands with the other station on a primary', () => {
    overlay(redundancy('primary', 'syncing', 'behind', { lag }));
    expect(card('Other station: Station B').getByText('3 entries, 1.2 kB, 412 ms')).toBeVisible();
    expect(screen.getByText('3 entries behind')).toBeVisible();
  });

  it('stands with this station on a secondary', () => {
    overlay(redundancy('secondary_copy', 'syncing', 'behind', { lag }));
    expect(card('This station: Station A').getByText('3 entries, 1.2 kB, 412 ms')).toBeVisible();
  });
});
