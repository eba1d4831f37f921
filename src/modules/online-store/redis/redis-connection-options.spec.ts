import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../common/config/configuration-error.js';
import {
  readRedisConnection,
  redisConnectionOptions,
  type RedisConnectionOptions,
} from './redis-connection-options.js';

const read = (connectionString: string) => readRedisConnection({ redisType: 'redis', connectionString });
const optionsOf = (text: string): RedisConnectionOptions =>
  redisConnectionOptions({ redisType: 'redis', connectionString: text });
const messagesOf = (text: string): string[] => read(text).problems.map(({ message }) => message);

const PLAIN: RedisConnectionOptions = {
  host: 'localhost',
  port: 6379,
  socketPath: null,
  db: 0,
  username: null,
  password: null,
  tls: null,
  replyTimeoutMs: null,
  connectTimeoutMs: null,
  keepAlive: true,
  clientName: null,
};

const STRICT_TLS = {
  caPath: null,
  caText: null,
  certPath: null,
  keyPath: null,
  keyPassword: null,
  verifyCertificate: true,
  verifyHost: true,
  ciphers: null,
  minVersion: 'TLSv1.2',
};

describe('redisConnectionOptions', () => {
  it.each<[string, Partial<RedisConnectionOptions>]>([
    ['localhost:6379', {}],
    ['redis-1.internal:7000', { host: 'redis-1.internal', port: 7000 }],
    ['a:1,b:2,c', { host: 'a', port: 1 }],
    ['db=3,a:1', { host: 'a', port: 1, db: 3 }],
    ['localhost:6379,db="2"', { db: 2 }],
    ['localhost:6379,db=null', {}],
    ['localhost:6379,db=1,db=4', { db: 4 }],
    ['localhost:6379,', {}],
    ['localhost:6379,username=feast,password=secret', { username: 'feast', password: 'secret' }],
    ['localhost:6379,username=feast', { username: 'feast', password: '' }],
    ['localhost:6379,username=,password=', {}],
    ['localhost:6379,password=null', {}],
    ['localhost:6379,password="null"', { password: 'null' }],
    ['localhost:6379,password=a=b=', { password: 'a=b=' }],
    ['localhost:6379,password= x ', { password: ' x ' }],
    [
      'localhost:6379,socket_timeout=0.25,socket_connect_timeout=2',
      { replyTimeoutMs: 250, connectTimeoutMs: 2000 },
    ],
    ['localhost:6379,socket_timeout=null,socket_connect_timeout=1e99', { connectTimeoutMs: 2 ** 31 - 1 }],
    ['localhost:6379,socket_keepalive=false,client_name=shop', { keepAlive: false, clientName: 'shop' }],
    ['localhost:6379,unix_socket_path=/run/redis.sock', { socketPath: '/run/redis.sock' }],
    ['localhost:6379,ssl=false,ssl_ca_certs=/ca.pem', {}],
    [
      'localhost:6379,protocol=3,decode_responses=false,max_connections=50,health_check_interval=30,host=x,port=1',
      {},
    ],
  ])('%s', (text, expected) => {
    expect(optionsOf(text)).toEqual({ ...PLAIN, ...expected });
  });

  // What Python's json module and redis-py make of a password: str(json.loads(text)) for numbers.
  it.each([
    ['123', '123'],
    ['-0', '0'],
    ['007', '007'],
    ['1.50', '1.5'],
    ['1e5', '100000.0'],
    ['1e-7', '1e-07'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['NaN', 'nan'],
    ['Infinity', 'inf'],
    ['"quoted"', 'quoted'],
    ['"half', '"half'],
    ['True', 'True'],
  ])('sends the password %s as redis-py does', (text, password) => {
    expect(optionsOf(`localhost:6379,password=${text}`).password).toBe(password);
  });

  it.each([
    ['ssl=true', {}],
    ['ssl=True', {}],
    ['ssl=1', {}],
    ['ssl=true,ssl_cert_reqs=required', {}],
    ['ssl=true,ssl_cert_reqs=none', { verifyCertificate: false }],
    ['ssl=true,ssl_cert_reqs=null', { verifyCertificate: false }],
    ['ssl=true,ssl_check_hostname=false', { verifyHost: false }],
    [
      'ssl=true,ssl_ca_certs=/ca.pem,ssl_certfile=/c.pem,ssl_keyfile=/k.pem,ssl_password=12',
      { caPath: '/ca.pem', certPath: '/c.pem', keyPath: '/k.pem', keyPassword: '12' },
    ],
    ['ssl=true,ssl_ca_data=PEM,ssl_ciphers=HIGH:!aNULL', { caText: 'PEM', ciphers: 'HIGH:!aNULL' }],
    ['ssl=true,ssl_min_version=772,ssl_validate_ocsp=false', { minVersion: 'TLSv1.3' }],
  ])('%s', (text, tls) => {
    expect(optionsOf(`localhost:6379,${text}`)).toEqual({ ...PLAIN, tls: { ...STRICT_TLS, ...tls } });
  });
});

describe('readRedisConnection', () => {
  it.each([
    ['', 'must name a node: write host:port'],
    ['db=0', 'must name a node: write host:port'],
    [',localhost:6379', 'must name a node: write host:port'],
    [':6379', 'must name a node: write host:port'],
    ['localhost', 'the first node has no port: write host:port'],
    ['localhost:', 'the port of the first node must be a number from 1 to 65535'],
    ['localhost:0', 'the port of the first node must be a number from 1 to 65535'],
    ['localhost:65536', 'the port of the first node must be a number from 1 to 65535'],
    ['localhost:+1', 'the port of the first node must be a number from 1 to 65535'],
    ['::1:6379', 'must name a node: write host:port'],
    ['redis://localhost:6379', 'begins with a scheme: write host:port, without one'],
    ['a:1,pasword=x', 'there is no option called "pasword"; did you mean password?'],
    ['a:1, db=1', 'there is no option called " db"; did you mean db?'],
    ['a:1,skip_full_coverage_check=true', 'there is no option called "skip_full_coverage_check"'],
    ['a:1,db=x', 'the option db must be a whole number from 0'],
    ['a:1,db=-1', 'the option db must be a whole number from 0'],
    ['a:1,db=1.0', 'the option db must be a whole number from 0'],
    ['a:1,password=true', 'the option password must be a text: write it in double quotes'],
    ['a:1,password=[1]', 'the option password must be a text: write it in double quotes'],
    ['a:1,ssl=[]', 'the option ssl must be true or false'],
    ['a:1,socket_timeout=0', 'the option socket_timeout must be a number of seconds above 0'],
    ['a:1,socket_timeout=x', 'the option socket_timeout must be a number of seconds above 0'],
    ['a:1,ssl_cert_reqs=CERT_NONE', 'the option ssl_cert_reqs must be one of none, optional, required'],
    ['a:1,ssl_min_version=1', 'the option ssl_min_version must be 771 (TLS 1.2) or 772 (TLS 1.3)'],
    ['a:1,ssl_keyfile=k', 'the option ssl_keyfile needs ssl_certfile beside it'],
    ['a:1,ssl_validate_ocsp=true', 'the option ssl_validate_ocsp is not supported by Salver'],
  ])('refuses %s', (text, message) => {
    expect(read(text)).toEqual({
      options: undefined,
      problems: [{ path: 'online_store.connection_string', message }],
    });
  });

  it('does not take a text that says no for yes', () => {
    expect(messagesOf('a:1,ssl=False')[0]).toMatch(/^the option ssl must be true or false: Feast takes/);
  });

  it('names everything that is wrong at once', () => {
    const config = { redisType: 'redis', connectionString: 'a,db=x,sll=true' } as const;
    expect(messagesOf(config.connectionString)).toHaveLength(3);
    expect(() => redisConnectionOptions(config)).toThrow(ConfigurationError);
    expect(() => redisConnectionOptions(config)).toThrow(/no port[^]*option db[^]*did you mean ssl\?/);
  });

  it.each(['redis_cluster', 'redis_sentinel'] as const)('refuses %s for now', (redisType) => {
    expect(readRedisConnection({ redisType, connectionString: 'a:1,password=secret' })).toEqual({
      options: undefined,
      problems: [
        {
          path: 'online_store.redis_type',
          message: `${redisType} is not supported by this version of Salver (supported: redis)`,
        },
      ],
    });
  });

  it.each([
    'a:1,password=hunter2hunter2,hunter2=x',
    'a:1,password=["hunter2"]',
    'a:1,password=ab,hunter2=cd,db=hunter2,ssl=hunter2,socket_timeout=hunter2,username=hunter2',
    'password=ab,hunter2,a:1',
    'redis://user:hunter2@localhost:6379',
    'user:hunter2@localhost:6379',
  ])('never repeats a password: %s', (text) => {
    const { problems } = read(text);
    expect(problems).not.toEqual([]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('hints at a comma in a password', () => {
    expect(messagesOf('a:1,password=x,y=z')).toEqual([
      'part 3 is no known option (a password cannot hold a comma)',
    ]);
  });

  it('reads or refuses any text', () => {
    const part = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('db', 'ssl', 'password', 'socket_timeout', 'x'), fc.json())
        .map((pair) => pair.join('=')),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const { options, problems } = read(parts.join(','));
        expect(options === undefined).toBe(problems.length > 0);
      }),
    );
  });
});
