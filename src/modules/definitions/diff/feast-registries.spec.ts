import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as alltypes from '../../../../test/fixtures/definitions/alltypes-sqlite.definitions.js';
import * as drivers from '../../../../test/fixtures/definitions/drivers-sqlite.definitions.js';
import * as everything from '../../../../test/fixtures/definitions/everything.definitions.js';
import * as odfv from '../../../../test/fixtures/definitions/odfv-sqlite.definitions.js';
import * as permissions from '../../../../test/fixtures/definitions/permissions-oidc.definitions.js';
import * as vectors from '../../../../test/fixtures/definitions/vectors-sqlite.definitions.js';
import { loadedFixture } from '../../../../test/support/loaded-fixture.js';
import { RegistryDocument } from '../../registry/registry-document.js';
import { encodeDefinitions } from '../encoding/encode-definitions.js';
import { pathText } from '../planning/plan-text.js';
import { diffRegistry } from './registry-diff.js';

const RECORDED = 'test/fixtures/conformance/repos';

/** The definitions in TypeScript of registries that the real `feast apply` wrote from Python. */
const REPOS = [
  ['everything', everything, 'test/fixtures/definitions/everything/registry.db'],
  ['alltypes', alltypes, `${RECORDED}/alltypes-sqlite/data/registry.db`],
  ['drivers', drivers, `${RECORDED}/drivers-sqlite/data/registry.db`],
  ['odfv', odfv, `${RECORDED}/odfv-sqlite/data/registry.db`],
  ['perms', permissions, `${RECORDED}/permissions-oidc/data/registry.db`],
  ['vectors', vectors, `${RECORDED}/vectors-sqlite/data/registry.db`],
] as const;

/** What is computed in Python there is computed in TypeScript here. */
const FUNCTION =
  /^updated on_demand_feature_view \w+: (feature_transformation\.user_defined_function\.|mode: )/;

it.each(REPOS)('nothing is to be done on top of what Feast wrote: %s', (name, module, path) => {
  const { registry } = RegistryDocument.decode(readFileSync(path));
  const projectName = registry.projects[0]?.spec?.name ?? name;
  const context = { projectName, projectDescription: '', onlineVersioning: false };
  const { desired } = encodeDefinitions(loadedFixture('features.ts', module), context);
  const changed = diffRegistry(desired, registry).objects.flatMap((object) => {
    if (object.action === 'unchanged') return [];
    const identity = `${object.action} ${object.kind} ${object.name}`;
    return 'changes' in object
      ? object.changes.map((c) => `${identity}: ${pathText(c.path)}: ${c.before} -> ${c.after}`)
      : [identity];
  });
  expect(changed.filter((text) => !FUNCTION.test(text))).toEqual([]);
  expect(changed.length > 0).toBe(desired.onDemandFeatureViews.length > 0);
});
