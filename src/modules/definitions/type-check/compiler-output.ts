import type { DefinitionProblem } from '../definition-problem.js';

const AT_PLACE = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;
const AT_LARGE = /^error (TS\d+): (.*)$/;

/**
 * What the compiler printed with `--pretty false`: a line per error, further lines of the same error indented. What
 * concerns no file is told of `configuration`.
 */
export function compilerProblems(output: string, configuration: string): DefinitionProblem[] {
  const problems: { file: string; lines: string[] }[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [, file, row, column, code, text] = AT_PLACE.exec(line) ?? [];
    const [, largeCode, largeText] = AT_LARGE.exec(line) ?? [];
    if (file !== undefined) problems.push({ file: `${file}:${row}:${column}`, lines: [`${text} (${code})`] });
    else if (largeCode !== undefined)
      problems.push({ file: configuration, lines: [`${largeText} (${largeCode})`] });
    else if (/^\s+\S/.test(line)) problems.at(-1)?.lines.push(line);
  }
  return problems.map(({ file, lines }) => ({
    file,
    exportName: undefined,
    property: undefined,
    message: lines.join('\n'),
  }));
}
