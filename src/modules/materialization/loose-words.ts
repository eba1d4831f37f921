/** The text is no time; what is told of it says which text. */
export class Unreadable extends Error {}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAMES =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEKDAY_NAMES =
  /^(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)$/;
const FILLERS = new Set([
  ' ',
  '.',
  ',',
  ';',
  '-',
  '/',
  "'",
  'at',
  'on',
  'and',
  'ad',
  't',
  'of',
  'st',
  'nd',
  'rd',
  'th',
]);
const UNITS: ReadonlyMap<string, 'hour' | 'minute' | 'second'> = new Map([
  ...['h', 'hour', 'hours'].map((word) => [word, 'hour'] as const),
  ...['m', 'minute', 'minutes'].map((word) => [word, 'minute'] as const),
  ...['s', 'second', 'seconds'].map((word) => [word, 'second'] as const),
]);

/** Numbers with at most one fraction, words, blanks as one, everything else by itself. */
export function tokensOf(text: string): string[] {
  const raw = text.match(/\d+(?:[.,]\d+)*|[ap]\.m\.|\p{L}+|\s|./gisu) ?? [];
  return raw.flatMap((token) => {
    if (/^\s$/.test(token)) return [' '];
    if (/^\d+\.\d+$/.test(token)) return [token];
    if (/^\d{2,},\d+$/.test(token)) return [token.replace(',', '.')];
    return /^\d/.test(token) ? token.split(/([.,])/) : [token];
  });
}

/** 1 to 12 as a text; undefined for no month. */
export function monthOf(token: string | undefined): string | undefined {
  const word = token?.toLowerCase() ?? '';
  return MONTH_NAMES.test(word) ? String(MONTHS.indexOf(word.slice(0, 3)) + 1) : undefined;
}

/** 0 is Monday. */
export function weekdayOf(token: string): number | undefined {
  const word = token.toLowerCase();
  return WEEKDAY_NAMES.test(word) ? WEEKDAYS.indexOf(word.slice(0, 3)) : undefined;
}

/** What stands between the parts of a time, and says nothing. */
export function isFiller(token: string | undefined): boolean {
  return token !== undefined && FILLERS.has(token.toLowerCase());
}

export function halfOfDay(token: string | undefined): 'am' | 'pm' | undefined {
  const word = token?.toLowerCase();
  if (word === 'am' || word === 'a' || word === 'a.m.') return 'am';
  return word === 'pm' || word === 'p' || word === 'p.m.' ? 'pm' : undefined;
}

export function unitOf(token: string | undefined): 'hour' | 'minute' | 'second' | undefined {
  return UNITS.get(token?.toLowerCase() ?? '');
}

export function isUtc(token: string): boolean {
  return ['UTC', 'GMT', 'Z', 'z'].includes(token);
}
