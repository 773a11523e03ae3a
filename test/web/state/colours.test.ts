import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driverStyles, liftUntilReadable, luminance } from '../../../web/state/colours.ts';

const driver = (code: string, team: string, teamColour: string) => ({ code, team, teamColour });

test('driverStyles: team-mates share the hue and differ by tint and dash', () => {
  const styles = driverStyles([
    driver('VER', 'Red Bull', '3671C6'),
    driver('PER', 'Red Bull', '3671C6'),
    driver('LEC', 'Ferrari', 'F91536'),
  ]);
  assert.deepEqual(styles.get('VER'), { colour: '#3671c6', dashed: false });
  assert.equal(styles.get('PER')?.dashed, true);
  assert.notEqual(styles.get('PER')?.colour, styles.get('VER')?.colour);
  assert.equal(styles.get('LEC')?.dashed, false);
});

test('driverStyles: dark, missing and odd colours become readable lines', () => {
  const styles = driverStyles([
    driver('AAA', 'Black', '000000'),
    driver('BBB', '', ''),
    driver('CCC', '', ''),
    driver('DDD', 'Odd', 'not a colour'),
  ]);
  for (const { colour } of styles.values()) {
    assert.match(colour, /^#[0-9a-f]{6}$/);
    assert.ok(luminance(colour) >= 0.13, colour);
  }
  assert.notEqual(styles.get('BBB')?.colour, styles.get('CCC')?.colour);
});

test('liftUntilReadable leaves readable colours as they are', () => {
  assert.equal(liftUntilReadable('#27f4d2'), '#27f4d2');
});
