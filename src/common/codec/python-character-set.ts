/** What changes how characters are compared. */
export interface CharacterRules {
  readonly ignoreCase: boolean;
  /** `\w`, `\d` and `\s` know ASCII only, and so does the ignoring of case. */
  readonly asciiOnly: boolean;
}

interface CategoryTexts {
  readonly w: string;
  readonly d: string;
  readonly s: string;
  readonly D: string;
  readonly S: string;
  /** Undefined where RE2 can say it for a whole set only. */
  readonly W: string | undefined;
}

/** Python's categories inside `[…]` of RE2. Source: compared with CPython over all code points, see the spec. */
const UNICODE: CategoryTexts = {
  w: String.raw`\p{L}\p{N}_`,
  d: String.raw`\p{Nd}`,
  s: String.raw`\x{9}-\x{d}\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`,
  D: String.raw`\P{Nd}`,
  S: String.raw`\x{0}-\x{8}\x{e}-\x{1b}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff}`,
  W: undefined,
};

const ASCII: CategoryTexts = {
  w: '0-9A-Za-z_',
  d: '0-9',
  s: String.raw`\x{9}-\x{d}\x{20}`,
  D: String.raw`\x{0}-\x{2f}\x{3a}-\x{10ffff}`,
  S: String.raw`\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{10ffff}`,
  W: String.raw`\x{0}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{5e}\x{60}\x{7b}-\x{10ffff}`,
};

/** Beyond the other case, Python takes these for the same as the ASCII letter. Source: CPython 3.11, all code points. */
const UNICODE_TWINS: Readonly<Record<string, string>> = {
  i: String.raw`\x{130}\x{131}`,
  s: String.raw`\x{17f}`,
  k: String.raw`\x{212a}`,
};

const LAST_ASCII = 0x7f;

export type Category = keyof CategoryTexts;

export function isCategory(letter: string): letter is Category {
  return letter in UNICODE;
}

/** Members of `[…]` for a category; undefined when RE2 cannot have it there. */
export function categoryMembers(category: Category, { asciiOnly }: CharacterRules): string | undefined {
  return (asciiOnly ? ASCII : UNICODE)[category];
}

/** A category that stands alone, as a whole set. */
export function categorySet(category: Category, rules: CharacterRules): string {
  return category === 'W' ? `[^${categoryMembers('w', rules)}]` : `[${categoryMembers(category, rules)}]`;
}

/** Members of `[…]` for the characters from one to another; undefined where case is ignored beyond ASCII. */
export function rangeMembers(first: number, last: number, rules: CharacterRules): string | undefined {
  const range = first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`;
  if (!rules.ignoreCase) return range;
  if (last > LAST_ASCII) return undefined;
  let members = range;
  for (let code = first; code <= last; code++) members += otherCases(code, rules);
  return members;
}

function otherCases(code: number, { asciiOnly }: CharacterRules): string {
  const letter = String.fromCharCode(code).toLowerCase();
  if (letter < 'a' || letter > 'z') return '';
  const both = letter + letter.toUpperCase();
  return asciiOnly ? both : both + (UNICODE_TWINS[letter] ?? '');
}

function escaped(code: number): string {
  return String.raw`\x{${code.toString(16)}}`;
}
