import { expect, it } from 'vitest';
import type { MaterializationEvent } from '../modules/materialization/materialization-job.js';
import { jobOutput } from './job-output.js';

it('hands on so many lines, and then says once that there are more', () => {
  const said: MaterializationEvent[] = [];
  const output = jobOutput((event) => said.push(event), 2);
  output.info('python: one');
  output.warn('python: two');
  for (let i = 0; i < 1000; i++) output.info('python: more');
  expect(said).toEqual([
    { type: 'said', level: 'info', text: 'python: one' },
    { type: 'said', level: 'warn', text: 'python: two' },
    { type: 'said', level: 'warn', text: expect.stringContaining('it has printed 2 lines for this job') },
  ]);
});
