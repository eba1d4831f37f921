import type { ShreddedLeaf } from '../conversion/shredded-column.js';
import type { LeafColumn } from './column-tree.js';
import { joinedLevels, type Levels } from './level.codec.js';
import type { Compression } from './compression.js';
import { decodePage, encodePage, type PageContent, type StoredPage } from './page.codec.js';
import { plainValues } from './plain-values.js';

/** Pages are cut after as many rows in all columns. */
export const PAGE_ROWS = 8192;
/** A page of as many values is not read, and compressed anew, to hold more. */
const LEAST_VALUES = 2048;

/**
 * The pages of a column with more rows behind them. A small last page and the new rows become one.
 *
 * Shape:  pages that are kept stay as they are.
 */
export function appendToPages(
  leaf: LeafColumn,
  pages: readonly StoredPage[],
  added: ShreddedLeaf,
  compression: Compression,
): StoredPage[] {
  const slices = pageSlices(leaf, added);
  const last = pages.at(-1);
  const [first] = slices;
  if (last === undefined || first === undefined || last.count >= LEAST_VALUES) {
    return [...pages, ...slices.map((slice) => encodePage(leaf, slice, compression))];
  }
  const old = decodePage(leaf, last, compression);
  const fits = rowsOf(old) + rowsOf(first) <= PAGE_ROWS;
  const tail = fits ? [joined(old, first), ...slices.slice(1)] : slices;
  const kept = fits ? pages.slice(0, -1) : pages;
  return [...kept, ...tail.map((slice) => encodePage(leaf, slice, compression))];
}

function joined(left: PageContent, right: PageContent): PageContent {
  return {
    definitions: joinedLevels([left.definitions, right.definitions]),
    repetitions: joinedLevels([left.repetitions, right.repetitions]),
    values: Buffer.concat([left.values, right.values]),
  };
}

function rowsOf({ repetitions }: PageContent): number {
  return countOf(repetitions, 0);
}

function pageSlices(leaf: LeafColumn, { definitions, repetitions, values }: ShreddedLeaf): PageContent[] {
  const slices: PageContent[] = [];
  let [start, firstValue] = [0, 0];
  while (start < definitions.length) {
    const end = leaf.maxRepetition === 0 ? start + PAGE_ROWS : sliceEnd(repetitions, start);
    const levels = definitions.slice(start, end);
    const held = countOf(levels, leaf.maxDefinition);
    const isAll = held === values.length;
    slices.push({
      definitions: levels,
      repetitions: repetitions.slice(start, end),
      values: plainValues(leaf.element, isAll ? values : values.slice(firstValue, firstValue + held)),
    });
    [start, firstValue] = [end, firstValue + held];
  }
  return slices;
}

function countOf(levels: Levels, wanted: number): number {
  let count = 0;
  for (const level of levels) if (level === wanted) count++;
  return count;
}

/** Behind the last value of the rows of a page. */
function sliceEnd(repetitions: Levels, start: number): number {
  let [rows, end] = [0, start];
  for (; end < repetitions.length; end++) {
    if (repetitions[end] === 0 && ++rows > PAGE_ROWS) break;
  }
  return end;
}
