// Brings a checkout to the point where it runs: packages installed, sources built. Plain JavaScript for any Node
// from 18 on. What was done is remembered by a stamp, so that the second time takes no time.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findNode, NEEDED_NODE_MAJOR, ROOT, run } from '../bin/launch.mjs';

const STAMPS = join(ROOT, '.salver', 'stamps');

/** Installs the packages of the lockfile unless they are there. Ends the process when that fails. */
export async function install() {
  checkOwnNode();
  const stamp = digest(['package.json', 'package-lock.json']);
  if (existsSync(join(ROOT, 'node_modules')) && stampIs('install', stamp)) return;
  console.log('Installing packages (npm ci) …');
  // Optional packages carry the pinned Node; what the outer npm was told about omitting them does not count.
  const exitCode = await run(npm(), ['ci', '--include=optional', '--include=dev', '--loglevel=error'], {
    cwd: ROOT,
  });
  if (exitCode !== 0) stop('npm ci failed: see above. It needs the npm registry.', exitCode);
  if (!findNode()) {
    stop(
      `There is no Node ${NEEDED_NODE_MAJOR} for ${process.platform}-${process.arch} among the packages.`,
      `Install Node ${NEEDED_NODE_MAJOR} or newer and try again.`,
    );
  }
  setStamp('install', stamp);
}

/** Compiles the sources unless the build is of these sources. */
export async function build() {
  const stamp = digest([
    'tsconfig.json',
    'tsconfig.build.json',
    'package-lock.json',
    ...sources(join(ROOT, 'src')),
  ]);
  if (existsSync(join(ROOT, 'dist', 'cli.main.js')) && stampIs('build', stamp)) return;
  console.log('Building …');
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript7', 'bin', 'tsc');
  const exitCode = await run(findNode(), [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT });
  if (exitCode !== 0) stop('The build failed: see above.', exitCode);
  setStamp('build', stamp);
}

/** Programs that tests run, and the Debian packages that have them. */
const TEST_PROGRAMS = { 'redis-server': 'redis-server', openssl: 'openssl' };
/** Without these, the tests that need them are skipped. */
const OPTIONAL_TEST_PROGRAMS = { prometheus: 'prometheus', promtool: 'prometheus' };

/** Installs the programs that the tests need, as root on Debian; else says what to install and ends the process. */
export async function installTestPrograms() {
  const missing = missingOf(TEST_PROGRAMS);
  const optional = missingOf(OPTIONAL_TEST_PROGRAMS);
  if (!(await aptInstall(missing))) stop(`The tests need ${missing.advice}`);
  if (!(await aptInstall(optional))) console.log(`Some tests are skipped: they need ${optional.advice}`);
}

function missingOf(programs) {
  const names = Object.keys(programs).filter((name) => !isInstalled(name));
  const packages = [...new Set(names.map((name) => programs[name]))];
  const advice = `${names.join(' and ')}. On Debian: apt-get install ${packages.join(' ')}`;
  return { names, packages, advice };
}

/** Whether all of them are there now. */
async function aptInstall({ names, packages }) {
  if (names.length === 0) return true;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) return false;
  console.log(`Installing ${packages.join(' ')} (apt-get) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq']);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  return names.every(isInstalled);
}

function isInstalled(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function checkOwnNode() {
  if (Number(process.versions.node.split('.')[0]) >= 20) return;
  stop(`Node ${process.versions.node} is too old even to install Salver: it takes Node 20 or newer.`);
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sources(path) : [path];
    })
    .sort();
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = file.startsWith(ROOT) ? file : join(ROOT, file);
    hash.update(`${path}\n${statSync(path).size}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function stampIs(name, value) {
  const file = join(STAMPS, name);
  return existsSync(file) && readFileSync(file, 'utf8') === value;
}

function setStamp(name, value) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), value);
}

function stop(...lines) {
  const exitCode = typeof lines.at(-1) === 'number' ? lines.pop() : 1;
  console.error(lines.join('\n'));
  process.exit(exitCode);
}
