import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RegistrySchema, type Registry } from '../../src/generated/feast/core/Registry_pb.js';
import { encodeDefinitions } from '../../src/modules/definitions/encoding/encode-definitions.js';
import * as drivers from '../fixtures/definitions/drivers-sqlite.definitions.js';
import * as everything from '../fixtures/definitions/everything.definitions.js';
import * as odfv from '../fixtures/definitions/odfv-sqlite.definitions.js';
import * as permissions from '../fixtures/definitions/permissions-oidc.definitions.js';
import { ensureFeastVenv, type FeastVenv } from '../support/feast-venv.ts';
import { loadedFixture } from '../support/loaded-fixture.js';
import { pythonScript, runPython } from './shop-repo.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
const recording = (name: string): string => join(FIXTURES, 'conformance/repos', name, 'data/registry.db');

const REPOS = [
  {
    project: 'everything',
    module: everything,
    registry: join(FIXTURES, 'definitions/everything/registry.db'),
  },
  { project: 'odfv', module: odfv, registry: recording('odfv-sqlite') },
  { project: 'perms', module: permissions, registry: recording('permissions-oidc') },
  { project: 'drivers', module: drivers, registry: recording('drivers-sqlite') },
];

describe("Feast's SDK loads definitions in TypeScript", () => {
  let venv: FeastVenv;
  let folder: string;

  beforeAll(() => {
    venv = ensureFeastVenv((line) => process.stderr.write(`${line}\n`));
    folder = mkdtempSync(join(tmpdir(), 'salver-definitions-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('every object equals the one in Python', async () => {
    const runs = REPOS.map(({ project, module, registry }) => {
      const feasts = withoutHistory(fromBinary(RegistrySchema, readFileSync(registry)));
      const salvers = encoded(project, module);
      const files = [join(folder, `${project}-feast.db`), join(folder, `${project}-salver.db`)] as const;
      writeFileSync(files[0], toBinary(RegistrySchema, feasts));
      writeFileSync(files[1], toBinary(RegistrySchema, salvers));
      return { args: [project, ...files], expected: `${project}: ${objectCount(salvers)} objects are equal` };
    });
    const script = pythonScript('compare_registries.py');
    const said = await runPython(venv, [script, ...runs.flatMap(({ args }) => args)]);
    expect(said.trim().split('\n')).toEqual(runs.map(({ expected }) => expected));
  });
});

function encoded(projectName: string, module: Readonly<Record<string, unknown>>): Registry {
  const context = { projectName, projectDescription: '', onlineVersioning: false };
  const { desired, problems } = encodeDefinitions(loadedFixture('features.ts', module), context);
  expect(problems).toEqual([]);
  return create(RegistrySchema, {
    registrySchemaVersion: '1',
    projects: [desired.project],
    entities: [...desired.entities],
    dataSources: [...desired.dataSources],
    featureViews: [...desired.featureViews],
    streamFeatureViews: [...desired.streamFeatureViews],
    onDemandFeatureViews: [...desired.onDemandFeatureViews],
    labelViews: [...desired.labelViews],
    featureServices: [...desired.featureServices],
    permissions: readable(desired.permissions),
  });
}

/** What came after the definitions were applied: what was loaded, and which versions there were. */
function withoutHistory(registry: Registry): Registry {
  for (const { meta } of [...registry.featureViews, ...registry.streamFeatureViews]) {
    if (meta !== undefined) meta.materializationIntervals = [];
  }
  registry.permissions = readable(registry.permissions);
  return registry;
}

/** Feast 0.66 cannot read a permission that is for everybody. */
function readable(all: readonly Registry['permissions'][number][]): Registry['permissions'] {
  return all.filter(({ spec }) => spec?.policy?.policyType.case !== undefined);
}

function objectCount(registry: Registry): number {
  return (
    registry.projects.length +
    registry.entities.length +
    registry.dataSources.length +
    registry.featureViews.length +
    registry.streamFeatureViews.length +
    registry.onDemandFeatureViews.length +
    registry.labelViews.length +
    registry.featureServices.length +
    registry.permissions.length
  );
}
