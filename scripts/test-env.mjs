import { delimiter, dirname, join } from 'node:path';
import { findNode, ROOT } from '../bin/launch.mjs';

/** The environment in which tests run: programs that they start find the pinned Node first. */
export function testEnv() {
  const folders = [dirname(findNode()), join(ROOT, 'node_modules', '.bin'), process.env.PATH];
  return {
    ...process.env,
    // Hundreds of processes load the same program.
    NODE_COMPILE_CACHE: join(ROOT, '.salver', 'compile-cache'),
    PATH: folders.join(delimiter),
  };
}
