import { BAR } from '../alarm/strings';
import type { ActionRule } from './action';

export const alarmActions: readonly ActionRule[] = [
  {
    id: 'alarm.acknowledge',
    group: 'Window',
    scope: 'global',
    keys: ['F9'],
    evenInDialogs: true,
    unavailable: (app) => (app.alarms.now.open.length > 0 ? null : BAR.nothing),
    run: (app) => void app.attempt(BAR.acknowledging, () => app.alarms.acknowledge()),
  },
];
