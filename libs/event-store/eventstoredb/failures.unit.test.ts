/** Aim: of a failed append it is said that it wrote nothing only where that is certain, and always where it is. */
import { ErrorType } from '@eventstore/db-client';
import { describe, expect, it } from '@jest/globals';
import { explain, NoAnswer, wroteNothing } from './failures.ts';

/** As gRPC words a deadline that has passed. */
function late(message: string): Error {
  return Object.assign(new Error(message), { type: ErrorType.DEADLINE_EXCEEDED, code: 4 });
}

describe('a failed append', () => {
  it.each([
    ['Deadline exceeded after 0.000s,waiting for name resolution'],
    ['Deadline exceeded after 0.010s,name resolution: 0.004s,waiting for metadata filters'],
    ['Deadline exceeded after 0.400s,metadata filters: 0.001s,Waiting for LB pick'],
  ])('that waited for a connection until its time was up wrote nothing: %s', (message) => {
    expect(wroteNothing(late(message))).toBe(true);
    expect(explain(late(message), 'a:1')).toMatch(/cannot be reached/);
  });

  it.each([
    ['Deadline exceeded'],
    [
      'Deadline exceeded after 0.400s,name resolution: 0.004s,metadata filters: 0.001s,remote_addr=10.0.0.1:2113',
    ],
    ['Deadline exceeded after 0.400s,LB pick: 0.003s,remote_addr=10.0.0.1:2113'],
  ])('that had a connection may have been carried out: %s', (message) => {
    expect(wroteNothing(late(message))).toBe(false);
    expect(explain(late(message), 'a:1')).toMatch(/does not answer in time/);
  });

  it('that we gave up ourselves is known to have written nothing only when it was never asked', () => {
    expect(wroteNothing(new NoAnswer('no place', true))).toBe(true);
    expect(wroteNothing(new NoAnswer('no answer'))).toBe(false);
  });

  it.each([
    ['UNAVAILABLE: No connection established', true],
    ['Failed to discover after 10 attempts.', true],
    ['Channel has been shut down', true],
    ['UNAVAILABLE: Connection dropped', false],
    ['INTERNAL: Received RST_STREAM with code 2', false],
  ])('with "%s" wrote nothing: %s', (message, nothing) => {
    expect(wroteNothing(new Error(message))).toBe(nothing);
  });
});
