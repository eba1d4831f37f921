import { createInterface } from 'node:readline/promises';

interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks a person at a terminal. Without a terminal nobody is waited for: the answer is no, with what to do.
 *
 * Shape: `question` ends with a question mark.
 */
export async function confirm(
  question: string,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (input.isTTY !== true) {
    output.write(`${question}\nNothing was done: there is no terminal to ask at. Give --yes.\n`);
    return false;
  }
  output.write(`${question} [y/N] `);
  // Not as a terminal: the interface would take Ctrl-C for itself.
  const lines = createInterface({ input, terminal: false });
  try {
    for await (const line of lines) {
      const agreed = /^\s*y(es)?\s*$/i.test(line);
      if (!agreed) output.write('Nothing was done.\n');
      return agreed;
    }
    output.write('\nNothing was done.\n');
    return false;
  } finally {
    lines.close();
  }
}
