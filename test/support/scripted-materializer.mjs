// A process in the place of one that materializes: the id of the job says what it does.

const result = (task) => ({
  viewName: task.view.name,
  status: 'loaded',
  startMicros: 1,
  endMicros: 2,
  rowsRead: 3,
  rowsWritten: 2,
  rowsSkipped: 0,
  durationMs: 1,
  reason: undefined,
});
const say = (message, then) => process.send(message, undefined, undefined, then);
const finish = (task) => say({ type: 'event', event: { type: 'view-done', result: result(task) } });
const outcome = (job) => ({ results: job.tasks.map(result), staleServices: ['from-the-process'] });

const scripts = {
  done: (job) => say({ type: 'done', outcome: outcome(job) }, () => process.exit(0)),
  burst: (job) => {
    for (let n = 0; n < 2000; n++) finish(job.tasks[0]);
    say({ type: 'done', outcome: outcome(job) }, () => process.exit(0));
  },
  lingers: (job) => {
    say({ type: 'done', outcome: outcome(job) });
    setInterval(() => undefined, 1000);
  },
  failed: () => say({ type: 'failed', message: 'the store cannot be opened' }, () => process.exit(1)),
  'killed-in-the-middle': (job) => {
    finish(job.tasks[0]);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
  },
  exits: () => process.exit(7),
  silent: () => setInterval(() => undefined, 1000),
  obedient: (job) => {
    finish(job.tasks[0]);
    setInterval(() => say({ type: 'alive' }), 20);
    process.on('message', ({ type }) => {
      if (type === 'cancel') process.exit(0);
    });
  },
  stubborn: () => setInterval(() => say({ type: 'alive' }), 20),
};

process.on('message', ({ type, job }) => {
  if (type === 'start') scripts[job.id](job);
});
if (process.env.SALVER_TEST_MUTE === undefined) say({ type: 'hello' });
