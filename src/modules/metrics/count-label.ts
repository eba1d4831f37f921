/** Upper ends of the ranges. */
const RANGE_ENDS = [1, 5, 10, 25, 50, 100, 250, 500, 1000] as const;

/** How numbers of features and views become label values. */
export type CountLabel = (count: number) => string;

/** As in Feast: as many time series as clients send different numbers. */
export const exactCount: CountLabel = (count) => String(count);

/** One of a few ranges: `0`, `1`, `2-5`, …, `501-1000`, `1001+`. */
export const countRange: CountLabel = (count) => {
  if (count <= 1) return String(count);
  let start = 2;
  for (const end of RANGE_ENDS.slice(1)) {
    if (count <= end) return `${start}-${end}`;
    start = end + 1;
  }
  return `${start}+`;
};
