/** Every text of the planning tools: one place, so that it can be translated. */

const items = (n: number) => (n === 1 ? '1 item' : `${n.toLocaleString()} items`);
const days = (n: number) => (n === 1 ? '1 day' : `${n.toLocaleString()} days`);

export const FIND = {
  title: 'Find in all days',
  label: 'Title or notes',
  hint: 'Finds items of every day. Enter opens the first one.',
  none: 'No item of any day has this in its title or notes.',
  found: (n: number, on: number) => `${items(n)} on ${days(on)}`,
  first: (n: number) => `The first ${n.toLocaleString()} are shown.`,
};

export const COPY = {
  title: (n: number) => `Copy ${items(n)} to other days`,
  first: 'First day',
  repeat: 'Repeat',
  every: { once: 'Once', day: 'Every day', week: 'Every week' },
  times: 'How many times',
  timesWrong: 'Give a whole number from 1 to 366.',
  place: 'Where they go',
  places: { append: 'Behind each day’s last item', replace: 'In place of each day’s items' },
  to: (n: number, first: string, last: string) =>
    n === 1 ? `To ${first}.` : `To ${days(n)}, ${first} to ${last}.`,
  undo: 'One step, which can be undone.',
  needsDate: 'Choose a day.',
  do: 'Copy',
  done: (n: number, to: number) => `${items(n)} copied to ${days(to)}.`,
};

export const USES = {
  heading: 'Where it is scheduled',
  none: 'Nowhere.',
  more: (n: number) => `and ${n.toLocaleString()} more`,
  replace: 'Replace everywhere…',
  with: 'Replace with',
  search: 'Search the library',
  from: 'From',
  always: 'all days',
  today: 'the open day on',
  do: (n: number) => `Replace in ${items(n)}`,
  done: (n: number, title: string) => `${items(n)} now ${n === 1 ? 'plays' : 'play'} “${title}”.`,
  cancel: 'Cancel',
};

export const FILL = {
  heading: 'Fill from the library',
  category: 'From',
  all: 'All clips',
  none: 'No clip of the library fits into this gap.',
  exact: 'Fills the gap to the frame.',
  left: (text: string) => `Leaves ${text}.`,
  do: (n: number) => `Insert ${n === 1 ? '1 clip' : `${n.toLocaleString()} clips`}`,
};
