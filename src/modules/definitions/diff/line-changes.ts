/** Of lines that stay, so many are shown around those that do not. */
const CONTEXT_LINES = 1;
const OMITTED = '  …';
/** Above this many pairs of lines a text counts as written anew: comparing takes as many steps. */
const MAX_STEPS = 1_000_000;

/** Shape: the lines that differ, with `- `, `+ ` or two blanks before each; what is left out between is one `…`. */
export function changedLines(before: string, after: string): readonly string[] {
  const lines = alignedLines(before.split('\n'), after.split('\n'));
  const isNear = (index: number) =>
    lines
      .slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1)
      .some((line) => line[0] !== ' ');
  const shown: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (isNear(index)) shown.push(line);
    else if (shown.at(-1) !== OMITTED) shown.push(OMITTED);
  }
  return shown;
}

/** Lines of both texts, the longest common part of them once. */
function alignedLines(before: readonly string[], after: readonly string[]): readonly string[] {
  const common = before.length * after.length > MAX_STEPS ? undefined : commonLengths(before, after);
  const lines: string[] = [];
  let [b, a] = [0, 0];
  while (b < before.length || a < after.length) {
    if (common !== undefined && b < before.length && before[b] === after[a]) {
      lines.push(`  ${before[b++]}`);
      a++;
    } else if (b < before.length && (a === after.length || isRemoved(common, b, a))) {
      lines.push(`- ${before[b++]}`);
    } else {
      lines.push(`+ ${after[a++]}`);
    }
  }
  return lines;
}

function isRemoved(common: readonly Uint32Array[] | undefined, b: number, a: number): boolean {
  return common === undefined || (common[b + 1]?.[a] ?? 0) >= (common[b]?.[a + 1] ?? 0);
}

/** Shape: `[b][a]`: how many lines the rests from there have in common, in order. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let b = before.length - 1; b >= 0; b--) {
    for (let a = after.length - 1; a >= 0; a--) {
      const [row, below] = [lengths[b] as Uint32Array, lengths[b + 1] as Uint32Array];
      row[a] = before[b] === after[a] ? below[a + 1]! + 1 : Math.max(below[a]!, row[a + 1]!);
    }
  }
  return lengths;
}
