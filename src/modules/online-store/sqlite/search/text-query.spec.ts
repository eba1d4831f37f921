import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../../test/support/random.js';
import { textExpressions } from './text-query.js';

const COLUMNS = new Map([
  ['content', 't0'],
  ['the title', 't1'],
]);

describe('textExpressions', () => {
  it.each([
    ['apple', '{t0 t1} : ("apple")'],
    ['red apple', '{t0 t1} : ("red" "apple")'],
    ['apple OR sky', '{t0 t1} : ("apple" OR "sky")'],
    ['app*', '{t0 t1} : ("app" *)'],
    ['content:apple', '{t0 t1} : (t0 : "apple")'],
    ['{content "the title"} : apple', '{t0 t1} : ({ t0 t1 } : "apple")'],
    ['"red ""big"" apple" + pie', '{t0 t1} : ("red ""big"" apple" + "pie")'],
    ['NEAR(red apple, 5)', '{t0 t1} : (NEAR ( "red" "apple" , 5 ))'],
    ['NEAR 5', '{t0 t1} : ("NEAR" "5")'],
    ['gökyüzü', '{t0 t1} : ("gökyüzü")'],
    ['and or not', '{t0 t1} : ("and" "or" "not")'],
  ])('makes %j the expression %j', (text, expression) => {
    expect(textExpressions(text, COLUMNS).withOperators).toBe(expression);
  });

  it.each(["don't", 'what?', 'a "quote', 'entity_key:doc', 'row_number : 1', 't0:x', 'a\0b; DROP', '', '  '])(
    'knows no operators in %j',
    (text) => {
      const { withOperators } = textExpressions(text, COLUMNS);
      expect(withOperators === undefined || text === 'a\0b; DROP').toBe(true);
    },
  );

  it('has the words of every text', () => {
    expect(textExpressions(`what's "the" apple? - * 7`, COLUMNS).words).toBe(
      '{t0 t1} : ("what\'s" """the""" "apple?" "*" "7")'.replace(' "*"', ''),
    );
    expect(textExpressions('?! -- ...', COLUMNS).words).toBeUndefined();
  });
});

describe('whatever the user writes', () => {
  let database: DatabaseSync;
  beforeAll(() => {
    database = new DatabaseSync(':memory:');
    database.exec("CREATE VIRTUAL TABLE d USING fts5(entity_key, t0, t1, tokenize='porter unicode61')");
    database.exec("INSERT INTO d(rowid, entity_key, t0, t1) VALUES (1, 'secret doc_id', 'red apple', 'pie')");
  });
  afterAll(() => database.close());

  it('the words are an expression that FTS5 takes, and nothing but the texts is searched', () => {
    const random = new SeededRandom(11);
    const parts = [
      'secret',
      'entity_key',
      'doc',
      'apple',
      ':',
      '"',
      '(',
      ')',
      '{',
      '}',
      '*',
      '+',
      '-',
      '^',
      ',',
    ].concat([
      'AND',
      'OR',
      'NOT',
      'NEAR',
      ' ',
      '\0',
      "'",
      ';',
      '\\',
      'é',
      '\u{1f600}',
      '\ud800',
      '1',
      '_',
      '.',
    ]);
    const statement = database.prepare('SELECT rowid FROM d WHERE d MATCH ?');
    const failures: string[] = [];
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random.integer(1, 8) }, () => random.pick(parts)).join(
        random.chance(0.5) ? ' ' : '',
      );
      const { words, withOperators } = textExpressions(text, COLUMNS);
      if (words !== undefined) statement.all(words);
      try {
        if (withOperators !== undefined) statement.all(withOperators);
      } catch (error) {
        failures.push(String(error));
      }
    }
    // Operators may stand where they make no sense; a name or a string is never what is wrong.
    const misplaced = /fts5: (?:syntax|parser|expression|expected)|no such column/;
    expect(failures.filter((failure) => !misplaced.test(failure))).toEqual([]);
    for (const text of ['secret', 'doc', 'doc_id', 'secret AND doc']) {
      expect(statement.all(textExpressions(text, COLUMNS).withOperators ?? '')).toEqual([]);
    }
  });
});
