import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

/** Modules as the build makes them, for tests that run them in processes and threads of their own. */
export class CompiledModules {
  private constructor(private readonly directory: string) {}

  /** Shape: paths below the root of the checkout, each with all that it imports. */
  static async compile(sources: readonly string[]): Promise<CompiledModules> {
    const parent = join(root, '.salver', 'compiled');
    mkdirSync(parent, { recursive: true });
    // Inside the checkout, so that packages are found and `.js` files are modules.
    const directory = mkdtempSync(join(parent, 'modules-'));
    const configuration = join(directory, 'tsconfig.json');
    writeFileSync(
      configuration,
      JSON.stringify({
        extends: join(root, 'tsconfig.build.json'),
        compilerOptions: { rootDir: root, outDir: directory, sourceMap: false },
        include: [],
        files: sources.map((source) => join(root, source)),
      }),
    );
    const compiler = join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
    await promisify(execFile)(process.execPath, [compiler, '-p', configuration]);
    return new CompiledModules(directory);
  }

  /** The compiled file of a source. */
  pathOf(source: string): string {
    return join(this.directory, source.replace(/\.ts$/, '.js'));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
