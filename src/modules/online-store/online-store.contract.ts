import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { ContractSuite, type OnlineStoreHarness } from './contract/contract-suite.contract.js';
import { describeEventTimes } from './contract/event-times.contract.js';
import { describeOutage } from './contract/outage.contract.js';
import { describeRequests } from './contract/requests.contract.js';
import { describeRows } from './contract/rows.contract.js';
import { describeKeysNamesAndSizes } from './contract/sizes.contract.js';
import { describeViews } from './contract/views.contract.js';

/**
 * What every online store must do; the spec of each store calls it.
 *
 * Stores may differ in what `capabilities` says, and in nothing else.
 */
export function describeOnlineStoreContract(name: string, harness: OnlineStoreHarness): void {
  describe(`${name}: online store contract`, () => {
    const suite = new ContractSuite(harness);
    beforeAll(() => harness.setUp());
    afterAll(() => harness.tearDown());
    beforeEach(() => suite.begin());
    afterEach(() => suite.end());

    describeRows(suite);
    describeViews(suite);
    describeKeysNamesAndSizes(suite);
    describeEventTimes(suite);
    describeRequests(suite);
    if (harness.server) describeOutage(suite, harness.server);
  });
}
