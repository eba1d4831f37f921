import { runOfflineThread } from './offline-thread.js';

// The entry of the thread that `OfflineThreadDuty` starts.
runOfflineThread();
