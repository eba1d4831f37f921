import { parentPort } from 'node:worker_threads';

// A thread for the offline store that does as it is told by the name of the source.
parentPort.on('message', (message) => {
  if (message.type === 'stop') {
    parentPort.postMessage({ type: 'stopped' });
    return;
  }
  const { id, request } = message;
  switch (request.source.name) {
    case 'throws':
      setImmediate(() => {
        throw new Error('a bug');
      });
      break;
    case 'hangs':
      for (;;);
    case 'ends':
      process.exit(3);
      break;
    case 'counts':
      parentPort.postMessage({
        type: 'metrics',
        report: { counted: [['counter', [['counter', 1]]]], gauges: [['gauge', [['gauge', 7]]]] },
      });
      parentPort.postMessage({ type: 'log', level: 'warn', message: 'counted', details: { by: 'thread' } });
      parentPort.postMessage({ type: 'reply', id, reply: [] });
      break;
    default:
      parentPort.postMessage({ type: 'reply', id, reply: [] });
  }
});
