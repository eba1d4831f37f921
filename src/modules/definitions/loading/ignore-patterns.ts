import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefinitionProblem, DefinitionsError } from '../definition-problem.js';

export const IGNORE_FILE = '.feastignore';

/** Tells whether a path, relative to the repo and with `/`, is to be left out. */
export type IgnoreRule = (path: string) => boolean;

/**
 * The rules of `.feastignore`: a pattern per line, `#` begins a comment; `*`, `?`, `[…]` within a name, `**` for any
 * number of folders. A pattern that matches a folder leaves out all that is below it.
 *
 * Errors: DefinitionsError for a pattern that Feast refuses.
 * Source: `feast/repo_operations.py`, which hands each line to Python's `Path.glob`.
 */
export function readIgnoreRule(repoDir: string): IgnoreRule {
  const file = join(repoDir, IGNORE_FILE);
  if (!existsSync(file)) return () => false;
  const problems: DefinitionProblem[] = [];
  const expressions: RegExp[] = [];
  for (const [index, line] of readFileSync(file, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const pattern = line.replace(/#.*/, '').trim();
    if (pattern === '') continue;
    const wrong = wrongPattern(pattern);
    if (wrong === undefined) expressions.push(expressionOf(pattern));
    else
      problems.push({
        file: `${IGNORE_FILE}:${index + 1}`,
        exportName: undefined,
        property: undefined,
        message: wrong,
      });
  }
  if (problems.length > 0) throw new DefinitionsError(problems);
  return (path) => expressions.some((expression) => expression.test(path));
}

function wrongPattern(pattern: string): string | undefined {
  if (pattern.startsWith('/'))
    return `'${pattern}' must be relative to the repo: write '${pattern.replace(/^\/+/, '')}'`;
  if (namesOf(pattern).some((name) => name !== '**' && name.includes('**')))
    return `'${pattern}': '**' stands for folders and must be a whole name, as in '**/drafts'`;
  return undefined;
}

function namesOf(pattern: string): string[] {
  return pattern.split('/').filter((name) => name !== '' && name !== '.');
}

/** Matches the path that the pattern names, and every path below it. */
function expressionOf(pattern: string): RegExp {
  const names = namesOf(pattern);
  const text = names.map((name, index) => {
    const last = index === names.length - 1;
    if (name === '**') return last ? '(?:[^/]+/)*' : '(?:[^/]+/)*?';
    return nameExpression(name) + (last ? '(?:/|$)' : '/');
  });
  return new RegExp(`^${text.join('')}`, 'u');
}

function nameExpression(name: string): string {
  const parts = name.match(/\[!?\]?[^\]]*\]|[^]/gu) ?? [];
  return parts.map(partExpression).join('');
}

function partExpression(part: string): string {
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length < 3 || !part.startsWith('[')) return part.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
  const negated = part.startsWith('[!');
  const members = part.slice(negated ? 2 : 1, -1).replace(/[\\[\]^&]/gu, '\\$&');
  return `[${negated ? '^' : ''}${members}]`;
}
