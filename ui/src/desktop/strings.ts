/** Every text of the app's own window: quitting, and how this computer starts and stays awake. */

import { texts } from '../language';

export const QUIT = texts({
  title: (self: string) => ({ en: `Quit ${self}?`, de: `${self} beenden?` }),
  onlyInWindow: {
    en: 'This is a browser: the station is quit in its own window, or by its tray icon.',
    de: 'Das ist ein Browser: Die Station wird in ihrem eigenen Fenster beendet oder über ihr Symbol im Infobereich.',
  },
  leads: (self: string, peer: string) => ({
    en: `${self} is the primary. ${peer} holds the same data and can take the lead now, without a gap.`,
    de: `${self} ist das Hauptsystem. ${peer} hat dieselben Daten und kann jetzt ohne Unterbrechung übernehmen.`,
  }),
  leadsAlone: (self: string, peer: string) => ({
    en: `${self} is the primary, and ${peer} cannot take the lead now: hand over is not possible.`,
    de: `${self} ist das Hauptsystem, und ${peer} kann jetzt nicht übernehmen: Eine Übergabe ist nicht möglich.`,
  }),
  takesOver: (peer: string, wait: string) => ({
    en: `Quitting without handing over: ${peer} takes over after ${wait}. Until then nobody edits.`,
    de: `Beenden ohne Übergabe: ${peer} übernimmt nach ${wait}. Bis dahin bearbeitet niemand.`,
  }),
  nobodyTakesOver: (peer: string) => ({
    en: `Quitting without handing over: nobody takes over. ${peer} stays a secondary until somebody chooses Make primary there.`,
    de: `Beenden ohne Übergabe: Niemand übernimmt. ${peer} bleibt Reservesystem, bis dort jemand „Make primary“ wählt.`,
  }),
  outOfContact: (peer: string) => ({
    en: `${peer} is out of contact: once this station has quit, this channel is edited nowhere, unless ${peer} takes over or has done so.`,
    de: `${peer} ist nicht in Kontakt: Nach dem Beenden wird dieser Kanal nirgends bearbeitet, außer ${peer} übernimmt oder hat das schon getan.`,
  }),
  follows: (self: string, peer: string) => ({
    en: `${self} is the secondary. ${peer} goes on without a backup: if it fails meanwhile, nobody takes over.`,
    de: `${self} ist das Reservesystem. ${peer} läuft ohne Reserve weiter: Fällt es inzwischen aus, übernimmt niemand.`,
  }),
  handOver: (peer: string) => ({
    en: `Hand over to ${peer} and quit`,
    de: `An ${peer} übergeben und beenden`,
  }),
  handingOver: { en: 'Handing over…', de: 'Wird übergeben …' },
  failed: (message: string) => ({
    en: `Not handed over, and not quit: ${message}`,
    de: `Nicht übergeben und nicht beendet: ${message}`,
  }),
  without: { en: 'Quit without handing over', de: 'Ohne Übergabe beenden' },
  quit: { en: 'Quit', de: 'Beenden' },
  cancel: { en: 'Cancel', de: 'Abbrechen' },
  tried: { en: 'Quitting', de: 'Beenden' },
});

export const COMPUTER = texts({
  startAtLogin: { en: 'Start Tandem when I log in', de: 'Tandem beim Anmelden starten' },
  startAtLoginSays: {
    en: 'An entry in the autostart folder of this user, as the desktop’s own settings show it.',
    de: 'Ein Eintrag im Autostart-Ordner dieses Benutzers, wie ihn auch die Einstellungen des Desktops zeigen.',
  },
  noAutostart: {
    en: 'This system has no autostart folder.',
    de: 'Dieses System hat keinen Autostart-Ordner.',
  },
  setting: { en: 'Setting the start at login', de: 'Einstellen des Starts beim Anmelden' },
  reading: { en: 'Reading this computer’s settings', de: 'Lesen der Einstellungen dieses Computers' },
  awake: { en: 'Sleep', de: 'Ruhezustand' },
  states: {
    not_needed: {
      en: 'This computer may sleep: no redundancy mode is set.',
      de: 'Dieser Computer darf ruhen: Es ist keine Redundanz eingestellt.',
    },
    held: {
      en: 'This computer is kept awake while a redundancy mode is set.',
      de: 'Dieser Computer wird wach gehalten, solange eine Redundanz eingestellt ist.',
    },
    no_service: {
      en: 'Nothing on this computer answers that could keep it awake: turn its sleep off in the settings of the system.',
      de: 'Auf diesem Computer antwortet nichts, das ihn wach halten könnte: Schalten Sie den Ruhezustand in den Einstellungen des Systems aus.',
    },
  },
});
