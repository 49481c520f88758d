import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { open } from '@tauri-apps/plugin-dialog';
import {
  CallError,
  type Backend,
  type Computer,
  type DesktopControls,
  type DropListener,
  type EventListener,
} from './backend';
import type { Args, Command, Answer, StationEvent } from './contract';

/** Tauri's event that carries the station's events to the window. */
const EVENT = 'tandem://event';

/** Tauri's event that Quit was chosen in the tray. */
const QUIT = 'tandem://quit';

/** Calls `heard` at each of Tauri's events of this name, until the function that it returns is called. */
function on<T>(
  event: string,
  heard: (payload: T) => void,
  ready: () => void,
  failed: (thrown: unknown) => void,
) {
  let stopped = false;
  let unlisten: (() => void) | undefined;
  listen<T>(event, ({ payload }) => heard(payload)).then((stop) => {
    if (stopped) return stop();
    unlisten = stop;
    ready();
  }, failed);
  return () => {
    stopped = true;
    unlisten?.();
  };
}

async function shell<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw CallError.from(thrown);
  }
}

const desktop: DesktopControls = {
  computer: () => shell<Computer>('computer'),
  startAtLogin: (on) => shell('start_at_login', { on }),
  onQuit: (asked) =>
    on<null>(
      QUIT,
      () => {
        void invoke('quit_heard');
        asked();
      },
      () => {},
      // The tray's Quit then ends the station without asking, at the second time.
      () => {},
    ),
  speak: (language, reasons) => shell('speak', { language, reasons }),
  quit: () => shell('quit'),
};

/** Where something is dragged. */
interface Place {
  x: number;
  y: number;
}

/** The core inside the desktop app, over Tauri's IPC. */
export class TauriBackend implements Backend {
  readonly platform = 'desktop';
  readonly desktop = desktop;

  call<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> {
    return shell<Answer<C>>('call', { command, args });
  }

  chooseFolder(startAt?: string): Promise<string | null> {
    return open({ directory: true, multiple: false, defaultPath: startAt });
  }

  filesDropped(listener: DropListener): () => void {
    // Places come in pixels of the screen; from GTK, in those of the page (wry 0.57, src/webkitgtk/drag_drop.rs).
    const scale = navigator.userAgent.includes('Linux') ? 1 : window.devicePixelRatio;
    const at = ({ x, y }: Place) => [x / scale, y / scale] as const;
    const listening = [
      listen<{ position: Place }>('tauri://drag-over', ({ payload }) =>
        listener.over(...at(payload.position)),
      ),
      listen('tauri://drag-leave', () => listener.leave()),
      listen<{ paths: string[]; position: Place }>('tauri://drag-drop', ({ payload }) => {
        if (payload.paths.length > 0) listener.drop(payload.paths, ...at(payload.position));
      }),
    ];
    return () => {
      for (const stop of listening) void stop.then((unlisten) => unlisten());
    };
  }

  events(listener: EventListener): () => void {
    return on<StationEvent>(
      EVENT,
      (event) => listener.event(event),
      () => listener.connected(),
      (thrown) => listener.disconnected(CallError.from(thrown).message),
    );
  }
}
