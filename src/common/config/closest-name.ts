/** Names that differ that much in length are not compared: the work grows with the product of the lengths. */
const LONGEST_DIFFERENCE = 40;
const SHORTEST_BEGINNING = 3;

/** The known name that was probably meant, or `undefined` when none is near. */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const distance = distanceBetween(wanted, candidate.toLowerCase());
    if (distance < bestDistance && distance < Math.max(wanted.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The beginning of a name is as near as a slip of the keyboard: `cache_ttl`, `cache_ttl_seconds`. */
function distanceBetween(wanted: string, candidate: string): number {
  const begins = wanted.length >= SHORTEST_BEGINNING && candidate.startsWith(wanted);
  return begins ? 1 : editDistance(wanted, candidate);
}

/** Insertions, removals, replacements and swaps of neighbours that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > LONGEST_DIFFERENCE) return Infinity;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(distances: readonly number[], index: number): number {
  return distances[index] ?? Infinity;
}
