/** What nobody holds any more is gone afterwards, and nobody else comes to the collector through the same door. */
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { collectGarbage } from './collect-garbage.ts';

it('collects what nobody holds', async () => {
  const held = { list: [1] };
  const toHeld = new WeakRef(held.list);
  const toNobodys = new WeakRef([2]);
  // A weak reference keeps what it names until the turn of the event loop is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(toNobodys.deref()).toBeUndefined();
  expect(toHeld.deref()).toBe(held.list);
  expect(runInNewContext('typeof gc')).toBe('undefined');
});
