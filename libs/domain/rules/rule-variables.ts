import { KINDS, MODES, TRIGGERS } from '../act/act.ts';

export const TIMESTAMP = 'google.protobuf.Timestamp';

/** Every name a rule may use, with its CEL type. The guide for operations lists the same; a test compares. */
export const RULE_VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  act: {
    mode: 'string',
    kind: 'string',
    trigger: 'string',
    employee: 'string',
    location: 'string',
    customer: 'string',
    incident: 'string',
    campaign: 'string',
    shift: 'string',
    channel: 'string',
    reason: 'string',
    note: 'string',
    sku: 'string',
    quantity: 'int',
    count: 'int',
    retailMinor: 'int',
    costMinor: 'int',
    businessDate: 'string',
    occurredAt: TIMESTAMP,
  },
  employee: { id: 'string', roles: 'list<string>', homeLocation: 'string' },
  location: { id: 'string', region: 'string', timeZone: 'string' },
  item: { sku: 'string', category: 'string', quantity: 'int' },
};

/** Fields that hold one of a few words: comparing them with any other is a slip that would never be noticed. */
export const RULE_WORDS: Readonly<Record<string, readonly string[]>> = {
  'act.kind': KINDS,
  'act.trigger': TRIGGERS,
  'act.mode': MODES,
};
