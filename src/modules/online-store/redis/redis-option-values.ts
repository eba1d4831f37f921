import { pythonFloatText } from '../../../common/codec/number-text.js';
import { JsonFloat, type JsonValue } from '../../../common/model/json-value.js';

/** What is wrong with a value. Never holds the value: it may be a secret. */
export class OptionValueError extends Error {}

const MS_PER_SECOND = 1000;
/** The longest time that a timer of Node takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const WORDS_FOR_NO: readonly string[] = ['false', 'no', 'off', 'n', 'f'];

/** Readers of option values, as redis-py takes what Python's `json` module made of them. */

/** A text, or a number in the form in which redis-py sends it. `null` is the same as not given. */
export function textOption(value: JsonValue): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value === 0 ? 0 : value);
  if (value instanceof JsonFloat) return pythonFloatText(value.value);
  throw new OptionValueError('must be a text: write it in double quotes');
}

/** True or false. Python takes every text that is not empty as true; a text that says no is refused instead. */
export function booleanOption(value: JsonValue): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'string') throw new OptionValueError('must be true or false');
  if (WORDS_FOR_NO.includes(value.toLowerCase())) {
    throw new OptionValueError(
      'must be true or false: Feast takes any other text, also one that says no, as true',
    );
  }
  return value !== '';
}

/** A whole number that is not negative. */
export function countOption(value: JsonValue): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (number === null) return 0;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new OptionValueError('must be a whole number from 0');
}

/** Seconds, as milliseconds. `null`: no limit. */
export function secondsOption(value: JsonValue): number | null {
  if (value === null) return null;
  const seconds = value instanceof JsonFloat ? value.value : value;
  if (typeof seconds !== 'number' || !(seconds > 0)) {
    throw new OptionValueError('must be a number of seconds above 0');
  }
  return Math.min(MAX_TIMER_MS, Math.max(1, Math.round(seconds * MS_PER_SECOND)));
}

/** One of a list of texts. */
export function choiceOption<T extends string>(value: JsonValue, choices: readonly T[]): T {
  const choice = choices.find((known) => known === value);
  if (choice === undefined) throw new OptionValueError(`must be one of ${choices.join(', ')}`);
  return choice;
}
