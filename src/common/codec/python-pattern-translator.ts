import { categorySet } from './python-character-set.js';
import { type Escape, readEscape } from './python-pattern-escape.js';
import { isFlag, NO_FLAGS, type PatternFlags, readFlags } from './python-pattern-flags.js';
import { PatternReader } from './python-pattern-reader.js';
import { translateCodes, translateSet } from './python-pattern-set.js';

/** A part of a pattern, as RE2 writes it. */
interface Part {
  readonly text: string;
  /** How many characters it is long when what is repeated a number of times is written out. */
  readonly size: number;
  /** `^` and the like, which Python does not repeat. */
  readonly isPosition?: boolean;
}

interface Repetition {
  readonly least: number;
  /** Undefined for any number. */
  readonly most: number | undefined;
}

const MAX_DEPTH = 100;
/** The most that RE2 takes. */
const MAX_COPIES = 1000;
/** What counted repetitions may add to the length of a pattern. */
const MAX_REPEATED_SIZE = 1000;
const IDENTIFIER = /^[\p{L}\p{Nl}_][\p{L}\p{N}\p{Mn}\p{Mc}\p{Pc}]*$/u;
const LOOK_AROUND: readonly (readonly [sign: string, what: string])[] = [
  ['=', 'look-ahead (?='],
  ['!', 'look-ahead (?!'],
  ['<=', 'look-behind (?<='],
  ['<!', 'look-behind (?<!'],
  ['>', 'atomic group (?>'],
  ['(', 'conditional group (?('],
  ['P=', 'back reference (?P='],
];
const SIGNS: Readonly<Record<string, Repetition>> = {
  '*': { least: 0, most: undefined },
  '+': { least: 1, most: undefined },
  '?': { least: 0, most: 1 },
};

/**
 * Python's syntax of regular expressions, written as RE2's. Groups catch nothing, and greed is left out: neither
 * changes whether a whole text fits.
 */
export class PatternTranslator {
  private readonly reader: PatternReader;
  private readonly names = new Set<string>();

  constructor(pattern: string) {
    this.reader = new PatternReader(pattern);
  }

  /** Errors: PatternRefusal for what is no pattern, or has no translation of the same meaning. */
  translate(): string {
    const { reader } = this;
    const { text, size } = this.alternatives(this.globalFlags(), 0);
    if (reader.peek() === ')') throw reader.refuse('a ) without its (');
    if (size > reader.length + MAX_REPEATED_SIZE) {
      throw reader.refuse('counted repetitions that make it too large', 0);
    }
    return text;
  }

  /** `(?i)` and the like at the very start. */
  private globalFlags(): PatternFlags {
    const { reader } = this;
    let flags = NO_FLAGS;
    for (;;) {
      const position = reader.position;
      if (this.comment()) continue;
      if (!reader.take('(?') || !isFlag(reader.peek())) {
        reader.seek(position);
        return flags;
      }
      const read = readFlags(reader, flags);
      if (read.scoped) {
        reader.seek(position);
        return flags;
      }
      flags = read.flags;
    }
  }

  private alternatives(flags: PatternFlags, depth: number): Part {
    const { reader } = this;
    if (depth > MAX_DEPTH) throw reader.refuse('groups that nest too deeply');
    const texts: string[] = [];
    let size = 0;
    do {
      const sequence = this.sequence(flags, depth);
      texts.push(sequence.text);
      size += sequence.size;
    } while (reader.take('|'));
    return { text: `(?:${texts.join('|')})`, size };
  }

  private sequence(flags: PatternFlags, depth: number): Part {
    const { reader } = this;
    let text = '';
    let size = 0;
    this.skipComments();
    while (!['', '|', ')'].includes(reader.peek())) {
      const start = reader.position;
      if (this.repetition() !== undefined) throw reader.refuse('nothing to repeat', start);
      const part = this.repeated(this.item(flags, depth));
      text += part.text;
      size += part.size;
    }
    return { text, size };
  }

  private item(flags: PatternFlags, depth: number): Part {
    const { reader } = this;
    const start = reader.position;
    const character = reader.next();
    switch (character) {
      case '.':
        return { text: flags.dotAll ? '(?s:.)' : '.', size: 1 };
      case '^':
        return { text: flags.multiline ? '(?m:^)' : '\\A', size: 1, isPosition: true };
      case '$':
        return { text: flags.multiline ? '(?m:$)' : '\\z', size: 1, isPosition: true };
      case '[':
        return { text: translateSet(reader, flags), size: 1 };
      case '\\':
        return this.escape(readEscape(reader, false), flags, start);
      case '(':
        return this.group(flags, depth);
      default:
        return this.literal(character.codePointAt(0) as number, flags);
    }
  }

