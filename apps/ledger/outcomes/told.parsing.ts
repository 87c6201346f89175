/** Incidents and outcomes as another system posted them. What goes together is the book's to say. */
import {
  type AskedIncident,
  INCIDENT_TYPES,
  type IncidentType,
} from '../../../libs/domain/outcome/incident.ts';
import {
  type AskedOutcome,
  OUTCOME_TYPES,
  type OutcomeType,
  RATING_LIMIT,
  type Rating,
} from '../../../libs/domain/outcome/outcome.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import {
  choiceMember,
  currencyMember,
  instantMember,
  type Members,
  objectMember,
  readMembers,
  textMember,
  wholeMember,
} from '../http/members.ts';

const anId = textMember({ maxLength: ID_MAX_LENGTH });

/** Words other systems use, and the one to use here. */
const INCIDENT_WORDS: Readonly<Record<string, IncidentType>> = {
  open: 'opened',
  new: 'opened',
  created: 'opened',
  closed: 'resolved',
  solved: 'resolved',
  done: 'resolved',
};
const OUTCOME_WORDS: Readonly<Record<string, OutcomeType>> = {
  sale: 'purchase',
  order: 'purchase',
  call: 'contact',
  score: 'rating',
  nps: 'rating',
  cancelled: 'churn',
  left: 'churn',
};

const INCIDENT: Members<AskedIncident> = {
  type: choiceMember(INCIDENT_TYPES, INCIDENT_WORDS),
  incident: anId,
  customer: anId,
  act: anId,
  location: anId,
  channel: anId,
  reason: anId,
  occurredAt: instantMember,
};

const onScale = wholeMember(
  -RATING_LIMIT,
  RATING_LIMIT,
  `Give a whole number from -${RATING_LIMIT} to ${RATING_LIMIT}; for half points double the scale as well.`,
);
const RATING: Members<Rating> = { score: onScale, lowest: onScale, highest: onScale };

const OUTCOME: Members<AskedOutcome> = {
  type: choiceMember(OUTCOME_TYPES, OUTCOME_WORDS),
  customer: anId,
  incident: anId,
  act: anId,
  location: anId,
  channel: anId,
  valueMinor: wholeMember(
    0,
    Number.MAX_SAFE_INTEGER,
    'Write whole minor units without quotes: 390 for 3.90. What is given back is a refund: post it as an act.',
  ),
  currency: currencyMember,
  receipt: anId,
  rating: objectMember(RATING, 'Write {"score": 4, "lowest": 1, "highest": 5}.'),
  occurredAt: instantMember,
};

/**
 * @param at JSON pointer to the fact in the body
 * @param alsoKnown one more member, of the fact's surroundings
 * @throws Problem
 */
export function parseIncident(value: unknown, at = '', alsoKnown?: string): AskedIncident {
  const needed = {
    type: `Say what happened to it: ${INCIDENT_TYPES.join(', ')}.`,
    incident: 'Give the id of the incident, the one that acts name as theirs.',
  };
  return readMembers<AskedIncident>(value, 'An incident', INCIDENT, needed, at, alsoKnown) as AskedIncident;
}

/** As `parseIncident`. */
export function parseOutcome(value: unknown, at = '', alsoKnown?: string): AskedOutcome {
  const needed = { type: `Say what the customer did: ${OUTCOME_TYPES.join(', ')}.` };
  return readMembers<AskedOutcome>(value, 'An outcome', OUTCOME, needed, at, alsoKnown) as AskedOutcome;
}
