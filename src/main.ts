import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// The entry of `nest start`, and of every worker that a primary process forks.
if (cluster.isWorker) {
  const { runWorker } = await import('./processes/worker.js');
  runWorker();
} else {
  const development = fileURLToPath(new URL('../config/development.env', import.meta.url));
  if (existsSync(development)) process.loadEnvFile(development);
  const { runCommand } = await import('./cli.js');
  process.exitCode = await runCommand(['serve']);
}
