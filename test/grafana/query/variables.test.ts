import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { interpolate } from '../../../grafana/query/variables.ts';
import type { Scope } from '../../../grafana/query/variables.ts';
import type { Variable } from '../../../grafana/query/variable.ts';

const { escapeRegex } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

const scope = (...variables: Variable[]): Scope => ({
  variables,
  fromMs: 1_594_671_549_254,
  toMs: 1_500_549_352_001,
  intervalMs: 200,
});
const servers: Variable = {
  name: 'servers',
  value: ["te'st1", 'te"st 2'],
  text: ['One', 'Two'],
  multi: true,
};

test('interpolate: every format, as the documentation of variable syntax has them', () => {
  const two = scope({ name: 'servers', value: ['test1.', 'test2'], multi: true });
  const expected: [string, string][] = [
    ['csv', 'test1.,test2'],
    ['pipe', 'test1.|test2'],
    ['regex', String.raw`(test1\.|test2)`],
    ['glob', '{test1.,test2}'],
    ['json', '["test1.","test2"]'],
    ['raw', 'test1.,test2'],
    ['singlequote', "'test1.','test2'"],
    ['doublequote', '"test1.","test2"'],
    ['percentencode', '%7Btest1.%2Ctest2%7D'],
    ['queryparam', 'var-servers=test1.&var-servers=test2'],
    ['join: and ', 'test1. and test2'],
    ['text', 'test1. + test2'],
    ['no such format', '{test1.,test2}'],
  ];
  for (const [format, text] of expected) {
    assert.equal(interpolate(`a \${servers:${format}} b`, two), `a ${text} b`, format);
  }
  assert.equal(interpolate('${servers:singlequote}', scope(servers)), String.raw`'te\'st1','te"st 2'`);
  assert.equal(interpolate('${servers:doublequote}', scope(servers)), String.raw`"te'st1","te\"st 2"`);
  assert.equal(interpolate('${servers:text}', scope(servers)), 'One + Two');
});

test('interpolate: every way to write a variable; one value is written without brackets', () => {
  const one = scope({ name: 'driver', value: ['VER'], multi: true }, { name: 'lap', value: '7' });
  assert.equal(
    interpolate('$driver ${driver} [[driver]] [[driver:regex]] ${driver:json}', one),
    'VER VER VER VER ["VER"]',
  );
  assert.equal(interpolate('$lap/${lap:json}/$lapse', one), '7/7/$lapse');
  assert.equal(interpolate('$driver', one, 'regex'), 'VER');
});

test('interpolate: what is not known stays as it is', () => {
  const text = '$driver ${driver:csv} [[driver]] ${__timeFrom} ${__field.labels.driver} $ ${} 5$';
  assert.equal(interpolate(text, scope()), text);
});

test('interpolate: All is every option, or allValue as it is', () => {
  const all: Variable = {
    name: 'driver',
    value: ['$__all'],
    options: ['VER', 'HAM'],
    multi: true,
    includeAll: true,
  };
  assert.equal(
    interpolate('${driver:csv}|${driver:text}|${driver:queryparam}', scope(all)),
    'VER,HAM|All|var-driver=%24__all',
  );
  const own = { ...all, value: '$__all', allValue: '.*' };
  assert.equal(
    interpolate('${driver:regex}|${driver:csv}|${driver:text}|${driver:percentencode}', scope(own)),
    '.*|.*|All|.%2A',
  );
  assert.equal(interpolate('$driver', scope({ ...all, options: [] })), '');
});

test('interpolate: range and interval of the query', () => {
  const known = scope();
  assert.equal(interpolate('$__from ${__to}', known), '1594671549254 1500549352001');
  assert.equal(
    interpolate('${__from:date} ${__from:date:iso}', known),
    '2020-07-13T20:19:09.254Z 2020-07-13T20:19:09.254Z',
  );
  assert.equal(interpolate('${__from:date:seconds}', known), '1594671549');
  assert.equal(interpolate('${__from:date:YYYY:MM:DD:hh:mm}', known), '2020:07:13:08:19');
  assert.equal(interpolate('${__to:date:YYYY-MM-DD HH:mm:ss.SSS}', known), '2017-07-20 11:15:52.001');
  assert.equal(interpolate('$__interval ${__interval_ms}', known), '200ms 200');
});

test('interpolate: a format of Grafana that is not supported is refused by name', () => {
  assert.throws(
    () => interpolate('${servers:lucene}', scope(servers)),
    /\$\{servers:lucene\}.*use one of csv/,
  );
});

test('interpolate: properties', () => {
  const value = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 5 }));
  fc.assert(
    fc.property(value, fc.string(), (selected, around) => {
      const safe = around.replaceAll(/[$[]/g, '');
      const known = scope({ name: 'x', value: selected, multi: true });
      assert.equal(interpolate(safe, known), safe, 'text without variables is not touched');
      const values = typeof selected === 'string' ? [selected] : selected;
      assert.equal(interpolate(`${safe}\${x:csv}${safe}`, known), `${safe}${values.join(',')}${safe}`);
      const pattern = values.map((one) => escapeRegex(one));
      const regex = pattern.length === 1 ? pattern[0] : `(${pattern.join('|')})`;
      assert.equal(interpolate('${x:regex}', known), regex, "escaped as Grafana's own function does");
      for (const one of values) {
        assert.match(
          one,
          new RegExp(`^${interpolate('${x:regex}', known)}$`),
          'the pattern matches each of its values',
        );
      }
      const json = interpolate('${x:json}', known);
      assert.deepEqual(typeof selected === 'string' ? json : JSON.parse(json), selected);
    }),
  );
});
