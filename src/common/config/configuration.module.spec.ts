import { Inject, Injectable, Module } from '@nestjs/common';
import { ConfigService, type ConfigType } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  configurationModule,
  FeatureStoreConfiguration,
  SalverConfiguration,
} from './configuration.module.js';
import { featureStoreConfig } from './feature-store.config.js';
import { loadConfiguration } from './load-configuration.js';
import { salverConfig } from './salver.config.js';

@Injectable()
class ByType {
  constructor(
    readonly featureStore: FeatureStoreConfiguration,
    readonly salver: SalverConfiguration,
  ) {}
}

@Injectable()
class ByKey {
  constructor(
    @Inject(featureStoreConfig.KEY) readonly featureStore: ConfigType<typeof featureStoreConfig>,
    @Inject(salverConfig.KEY) readonly salver: ConfigType<typeof salverConfig>,
  ) {}
}

@Module({ providers: [ByType, ByKey] })
class SomeModule {}

function load() {
  const repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
  try {
    writeFileSync(join(repo, 'feature_store.yaml'), 'project: drivers\nregistry: data/registry.db\n');
    return loadConfiguration({ env: { SALVER_SERVER_PORT: '7000' }, cwd: repo, flags: {} });
  } finally {
    rmSync(repo, { recursive: true });
  }
}

describe('configurationModule', () => {
  it('makes what was loaded known everywhere, by type and by key', async () => {
    const loaded = load();
    const app = await Test.createTestingModule({
      imports: [configurationModule(loaded), SomeModule],
    }).compile();
    expect(app.get(ByType).featureStore.config).toBe(loaded.featureStore);
    expect(app.get(ByType).salver.config).toBe(loaded.salver);
    expect(app.get(ByKey).featureStore).toBe(loaded.featureStore);
    expect(app.get(ByKey).salver.server.port).toBe(7000);
    await app.close();
  });

  it('reads no variable of the process by itself', async () => {
    const app = await Test.createTestingModule({ imports: [configurationModule(load())] }).compile();
    const service = app.get(ConfigService);
    expect(service.get('PATH')).toBeUndefined();
    expect(service.get('salver.server.port')).toBe(7000);
    await app.close();
  });

  it('keeps two applications in one process apart', async () => {
    const [one, other] = [load(), load()];
    const first = await Test.createTestingModule({
      imports: [configurationModule(one), SomeModule],
    }).compile();
    const second = await Test.createTestingModule({
      imports: [configurationModule(other), SomeModule],
    }).compile();
    expect(first.get(ByType).salver.config).toBe(one.salver);
    expect(second.get(ByType).salver.config).toBe(other.salver);
    await Promise.all([first.close(), second.close()]);
  });
});
