/** A position in a source file, counted from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Where a file was imported as `specifier`; undefined when that is not written out in it. */
export function importPosition(source: string, specifier: string): SourcePosition | undefined {
  const quoted = `(['"\`])${escaped(specifier)}\\1`;
  return firstPosition(
    source,
    new RegExp(`(?<=\\b(?:from|import)\\s*\\(?\\s*|\\brequire\\s*\\(\\s*)${quoted}`, 'g'),
  );
}

/** The module that a name is imported from, by any name there; undefined when it is not imported. */
export function importedFrom(source: string, name: string): string | undefined {
  const clause = /\bimport\s+(?!type\b)([^'"`;]*?)\s*from\s*(['"])(.*?)\2/g;
  for (const [, names = '', , specifier] of source.matchAll(clause)) {
    if (new RegExp(`(?:^|[\\s,{])${escaped(name)}(?=$|[\\s,}])`).test(names)) return specifier;
  }
  return undefined;
}

/** The first `await` at the beginning of a file's own statements, as they are indented by prettier and its like. */
export function topLevelAwaitPosition(source: string): SourcePosition | undefined {
  return firstPosition(source, /(?<=^[^\s/*}](?:(?!=>|\bfunction\b).)*)\bawait\b|^await\b/gm);
}

function positionAt(source: string, index: number): SourcePosition {
  const before = source.slice(0, index);
  return { line: before.split('\n').length, column: index - before.lastIndexOf('\n') };
}

/** Text in a comment that begins its line does not count. */
function firstPosition(source: string, expression: RegExp): SourcePosition | undefined {
  for (const { index } of source.matchAll(expression)) {
    const line = source.slice(source.lastIndexOf('\n', index - 1) + 1, index);
    if (!/^\s*(?:\/\/|\/?\*)/.test(line)) return positionAt(source, index);
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
