import { cpSync, readFileSync } from 'node:fs';
import type { Permission } from '../../src/common/model/permission.js';
import type { RegistrySnapshot } from '../../src/common/model/registry-snapshot.js';
import { decodeRegistry } from '../../src/modules/registry/registry.codec.js';
import { RegistryService } from '../../src/modules/registry/registry.service.js';
import { as, startGuardedApp } from './guarded-app.js';
import type { Answer, TestApp } from './test-app.js';

const REPO = new URL('../fixtures/conformance/repos/permissions-oidc/', import.meta.url);

export const PERMISSIONS_YAML = readFileSync(new URL('feature_store.yaml', REPO), 'utf8');

export function permissionsFixture(path: string): Buffer {
  return readFileSync(new URL(path, REPO));
}

/** The registry of the recorded repo, as Feast wrote it. */
export const RECORDED = decodeRegistry(permissionsFixture('data/registry.db'), 'perms');

/** Has the role of `permission()`. */
export const RIGHT = as({ roles: ['right'] });
export const WRONG = as({ roles: ['wrong'] });
/** Has a role of the recorded permissions. */
export const READER = as({ roles: ['reader'] });

export function fillPermissionsStore(path: string): void {
  cpSync(new URL('data/online_store.db', REPO), path);
}

/** The application on the recorded repo. */
export function startPermissionsApp(env: Record<string, string> = {}): Promise<TestApp> {
  return startGuardedApp({
    yaml: PERMISSIONS_YAML,
    registry: permissionsFixture('data/registry.db'),
    fillStore: fillPermissionsStore,
    env,
  });
}

/** For READ_ONLINE on everything, by the role `right`. */
export function permission(part: Partial<Permission> = {}): Permission {
  return {
    name: 'only',
    types: [],
    namePatterns: [],
    requiredTags: new Map(),
    actions: ['READ_ONLINE'],
    policy: { kind: 'role_based', roles: ['right'] },
    tags: new Map(),
    ...part,
  };
}

/** The recorded registry with these permissions in place of its own. */
export function withPermissions(...permissions: readonly Permission[]): RegistrySnapshot {
  return { ...RECORDED, permissions: new Map(permissions.map((each) => [each.name, each])) };
}

export function serve({ app }: TestApp, snapshot: RegistrySnapshot): void {
  app.get(RegistryService).replace(snapshot);
}

export function read(app: TestApp, selection: object, headers: Record<string, string> = {}): Promise<Answer> {
  return app.read(JSON.stringify({ entities: { driver_id: [1] }, ...selection }), headers);
}

export function readView(app: TestApp, name: string, headers: Record<string, string> = {}): Promise<Answer> {
  return read(app, { features: [`${name}:value`] }, headers);
}
