/** Warnings about nudges that would press: a nudge says what is there to give, and nothing of what is to be given. */
import { type Mistakes, quoted } from './mistakes.ts';
import type { Policy } from './policy.ts';

/** English words by which a nudge becomes a quota, or a comparison with others. */
const PRESSING =
  /\b(?:should|must|have to|need to|required?|expected|quotas?|targets?|goals?|colleagues?|others?|everyone|average|rank(?:ed|ing)?|behind|best)\b/i;

export function warnOfNudges(warnings: Mistakes, { nudge = [], limits }: Policy): void {
  for (const [i, { limit, message }] of nudge.entries()) {
    const word = PRESSING.exec(message)?.[0];
    if (word !== undefined) {
      warnings.note(
        `/nudge/${i}/message`,
        'nudge-presses',
        `It says ${quoted(word)}: so a nudge becomes a quota, or a comparison with others.`,
        'Say what is left and what would be a good moment: "You have {left} coffees left until {weekday}; a spilled drink is a good moment."',
      );
    }
    const allow = limits.find(({ id }) => id === limit)?.allow ?? {};
    if (Object.values(allow).some((allowed) => allowed === 0)) {
      warnings.note(
        `/nudge/${i}/limit`,
        'nudge-of-nothing',
        `${limit} allows nothing, so nothing can be left of it.`,
        'Name a limit that allows something, or take the nudge out.',
      );
    }
  }
}
