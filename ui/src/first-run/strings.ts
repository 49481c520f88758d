/** Every text of the first run: one place, so that it can be translated. */

export const FIRST_RUN = {
  title: 'An empty station',
  says: 'Three steps lead to a scheduled day.',
  folder: 'Choose a folder of media…',
  folderSays: 'Every clip in it is read into the library, with its duration.',
  byHand: 'Or add an asset by hand',
  schedule: 'Schedule',
  scheduleSays: 'Select an asset of the library and press Enter, or drag it into the day.',
  channel: 'Check the channel',
  channelSays: 'Frame rate, time zone and start of the day are best set before anything is scheduled.',
  pair: 'This is to be the second station of a pair? Open the',
  pairLink: 'redundancy settings',
  close: 'Close',
};
