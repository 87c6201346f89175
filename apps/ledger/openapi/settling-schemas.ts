/** Shapes of what becomes of an act that waits: approvals and their codes, commits, releases. */
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import {
  amounts,
  COST,
  COUNT,
  id,
  instant,
  object,
  orNull,
  position,
  RETAIL,
  recordedAt,
  type Schema,
} from './schema-parts.ts';

const reason = id('regular of ten years');
const optionalReason = orNull(reason);
const { properties: AMOUNTS } = amounts as { properties: Record<string, Schema> };
const MEASURES = Object.keys(AMOUNTS);

/** Members of an act that say what settled it; each is there only when that happened. */
export const SHOWN_WHEN_SETTLED: Readonly<Record<string, Schema>> = {
  approval: object(
    {
      approver: id('dana', { description: 'Who answers for it: the caller, or the maker of the code.' }),
      role: id('store-manager', {
        description: 'The role by which the policy gives the authority; absent: it names none.',
      }),
      reason,
      recordedAt,
    },
    ['approver', 'recordedAt'],
  ),
  rejection: object({ approver: id('dana'), reason, recordedAt }),
  committed: object({ ...AMOUNTS, reason, recordedAt }, [...MEASURES, 'recordedAt'], {
    description: 'What was given of the reservation: the act is accepted with these amounts.',
  }),
  released: object({ ...AMOUNTS, reason, recordedAt }, [...MEASURES, 'recordedAt'], {
    description: 'What came free of the reservation.',
  }),
  expiry: object(
    {
      dueAt: instant('When it fell due: it is in force from then on.'),
      recordedAt: instant('When the ledger got to writing that down; absent: not yet.'),
    },
    ['dueAt'],
  ),
};

export const SETTLING_SCHEMAS = {
  ApprovalPost: object(
    {
      reason: optionalReason,
      code: orNull({
        type: 'string',
        minLength: 1,
        maxLength: ID_MAX_LENGTH,
        description:
          'An approval code, as it was read out: its maker then is the approver. Case, blanks and dashes do not matter.',
        examples: ['7K3QM-0XWD4'],
      }),
    },
    [],
    { examples: [{ reason: 'regular of ten years' }, { code: '7K3QM-0XWD4' }] },
  ),
  RejectionPost: object({ reason }, ['reason'], { examples: [{ reason: 'not at this price' }] }),
  CommitPost: object(
    { count: orNull(COUNT), costMinor: orNull(COST), retailMinor: orNull(RETAIL), reason: optionalReason },
    [],
    { examples: [{}, { retailMinor: 195, costMinor: 40 }] },
  ),
  ReleasePost: object({ reason: optionalReason }, [], { examples: [{ reason: 'guest had left' }] }),
  ApprovalCodePost: object(
    {
      act: orNull(
        id('0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44', { description: 'The only act it may approve.' }),
      ),
      expiresIn: orNull({
        type: 'string',
        format: 'duration',
        default: 'PT5M',
        description: 'From PT10S to PT60M.',
        examples: ['PT5M'],
      }),
    },
    [],
    { examples: [{ expiresIn: 'PT5M' }] },
  ),
  ApprovalCode: object(
    {
      id: { type: 'string', format: 'uuid' },
      code: orNull({
        type: 'string',
        pattern: '^[0-9A-HJKMNP-TV-Z]{10}$',
        description: 'Shown in the first answer only: null in a repetition.',
        examples: ['7K3QM0XWD4'],
      }),
      act: id('0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44'),
      expiresAt: instant('It is good until then, and for one approval.'),
      recordedAt,
      position,
    },
    ['id', 'code', 'expiresAt', 'recordedAt', 'position'],
  ),
} as const satisfies Record<string, Schema>;
