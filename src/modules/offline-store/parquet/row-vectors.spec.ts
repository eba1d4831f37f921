import { describe, expect, it } from 'vitest';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { offlineRows } from '../../../../test/support/offline-rows.js';
import { isKeptOtherwise, rowVectors, VECTOR_FOLDER, type RowVector } from '../../../../test/support/row-vectors.js';
import { jsonText } from '../../../common/codec/json-text.js';
import { Deadline } from '../../../common/model/deadline.js';
import { createOfflineRowChecker } from '../offline-store-writer-factory.js';

const checker = createOfflineRowChecker({ type: 'file' }, VECTOR_FOLDER, { integerTimestamps: 'nanoseconds' });
const vectors = rowVectors();

async function refusal({ type, values }: RowVector): Promise<string | undefined> {
  const rows = offlineRows({ c: values, row: values.map((_, i) => i) });
  try {
    await checker.check(fileSource(`files/${type}.parquet`), rows, Deadline.after(5000));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('what Feast stores', () => {
  it.each([...vectors.keys()])('%s', async (type) => {
    const more:string[]=[];
    for (const v of vectors.get(type)!) {
      const r = await refusal(v);
      if (v.refused !== undefined && r === undefined && v.values.length) more.push(jsonText(v.values).slice(0,40));
      if (v.refused === undefined && r !== undefined && !isKeptOtherwise(v)) more.push('!!!' + r);
    }
    console.log(type, more.join(' ¦ ').slice(0,900));
  });
});
