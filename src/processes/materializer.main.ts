import { runMaterializer } from './materializer.js';

// The entry of every process that `MaterializerProcess` forks.
runMaterializer();
