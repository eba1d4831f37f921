import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { describeBatches } from './contract/batches.contract.js';
import { describeConcurrentWrites } from './contract/concurrent-writes.contract.js';
import { describeWinners } from './contract/winners.contract.js';
import { type OnlineStoreWriterHarness, WriterSuite } from './contract/writer-suite.contract.js';

/**
 * What every writer of an online store must do; the spec of each store calls it. What is written is read with the
 * reader of the store.
 */
export function describeOnlineStoreWriterContract(name: string, harness: OnlineStoreWriterHarness): void {
  describe(`${name}: online store writer contract`, () => {
    const suite = new WriterSuite(harness);
    beforeAll(() => harness.setUp());
    afterAll(() => harness.tearDown());
    beforeEach(() => suite.begin());
    afterEach(() => suite.end());

    describeBatches(suite);
    describeWinners(suite);
    describeConcurrentWrites(suite);
  });
}
