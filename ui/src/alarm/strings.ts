/** Every text of the alarm that can be heard. */

import type { AlarmCause } from '../backend';
import { texts } from '../language';
import { counted } from '../language/format';

/** What happened, with both stations' names, short enough to be read from two metres. */
export const CAUSE = texts({
  unavailable: (_self: string, peer: string) => ({
    en: `${peer} is unavailable`,
    de: `${peer} ist nicht erreichbar`,
  }),
  took_over: (self: string, peer: string) => ({
    en: `${self} took over from ${peer} and is primary now`,
    de: `${self} hat von ${peer} übernommen und ist jetzt Hauptsystem`,
  }),
  superseded: (self: string, peer: string) => ({
    en: `${peer} became primary meanwhile: ${self} stopped editing`,
    de: `${peer} ist inzwischen Hauptsystem: ${self} bearbeitet nicht mehr`,
  }),
  two_primaries: (self: string, peer: string) => ({
    en: `Two primaries: ${self} and ${peer}`,
    de: `Zwei Hauptsysteme: ${self} und ${peer}`,
  }),
  waiting: (self: string, _peer: string) => ({
    en: `${self} does not edit: it waits for your decision`,
    de: `${self} bearbeitet nicht: Es wartet auf Ihre Entscheidung`,
  }),
  cannot_take_over: (self: string, peer: string) => ({
    en: `${self} cannot take over from ${peer}`,
    de: `${self} kann nicht von ${peer} übernehmen`,
  }),
  not_synced: (self: string, peer: string) => ({
    en: `${self} and ${peer} are not synced`,
    de: `${self} und ${peer} sind nicht auf gleichem Stand`,
  }),
  incompatible: (self: string, peer: string) => ({
    en: `${self} and ${peer} do not fit`,
    de: `${self} und ${peer} passen nicht zusammen`,
  }),
} satisfies Record<AlarmCause, unknown>);

/** Of a takeover, the pair's present reason tells too little. */
export const TOOK_OVER = texts({
  cause: {
    en: 'The primary was unavailable for the failover offset time.',
    de: 'Das Hauptsystem war länger als die „Failover offset time“ nicht erreichbar.',
  },
  cure: {
    en: 'Find out what happened to the other station and bring it back.',
    de: 'Klären Sie, was mit der anderen Station geschehen ist, und bringen Sie sie zurück.',
  },
});

export const BAR = texts({
  name: { en: 'Alarm', de: 'Alarm' },
  acknowledge: { en: 'Acknowledge', de: 'Quittieren' },
  acknowledging: { en: 'Acknowledging the alarm', de: 'Quittieren des Alarms' },
  nothing: { en: 'There is no alarm to acknowledge.', de: 'Es gibt keinen Alarm zu quittieren.' },
  since: (time: string) => ({ en: `since ${time}`, de: `seit ${time}` }),
  over: (time: string) => ({
    en: `${time}, over`,
    de: `${time}, vorbei`,
  }),
  overSays: {
    en: 'This is over: nothing needs to be done. Acknowledge that you have seen it.',
    de: 'Das ist vorbei: Es ist nichts zu tun. Quittieren Sie, dass Sie es gesehen haben.',
  },
  again: (n: number) => ({
    en: `came back ${counted(n, 'time', 'times')}`,
    de: `${counted(n, 'Mal', 'Male')} wiedergekommen`,
  }),
  more: (n: number) => ({
    en: `and ${counted(n, 'earlier alarm', 'earlier alarms')}`,
    de: `und ${counted(n, 'früherer Alarm', 'frühere Alarme')}`,
  }),
  blocked: {
    en: 'No sound yet: the browser allows it once you click or press a key here.',
    de: 'Noch kein Ton: Der Browser erlaubt ihn, sobald Sie hier klicken oder eine Taste drücken.',
  },
  off: {
    en: 'The sound is off on this screen: Settings, Alarm.',
    de: 'Der Ton ist auf diesem Bildschirm aus: Einstellungen, Alarm.',
  },
  silent: {
    en: 'This screen cannot play sound.',
    de: 'Dieser Bildschirm kann keinen Ton abspielen.',
  },
});

export const SETTINGS = texts({
  explain: {
    en: 'A tone sounds when the other station becomes unavailable, when this station takes over, when there are two primaries, or when the pair does not come into step. It sounds until somebody acknowledges it; who did and when stands in the redundancy log.',
    de: 'Ein Ton ertönt, wenn die andere Station nicht erreichbar ist, wenn diese Station übernimmt, wenn es zwei Hauptsysteme gibt oder wenn das Paar nicht auf gleichen Stand kommt. Er ertönt, bis jemand ihn quittiert; wer das wann tat, steht im Redundanz-Protokoll.',
  },
  on: { en: 'Sound the alarm on this screen', de: 'Alarm an diesem Bildschirm ertönen lassen' },
  volume: { en: 'Volume', de: 'Lautstärke' },
  test: { en: 'Test the alarm', de: 'Alarm testen' },
  testing: { en: 'This is how the alarm sounds.', de: 'So klingt der Alarm.' },
  key: (keys: string) => ({
    en: `${keys} acknowledges an alarm, wherever the keyboard is.`,
    de: `${keys} quittiert einen Alarm, wo auch immer die Tastatur gerade ist.`,
  }),
});
