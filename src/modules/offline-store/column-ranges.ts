import { type FileMetaData, parquetMetadata } from 'hyparquet';

/** Bytes of a file, from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes between two ranges that are read with them, because another request costs more. */
const WORTHLESS_GAP_BYTES = 256 * 1024;

/**
 * Where the values of some columns are in a parquet file.
 *
 * Shape:  `footer` is the end of the file. Ranges in their order, apart from each other.
 */
export function columnRanges(footer: Uint8Array, columns: ReadonlySet<string>): readonly ByteRange[] {
  const ranges = chunksOf(parquetMetadata(footer), columns).toSorted((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && start - last.end <= WORTHLESS_GAP_BYTES) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

function chunksOf({ row_groups }: FileMetaData, columns: ReadonlySet<string>): ByteRange[] {
  return row_groups.flatMap((group) =>
    group.columns.flatMap(({ meta_data: chunk }): ByteRange[] => {
      if (chunk === undefined || !columns.has(chunk.path_in_schema[0] ?? '')) return [];
      const data = Number(chunk.data_page_offset);
      // Writers without a dictionary say nothing, or 0.
      const dictionary = Number(chunk.dictionary_page_offset ?? 0n);
      const start = dictionary > 0 ? Math.min(dictionary, data) : data;
      return [{ start, end: start + Number(chunk.total_compressed_size) }];
    }),
  );
}
