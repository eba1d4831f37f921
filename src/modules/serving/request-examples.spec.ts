import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NoTransformations } from '../../../test/support/no-transformations.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { OnlineFeaturesPlan } from './online-features.plan.js';
import { requestExamples } from './request-examples.js';

const OPTIONS = {
  onlineVersioning: false,
  entityKeyVersion: 3,
  readSemantics: 'feast',
  tellsAbsentFromNull: true,
  limits: { cells: 100, answerBytes: 1000 },
  transformations: new NoTransformations(),
} as const;

describe('requestExamples', () => {
  it.each([
    ['drivers-sqlite', 'drivers'],
    ['odfv-sqlite', 'odfv'],
    ['vectors-sqlite', 'vectors'],
    ['alltypes-sqlite', 'alltypes'],
  ])('makes requests that %s answers', (repo, project) => {
    const file = new URL(
      `../../../test/fixtures/conformance/repos/${repo}/data/registry.db`,
      import.meta.url,
    );
    const snapshot = decodeRegistry(readFileSync(file), project);
    const examples = Object.values(requestExamples(snapshot));
    expect(examples.length).toBeGreaterThan(0);
    for (const { value } of examples) {
      const selection = {
        featureService: value['feature_service'] as string | undefined,
        features: (value['features'] ?? []) as string[],
        fullFeatureNames: value['full_feature_names'] === true,
      };
      const plan = new OnlineFeaturesPlan(snapshot, selection, OPTIONS);
      expect(() => plan.bind(Object.keys(value['entities'] as object))).not.toThrow();
    }
  });

  it('makes none of a registry without views', () => {
    expect(requestExamples(decodeRegistry(new Uint8Array(), 'empty'))).toEqual({});
  });
});
