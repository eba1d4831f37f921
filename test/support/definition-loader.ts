import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CompiledModules } from './compiled-modules.js';

const LOADER = 'src/modules/definitions/loading/load-definitions.ts';
const BUILDERS = 'src/definitions/index.ts';

/** Text by path. */
export type Files = Readonly<Record<string, string>>;

/** What came of one repo. */
export interface Outcome {
  readonly loaded?: readonly { readonly name: string; readonly file: string; readonly exportName: string }[];
  readonly problems?: readonly { readonly file: string; readonly message: string }[];
  readonly message?: string;
  readonly warnings: readonly string[];
  readonly debug: readonly string[];
}

export interface Ended {
  /** Exit code, or the name of the signal. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ENTITY_IMPORT = `import { entity, int64 } from 'salver';\n`;

/** A definition file of two lines. */
export const DRIVER = `${ENTITY_IMPORT}export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });\n`;

/** Loads each folder, one after the other, and prints what came of each. */
const PROGRAM = `
import { loadDefinitions } from './load-definitions.js';

const [timeLimitMs, ...repos] = process.argv.slice(2);
const outcomes = [];
for (const repo of repos) {
  const outcome = { warnings: [], debug: [] };
  outcomes.push(outcome);
  const log = { warn: (text) => outcome.warnings.push(text), debug: (text) => outcome.debug.push(text) };
  try {
    const loaded = await loadDefinitions(repo, { timeLimitMs: Number(timeLimitMs), log });
    outcome.loaded = loaded.map(({ definition, file, exportName }) => ({ name: definition.name, file, exportName }));
  } catch (error) {
    Object.assign(outcome, { message: error.message, problems: error.problems });
  }
}
console.log(JSON.stringify(outcomes));
`;

/** The compiled loader in processes of its own: Node itself strips the types there, and not the test runner. */
export class DefinitionLoader {
  private readonly folders: string[] = [];

  private constructor(
    private readonly modules: CompiledModules,
    private readonly program: string,
  ) {}

  static async compile(): Promise<DefinitionLoader> {
    const modules = await CompiledModules.compile([LOADER, BUILDERS]);
    const program = join(dirname(modules.pathOf(LOADER)), 'load-repos.mjs');
    writeFileSync(program, PROGRAM);
    return new DefinitionLoader(modules, program);
  }

  /** A folder with these files. */
  repoOf(files: Files): string {
    const repo = mkdtempSync(join(tmpdir(), 'salver-repo-'));
    this.folders.push(repo);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), text);
    }
    return repo;
  }

  run(repos: readonly string[], timeLimitMs: number): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(process.execPath, [this.program, String(timeLimitMs), ...repos], (error, stdout, stderr) =>
        resolve({ code: error ? (error.signal ?? error.code ?? null) : 0, stdout, stderr }),
      );
    });
  }

  /** Errors: Error when the process wrote anything beside the outcomes. */
  async outcomes(repos: readonly string[], timeLimitMs = 20_000): Promise<readonly Outcome[]> {
    const { stdout, stderr } = await this.run(repos, timeLimitMs);
    if (stderr !== '') throw new Error(stderr);
    return JSON.parse(stdout) as Outcome[];
  }

  async outcomeOf(files: Files): Promise<Outcome> {
    return (await this.outcomes([this.repoOf(files)]))[0] as Outcome;
  }

  remove(): void {
    this.modules.remove();
    for (const folder of this.folders) rmSync(folder, { recursive: true });
  }
}
