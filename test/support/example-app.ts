import { cpSync, readFileSync } from 'node:fs';
import { startTestApp, type TestApp, type TestRepo } from './test-app.js';

const fixture = (name: string) => new URL(`../fixtures/example/${name}`, import.meta.url);

/** A read that the example repo answers. Its registry holds no permission: whoever is known may read. */
export const EXAMPLE_READ = JSON.stringify({
  features: ['driver_hourly_stats:conv_rate'],
  entities: { driver_id: [1001] },
});

/** The example repo with its rows, under this kind of authentication. `auth` is the block as YAML. */
export function startExampleApp(auth: string, more: Omit<TestRepo, 'yaml'> = {}): Promise<TestApp> {
  const yaml = readFileSync(fixture('feature_store.yaml'), 'utf8');
  return startTestApp({
    yaml: yaml.replace(/auth:\n(?: .*\n?)*/, `auth: ${auth}\n`),
    registry: readFileSync(fixture('data/registry.db')),
    fillStore: (path) => cpSync(fixture('data/online_store.db'), path),
    ...more,
  });
}
