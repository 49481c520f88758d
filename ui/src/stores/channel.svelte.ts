import type { Backend, Channel } from '../backend';
import { DEFAULT_RATE, parseFrameRate, type FrameRate } from '../time/frame-rate';
import { formatTimecode } from '../time/timecode';

/** The channel's settings, and the formatting of times that follows from them. */
export class ChannelStore {
  channel = $state.raw<Channel | null>(null);

  constructor(private readonly backend: Backend) {}

  readonly rate: FrameRate = $derived(
    (this.channel && parseFrameRate(this.channel.frame_rate, this.channel.drop_frame)) ?? DEFAULT_RATE,
  );
  readonly timeZone: string = $derived(this.channel?.time_zone ?? 'UTC');
  readonly dayStart: string = $derived(this.channel?.day_start ?? '00:00:00:00');

  /** Frames as a timecode. */
  timecode(frames: number): string {
    return formatTimecode(frames, this.rate);
  }

  async refresh(): Promise<void> {
    this.channel = (await this.backend.call('get_settings', {})).channel;
  }
}
