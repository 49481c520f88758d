import { render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { redundancy, station } from '../redundancy/fixtures';
import { pairOf } from '../redundancy/pair';
import { reasonText } from '../redundancy/reasons';
import { stationBackend } from '../testing/fake-backend';
import Provide from '../testing/Provide.svelte';
import { startApp } from '../testing/start-app';
import AlarmBar from './AlarmBar.svelte';
import { alarmSound } from './alarm-sound.svelte';
import { AlarmStore } from './alarms.svelte';
import { samples } from './tone';
import type { Alarm } from '../backend';

const alarm = (number: number, over = false): Alarm => ({
  number,
  cause: 'unavailable',
  reason: 'no_answer',
  text: 'The other station does not answer.',
  cure: null,
  at: '2026-11-22T10:00:00Z',
  again: 0,
  over,
});

describe('the tone', () => {
  const round = samples(48_000);

  test('is loud and never beyond what a loudspeaker takes', () => {
    const peak = round.reduce((most, frame) => Math.max(most, Math.abs(frame)), 0);
    expect(peak).toBeGreaterThan(0.7);
    expect(peak).toBeLessThanOrEqual(1);
  });

  test('begins and ends at zero, so that its rounds join without a click', () => {
    expect(round[0]).toBe(0);
    expect(round.at(-1)).toBe(0);
    const steepest = round
      .slice(1)
      .reduce((most, frame, at) => Math.max(most, Math.abs(frame - (round[at] ?? 0))), 0);
    expect(steepest).toBeLessThan(0.3);
  });

  test('leaves a rest in which people can talk', () => {
    expect(round.slice(48_000 * 1.2).every((frame) => frame === 0)).toBe(true);
  });
});

describe('the bar', () => {
  test.each([false, true])('says what to do about an alarm, unless it is over (%s)', async (over) => {
    const pair = redundancy('primary', 'unavailable', 'no_answer');
    const backend = stationBackend([], [], station({ mode: 'primary' }));
    backend.handlers.get_redundancy = () => pair;
    backend.handlers.get_alarms = () => ({ open: [alarm(1, over)], sounds: false, trouble: !over });
    const app = await startApp(backend);
    render(Provide, { props: { app, of: AlarmBar } });
    const { cause, cure } = reasonText('no_answer', pairOf(station(), pair));
    const bar = screen.getByRole('alert');
    expect(bar).toHaveTextContent('Station B is unavailable');
    expect(bar.textContent?.includes(`${cause} ${cure}`)).toBe(!over);
    expect(bar.textContent?.includes('This is over: nothing needs to be done.')).toBe(over);
    app.stop();
  });
});

describe('the alarm on a screen', () => {
  const created: { started: number; stopped: number; state: AudioContextState }[] = [];

  class FakeContext {
    state: AudioContextState = 'suspended';
    sampleRate = 8_000;
    destination = {};
    own = { started: 0, stopped: 0, state: this.state };
    constructor() {
      created.push(this.own);
    }
    createGain = () => ({ gain: { value: 0 }, connect: vi.fn() });
    createBuffer = () => ({ copyToChannel: vi.fn() });
    createBufferSource = () => ({
      connect: vi.fn(),
      disconnect: vi.fn(),
      start: () => (this.own.started += 1),
      stop: () => (this.own.stopped += 1),
    });
    async resume() {
      this.state = allowed ? 'running' : 'suspended';
    }
    async suspend() {
      this.state = 'suspended';
    }
    async close() {}
  }

  let allowed = true;
  beforeEach(() => {
    created.length = 0;
    allowed = true;
    vi.stubGlobal('AudioContext', FakeContext);
    alarmSound.on = true;
  });
  afterEach(() => vi.unstubAllGlobals());

  test('sounds while an alarm is not over, and falls silent with it', () => {
    const store = new AlarmStore(stationBackend());
    store.now = { open: [alarm(1)], sounds: true, trouble: true };
    store.follow();
    expect(created[0]).toMatchObject({ started: 1, stopped: 0 });
    store.now = { open: [alarm(1, true)], sounds: false, trouble: false };
    store.follow();
    expect(created[0]).toMatchObject({ started: 1, stopped: 1 });
  });

  test('is silent where its sound is off, but for a test', () => {
    alarmSound.on = false;
    const store = new AlarmStore(stationBackend());
    store.now = { open: [alarm(1)], sounds: true, trouble: true };
    expect(store.audible).toBe(false);
    store.test();
    expect(store.audible).toBe(true);
    store.stop();
  });

  test('knows that the browser holds sound back until somebody touches the page', async () => {
    allowed = false;
    const store = new AlarmStore(stationBackend());
    store.now = { open: [alarm(1)], sounds: true, trouble: true };
    store.follow();
    await vi.waitFor(() => expect(store.sound).toBe('blocked'));
    allowed = true;
    store.touched();
    await vi.waitFor(() => expect(store.sound).toBe('running'));
  });

  test('acknowledges what is on the screen and nothing that comes later', async () => {
    const backend = stationBackend();
    backend.handlers.acknowledge_alarms = () => ({ open: [], sounds: false, trouble: true });
    const store = new AlarmStore(backend);
    store.now = { open: [alarm(3), alarm(7)], sounds: true, trouble: true };
    await store.acknowledge();
    expect(backend.argsOf('acknowledge_alarms')).toEqual([{ up_to: 7 }]);
    expect(store.now.sounds).toBe(false);
  });
});
