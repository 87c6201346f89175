/** Aim: only a span whose length is known, and small, is answered beside the reports. */
import { expect, it } from '@jest/globals';
import { isShort } from './short-spans.ts';

it.each([
  [{ from: '2026-03-01', to: '2026-03-31' }, true],
  [{ from: '2026-03-01', to: '2026-04-01' }, false],
  [{ from: '2026-02-15', to: '2026-03-17' }, true],
  [{ from: '2026-03-02', to: '2026-03-01' }, true],
  [{ from: '2026-03-01' }, false],
  [{ to: '2026-03-01' }, false],
  [{}, false],
  [{ from: '2026-02-30', to: '2026-03-01' }, false],
  [{ from: 'yesterday', to: '2026-03-01' }, false],
])('%j: %s', (span, short) => {
  expect(isShort(span)).toBe(short);
});
