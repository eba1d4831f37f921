import type { StoreName } from './bench-folder.ts';

const STORE_BLOCKS: Readonly<Record<StoreName, string>> = {
  sqlite: '  type: sqlite\n  path: data/online_store.db\n',
  redis: '  type: redis\n  connection_string: ${BENCH_REDIS}\n',
};

/** `feature_store.yaml` of a repo with its files in `data`. */
export function repoYaml(project: string, store: StoreName): string {
  return `project: ${project}
provider: local
registry: data/registry.db
offline_store:
  type: file
entity_key_serialization_version: 3
auth:
  type: no_auth
online_store:
${STORE_BLOCKS[store]}`;
}
