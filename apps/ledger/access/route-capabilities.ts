/**
 * What each route takes, in one table. A route that is not in it cannot be served: the service does not start. What a
 * command takes is decided again by the domain (`capabilityOf`); this is where reads are.
 */
import { type Capability } from '../../../libs/domain/access/access.ts';

/** `anybody`: answered without a key. `any-key`: whatever its roles. A list: any one; the command decides which. */
export type Needs = Capability | readonly Capability[] | 'anybody' | 'any-key';

const BOOK = '/v1/books/:book';

/** `METHOD path`, the path as it is routed. HEAD takes what GET takes. */
export const ROUTE_NEEDS: Readonly<Record<string, Needs>> = {
  'GET /health/live': 'anybody',
  'GET /health/ready': 'anybody',
  'GET /metrics': 'reports:read',
  'PUT /v1/sandbox/clock': 'books:write',

  'GET /v1/whoami': 'any-key',
  'GET /v1/keys': 'keys:write',
  'POST /v1/keys': 'keys:write',
  'POST /v1/keys/:key/revoke': 'keys:write',

  [`PUT ${BOOK}`]: 'books:write',
  [`GET ${BOOK}`]: 'acts:read',
  [`PUT ${BOOK}/locations/:location`]: 'directory:write',
  [`GET ${BOOK}/locations/:location`]: 'acts:read',
  [`PUT ${BOOK}/employees/:employee`]: 'directory:write',
  [`GET ${BOOK}/employees/:employee`]: 'acts:read',
  [`PUT ${BOOK}/items/:sku`]: 'directory:write',
  [`GET ${BOOK}/items/:sku`]: 'acts:read',
  [`PUT ${BOOK}/campaigns/:campaign`]: 'directory:write',
  [`GET ${BOOK}/campaigns/:campaign`]: 'acts:read',
  [`POST ${BOOK}/campaigns/:campaign/draws`]: 'acts:write',
  [`GET ${BOOK}/campaigns/:campaign/draws`]: 'acts:read',
  [`POST ${BOOK}/campaigns/:campaign/draws/batch`]: 'acts:write',

  [`POST ${BOOK}/policies`]: 'policies:write',
  [`POST ${BOOK}/policies/check`]: 'policies:read',
  [`GET ${BOOK}/policies`]: 'policies:read',
  [`GET ${BOOK}/policies/:version`]: 'policies:read',
  [`GET ${BOOK}/policies/:version/diff`]: 'policies:read',
  [`PUT ${BOOK}/policies/:version`]: 'policies:write',
  [`POST ${BOOK}/policies/:version/submit`]: 'policies:write',
  [`POST ${BOOK}/policies/:version/approve`]: 'policies:approve',
  [`POST ${BOOK}/policies/:version/reject`]: 'policies:approve',
  [`POST ${BOOK}/policies/:version/activate`]: 'policies:write',
  [`POST ${BOOK}/policies/:version/roll-back`]: 'policies:write',
  [`POST ${BOOK}/policies/:version/backtest`]: 'policies:read',
  [`POST ${BOOK}/policies/:version/shadow`]: 'policies:write',
  [`GET ${BOOK}/policies/:version/shadow`]: 'policies:read',
  [`GET ${BOOK}/backtests/:backtest`]: 'policies:read',
  [`POST ${BOOK}/backtests/:backtest/cancel`]: 'policies:read',

  [`POST ${BOOK}/acts`]: 'acts:write',
  [`POST ${BOOK}/acts/batch`]: 'acts:write',
  [`POST ${BOOK}/acts/evaluate`]: 'acts:write',
  [`POST ${BOOK}/acts/:act/reverse`]: 'acts:write',
  [`POST ${BOOK}/acts/:act/commit`]: 'acts:write',
  [`POST ${BOOK}/acts/:act/release`]: 'acts:write',
  // By the caller, or in the name of whoever made the code that the caller types in.
  [`POST ${BOOK}/acts/:act/approve`]: ['acts:approve', 'acts:write'],
  [`POST ${BOOK}/acts/:act/reject`]: 'acts:approve',
  [`POST ${BOOK}/approval-codes`]: 'acts:approve',
  [`GET ${BOOK}/acts`]: 'acts:read',
  [`GET ${BOOK}/acts/:act`]: 'acts:read',
  [`GET ${BOOK}/employees/:employee/allowances`]: 'acts:read',
  [`GET ${BOOK}/employees/:employee/possible`]: 'acts:read',
  [`GET ${BOOK}/buckets`]: 'acts:read',
  [`GET ${BOOK}/adjustments`]: 'acts:read',
  [`POST ${BOOK}/adjustments`]: 'adjustments:write',
  [`POST ${BOOK}/incidents`]: 'facts:write',
  [`POST ${BOOK}/incidents/batch`]: 'facts:write',
  [`GET ${BOOK}/incidents`]: 'acts:read',
  [`GET ${BOOK}/incidents/:incident`]: 'acts:read',
  [`POST ${BOOK}/outcomes`]: 'facts:write',
  [`POST ${BOOK}/outcomes/batch`]: 'facts:write',
  [`GET ${BOOK}/outcomes`]: 'acts:read',
  [`GET ${BOOK}/metrics/spend`]: 'reports:read',
  [`GET ${BOOK}/metrics/use`]: 'reports:read',
  [`POST ${BOOK}/stories`]: 'stories:write',
  [`POST ${BOOK}/stories/:story/consent`]: 'stories:write',
  [`POST ${BOOK}/stories/:story/withdraw`]: 'stories:write',
  [`POST ${BOOK}/stories/:story/publish`]: 'stories:publish',
  [`POST ${BOOK}/stories/:story/retell`]: 'stories:write',
  [`POST ${BOOK}/stories/:story/take-up`]: 'stories:write',
  [`GET ${BOOK}/stories`]: 'acts:read',
  [`GET ${BOOK}/stories/:story`]: 'acts:read',
  [`POST ${BOOK}/recognitions`]: 'stories:publish',
  [`GET ${BOOK}/recognitions`]: 'acts:read',
  // On behalf of whoever stands at the till: nobody who oversees others can ask for theirs.
  [`GET ${BOOK}/employees/:employee/nudge`]: 'acts:write',
  [`GET ${BOOK}/metrics/outcomes`]: 'reports:read',
  [`GET ${BOOK}/metrics/outcomes/compare`]: 'reports:read',
  [`GET ${BOOK}/signals`]: 'signals:read',
  [`GET ${BOOK}/signals/:signal`]: 'signals:read',
  [`POST ${BOOK}/signals/:signal/reviews`]: 'signals:review',
};

/** The API's description and the pages that show it. */
const DESCRIPTION = /^\/(?:docs(?:[/-]|$)|openapi\.json$)/;

/** @throws Error for a route that the table does not have */
export function needsOf(method: string, url: string): Needs {
  const needs = ROUTE_NEEDS[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (needs !== undefined) return needs;
  if ((method === 'GET' || method === 'HEAD') && DESCRIPTION.test(url)) return 'anybody';
  throw new Error(`The route ${method} ${url} says nowhere what it takes: add it to route-capabilities.ts.`);
}