  private literal(code: number, flags: PatternFlags): Part {
    const text = String.fromCodePoint(code);
    if (!flags.ignoreCase && /^\w$/.test(text)) return { text, size: 1 };
    return { text: `[${translateCodes(code, code, this.reader, flags)}]`, size: 1 };
  }

  private escape(escape: Escape, flags: PatternFlags, start: number): Part {
    if (escape.kind === 'character') return this.literal(escape.code, flags);
    if (escape.kind === 'category') return { text: categorySet(escape.category, flags), size: 1 };
    const { letter } = escape;
    if (letter === 'A') return { text: '\\A', size: 1, isPosition: true };
    if (letter === 'Z') return { text: '\\z', size: 1, isPosition: true };
    // RE2 knows the borders of ASCII words only.
    if (!flags.asciiOnly) throw this.reader.refuse(`word boundary \\${letter}`, start);
    return { text: `\\${letter}`, size: 1, isPosition: true };
  }

  /** Behind its `(`. */
  private group(flags: PatternFlags, depth: number): Part {
    const { reader } = this;
    const start = reader.position - 1;
    const inside = reader.take('?') ? this.groupFlags(flags, start) : flags;
    const { text, size } = this.alternatives(inside, depth + 1);
    if (!reader.take(')')) throw reader.refuse('a ( without its )', start);
    return { text, size: size + 1 };
  }

  /** Behind `(?`. */
  private groupFlags(flags: PatternFlags, start: number): PatternFlags {
    const { reader } = this;
    if (reader.take(':')) return flags;
    if (reader.take('P<')) return this.named(flags, start);
    const refused = LOOK_AROUND.find(([sign]) => reader.take(sign));
    if (refused) throw reader.refuse(refused[1], start);
    if (!isFlag(reader.peek()) && reader.peek() !== '-')
      throw reader.refuse('an unknown kind of group', start);
    const { flags: inside, scoped } = readFlags(reader, flags);
    if (!scoped) throw reader.refuse('flags for all that do not stand at the start', start);
    return inside;
  }

  private named(flags: PatternFlags, start: number): PatternFlags {
    const { reader, names } = this;
    const name = reader.takeWhile((character) => character !== '>');
    if (!reader.take('>') || !IDENTIFIER.test(name)) throw reader.refuse('a bad name of a group', start);
    if (names.has(name)) throw reader.refuse(`the name ${name} of two groups`, start);
    names.add(name);
    return flags;
  }

  private skipComments(): void {
    while (this.comment());
  }

  /** `(?#…)`, which says nothing. */
  private comment(): boolean {
    const { reader } = this;
    const start = reader.position;
    if (!reader.take('(?#')) return false;
    reader.takeWhile((character) => character !== ')');
    if (!reader.take(')')) throw reader.refuse('a comment without its )', start);
    return true;
  }

  private repeated(part: Part): Part {
    const { reader } = this;
    this.skipComments();
    const start = reader.position;
    const repetition = this.repetition();
    if (repetition === undefined) return part;
    if (part.isPosition) throw reader.refuse('nothing to repeat', start);
    if (reader.take('+')) throw reader.refuse('a possessive repetition', start);
    // Lazy or not, the same texts fit.
    reader.take('?');
    this.skipComments();
    const again = reader.position;
    if (this.repetition() !== undefined) throw reader.refuse('a repetition of a repetition', again);
    const { least, most } = repetition;
    const copies = Math.max(most ?? least, 1);
    return {
      text: `(?:${part.text}){${least},${most ?? ''}}`,
      size: part.size * copies,
    };
  }

  /** `*`, `+`, `?` or `{m,n}`; undefined when none stands here. */
  private repetition(): Repetition | undefined {
    const { reader } = this;
    const sign = SIGNS[reader.peek()];
    if (sign !== undefined) {
      reader.next();
      return sign;
    }
    const start = reader.position;
    if (!reader.take('{')) return undefined;
    const counted = reader.peek() === '}' ? undefined : this.counts(start);
    if (counted === undefined) reader.seek(start);
    return counted;
  }

  /** Behind `{`. Undefined when it is an ordinary character. */
  private counts(start: number): Repetition | undefined {
    const { reader } = this;
    const digits = (): string => reader.takeWhile((character) => character >= '0' && character <= '9');
    const first = digits();
    const last = reader.take(',') ? digits() : first;
    if (!reader.take('}')) return undefined;
    const least = Number(first);
    const most = last === '' ? undefined : Number(last);
    if (most !== undefined && most < least)
      throw reader.refuse('a repetition {m,n} whose n is below m', start);
    if (Math.max(least, most ?? 0) > MAX_COPIES)
      throw reader.refuse(`more than ${MAX_COPIES} repetitions`, start);
    return { least, most };
  }
}
