import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { CHECKOUT } from './servers.ts';

/** A Python environment that holds the real Feast. */
export interface FeastVenv {
  readonly python: string;
  readonly feast: string;
  readonly feastVersion: string;
  readonly pythonVersion: string;
}

export const FEAST_VERSION = '0.66.0';

const VENV = join(CHECKOUT, '.salver/venv');
const PYTHON_CACHE = join(CHECKOUT, '.salver/pycache');
const STAMP = join(VENV, 'salver-stamp.json');
const INSTALL_LIMIT_MS = 15 * 60_000;
const STEP_LIMIT_MS = 300_000;

/** From the version that is wanted to the nearest that will do. */
const REQUIREMENTS = [
  `feast[redis]==${FEAST_VERSION}`,
  'feast[redis]>=0.66,<0.67',
  'feast[redis]>=0.65,<0.68',
] as const;

const NEEDS_PYTHON = `The real Feast needs Python 3.10 to 3.12 with its venv module. On Debian and Ubuntu:
  apt-get install --yes python3 python3-venv
PYTHON=/path/of/python names another interpreter.`;

/**
 * For programs with the real Feast that make and read repos. Feast has the types of its own arguments checked
 * (typeguard), and prepares that for seconds at each start: without assertions it is left out. Its servers, whose answers
 * are compared, run as people run them.
 */
export function feastEnv(timeZone = 'UTC'): NodeJS.ProcessEnv {
  const env = { ...process.env };
  // Compiled anew each time, it would take longer than with all its checks.
  delete env['PYTHONDONTWRITEBYTECODE'];
  const python = { PYTHONOPTIMIZE: '1', PYTHONPYCACHEPREFIX: PYTHON_CACHE };
  return { ...env, ...python, TZ: timeZone, FEAST_USAGE: 'False' };
}

/** The environment as `ensureFeastVenv` left it; an Error when there is none. */
export function feastVenv(): FeastVenv {
  const stamp = readStamp();
  if (stamp === undefined) throw new Error(`${VENV} is not there: run "npm run test:interop" once`);
  return stamp;
}

/**
 * Makes the environment below .salver/ when it is not there, through pip; later calls find it by its stamp.
 * Errors: an Error that says what to install when Python or its venv module is missing, or what pip said.
 */
export function ensureFeastVenv(say: (line: string) => void): FeastVenv {
  const made = readStamp() ?? makeVenv(say);
  if (made.feastVersion !== FEAST_VERSION) {
    say(`Feast ${FEAST_VERSION} could not be had: this runs with Feast ${made.feastVersion}`);
  }
  compile(made);
  return made;
}

/** What Feast's programs load, so that those that begin together do not all compile the same. */
function compile({ python }: FeastVenv): void {
  if (existsSync(PYTHON_CACHE)) return;
  const options = { env: feastEnv(), stdio: 'ignore', timeout: STEP_LIMIT_MS } as const;
  spawnSync(python, ['-c', 'import feast.cli.cli, feast.repo_operations'], options);
}

function readStamp(): FeastVenv | undefined {
  if (!existsSync(STAMP)) return undefined;
  const stamp = JSON.parse(readFileSync(STAMP, 'utf8')) as FeastVenv;
  return existsSync(stamp.feast) ? stamp : undefined;
}

function makeVenv(say: (line: string) => void): FeastVenv {
  const interpreter = process.env['PYTHON'] ?? 'python3';
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(dirname(VENV), { recursive: true });
  say(`making ${VENV} with ${interpreter}`);
  const made = spawnSync(interpreter, ['-m', 'venv', VENV], { encoding: 'utf8', timeout: STEP_LIMIT_MS });
  if (made.status !== 0) {
    const said = made.error?.message ?? `${made.stdout}${made.stderr}`;
    throw new Error(`${interpreter} -m venv failed: ${said.trim()}\n${NEEDS_PYTHON}`);
  }
  installFeast(say);
  const python = join(VENV, 'bin/python');
  const print = (code: string): string =>
    execFileSync(python, ['-c', code], { encoding: 'utf8', timeout: STEP_LIMIT_MS }).trim();
  const venv: FeastVenv = {
    python,
    feast: join(VENV, 'bin/feast'),
    feastVersion: print("from importlib.metadata import version; print(version('feast'))"),
    pythonVersion: print('import platform; print(platform.python_version())'),
  };
  writeFileSync(STAMP, `${JSON.stringify(venv, null, 1)}\n`);
  say(`Feast ${venv.feastVersion} on Python ${venv.pythonVersion}`);
  return venv;
}

function installFeast(say: (line: string) => void): void {
  let said = '';
  for (const requirement of REQUIREMENTS) {
    say(`pip install '${requirement}'`);
    const args = ['install', '--quiet', '--disable-pip-version-check', requirement];
    const pip = spawnSync(join(VENV, 'bin/pip'), args, { encoding: 'utf8', timeout: INSTALL_LIMIT_MS });
    if (pip.status === 0) return;
    said = pip.error?.message ?? pip.stderr;
    say(said.trim());
  }
  throw new Error(`pip could not install Feast: ${said.trim()}`);
}
