import { describe, expect, it } from 'vitest';
import { maskSecrets } from './secret-mask.js';

describe('maskSecrets', () => {
  it.each([
    [
      { client_secret: 'x', client_id: 'y' },
      { client_secret: '********', client_id: 'y' },
    ],
    [
      { auth: { password: 'x', token: 'y', token_env_var: 'NAME' } },
      { auth: { password: '********', token: '********', token_env_var: 'NAME' } },
    ],
    [{ password: 1234 }, { password: '********' }],
    [
      { password: null, tokens: ['a', 'b'] },
      { password: null, tokens: ['********', '********'] },
    ],
    [
      { connection_string: 'a:6379,b:6379,ssl=true,password=p@ss,db=0' },
      { connection_string: 'a:6379,b:6379,ssl=true,password=********,db=0' },
    ],
    [
      { path: 'postgresql+psycopg://me:p:w@host:5432/db?sslpassword=x&a=b' },
      { path: 'postgresql+psycopg://me:********@host:5432/db?sslpassword=********&a=b' },
    ],
    [
      { auth_discovery_url: 'http://host:80/x', user: 'me' },
      { auth_discovery_url: 'http://host:80/x', user: 'me' },
    ],
    [
      { key_ttl_seconds: 60, entity_key_serialization_version: 3 },
      { key_ttl_seconds: 60, entity_key_serialization_version: 3 },
    ],
  ])('%j', (given, masked) => {
    expect(maskSecrets(given)).toEqual(masked);
  });
});
