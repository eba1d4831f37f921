import type { Readable } from 'node:stream';

/** Hands on the lines of a stream, each cut off at so many characters: also one that never ends takes no more memory. */
export function readBoundedLines(stream: Readable, longest: number, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = chunk.split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      onLine((rest + part).slice(0, longest));
      rest = '';
    }
    if (rest.length < longest) rest = (rest + last).slice(0, longest);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
