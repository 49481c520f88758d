import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { CallError, type Backend, type Redundancy } from '../backend';
import { redundancy, station, witness } from '../redundancy/fixtures';
import RedundancyForm from './RedundancyForm.svelte';

function form(pair: Redundancy, answer: (args: unknown) => unknown = () => pair) {
  const call = vi.fn(async (_command: string, args: unknown) => answer(args));
  const onchanged = vi.fn();
  const backend = { call } as unknown as Pick<Backend, 'call'>;
  const { rerender } = render(RedundancyForm, {
    props: { station: station(), redundancy: pair, backend, onchanged, timeZone: 'Europe/Berlin' },
  });
  return { call, onchanged, rerender, user: userEvent.setup() };
}

const none = redundancy('none', 'no_redundancy', 'no_redundancy');
const mode = (name: string) => screen.getByRole('radio', { name });
const URL_OF_SECONDARY = 'URL of the secondary system';
const URL_OF_PRIMARY = 'URL of the primary system';
const OFFSET = 'Failover offset time';
const apply = () => screen.getByRole('button', { name: 'Apply' });

describe('the redundancy form', () => {
  it('offers the four modes as radio buttons, each with a sentence', () => {
    form(none);
    const modes = screen.getAllByRole('radio');
    expect(screen.getByRole('group', { name: 'Redundancy mode' })).toBeVisible();
    expect(modes.map((radio) => radio.getAttribute('aria-label'))).toEqual([
      'No redundancy',
      'Primary',
      'Secondary copy',
      'Secondary failover',
    ]);
    for (const radio of modes) expect(radio).toHaveAccessibleDescription(/\.$/);
  });

  it.each([
    ['No redundancy', []],
    ['Primary', [URL_OF_SECONDARY]],
    ['Secondary copy', [URL_OF_PRIMARY]],
    ['Secondary failover', [URL_OF_PRIMARY, OFFSET]],
  ])('%s asks for exactly what it needs', async (name, fields) => {
    const { user } = form(none);
    await user.click(mode(name));
    for (const label of [URL_OF_SECONDARY, URL_OF_PRIMARY, OFFSET]) {
      const shown = screen.queryByLabelText(label) !== null;
      expect(shown, label).toBe(fields.includes(label));
    }
  });

  it('sends what the mode needs', async () => {
    const { user, call, onchanged } = form(none);
    await user.click(mode('Secondary failover'));
    await user.type(screen.getByLabelText(URL_OF_PRIMARY), ' https://192.0.2.2:40811/#sha256-aa ');
    await user.clear(screen.getByLabelText(OFFSET));
    await user.type(screen.getByLabelText(OFFSET), '12');
    await user.click(apply());
    expect(call).toHaveBeenCalledWith('set_redundancy', {
      mode: 'secondary_failover',
      peer_url: 'https://192.0.2.2:40811/#sha256-aa',
      failover_offset_s: 12,
      auto_rejoin: false,
    });
    await waitFor(() => expect(onchanged).toHaveBeenCalled());
    expect(screen.getByText('Applied.')).toBeVisible();
  });

  it('sets a witness, asks for user and password only with a URL, and forgets the password', async () => {
    const { user, call } = form(redundancy('primary', 'synced', 'equal'));
    expect(screen.queryByLabelText('Password')).toBeNull();
    await user.type(screen.getByLabelText('URL of the witness'), 'https://192.0.2.3:2379/#sha256-bb');
    await user.type(screen.getByLabelText('User'), 'tandem');
    await user.type(screen.getByLabelText('Password'), 'hush');
    await user.click(apply());
    expect(call).toHaveBeenCalledWith(
      'set_redundancy',
      expect.objectContaining({
        witness: { url: 'https://192.0.2.3:2379/#sha256-bb', user: 'tandem', password: 'hush' },
      }),
    );
    await waitFor(() => expect(screen.getByLabelText('Password')).toHaveValue(''));
  });

  it('leaves the witness as it is unless it was changed, and does without one where its URL is emptied', async () => {
    const { user, call } = form(redundancy('primary', 'synced', 'equal', { witness: witness() }));
    await user.click(apply());
    expect(call.mock.lastCall?.[1]).toMatchObject({ mode: 'primary' });
    expect(call.mock.lastCall?.[1]).not.toHaveProperty('witness');
    await user.clear(screen.getByLabelText('URL of the witness'));
    await user.click(apply());
    expect(call).toHaveBeenLastCalledWith('set_redundancy', expect.objectContaining({ witness: null }));
  });

  it.each([
    ['witness_url', 'URL of the witness'],
    ['witness_user', 'User'],
    ['witness_password', 'Password'],
  ])('puts what is wrong with %s beside its field', async (field, label) => {
    const { user } = form(redundancy('primary', 'synced', 'equal', { witness: witness() }), () => {
      throw new CallError('invalid', 'That will not do.', { field });
    });
    await user.click(apply());
    await waitFor(() => expect(screen.getByLabelText(label)).toBeInvalid());
    expect(screen.getByLabelText(label)).toHaveAccessibleDescription(/That will not do\./);
  });

  it('leaves a pair with the mode alone', async () => {
    const { user, call } = form(redundancy('primary', 'synced', 'equal'));
    await user.click(mode('No redundancy'));
    await user.click(apply());
    expect(call).toHaveBeenCalledWith('set_redundancy', { mode: 'none' });
  });

  it('says beside the field that a URL is missing, and sends nothing', async () => {
    const { user, call } = form(none);
    await user.click(mode('Primary'));
    await user.click(apply());
    const field = screen.getByLabelText(URL_OF_SECONDARY);
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription(/Paste the URL/);
    expect(call).not.toHaveBeenCalled();
  });

  it.each(['', 'soon', '2.5'])('says beside the field that "%s" is no offset', async (typed) => {
    const { user, call } = form(redundancy('secondary_failover', 'synced', 'equal'));
    const field = screen.getByLabelText(OFFSET);
    await user.clear(field);
    if (typed) await user.type(field, typed);
    await user.click(apply());
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription(/whole seconds, 2 to 86,400/);
    expect(call).not.toHaveBeenCalled();
  });

  it.each([
    ['peer_url', URL_OF_PRIMARY],
    ['failover_offset_s', OFFSET],
  ])('puts the core’s refusal of %s beside its field', async (field, label) => {
    const { user } = form(redundancy('secondary_failover', 'synced', 'equal'), () => {
      throw new CallError('invalid', 'That will not do.', { field });
    });
    await user.click(apply());
    await waitFor(() => expect(screen.getByLabelText(label)).toBeInvalid());
    expect(screen.getByLabelText(label)).toHaveAccessibleDescription(/That will not do\./);
  });

  it('shows an error that belongs to no field under the form', async () => {
    const { user } = form(redundancy('primary', 'synced', 'equal'), () => {
      throw new CallError('busy', 'Try again in a moment.');
    });
    await user.click(apply());
    expect(await screen.findByText('Try again in a moment.')).toHaveRole('alert');
  });

  it('replaces data only after it was confirmed, with the counts shown', async () => {
    const { user, call } = form(none, (args) => {
      if ((args as { confirm_replace?: boolean }).confirm_replace) return none;
      throw new CallError('conflict', 'Not empty.', { playlists: 1, items: 1204, assets: 0 });
    });
    await user.click(mode('Secondary copy'));
    await user.type(screen.getByLabelText(URL_OF_PRIMARY), 'https://192.0.2.2:1/');
    await user.click(apply());
    expect(await screen.findByText('This station holds 1 playlist and 1,204 items.')).toBeVisible();
    expect(screen.getByText(/A dated backup/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Replace the data' }));
    expect(call).toHaveBeenLastCalledWith(
      'set_redundancy',
      expect.objectContaining({ confirm_replace: true }),
    );
  });

  it('replaces nothing when that is declined', async () => {
    const { user, call } = form(redundancy('secondary_copy', 'synced', 'equal'), () => {
      throw new CallError('conflict', 'Not empty.');
    });
    await user.click(apply());
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(call.mock.calls.filter(([command]) => command === 'set_redundancy')).toHaveLength(1);
    expect(screen.queryByText(/will be replaced/)).toBeNull();
  });

  it('shows what only this station has before its data are replaced by those of the peer that is set', async () => {
    const entry = {
      seq: 8,
      epoch: 2,
      at: '2026-11-22T20:46:12Z',
      station_id: station().station_id,
      user: 'ines',
      label: 'Insert “Late news”',
      affected: { summary: '2026-11-22: added “Late news”', total: 1, rows: [] },
    };
    const { user } = form(redundancy('primary', 'incompatible', 'both_primary'), (args) => {
      if (Object.keys(args as object).length > 0) throw new CallError('conflict', 'Not empty.', { items: 3 });
      return {
        shared_seq: null,
        only_here: { total: 1, entries: [entry] },
        only_there: { total: 0, entries: [] },
        peer_error: null,
      };
    });
    await user.click(mode('Secondary copy'));
    await user.click(apply());
    const own = await screen.findByRole('group', { name: 'Only on Station A' });
    expect(own).toHaveTextContent('Insert “Late news”');
    expect(own).toHaveTextContent('2026-11-22: added “Late news”');
  });

  it('asks nothing of a peer that was only just typed', async () => {
    const { user, call } = form(redundancy('primary', 'incompatible', 'both_primary'), () => {
      throw new CallError('conflict', 'Not empty.', { items: 3 });
    });
    await user.click(mode('Secondary copy'));
    await user.clear(screen.getByLabelText(URL_OF_PRIMARY));
    await user.type(screen.getByLabelText(URL_OF_PRIMARY), 'https://192.0.2.9:1/');
    await user.click(apply());
    expect(await screen.findByText('This station holds 3 items.')).toBeVisible();
    expect(call).not.toHaveBeenCalledWith('compare_histories', {});
  });

  it('shows this station’s own URL to copy', async () => {
    const { user } = form(none);
    await user.click(screen.getByRole('button', { name: /^Copy/ }));
    expect(await navigator.clipboard.readText()).toBe(station().url);
  });

  it('stays usable on a secondary', async () => {
    const { user } = form(redundancy('secondary_copy', 'unavailable', 'lost'));
    await user.click(mode('No redundancy'));
    expect(apply()).not.toHaveAttribute('aria-disabled');
  });

  it('keeps what is typed when the pair changes meanwhile', async () => {
    const { user, rerender } = form(none);
    await user.click(mode('Primary'));
    await user.type(screen.getByLabelText(URL_OF_SECONDARY), 'https://half');
    await rerender({ redundancy: redundancy('none', 'no_redundancy', 'no_redundancy', { orphans: 1 }) });
    expect(screen.getByLabelText(URL_OF_SECONDARY)).toHaveValue('https://half');
  });
});
