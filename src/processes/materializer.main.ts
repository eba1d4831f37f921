import { runMaterializer } from './materializer.js';

// The entry of every process that `MaterializerStart` forks.
runMaterializer();
