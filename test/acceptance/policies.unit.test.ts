/** Aim: every policy we ship is taken as it is, and does what its comments say. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkPolicy } from '../../libs/domain/policy/check.ts';
import { lintPolicy } from '../../libs/domain/policy/lint.ts';
import { readDocument } from '../../libs/platform/located-document.ts';
import { play, readScenarios } from './policy-scenario.ts';

const folder = new URL('../../policies/', import.meta.url).pathname;
const SCENARIO = '.scenario.yaml';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml') && !file.endsWith(SCENARIO))
  .map((file) => file.slice(0, -'.yaml'.length));

function policyOf(name: string, currency: string) {
  const document = readDocument(readFileSync(`${folder}${name}.yaml`, 'utf8'), 'yaml');
  if (!document.ok) throw new Error(JSON.stringify(document.problems));
  const checked = checkPolicy(document.value, { currency });
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes, null, 2));
  return checked.policy;
}

it('there is one for each story', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      'cafe-chain',
      'kindness-campaign',
      'make-it-right',
      'retail-year',
      'settle-a-complaint',
      'small-gestures',
      'two-thousand-per-guest',
      'weekly-free-coffees',
    ]),
  );
});

describe.each(names)('%s', (name) => {
  const file = readScenarios(`${folder}${name}${SCENARIO}`);
  const policy = policyOf(name, file.given.book.currency);

  it.each(file.scenarios)('$name', (scenario) => {
    const played = play(file, policy, scenario);
    expect(played.length).toBeGreaterThan(0);
    for (const { line, expected, found } of played) expect({ line, ...found }).toEqual({ line, ...expected });
  });

  it('gives no cause for a warning', () => {
    expect(lintPolicy(policy)).toEqual([]);
  });

  it('has a scenario in which each of its guardrails holds, and one in which it does not', () => {
    const findings = new Map<string, Set<string>>();
    for (const { steps } of file.scenarios) {
      for (const { then } of steps) {
        for (const [id, finding] of Object.entries(then.findings ?? {})) {
          findings.set(id, (findings.get(id) ?? new Set()).add(finding === 'within' ? 'within' : 'beyond'));
        }
      }
    }
    // Rules leave no receipt when they do not apply, so only limits show both sides.
    const never = [...policy.rules, ...policy.limits].filter(({ id }) => !findings.get(id)?.has('beyond'));
    expect(never.map(({ id }) => id)).toEqual(NEVER_BEYOND[name] ?? []);
    expect(policy.limits.filter(({ id }) => !findings.get(id)?.has('within'))).toEqual([]);
  });
});

/** Limits that are there to be read, or so wide that reaching them would prove nothing more. */
const NEVER_BEYOND: Readonly<Record<string, readonly string[]>> = {
  'small-gestures': ['gestures-by-month'],
  'cafe-chain': ['winter-warmers'],
};
