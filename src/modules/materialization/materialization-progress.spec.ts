import { describe, expect, it } from 'vitest';
import { MaterializationProgress } from './materialization-progress.js';

const CLEAR = '\r\u001b[K';

function drawn(isTerminal: boolean, width = 120) {
  const texts: string[] = [];
  let nowMs = 0;
  const output = { isTerminal, width, write: (text: string) => texts.push(text) };
  const progress = new MaterializationProgress(output, () => nowMs);
  const at = (ms: number, rowsDone: number): void => {
    nowMs = ms;
    progress.note({
      type: 'view-progress',
      viewName: 'stats',
      rowsRead: 50_000,
      rowsDone,
      rowsToStore: 20_000,
    });
  };
  progress.note({ type: 'view-started', viewName: 'stats', startMicros: 0, endMicros: 1 });
  return { texts, progress, at };
}

describe('at a terminal', () => {
  it('draws one line over itself, and takes it away', () => {
    const { texts, progress, at } = drawn(true);
    at(500, 5000);
    at(2000, 20_000);
    progress.clear();
    progress.clear();
    expect(texts).toEqual([
      `${CLEAR}stats: reading`,
      `${CLEAR}stats [######------------------] 25 %, 5,000 of 20,000 rows, 10,000 rows/s`,
      `${CLEAR}stats [########################] 100 %, 20,000 of 20,000 rows, 10,000 rows/s`,
      CLEAR,
    ]);
  });

  it('draws no line longer than the terminal is wide', () => {
    const { texts, at } = drawn(true, 20);
    at(500, 5000);
    expect(texts.at(-1)).toBe(`${CLEAR}stats [######------`);
  });
});

describe('elsewhere', () => {
  it('writes a line every ten seconds', () => {
    const { texts, at } = drawn(false);
    for (let ms = 1000; ms <= 25_000; ms += 1000) at(ms, ms / 10);
    expect(texts).toEqual([
      'stats: 5 %, 1,000 of 20,000 rows, 100 rows/s\n',
      'stats: 10 %, 2,000 of 20,000 rows, 100 rows/s\n',
    ]);
  });
});
