import { vi } from 'vitest';
import { runCommand } from '../../src/cli.ts';

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in this process: not what a process adds, but quick. One at a time. */
export async function runHere(words: readonly string[]): Promise<CommandRun> {
  const run = { code: 0, stdout: '', stderr: '' };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: string) => void (run.stdout += `${text}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text: string) => void (run.stderr += `${text}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      run.stdout += text.toString();
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      run.stderr += text.toString();
      return true;
    }),
  ];
  try {
    run.code = await runCommand(words);
    return run;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
