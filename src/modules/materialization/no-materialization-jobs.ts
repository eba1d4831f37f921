import { UnavailableError } from '../../common/errors/errors.js';
import { MaterializationJobs } from './materialization-jobs.js';

/** Of a process without others: no job can be begun. */
export class NoMaterializationJobs extends MaterializationJobs {
  override submit = () => refuse();
  override ended = () => refuse();
  override list = () => refuse();
  override find = () => refuse();
  override cancel = () => refuse();
}

function refuse(): Promise<never> {
  return Promise.reject(new UnavailableError('there is no process that runs jobs'));
}
