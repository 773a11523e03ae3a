import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liftUntilReadable, luminance, teamColours, traceStyles } from '../../../web/state/colours.ts';

const driver = (code: string, teamColour: string, line: number) => ({
  code,
  team: teamColour,
  teamColour,
  line,
});

test('traceStyles: team-mates share the hue; the one selected second is lighter and dashed', () => {
  const colours = teamColours([
    driver('VER', '3671C6', 1),
    driver('PER', '3671C6', 2),
    driver('LEC', 'F91536', 3),
  ]);
  const both = traceStyles(['PER', 'LEC', 'VER'], colours);
  assert.deepEqual(both.get('PER'), { colour: '#3671c6', dashed: false });
  assert.equal(both.get('VER')?.dashed, true);
  assert.notEqual(both.get('VER')?.colour, '#3671c6');
  assert.deepEqual(both.get('LEC'), { colour: '#f91536', dashed: false });
  assert.deepEqual(traceStyles(['VER', 'LEC'], colours).get('VER'), { colour: '#3671c6', dashed: false });
});

test('teamColours: dark, missing and odd colours become readable lines, whatever the running order', () => {
  const field = [
    driver('AAA', '000000', 1),
    driver('BBB', '', 2),
    driver('CCC', '', 3),
    driver('DDD', 'not a colour', 4),
  ];
  const colours = teamColours(field);
  for (const colour of colours.values()) {
    assert.match(colour, /^#[0-9a-f]{6}$/);
    assert.ok(luminance(colour) >= 0.13, colour);
  }
  assert.notEqual(colours.get('BBB'), colours.get('CCC'));
  assert.deepEqual(teamColours(field.toReversed()), colours);
});

test('liftUntilReadable leaves readable colours as they are', () => {
  assert.equal(liftUntilReadable('#27f4d2'), '#27f4d2');
});
