/** What FTS5 is asked: an expression of which every word is quoted. */
export interface TextExpressions {
  /** With the operators of FTS5 that the text holds (`OR`, `word*`, `feature:word`); FTS5 may find them misplaced. */
  readonly withOperators: string | undefined;
  /** All words of the text, whatever else stands in it; undefined when there is none. */
  readonly words: string | undefined;
}

/**
 * Makes expressions for FTS5 of what a user wrote. Nothing of it reaches FTS5 but in quotes, or as one of FTS5's own
 * operators.
 *
 * Shape:  `columns` has the names by which the text may name columns, and what they are called in the index. Only they are
 *         searched.
 * Source: https://www.sqlite.org/fts5.html part 3.
 */
export function textExpressions(text: string, columns: ReadonlyMap<string, string>): TextExpressions {
  const clean = text.replaceAll('\0', ' ');
  const within = `{${[...columns.values()].join(' ')}}`;
  const tokens = tokensOf(clean);
  const operators = tokens && withOperators(tokens, columns);
  const words = clean.split(/\s+/u).filter((word) => /[\p{L}\p{N}\p{M}\p{Co}\p{S}]/u.test(word));
  return {
    withOperators: operators && `${within} : (${operators})`,
    words: words.length === 0 ? undefined : `${within} : (${words.map(quote).join(' ')})`,
  };
}

interface Token {
  readonly kind: 'quoted' | 'bare' | 'mark' | 'operator';
  readonly text: string;
}

/** A bareword has letters and digits of ASCII, `_`, and all that is not ASCII. */
const TOKEN = /\s*(?:"((?:[^"]|"")*)"|([A-Za-z0-9_\u0080-\uffff]+)|([(){}:,+*^-]))/y;
const OPERATORS: readonly string[] = ['AND', 'OR', 'NOT'];
const MAX_TOKENS = 1000;

/** Undefined for a text that FTS5 cannot read. */
function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null || tokens.length === MAX_TOKENS) return undefined;
    const [, quoted, bare, mark] = match;
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll('""', '"') });
    else if (bare !== undefined)
      tokens.push({ kind: OPERATORS.includes(bare) ? 'operator' : 'bare', text: bare });
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
}

/** Undefined for a text without words, or with a column that is not there. */
function withOperators(tokens: readonly Token[], columns: ReadonlyMap<string, string>): string | undefined {
  const parts: string[] = [];
  let inColumns = false;
  for (const [at, token] of tokens.entries()) {
    if (isMark(token, '{') || isMark(token, '}')) inColumns = token.text === '{';
    const part = inColumns || isMark(tokens[at + 1], ':') ? columnPart(token, columns) : wordPart(tokens, at);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** Undefined for a column that is not there. */
function columnPart({ kind, text }: Token, columns: ReadonlyMap<string, string>): string | undefined {
  return kind === 'mark' || kind === 'operator' ? text : columns.get(text);
}

function wordPart(tokens: readonly Token[], at: number): string {
  const { kind, text } = tokens[at] as Token;
  return kind === 'mark' || kind === 'operator' || isPlain(tokens, at) ? text : quote(text);
}

/** `NEAR` before its list, and the number at the end of it. */
function isPlain(tokens: readonly Token[], at: number): boolean {
  const { kind, text } = tokens[at] as Token;
  if (kind !== 'bare') return false;
  if (text === 'NEAR') return isMark(tokens[at + 1], '(');
  return /^\d{1,9}$/.test(text) && isMark(tokens[at - 1], ',');
}

function isMark(token: Token | undefined, mark: string): boolean {
  return token?.kind === 'mark' && token.text === mark;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
