import { runWriter } from './writer.js';

// The entry of the process that `WriterProcess` forks.
runWriter();
