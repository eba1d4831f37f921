import { describe, expect, it } from 'vitest';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import { redisConnectionFailure, redisReplyFailure } from './redis-failure.js';

const SHA = 'a'.repeat(40);

describe('redisReplyFailure', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', 'is still loading its data'],
    ["READONLY You can't write against a read only replica.", 'is a replica, which takes no writes'],
    [
      `READONLY You can't write against a read only replica. script: ${SHA}, on @user_script:3.`,
      'is a replica',
    ],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'its memory is full'],
    [
      `ERR Error running script (call to f_${SHA}): @user_script:9: @user_script: 9: -OOM command not allowed when used memory > 'maxmemory'.`,
      'its memory is full',
    ],
    ['NOAUTH Authentication required.', 'asks for a password'],
    ['WRONGPASS invalid username-password pair or user is disabled.', 'refuses the user name and password'],
    ['ERR invalid password', 'refuses the user name and password'],
    ['ERR Client sent AUTH, but no password is set', 'has no password'],
    ['MISCONF Redis is configured to save RDB snapshots, but it is unable to', 'cannot save its data'],
    ['MASTERDOWN Link with MASTER is down', 'is a replica without its primary'],
    ['MOVED 3999 10.0.0.1:6381', 'is part of a cluster'],
    ['ERR max number of clients reached', 'has no room for another connection'],
    ['ERR DB index is out of range', 'does not have the database (db)'],
    ["ERR unknown command 'EVALSHA'", "answers with an error: ERR unknown command 'EVALSHA'"],
    ['', 'answers with an error'],
  ])('%s', (reply, meaning) => {
    const failure = redisReplyFailure(reply);
    expect(failure).toBeInstanceOf(UnavailableError);
    expect(failure.message).toContain(`the online store (Redis) `);
    expect(failure.message).toContain(meaning);
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    `WRONGTYPE Operation against a key holding the wrong kind of value script: ${SHA}, on @user_script:3.`,
    `ERR Error running script (call to f_${SHA}): @user_script:2: @user_script: 2: WRONGTYPE Operation against a key`,
  ])('%s', (reply) => {
    expect(redisReplyFailure(reply)).toBeInstanceOf(CorruptDataError);
  });
});

describe('redisConnectionFailure', () => {
  it.each([
    ['ECONNREFUSED', 'cannot be reached (ECONNREFUSED)'],
    ['ENOTFOUND', 'cannot be reached (ENOTFOUND)'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'cannot be spoken to over TLS (ERR_SSL_WRONG_VERSION_NUMBER)'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'has a certificate that is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'has a certificate that is not accepted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    ],
  ])('%s, without the address', (code, meaning) => {
    const error = Object.assign(new Error(`connect ${code} 10.1.2.3:6379`), { code });
    const failure = redisConnectionFailure(error);
    expect(failure).toBeInstanceOf(UnavailableError);
    expect(failure.message).toBe(`the online store (Redis) ${meaning}`);
    expect(failure.cause).toBe(error);
  });

  it('without a code', () => {
    expect(redisConnectionFailure(new Error('x')).message).toBe('the online store (Redis) cannot be reached');
  });
});
