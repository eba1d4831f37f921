import { expect, it } from 'vitest';
import { NotSupportedError } from '../../common/errors/errors.js';
import { createOnlineStore } from './online-store-factory.js';
import { SqliteOnlineStore } from './sqlite/sqlite-online-store.js';

it('makes the store that is named, without opening it', async () => {
  const store = createOnlineStore({
    type: 'sqlite',
    path: '/nowhere/online.db',
    vectorEnabled: false,
    similarity: 'cosine',
    textSearchEnabled: false,
    enableOpenaiCompatibleStore: false,
  });
  expect(store).toBeInstanceOf(SqliteOnlineStore);
  await store.close();
});

it('names the kind that it cannot make', () => {
  expect(() => createOnlineStore({ type: 'none' })).toThrow(NotSupportedError);
  expect(() => createOnlineStore({ type: 'unsupported', name: 'my.OwnStore' })).toThrow('my.OwnStore');
});
