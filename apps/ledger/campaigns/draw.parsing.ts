/** A draw as it was posted. */
import type { AskedDraw } from '../../../libs/domain/book/lot-events.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import { instantMember, type Members, readMembers, textMember } from '../http/members.ts';

type PostedDraw = Omit<AskedDraw, 'campaign'>;

const anId = textMember({ maxLength: ID_MAX_LENGTH });
const DRAW: Members<PostedDraw> = { customer: anId, location: anId, occurredAt: instantMember };
const NEEDED = { customer: 'Name the customer: a lot is drawn among customers.' };

/**
 * @param campaign of the path
 * @param at JSON pointer to the draw in the body
 * @param alsoKnown one more member, of the draw's surroundings
 * @throws Problem
 */
export function parseDraw(campaign: string, value: unknown, at = '', alsoKnown?: string): AskedDraw {
  const posted = readMembers<PostedDraw>(value, 'A draw', DRAW, NEEDED, at, alsoKnown) as PostedDraw;
  return { campaign, ...posted };
}
