import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SalverProcess } from './salver-process.ts';
import { CHECKOUT } from './servers.ts';

const RECORDED = join(CHECKOUT, 'test/fixtures/conformance/repos/odfv-sqlite');

/** The recorded repo of on-demand views as Feast applied it, with its store. */
export class PythonRepo {
  readonly path = mkdtempSync(join(tmpdir(), 'salver-python-'));
  private readonly started: SalverProcess[] = [];

  constructor() {
    cpSync(RECORDED, this.path, { recursive: true });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  nameService(endpoint: string): void {
    const block = `feature_server:\n  type: local\n  transformation_service_endpoint: ${endpoint}\n`;
    appendFileSync(join(this.path, 'feature_store.yaml'), block);
  }

  serve(
    interpreter: string,
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = [],
  ): SalverProcess {
    const server = new SalverProcess(['-c', this.path, 'serve', '--port', '0', '--no-access-log', ...args], {
      cwd: this.path,
      env: { SALVER_PYTHON_INTERPRETER: interpreter, ...env },
    });
    this.started.push(server);
    return server;
  }

  async remove(): Promise<void> {
    for (const each of this.started) each.kill('SIGKILL');
    await Promise.all(this.started.map(({ ended }) => ended));
    rmSync(this.path, { recursive: true, force: true });
  }
}
