/** The shapes of the register of acts. */
import { REGISTER_STATUSES } from '../../../libs/views/register/register.ts';
import { ACT_MEMBERS, NEEDED } from './act-schemas.ts';
import {
  actId,
  amounts,
  COUNT,
  choice,
  date,
  id,
  instant,
  list,
  object,
  orNull,
  page,
  position,
  recordedAt,
  ref,
  type Schema,
  whole,
} from './schema-parts.ts';

export const REGISTER_SCHEMAS = {
  RegisterRow: object(
    {
      id: actId,
      status: choice(REGISTER_STATUSES),
      ...Object.fromEntries(
        Object.entries(ACT_MEMBERS).filter(([member]) => member !== 'shift' && member !== 'channel'),
      ),
      region: id('central'),
      count: COUNT,
      businessDate: date('The trading day at the location.'),
      occurredAt: instant('When it happened.'),
      recordedAt,
      expiresAt: instant('While it is pending approval or reserved: it falls due then.'),
      position,
      policyVersion: orNull(whole('Null: no policy was in force.')),
      breachCount: whole('Findings other than within on a recorded act.'),
      declinedBy: list({ type: 'string' }, { description: 'Guardrails that declined it.' }),
      reversed: amounts,
    },
    [
      'id',
      'status',
      ...NEEDED,
      'count',
      'retailMinor',
      'costMinor',
      'businessDate',
      'occurredAt',
      'recordedAt',
      'position',
      'policyVersion',
      'breachCount',
      'declinedBy',
      'reversed',
    ],
  ),
  Register: page('acts', ref('RegisterRow'), 'For the next page, with the same filters; null on the last.'),
} as const satisfies Record<string, Schema>;
