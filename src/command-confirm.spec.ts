import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from './command-confirm.js';

async function answer(typed: string, isTTY = true): Promise<{ agreed: boolean; shown: string }> {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.end(typed);
  const agreed = await confirm('Delete it?', { input, output });
  return { agreed, shown: String(output.read() ?? '') };
}

describe('confirm', () => {
  it.each([
    ['y\n', true],
    [' YES \n', true],
    ['yes', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
    ['', false],
  ])('%j is %s', async (typed, agreed) => {
    const { shown, ...result } = await answer(typed);
    expect(result).toEqual({ agreed });
    expect(shown).toContain('Delete it? [y/N]');
    expect(shown.includes('Nothing was done')).toBe(!agreed);
  });

  it('waits for nobody where there is no terminal', async () => {
    const { agreed, shown } = await answer('y\n', false);
    expect(agreed).toBe(false);
    expect(shown).toContain('--yes');
  });
});
