import { UnavailableError } from '../../src/common/errors/errors.js';
import { MaterializationJobs } from '../../src/modules/materialization/materialization-jobs.js';

/** Jobs of an application that has no primary process: none can be begun. */
export class AbsentJobs extends MaterializationJobs {
  override refreshRegistry = () => Promise.resolve();
  override submit = () => refuse();
  override ended = () => refuse();
  override list = () => refuse();
  override find = () => refuse();
  override cancel = () => refuse();
}

function refuse(): Promise<never> {
  return Promise.reject(new UnavailableError('there is no process that runs jobs'));
}
