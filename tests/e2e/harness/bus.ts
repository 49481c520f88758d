import { Child } from './child';
import { PATIENCE_MS } from './wait';

/** A bus of a test's own beside the session's: what a system bus is to the app. */
export class PrivateBus {
  private constructor(
    private readonly daemon: Child,
    readonly address: string,
  ) {}

  static async start(): Promise<PrivateBus> {
    const daemon = Child.start('dbus-daemon', 'dbus-daemon', ['--session', '--nofork', '--print-address']);
    return new PrivateBus(daemon, await daemon.firstLine(PATIENCE_MS));
  }

  end(): Promise<void> {
    return this.daemon.end();
  }
}
