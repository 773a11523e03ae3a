import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2, partitionForKey } from '../../src/domain/partition.ts';

/** Key, hash, partition of 3, 4 and 20: printed by `Utils.murmur2` and `Utils.toPositive` of Apache Kafka's Java client 4.3.1. */
const vectors = [
  ['21', -973932308, 0, 0, 0],
  ['foobar', -790332482, 0, 2, 6],
  ['a-little-bit-long-string', -985981536, 2, 0, 12],
  ['a-little-bit-longer-string', -1486304829, 2, 3, 19],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971, 2, 1, 17],
  ['', 275646681, 0, 1, 1],
  ['a', -1563381124, 1, 0, 4],
  ['ab', 316155434, 2, 2, 14],
  ['abc', 479470107, 0, 3, 7],
  ['abcd', -1323649548, 2, 0, 0],
  ['VER', 81062206, 1, 2, 6],
  ['HAM', -1629237118, 1, 2, 10],
  ['LEC', -611029311, 2, 1, 17],
  ['PER', -1570999592, 0, 0, 16],
  ['ALO', -1950241447, 1, 1, 1],
  ['SAI', 1764557922, 0, 2, 2],
  ['RUS', 31605873, 0, 1, 13],
  ['NOR', -2110626123, 2, 1, 5],
  ['PIA', 1318222742, 2, 2, 2],
  ['TSU', 883806302, 2, 2, 2],
  ['GAS', -1685906385, 2, 3, 3],
  ['OCO', 2104868021, 2, 1, 1],
  ['ALB', 1799757517, 1, 1, 17],
  ['SAR', -883876192, 1, 0, 16],
  ['HUL', -1666704155, 0, 1, 13],
  ['MAG', -1744620799, 1, 1, 9],
  ['BOT', -139939883, 0, 1, 5],
  ['ZHO', -36537732, 2, 0, 16],
  ['STR', -1822213628, 0, 0, 0],
  ['DEV', -541185529, 1, 3, 19],
  ['PÉR', 651248948, 2, 0, 8],
  ['Nürburgring', -1561280362, 1, 2, 6],
  ['high', -1436864716, 1, 0, 12],
  ['medium', -1898039340, 2, 0, 8],
  ['low', 156376337, 2, 1, 17],
  ['20261125T140501123Z-5f3a-0-high_speed-VER-0-17', 287302888, 1, 0, 8],
] as const;

test("murmur2: equals the Java client's hash for keys of every length and outside ASCII", () => {
  for (const [key, hash] of vectors) assert.equal(murmur2(new TextEncoder().encode(key)), hash, key);
});

test("partitionForKey: equals the Java producer's partition, also where the count is no power of two", () => {
  for (const [key, , of3, of4, of20] of vectors) {
    assert.deepEqual(
      [partitionForKey(key, 3), partitionForKey(key, 4), partitionForKey(key, 20)],
      [of3, of4, of20],
      key,
    );
  }
});
