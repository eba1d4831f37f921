import { categoryMembers, type CharacterRules, rangeMembers } from './python-character-set.js';
import { type Escape, readEscape } from './python-pattern-escape.js';
import type { PatternReader } from './python-pattern-reader.js';

type SetMember = Exclude<Escape, { kind: 'position' }>;

/** Translates `[…]`, behind its `[`. Errors: PatternRefusal. */
export function translateSet(reader: PatternReader, rules: CharacterRules): string {
  const start = reader.position - 1;
  const negation = reader.take('^') ? '^' : '';
  let members = '';
  // The first `]` is an ordinary character.
  while (members === '' || !reader.take(']')) {
    const first = readMember(reader, start);
    // A `-` before the `]` is an ordinary character, too.
    const isRange = reader.peek() === '-' && !endsAfterDash(reader);
    members += isRange ? translateRange(first, reader, rules) : translateMember(first, reader, rules);
  }
  return `[${negation}${members}]`;
}

function endsAfterDash(reader: PatternReader): boolean {
  const position = reader.position;
  const ends = reader.take('-]');
  reader.seek(position);
  return ends;
}

function readMember(reader: PatternReader, start: number): SetMember {
  const character = reader.next();
  if (character === '') throw reader.refuse('a [ without its ]', start);
  if (character === '\\') return readEscape(reader, true) as SetMember;
  return { kind: 'character', code: character.codePointAt(0) as number };
}

function translateMember(member: SetMember, reader: PatternReader, rules: CharacterRules): string {
  if (member.kind === 'character') return translateCodes(member.code, member.code, reader, rules);
  const members = categoryMembers(member.category, rules);
  if (members === undefined) throw reader.refuse(`\\${member.category} inside […]`, reader.position - 2);
  return members;
}

function translateRange(first: SetMember, reader: PatternReader, rules: CharacterRules): string {
  const start = reader.position - 1;
  reader.next();
  const last = readMember(reader, start);
  if (first.kind !== 'character' || last.kind !== 'character' || last.code < first.code) {
    throw reader.refuse('a bad range in […]', start);
  }
  return translateCodes(first.code, last.code, reader, rules);
}

/** Errors: PatternRefusal where case is to be ignored beyond ASCII. */
export function translateCodes(
  first: number,
  last: number,
  reader: PatternReader,
  rules: CharacterRules,
): string {
  const members = rangeMembers(first, last, rules);
  if (members === undefined) {
    throw reader.refuse('a character beyond ASCII whose case is to be ignored', reader.position - 1);
  }
  return members;
}
