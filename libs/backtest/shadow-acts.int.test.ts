/** Aim: what a shadow keeps is found, settled and forgotten, whether it has been written or is still held, and by it alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BookSpec, limit, WEEK } from '../domain/book/book-spec.fixture.ts';
import type { ActAccepted, SettlingEvent } from '../domain/book/events.ts';
import { ShadowActsFile } from './shadow-acts.ts';

const directory = mkdtempSync(join(tmpdir(), 'goodwill-shadow-acts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const spec = BookSpec.open('2026-11-21T12:00:00Z').inForce([limit('week', ['employee'], WEEK, { count: 9 })]);
const act = spec.act() as ActAccepted;

describe.each([
  ['held', true],
  ['written', false],
])('acts that are %s', (_, canWait) => {
  it('are found by their own shadow, settled, forgotten and dropped', () => {
    const file = new ShadowActsFile(join(directory, 'acts.db'));
    const [one, other] = [file.forShadow(), file.forShadow()];
    one.keep(act);
    file.flush(canWait);
    expect(one.find(act.id)?.decided.amounts).toEqual(act.amounts);
    expect(one.find('another')).toBeUndefined();
    expect(other.find(act.id)).toBeUndefined();
    const settled = { type: 'ActReleased', act: act.id } as SettlingEvent;
    one.settle(settled);
    other.settle(settled);
    file.flush(canWait);
    expect(one.find(act.id)?.settled).toEqual(settled);
    expect(other.find(act.id)).toBeUndefined();
    one.forget(act.id);
    file.flush(canWait);
    expect(one.find(act.id)).toBeUndefined();
    one.keep(act);
    file.flush(canWait);
    one.drop();
    expect(file.forShadow().find(act.id)).toBeUndefined();
    file.close();
  });

  it('are gone when the file is opened anew', () => {
    const path = join(directory, 'anew.db');
    const before = new ShadowActsFile(path);
    before.forShadow().keep(act);
    before.flush(canWait);
    before.close();
    const after = new ShadowActsFile(path);
    expect(after.forShadow().find(act.id)).toBeUndefined();
    after.close();
  });
});
