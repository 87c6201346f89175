/** Adjustments, told to a book and to its reference model. */
import { expect } from '@jest/globals';
import { ADMIN } from '../access/access.ts';
import { MEASURES } from '../act/act.ts';
import type { Adjust } from './adjust-histories.fixture.ts';
import { answered } from './answered.fixture.ts';
import { MINUTE } from './directory.fixture.ts';
import { names } from './other-words.fixture.ts';
import type { ReferenceBook } from './reference-model.fixture.ts';
import type { Rounds } from './rounds.fixture.ts';

export function adjustBoth(
  { rounds, model }: { readonly rounds: Rounds; readonly model: ReferenceBook },
  step: Adjust,
  i: number,
): void {
  const { kind, which, agoMin, location, minus, by } = step;
  // One that is in force somewhere, mostly.
  const limits = model.inForce(rounds.now, 'soho')?.policy.limits ?? [];
  const limit = which % 9 === 0 ? undefined : limits[which % Math.max(1, limits.length)];
  const keyOf = (values: Adjust['key']) =>
    Object.fromEntries(
      Object.entries(values).filter(
        ([name]) => (limit !== undefined && names(limit, name)) !== (name === step.wrong),
      ),
    );
  const amounts = Object.fromEntries(
    MEASURES.filter((measure) => step.all || limit?.allow[measure] !== undefined).map((measure) => [
      measure,
      minus && kind === 'correction' ? 0 - step.amounts[measure] : step.amounts[measure],
    ]),
  );
  const asked = {
    ...(agoMin === undefined ? {} : { at: rounds.now - agoMin * MINUTE }),
    ...(location === undefined ? {} : { location }),
    amounts,
  };
  const id = limit?.id ?? 'gone';
  const context = { actor: by, roles: ADMIN.roles };
  if (kind === 'transfer') {
    const moved = { ...asked, from: keyOf(step.key), to: keyOf(step.to) };
    const command = { type: 'TransferBetweenBuckets', limit: id, asked: moved, reason: 'r' } as const;
    const found = answered(rounds.alone(command, i, context));
    expect(found).toBe(model.adjusting.transfer(id, moved, by, rounds.now));
  } else {
    const given = { ...asked, key: keyOf(step.key) };
    const command = { type: 'AdjustBucket', kind, limit: id, asked: given, reason: 'r' } as const;
    const found = answered(rounds.alone(command, i, context));
    expect(found).toBe(model.adjusting.adjust(kind, id, given, by, rounds.now));
  }
}
