/** The shapes of keys on the wire. */
import { ACCESS_ROLES, CAPABILITIES } from '../../../libs/domain/access/access.ts';
import { NOTE_MAX_LENGTH } from '../http/field-text.ts';
import {
  choice,
  id,
  instant,
  list,
  object,
  orNull,
  position,
  ref,
  type Schema,
  text,
} from './schema-parts.ts';

const keyId: Schema = {
  type: 'string',
  pattern: '^[0-9a-hjkmnp-tv-z]{10}$',
  description: 'Names the key in lists; the ten characters of it after glk_.',
  examples: ['5k3v0q8rt2'],
};
const subject = id('till-7', { description: 'In whose name the key records; named in every event.' });
const roles = list(choice(Object.keys(ACCESS_ROLES)), { minItems: 1 });
const reason = text(NOTE_MAX_LENGTH, 'The till was stolen.');

export const KEY_SCHEMAS = {
  KeyPost: object({ subject, roles }, ['subject', 'roles'], {
    examples: [{ subject: 'till-7', roles: ['till'] }],
  }),
  KeyMade: object({
    id: keyId,
    key: orNull({
      type: 'string',
      pattern: '^glk_[0-9a-hjkmnp-tv-z]{42}$',
      description: 'The key itself, in the first answer alone; null in a replay.',
    }),
    notice: { type: 'string', description: 'What to do about the key.' },
    subject,
    roles,
    madeAt: instant('When it was made.'),
    madeBy: id('admin'),
    position,
  }),
  Revocation: object({ reason: orNull(reason) }, [], { examples: [{ reason: 'The till was stolen.' }] }),
  Key: object(
    {
      id: keyId,
      subject,
      roles,
      status: choice(['live', 'revoked']),
      madeAt: instant('When it was made.'),
      madeBy: id('admin'),
      revokedAt: instant('When it was revoked.'),
      revokedBy: id('admin'),
      reason,
      position,
    },
    ['id', 'subject', 'roles', 'status', 'madeAt', 'madeBy'],
  ),
  Keys: object({ keys: list(ref('Key')), position }),
  WhoAmI: object({
    subject,
    roles,
    capabilities: list(choice(CAPABILITIES)),
    key: { ...orNull(keyId), description: 'Null: the admin key.' },
  }),
} as const satisfies Record<string, Schema>;
