/** Two policies with a limit in every kind of window, the second one tighter here and wider there. */
import { policyOf } from './simulated-history.ts';

const WINDOWS = `
  - { id: each-act, per: [act], window: act, allow: { costMinor: 2500 }, beyond: decline }
  - { id: each-shift, per: [employee], window: shift, allow: { count: 3 }, beyond: warn, whenMissing: warn }
  - { id: each-day, per: [location], window: day, allow: { costMinor: 1200, count: 12 }, beyond: decline }
  - { id: each-week, per: [employee], window: { every: week, startsOn: monday }, allow: { count: 7 }, beyond: decline }
  - { id: other-week, per: [role], window: { every: week, startsOn: saturday }, allow: { costMinor: 20000 }, beyond: warn }
  - { id: each-month, per: [location], window: month, allow: { retailMinor: 40000 }, beyond: decline }
  - { id: each-quarter, per: [region], window: quarter, allow: { costMinor: 45000 }, beyond: decline }
  - { id: each-year, per: [book], window: year, allow: { costMinor: 250000 }, beyond: warn }
  - { id: rolling-days, per: [employee, customer], window: { rolling: P7D }, allow: { count: 1 }, beyond: decline }
  - { id: rolling-hours, per: [location], window: { rolling: PT2H }, allow: { count: 4 }, beyond: warn }
  - { id: for-ever, appliesTo: { triggers: [recovery] }, per: [incident], window: lifetime, allow: { costMinor: 300 }, beyond: decline }
rules:
  - { id: dear, when: "act.costMinor > 2000", then: decline, message: Too dear. }
  - { id: twice, when: 'act.kind == "refund" && act.customer == ""', then: warn, message: A refund to nobody. }
`;

export const EVERY_WINDOW = policyOf(
  `currency: GBP\ntitle: Every kind of window\nuncovered: allow\nlimits:${WINDOWS}`,
);

/** The same guardrails with other figures. */
export const TRIED = policyOf(
  `currency: GBP\ntitle: Tried\nuncovered: allow\nlimits:${WINDOWS.replace('count: 7', 'count: 4')
    .replace('P7D', 'P14D')
    .replace('retailMinor: 40000', 'retailMinor: 90000')
    .replace('costMinor: 1200, count: 12', 'costMinor: 1500')
    .replace('costMinor: 250000 }, beyond: warn', 'costMinor: 200000 }, beyond: decline')}`,
);
