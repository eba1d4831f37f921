import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../common/config/load-configuration.js';
import { metricSwitches } from './metric-switches.js';

function switches(yaml: string, flag: boolean) {
  const repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
  try {
    writeFileSync(join(repo, 'feature_store.yaml'), yaml);
    const flags = flag ? { settings: { 'metrics.enabled': true } } : {};
    const { metrics, categories, auditLog } = metricSwitches(
      loadConfiguration({ env: {}, cwd: repo, flags }),
    );
    return { metrics, categories: [...categories].join(' '), auditLog };
  } finally {
    rmSync(repo, { recursive: true });
  }
}

const recorded = (name: string) =>
  readFileSync(`test/fixtures/conformance/metrics/${name}.feature_store.yaml`, 'utf8');
const PLAIN = 'project: drivers\nregistry: r.db\n';
const ALL = 'always resource request online_features push materialization freshness offline_features';

describe('metricSwitches', () => {
  it.each([
    { why: 'no block, no flag', yaml: PLAIN, flag: false, metrics: false, categories: '', auditLog: false },
    { why: 'the flag alone', yaml: PLAIN, flag: true, metrics: true, categories: ALL, auditLog: false },
    {
      why: 'the file alone',
      yaml: recorded('yaml-enabled-no-flag'),
      flag: false,
      metrics: true,
      categories: ALL,
      auditLog: false,
    },
    {
      why: 'switched off in the file, on by the flag: the categories of the file count',
      yaml: recorded('yaml-enabled-false-with-flag'),
      flag: true,
      metrics: true,
      categories: 'always request online_features push materialization offline_features',
      auditLog: false,
    },
    {
      why: 'one category',
      yaml: recorded('yaml-only-push'),
      flag: false,
      metrics: true,
      categories: 'always push',
      auditLog: false,
    },
    {
      why: 'the audit log',
      yaml: recorded('yaml-audit-logging'),
      flag: false,
      metrics: true,
      categories: ALL,
      auditLog: true,
    },
    {
      why: 'the audit log without metrics',
      yaml: `${PLAIN}feature_server: {metrics: {audit_logging: true}}\n`,
      flag: false,
      metrics: false,
      categories: '',
      auditLog: false,
    },
  ])('$why', ({ yaml, flag, metrics, categories, auditLog }) => {
    expect(switches(yaml, flag)).toEqual({ metrics, categories, auditLog });
  });
});
