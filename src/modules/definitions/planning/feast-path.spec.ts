import { expect, it } from 'vitest';
import { feastPath } from './feast-path.js';

/** Of Python 3.11: `str(Path('/r/repo') / written)`; an absolute path is taken as it is. */
it.each([
  ['data/online.db', '/r/repo/data/online.db'],
  ['./data/x.db', '/r/repo/data/x.db'],
  ['../x.db', '/r/repo/../x.db'],
  ['data//x.db', '/r/repo/data/x.db'],
  ['data/./x.db', '/r/repo/data/x.db'],
  ['data/x.db/', '/r/repo/data/x.db'],
  ['a/../b.db', '/r/repo/a/../b.db'],
  ['/else//where/../x.db', '/else//where/../x.db'],
])('%s is %s', (written, path) => {
  expect(feastPath('/r/repo', written)).toBe(path);
});
