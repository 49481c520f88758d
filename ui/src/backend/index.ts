import { isTauri } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import { HttpBackend, takeToken } from './http';
import { TauriBackend } from './tauri';

export {
  CallError,
  type Backend,
  type Computer,
  type DesktopControls,
  type DropListener,
  type EventListener,
  type ReasonText,
} from './backend';
export type * from './contract';

/** The backend of the place that this UI runs in; null in a browser that was not given a token. */
export function connect(): Backend | null {
  if (isTauri()) return new TauriBackend();
  const token = takeToken();
  return token ? new HttpBackend(window.location.origin, token) : null;
}
