import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { salver, SalverProcess } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

let repo: string;

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-cli-'));
  cpSync(join(CHECKOUT, 'test/fixtures/example'), repo, { recursive: true });
});
afterEach(() => rmSync(repo, { recursive: true }));

describe('mistakes at the command line', () => {
  it.each([
    [['serve', '--port', 'many'], 2, '--port'],
    [['serve', '--nope'], 2, '--nope'],
    [['serve', '--type', 'grpc'], 2, '--type'],
    [['serve', '--workers', '-2'], 2, '--workers'],
    [['nope'], 2, "no such command 'nope'"],
    [['--nope', 'serve'], 2, '--nope'],
    [['-c'], 2, '-c'],
  ])('%j ends with %i and names what is wrong', async (args, code, text) => {
    const ended = await salver(args, { cwd: repo });
    expect(ended.output).toContain(text);
    expect(ended.code).toBe(code);
    expect(ended.output).not.toMatch(/\n\s+at /);
  });

  it('says where it looked for the configuration', async () => {
    rmSync(join(repo, 'feature_store.yaml'));
    const ended = await salver(['-c', repo, 'serve']);
    expect(ended.code).toBe(1);
    expect(ended.output).toContain(join(repo, 'feature_store.yaml'));
    expect(ended.output).not.toMatch(/\n\s+at /);
  });

  it('tells of all that is wrong with both files at once', async () => {
    writeFileSync(join(repo, 'feature_store.yaml'), 'project: a-b\nonline_store: {type: sqlite, pth: x}\n');
    writeFileSync(join(repo, 'salver.yaml'), 'server: {prot: 1}\nlimits: {rows: none}\n');
    const { code, output } = await salver(['-c', repo, 'serve']);
    expect(code).toBe(1);
    for (const path of ['project', 'registry', 'online_store.pth', 'server.prot', 'limits.rows'])
      expect(output).toContain(path);
  });

  it('tells what is wrong with the options of the store', async () => {
    writeFileSync(
      join(repo, 'feature_store.yaml'),
      'project: a\nregistry: data/registry.db\nonline_store: {type: redis, connection_string: "localhost:6379,pasword=secret"}\n',
    );
    const { code, output } = await salver(['-c', repo, 'serve']);
    expect(code).toBe(1);
    expect(output).toContain('online_store.connection_string');
    expect(output).toContain('pasword');
    expect(output).not.toContain('secret');
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('refuses what this version does not do, with its path', async () => {
    writeFileSync(
      join(repo, 'feature_store.yaml'),
      'project: a\nregistry: s3://bucket/registry.db\nonline_store: {type: milvus}\n',
    );
    const { code, output } = await salver(['-c', repo, 'serve']);
    expect(code).toBe(1);
    for (const path of ['registry', 'online_store']) expect(output).toContain(path);
  });
});

describe('salver', () => {
  it('prints its version and its help', async () => {
    expect((await salver(['version'])).output).toMatch(/^Salver \d+\.\d+\.\d+\n$/);
    expect((await salver(['--version'])).output).toMatch(/^Salver \d+\.\d+\.\d+\n$/);
    expect(await salver(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('serve') });
    expect(await salver(['serve', '--help'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('--registry_ttl_sec'),
    });
  });

  it('reads the whole configuration from FEATURE_STORE_YAML_BASE64', async () => {
    copyFileSync(join(repo, 'data/registry.db'), join(repo, 'r.db'));
    const yaml = `project: salver_example\nregistry: ${join(repo, 'r.db')}\nonline_store: {type: sqlite, path: ${join(repo, 'data/online_store.db')}}\n`;
    const server = new SalverProcess(['serve', '--port', '0'], {
      env: { FEATURE_STORE_YAML_BASE64: Buffer.from(yaml).toString('base64') },
    });
    const url = await server.url();
    const answer = await fetch(`${url}/health`);
    server.kill('SIGINT');
    await server.ended;
    expect(answer.status).toBe(200);
    expect(server.output).toContain('registry accepted');
  });
});
