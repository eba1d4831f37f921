import { describe, expect, it } from 'vitest';

import { answerProblem } from './answer-check.ts';
import { AnswerReader, BadAnswerError, type WireAnswer } from './answer-reader.ts';
import { plainRequest } from './wire-request.ts';

function read(pieces: readonly string[], hasBody = true): WireAnswer[] {
  const reader = new AnswerReader();
  const answers: WireAnswer[] = [];
  for (const piece of pieces) {
    let answer = reader.next(Buffer.from(piece), hasBody);
    while (answer !== undefined) {
      answers.push(answer);
      answer = reader.next(Buffer.alloc(0), hasBody);
    }
  }
  return answers;
}

const texts = (answers: readonly WireAnswer[]): string[] =>
  answers.map(({ status, body }) => `${status} ${body.toString()}`);
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

describe('AnswerReader', () => {
  it('cuts answers that came together, or in pieces of a byte', () => {
    expect(texts(read([OK + OK]))).toEqual(['200 {}', '200 {}']);
    expect(texts(read(OK.split('')))).toEqual(['200 {}']);
  });

  it('joins chunks', () => {
    const chunked =
      'HTTP/1.1 422 x\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n3\r\n":1\r\n1\r\n}\r\n0\r\n\r\n';
    expect(texts(read((chunked + OK).split('')))).toEqual(['422 {"a":1}', '200 {}']);
  });

  it('leaves interim answers out, and reads no body where there is none', () => {
    expect(texts(read([`HTTP/1.1 100 Continue\r\n\r\n${OK}`]))).toEqual(['200 {}']);
    expect(texts(read(['HTTP/1.1 405 x\r\nContent-Length: 30\r\n\r\n'], false))).toEqual(['405 ']);
  });

  it('refuses what is no answer', () => {
    expect(() => read(['{"detail":1}\r\n\r\n'])).toThrow(BadAnswerError);
    expect(() => read(['HTTP/1.1 200 OK\r\n\r\n'])).toThrow('without a length');
  });
});

describe('answerProblem', () => {
  const answer = (status: number, body: string, type = 'application/json'): WireAnswer => ({
    status,
    headers: new Map([['content-type', type]]),
    body: Buffer.from(body, 'latin1'),
  });
  const request = plainRequest(Buffer.from('{}'));
  const hurried = { ...request, mayTimeOut: true };

  it.each([
    [200, '{"results":[],"metadata":{"feature_names":[]}}'],
    [422, '{"detail":[{"loc":["body"],"msg":"Field required"}]}'],
    [404, '"Feature view x does not exist"'],
  ])('has nothing against %s %s', (status, body) => {
    expect(answerProblem(request, answer(status, body))).toBeUndefined();
  });

  it.each([
    [500, '{"detail":"Internal Server Error"}'],
    [503, '{"detail":"the time was up"}'],
    [422, '{"detail":[]}'],
    [422, '<html>not the place for this</html>'],
    [422, '"\xff\xfe is no text in UTF-8"'],
    [400, ''],
    [422, '"Error at read (/app/src/store.ts:12:3)"'],
    [200, '{"results":[1],"metadata":{"feature_names":[]}}'],
    [200, 'null'],
  ])('tells what is wrong with %s %s', (status, body) => {
    expect(answerProblem(request, answer(status, body))).toBeTypeOf('string');
  });

  it('lets a request time out that asked for so little time', () => {
    expect(answerProblem(hurried, answer(503, '{"detail":"the time was up"}'))).toBeUndefined();
    expect(answerProblem(hurried, answer(500, '{"detail":"the time was up"}'))).toBeDefined();
    expect(answerProblem(request, answer(404, '"Feature view x does not exist"', 'text/html'))).toBeDefined();
  });
});
