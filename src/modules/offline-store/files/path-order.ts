/** In the order in which files are read: by path, `part.2` before `part.10`. */
export function inOrder<T>(files: readonly T[], pathOf: (file: T) => string): T[] {
  return files
    .map((file) => ({ file, pieces: pathOf(file).split(/(\d+)/) }))
    .sort((left, right) => byPieces(left.pieces, right.pieces))
    .map(({ file }) => file);
}

/** Of texts, with numbers at the odd places. */
function byPieces(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    const difference = i % 2 === 1 ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
