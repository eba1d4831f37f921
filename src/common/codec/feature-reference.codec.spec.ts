import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../errors/errors.js';
import { parseFeatureReference, viewKey } from './feature-reference.codec.js';

describe('parseFeatureReference', () => {
  it.each([
    ['stats:conv', { viewName: 'stats', version: undefined, feature: 'conv' }],
    ['stats:a:b', { viewName: 'stats', version: undefined, feature: 'a:b' }],
    ['stats: conv', { viewName: 'stats', version: undefined, feature: ' conv' }],
    ['stats@v2:conv', { viewName: 'stats', version: 2, feature: 'conv' }],
    ['stats@V0:conv', { viewName: 'stats', version: 0, feature: 'conv' }],
    ['stats@Latest:conv', { viewName: 'stats', version: undefined, feature: 'conv' }],
    ['stats@:conv', { viewName: 'stats', version: undefined, feature: 'conv' }],
    ['stats@v٠:conv', { viewName: 'stats', version: 0, feature: 'conv' }],
    ['stats@v007:conv', { viewName: 'stats', version: 7, feature: 'conv' }],
    [
      'stats@v99999999999999999999:conv',
      { viewName: 'stats', version: 99_999_999_999_999_999_999n, feature: 'conv' },
    ],
    ['stats@two:conv', { viewName: 'stats@two', version: undefined, feature: 'conv' }],
    ['stats@v:conv', { viewName: 'stats@v', version: undefined, feature: 'conv' }],
    ['stats@v1@v2:conv', { viewName: 'stats@v1@v2', version: undefined, feature: 'conv' }],
    [':', { viewName: '', version: undefined, feature: '' }],
  ])('reads %s', (text, expected) => {
    expect(parseFeatureReference(text)).toEqual({ ...expected, text });
  });

  it.each(['', 'conv_rate', 'stats@v1'])('refuses %j, which has no colon', (text) => {
    expect(() => parseFeatureReference(text)).toThrow(InvalidRequestError);
  });
});

describe('viewKey', () => {
  it('tells versions apart', () => {
    expect(viewKey('stats', undefined)).toBe('stats');
    expect(viewKey('stats', 0)).toBe('stats@v0');
  });
});
