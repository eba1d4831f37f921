import { createInterface } from 'node:readline/promises';

/** Who can be asked. Standard output may be a pipe that wants one document, so questions go to standard error. */
export interface Console {
  readonly isTerminal: boolean;
  ask(question: string): Promise<string>;
}

export const CONSOLE: Console = {
  get isTerminal() {
    return process.stdin.isTTY === true && process.stderr.isTTY === true;
  },
  async ask(question) {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      // A person who goes away (end of input) says no.
      const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
      return await Promise.race([reader.question(question), ended]);
    } finally {
      reader.close();
    }
  },
};

export type Consent = 'given' | 'refused' | 'nobody-to-ask';

/** Shape: `given` when nothing is lost, or with `--yes`; otherwise what the person says. */
export async function askConsent(
  lost: readonly string[],
  yes: boolean,
  { question, console }: { readonly question: string; readonly console: Console },
): Promise<Consent> {
  if (lost.length === 0 || yes) return 'given';
  if (!console.isTerminal) return 'nobody-to-ask';
  const answer = await console.ask(`${lost.join('\n')}\n${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim()) ? 'given' : 'refused';
}
