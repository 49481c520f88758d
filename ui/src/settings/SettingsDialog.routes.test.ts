import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import SettingsDialog from './SettingsDialog.svelte';

describe('opening the settings', () => {
  it('leads to the redundancy form from the redundancy link, and to the channel otherwise', async () => {
    const app = await startApp(stationBackend());
    await waitFor(() => expect(app.channel.channel).not.toBeNull());
    render(Provide, { props: { app, of: SettingsDialog } });
    const chosen = () => screen.findByRole('tab', { selected: true });

    app.overlay = 'redundancy_settings';
    expect(await chosen()).toHaveTextContent('Redundancy');
    await userEvent.click(screen.getByRole('tab', { name: 'Channel' }));
    expect(await chosen()).toHaveTextContent('Channel');

    app.overlay = 'redundancy_settings';
    await waitFor(async () => expect(await chosen()).toHaveTextContent('Redundancy'));
  });
});
