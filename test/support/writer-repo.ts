import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadedConfiguration, loadConfiguration } from '../../src/common/config/load-configuration.js';

/** A feature repository with an embedded online store, for tests of the writer process. */
export class WriterRepo {
  readonly folder = mkdtempSync(join(tmpdir(), 'salver-writer-'));
  readonly path = join(this.folder, 'online.db');

  /** `salverYaml`: settings besides the defaults. */
  configuration(salverYaml = '', onlineStore = `type: sqlite\n  path: online.db`): LoadedConfiguration {
    writeFileSync(
      join(this.folder, 'feature_store.yaml'),
      `project: p\nprovider: local\nregistry: registry.db\nonline_store:\n  ${onlineStore}\n` +
        'entity_key_serialization_version: 3\n',
    );
    writeFileSync(join(this.folder, 'salver.yaml'), salverYaml);
    return loadConfiguration({ env: {}, cwd: this.folder, flags: {} });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
