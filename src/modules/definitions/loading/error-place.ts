import type { SourcePosition } from './source-place.js';

export interface ErrorPlace {
  readonly url: string;
  readonly position: SourcePosition;
}

/** The place that stands above an error of the parser, with the line of the source and `^` below it. */
export function markedPlace(stack: string): ErrorPlace | undefined {
  const [head = '', ...lines] = stack.split('\n');
  const [, url = '', line] = /^(file:\S+):(\d+)$/.exec(head) ?? [];
  if (line === undefined) return undefined;
  const marker = lines.find((text) => /^\s*\^+\s*$/.test(text));
  return { url, position: { line: Number(line), column: (marker?.indexOf('^') ?? 0) + 1 } };
}

/** The innermost call in a file that `isOwn` accepts. */
export function calledPlace(stack: string, isOwn: (url: string) => boolean): ErrorPlace | undefined {
  for (const [, url = '', line, column] of stack.matchAll(/^ {4}at .*?(file:\S+):(\d+):(\d+)\)?$/gm)) {
    if (isOwn(url)) return { url, position: { line: Number(line), column: Number(column) } };
  }
  return undefined;
}
