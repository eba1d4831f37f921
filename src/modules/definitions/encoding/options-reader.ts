import { closestName } from '../../../common/config/closest-name.js';
import { DURATION } from '../../../definitions/duration.js';
import { pathTo, type Tell } from './problem-report.js';
import { kindOfValue } from './value-kind.js';

type Options = Readonly<Record<string, unknown>>;
export type StringMap = Record<string, string>;

/** What the registry can keep. */
const LONGEST_MS = 315_576_000_000_000;

const NO_OPTIONS: Options = Object.freeze({});

/**
 * Reads the options of a definition, which come from code that nobody may have checked. A value of the wrong kind is
 * told, and its default is used, so that everything else can be looked at too. What was not read until `finish` is
 * an option that does not exist.
 */
export class OptionsReader {
  readonly #options: Options;
  readonly #known = new Set<string>();
  /** There are no options at all: that was told, and what is missing need not be. */
  readonly #silent: boolean;

  constructor(
    options: unknown,
    private readonly tellProblem: Tell,
    private readonly path = '',
  ) {
    const usable = typeof options === 'object' && options !== null && !Array.isArray(options);
    this.#options = usable ? (options as Options) : NO_OPTIONS;
    this.#silent = !usable;
    if (usable) return;
    tellProblem(path === '' ? undefined : path, `must be an object with options, is ${kindOfValue(options)}`);
  }

  /** Any value; the caller looks at it. */
  value(key: string): unknown {
    this.#known.add(key);
    return this.#options[key];
  }

  text(key: string, fallback = ''): string {
    const value = this.value(key);
    if (typeof value === 'string') return value;
    if (value !== undefined) this.tell(key, `must be a text, is ${kindOfValue(value)}`);
    return fallback;
  }

  /** A text that must be there, and not be empty. */
  requiredText(key: string): string {
    const value = this.value(key);
    if (value === undefined) this.tell(key, 'is missing');
    else if (value === '') this.tell(key, 'must not be empty');
    return this.text(key);
  }

  oneOf<Choice extends string, Fallback extends string>(
    key: string,
    choices: readonly Choice[],
    fallback: Fallback,
  ): Choice | Fallback {
    const value = this.value(key);
    if (value === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) this.tell(key, notOneOf(value, choices));
    return choice ?? fallback;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.value(key);
    if (typeof value === 'boolean') return value;
    if (value !== undefined) this.tell(key, `must be true or false, is ${kindOfValue(value)}`);
    return fallback;
  }

  number(key: string, fallback: number): number {
    const value = this.value(key);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (value !== undefined) this.tell(key, `must be a number, is ${kindOfValue(value)}`);
    return fallback;
  }

  list(key: string): readonly unknown[] {
    const value = this.value(key);
    if (Array.isArray(value)) return value;
    if (value !== undefined) this.tell(key, `must be a list, is ${kindOfValue(value)}`);
    return [];
  }

  texts(key: string): string[] {
    return this.list(key).filter((value, index): value is string => {
      if (typeof value === 'string' && value.trim() !== '') return true;
      this.tell(pathTo(key, index), `must be a text that is not empty, is ${kindOfValue(value)}`);
      return false;
    });
  }

  /** Texts by name: tags, mappings. */
  textMap(key: string): StringMap {
    const members = Object.entries(this.object(key) ?? NO_OPTIONS).filter(([name, value]) => {
      if (typeof value === 'string') return true;
      this.tell(pathTo(key, name), `must be a text, is ${kindOfValue(value)}`);
      return false;
    });
    return Object.fromEntries(members as [string, string][]);
  }

  /** Members by name, whatever they are; undefined when there are none or something else is there. */
  object(key: string): Options | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Options;
    this.tell(key, `must be an object, is ${kindOfValue(value)}`);
    return undefined;
  }

  /** Options inside of an option; undefined when there are none. */
  inner(key: string): OptionsReader | undefined {
    const value = this.value(key);
    return value === undefined
      ? undefined
      : new OptionsReader(value, this.tellProblem, pathTo(this.path, key));
  }

  /** Units: milliseconds, undefined when there is none. */
  durationMs(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const milliseconds: unknown =
      typeof value === 'object' && value !== null ? (value as Record<symbol, unknown>)[DURATION] : undefined;
    if (typeof milliseconds !== 'number') {
      this.tell(key, `must be a duration such as days(7), is ${kindOfValue(value)}`);
    } else if (!(milliseconds >= 0 && milliseconds <= LONGEST_MS)) {
      this.tell(key, `must be a duration of 0 to 10 000 years, is ${milliseconds / 1000} seconds`);
    } else {
      return milliseconds;
    }
    return undefined;
  }

  tell(key: string | undefined, message: string): void {
    if (this.#silent) return;
    const place = [this.path, key].filter(Boolean).join('.');
    this.tellProblem(place === '' ? undefined : place, message);
  }

  /** Tells the options that nobody asked for. */
  finish(): void {
    for (const key of Object.keys(this.#options)) {
      if (this.#known.has(key)) continue;
      this.tell(pathTo('', key), `there is no such option${didYouMean(key, this.#known)}`);
    }
  }
}

/** `; did you mean 'ttl'?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const closest = closestName(name, known);
  return closest === undefined ? '' : `; did you mean '${closest}'?`;
}

/** `there is no 'READ'; did you mean 'READ_ONLINE'?` with all choices. */
export function notOneOf(value: unknown, choices: readonly string[]): string {
  const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
  return `must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}, is ${kindOfValue(value)}${hint}`;
}
