import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readBoundedLines } from './bounded-lines.js';

async function linesOf(...chunks: readonly string[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  readBoundedLines(stream, 5, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((resolve) => stream.once('end', resolve));
  return lines;
}

it('puts lines together that come in pieces, and cuts them off', async () => {
  expect(await linesOf('ab', 'c\nd\n\nefgh', 'ijklm', 'n\no')).toEqual(['abc', 'd', '', 'efghi', 'o']);
  expect(await linesOf('é\n'.repeat(3))).toEqual(['é', 'é', 'é']);
  expect(await linesOf()).toEqual([]);
});

it('keeps no more of a line that never ends', async () => {
  expect(await linesOf(...Array.from({ length: 100 }, () => 'x'.repeat(1000)))).toEqual(['xxxxx']);
});
