import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { CallError, type Backend, type Channel } from '../backend';
import ChannelForm from './ChannelForm.svelte';

const channel: Channel = {
  name: 'One',
  frame_rate: '25',
  drop_frame: false,
  time_zone: 'Europe/Berlin',
  day_start: '06:00:00:00',
};

function form(readOnly: string | null, answer: (args: never) => unknown = () => ({ channel })) {
  const call = vi.fn(async (_command: string, args: never) => answer(args));
  const onchanged = vi.fn();
  render(ChannelForm, {
    props: { channel, readOnly, backend: { call } as unknown as Pick<Backend, 'call'>, onchanged },
  });
  return { call, onchanged, user: userEvent.setup() };
}

const save = () => screen.getByRole('button', { name: 'Save' });

describe('the channel form', () => {
  it('sends only what was changed', async () => {
    const { user, call } = form(null);
    await user.clear(screen.getByLabelText('Name'));
    await user.type(screen.getByLabelText('Name'), 'Two');
    await user.click(save());
    expect(call).toHaveBeenCalledWith('update_settings', { channel: { name: 'Two' } });
  });

  it('lets drop-frame be chosen only where timecodes have it', async () => {
    const { user, call } = form(null);
    const drop = screen.getByRole('checkbox', { name: 'Drop-frame timecode' });
    expect(drop).toBeDisabled();
    expect(drop).toHaveAccessibleDescription('Only at 29.97 and 59.94 frames per second.');
    await user.selectOptions(screen.getByLabelText('Frame rate'), '30000/1001');
    await user.click(drop);
    await user.click(save());
    expect(call).toHaveBeenCalledWith('update_settings', {
      channel: { frame_rate: '30000/1001', drop_frame: true },
    });
  });

  it('converts to another frame rate only when that was chosen', async () => {
    const { user, call, onchanged } = form(null, (args: { convert?: boolean }) => {
      if (args.convert) return { channel: { ...channel, frame_rate: '50' } };
      throw new CallError('conflict', 'There are items.', { items: 12 });
    });
    await user.selectOptions(screen.getByLabelText('Frame rate'), '50');
    await user.click(save());
    expect(await screen.findByText(/There are 12 items/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Convert and save' }));
    expect(call).toHaveBeenLastCalledWith('update_settings', {
      channel: { frame_rate: '50' },
      convert: true,
    });
    await waitFor(() => expect(onchanged).toHaveBeenCalledWith({ ...channel, frame_rate: '50' }));
  });

  it('goes back to the present rate when that is declined', async () => {
    const { user } = form(null, () => {
      throw new CallError('conflict', 'There are items.');
    });
    await user.selectOptions(screen.getByLabelText('Frame rate'), '50');
    await user.click(save());
    await user.click(await screen.findByRole('button', { name: 'Keep the present rate' }));
    expect(screen.getByLabelText('Frame rate')).toHaveValue('25');
  });

  it.each([
    ['time_zone', 'Time zone'],
    ['channel.day_start', 'Start of the broadcast day'],
  ])('puts the core’s refusal of %s beside its field', async (field, label) => {
    const { user } = form(null, () => {
      throw new CallError('invalid', 'No such thing.', { field });
    });
    await user.click(save());
    await waitFor(() => expect(screen.getByLabelText(label)).toBeInvalid());
    expect(screen.getByLabelText(label)).toHaveAccessibleDescription(/No such thing\./);
  });

  it('is disabled on a secondary and says why', async () => {
    const { user, call } = form('Station B follows Station A and cannot edit.');
    expect(screen.getByRole('note')).toHaveTextContent('Station B follows Station A and cannot edit.');
    for (const label of ['Name', 'Frame rate', 'Time zone', 'Start of the broadcast day']) {
      expect(screen.getByLabelText(label)).toBeDisabled();
    }
    expect(save()).toHaveAccessibleDescription('Station B follows Station A and cannot edit.');
    await user.click(save());
    expect(call).not.toHaveBeenCalled();
  });
});
