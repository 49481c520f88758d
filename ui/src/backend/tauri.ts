import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { open } from '@tauri-apps/plugin-dialog';
import { CallError, type Backend, type EventListener } from './backend';
import type { Args, Command, Answer, StationEvent } from './contract';

/** Tauri's event that carries the station's events to the window. */
const EVENT = 'tandem://event';

/** The core inside the desktop app, over Tauri's IPC. */
export class TauriBackend implements Backend {
  readonly platform = 'desktop';

  async call<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> {
    try {
      return await invoke<Answer<C>>('call', { command, args });
    } catch (thrown) {
      throw CallError.from(thrown);
    }
  }

  chooseFolder(startAt?: string): Promise<string | null> {
    return open({ directory: true, multiple: false, defaultPath: startAt });
  }

  events(listener: EventListener): () => void {
    let stopped = false;
    let unlisten: (() => void) | undefined;
    listen<StationEvent>(EVENT, ({ payload }) => listener.event(payload)).then(
      (stop) => {
        if (stopped) return stop();
        unlisten = stop;
        listener.connected();
      },
      (thrown) => listener.disconnected(CallError.from(thrown).message),
    );
    return () => {
      stopped = true;
      unlisten?.();
    };
  }
}
