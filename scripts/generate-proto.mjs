/*
 * Makes src/generated from proto/: `node scripts/generate-proto.mjs`. The result is committed, so that neither a
 * build nor an install needs protoc. With `--check` nothing is changed: the exit code says whether it is up to date.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const protoDirectory = join(root, 'proto');
const outputDirectory = join(root, 'src', 'generated');
const plugin = join(root, 'node_modules', '.bin', 'protoc-gen-es');

function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
}

/** Runs protoc into a fresh directory, so that a failure leaves what was there untouched. */
function generate() {
  mkdirSync(dirname(outputDirectory), { recursive: true });
  const directory = mkdtempSync(join(dirname(outputDirectory), '.generated-'));
  const sources = filesBelow(protoDirectory).filter((name) => name.endsWith('.proto'));
  const run = spawnSync(
    'protoc',
    [
      `--proto_path=${protoDirectory}`,
      `--plugin=protoc-gen-es=${plugin}`,
      `--es_out=${directory}`,
      '--es_opt=target=ts,import_extension=js',
      ...sources,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  chmodSync(directory, 0o755);
  if (run.status === 0) return directory;
  rmSync(directory, { recursive: true });
  if (run.error?.code === 'ENOENT') {
    throw new Error(
      'protoc is not installed. Debian and Ubuntu: apt-get install protobuf-compiler; macOS: brew install protobuf; ' +
        'others: https://github.com/protocolbuffers/protobuf/releases',
    );
  }
  throw new Error(`protoc failed:\n${run.error?.message ?? run.stderr}`);
}

function sameContent(left, right) {
  const names = filesBelow(left);
  const other = filesBelow(right);
  return (
    names.length === other.length &&
    names.every(
      (name, index) =>
        name === other[index] && readFileSync(join(left, name)).equals(readFileSync(join(right, name))),
    )
  );
}

function main() {
  const directory = generate();
  if (process.argv.includes('--check')) {
    const upToDate = sameContent(directory, outputDirectory);
    rmSync(directory, { recursive: true });
    if (!upToDate) throw new Error('src/generated is not what proto/ says: run npm run proto:generate');
    return;
  }
  rmSync(outputDirectory, { recursive: true, force: true });
  renameSync(directory, outputDirectory);
  console.log(`${filesBelow(outputDirectory).length} files in ${relative(root, outputDirectory)}`);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
