import {
  CorruptDataError,
  type FeatureServerError,
  UnavailableError,
} from '../../../common/errors/errors.js';

const SETTING = 'online_store.connection_string';

/** What the first word of an error reply means. What is not here is told in the words of the server. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['BUSY', 'is busy with a script of somebody else'],
  ['CLUSTERDOWN', 'is a cluster that is down'],
  ['LOADING', 'is still loading its data'],
  ['MASTERDOWN', 'is a replica without its primary'],
  ['MISCONF', 'takes no writes, because it cannot save its data to disk'],
  ['MOVED', 'is part of a cluster, but redis_type says that it is not'],
  ['NOAUTH', `asks for a password: ${SETTING} has none`],
  ['OOM', 'takes no writes, because its memory is full (maxmemory)'],
  ['READONLY', 'is a replica, which takes no writes: name the primary, or wait until the failover is over'],
  ['WRONGPASS', `refuses the user name and password of ${SETTING}`],
]);

/** Replies that begin with the word ERR, by a part of their text. */
const PLAIN_MEANINGS: readonly (readonly [part: RegExp, meaning: string])[] = [
  [/invalid (username-)?password/i, `refuses the user name and password of ${SETTING}`],
  [/without any password configured|no password is set/i, `has no password, but ${SETTING} names one`],
  [/DB index is out of range/i, `does not have the database (db) that ${SETTING} names`],
  [
    /SELECT is not allowed/i,
    `is part of a cluster, which only has the database 0, but ${SETTING} names another`,
  ],
  [/max number of clients/i, 'has no room for another connection (maxclients)'],
];

/** An error inside of a script, as servers before Redis 7 tell it, and the line where it was raised. */
const SCRIPT_FRAME =
  /^ERR Error running script .*@user_script:\s*\d+:\s*-?|,? script: [0-9a-f]{40}, on @user_script.*$/g;

/**
 * What an error reply means.
 *
 * Shape:   `reply` is the text after the minus sign: `LOADING Redis is loading the dataset in memory`.
 * Returns: CorruptDataError when a key does not hold a hash, else UnavailableError.
 */
export function redisReplyFailure(reply: string): FeatureServerError {
  // Not the error of a client library: that one carries the arguments of the command, be they a password.
  const cause = new Error(reply);
  const text = reply.replaceAll(SCRIPT_FRAME, '');
  const [word = ''] = text.split(' ', 1);
  if (word === 'WRONGTYPE') {
    return new CorruptDataError('a key of the online store (Redis) does not hold a hash', { cause });
  }
  const plain = PLAIN_MEANINGS.find(([part]) => part.test(text))?.[1];
  const meaning = MEANINGS.get(word) ?? plain ?? `answers with an error: ${text}`;
  return new UnavailableError(`the online store (Redis) ${meaning}`, { cause });
}

/** What the failure of a connection means. The address is in the cause only. */
export function redisConnectionFailure(error: Error): UnavailableError {
  if (error instanceof UnavailableError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return unavailable(`has a certificate that is not accepted (${code})`, error);
  }
  if (/^EPROTO$|SSL|TLS/.test(code)) return unavailable(`cannot be spoken to over TLS (${code})`, error);
  return unavailable(code === '' ? 'cannot be reached' : `cannot be reached (${code})`, error);
}

/** An established connection was lost while it owed a reply, or closed by the server before it was of use. */
export function redisConnectionLost(): UnavailableError {
  return new UnavailableError('the online store (Redis) closed the connection');
}

/** The deadline has passed. */
export function redisTimeout(): UnavailableError {
  return new UnavailableError('the online store (Redis) did not answer in time');
}

function unavailable(meaning: string, cause: unknown): UnavailableError {
  return new UnavailableError(`the online store (Redis) ${meaning}`, { cause });
}
