import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const compiler = join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
const LIMIT_MS = 60_000;

/** One thing that the compiler says: `line` counts from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** A project outside of the checkout in which Salver is installed: its package.json and what it exports, nothing else. */
export class InstalledPackage {
  private constructor(readonly folder: string) {}

  static async make(): Promise<InstalledPackage> {
    const folder = mkdtempSync(join(tmpdir(), 'salver-installed-'));
    const salver = join(folder, 'node_modules', 'salver');
    mkdirSync(salver, { recursive: true });
    copyFileSync(join(root, 'package.json'), join(salver, 'package.json'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    writeJson(join(folder, 'tsconfig.build.json'), {
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: {
        rootDir: join(root, 'src'),
        outDir: join(salver, 'dist'),
        sourceMap: false,
        types: [],
      },
      include: [],
      files: [join(root, 'src/definitions/index.ts')],
    });
    await promisify(execFile)(process.execPath, [compiler, '-p', join(folder, 'tsconfig.build.json')]);
    return new InstalledPackage(folder);
  }

  /** Shape: what the strict compiler says of these files, in their order. */
  compile(files: Readonly<Record<string, string>>): readonly Diagnostic[] {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
    const configuration = join(this.folder, 'tsconfig.json');
    writeJson(configuration, {
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        lib: ['es2024'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        noEmit: true,
      },
      files: Object.keys(files),
    });
    const { stdout } = this.#run([compiler, '-p', configuration, '--pretty', 'false']);
    return stdout.split(/\n(?=\S)/).flatMap(parseDiagnostic);
  }

  /** What Node says to a program in this project. */
  run(program: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
    return this.#run(['--input-type=module', '--eval', program]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(args: readonly string[]) {
    return spawnSync(process.execPath, args, { cwd: this.folder, encoding: 'utf8', timeout: LIMIT_MS });
  }
}

function parseDiagnostic(text: string): readonly Diagnostic[] {
  const [, file, line, code, message] = /^(.+?)\((\d+),\d+\): error (TS\d+): ([^]*)$/.exec(text.trim()) ?? [];
  if (file === undefined || code === undefined || message === undefined) return [];
  return [{ file, line: Number(line), code, message }];
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value, null, 1));
}
