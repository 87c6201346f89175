/** What the domain refuses, as problems of the wire. Part of the registry (`registry.ts`). */
import type { RefusalCode } from '../../../libs/domain/book/commands.ts';

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

/** Every refusal, by its code. */
export const OF_THE_DOMAIN: Record<RefusalCode, ProblemKind> = {
  'book-not-found': {
    status: 404,
    title: 'There is no such book',
    advice: 'Open it first: PUT /v1/books/{book} with its currency and time zone.',
  },
  'book-currency-fixed': {
    status: 409,
    title: 'The currency of a book cannot change',
    advice: 'Open another book for another currency.',
  },
  'currency-mismatch': {
    status: 422,
    title: 'The currency is not the book’s',
    advice: 'State amounts in the currency of the book, or post to the book of that currency.',
  },
  'unknown-item': {
    status: 422,
    title: 'The item is not in the directory',
    advice: 'State the item with PUT …/items/{sku}, or give retailMinor and costMinor with the act.',
  },
  'unknown-act': {
    status: 422,
    title: 'The act named is not in the ledger',
    advice: 'Give the id that the ledger answered when the act was posted, or link by customer or incident.',
  },
  'outcome-incoherent': {
    status: 422,
    title: 'The members of the outcome do not go together',
    advice: 'Correct what errors points at: the link, the value or the rating.',
  },
  'amount-missing': {
    status: 422,
    title: 'The act has no value',
    advice: 'Give an item, or retailMinor and costMinor; a gesture that costs nothing states 0.',
  },
  'amount-too-large': {
    status: 422,
    title: 'The amounts grow beyond what can be held exactly',
    advice: 'Check the amount: it is in minor units, and sums stay below 9007199254740991.',
  },
  'occurred-at-too-old': {
    status: 422,
    title: 'A request is for now; this has already happened',
    advice: 'Post it with mode "record".',
  },
  'occurred-at-in-future': {
    status: 422,
    title: 'The act lies in the future',
    advice: 'Check the clock and the time zone offset of the sender.',
  },
  'act-not-found': {
    status: 404,
    title: 'The book has no such act',
    advice: 'Check the id; an acknowledged act is found at once.',
  },
  'act-not-reversible': {
    status: 409,
    title: 'The act cannot be reversed',
    advice: 'Only an accepted act can be reversed; a declined one spent nothing.',
  },
  'reversal-exceeds-act': {
    status: 422,
    title: 'More would be reversed than is left of the act',
    advice: 'Ask for no more than is left, or for nothing in particular to reverse all of it.',
  },
  'policy-not-found': {
    status: 404,
    title: 'The book has no such policy version',
    advice: 'Check the version; POST …/policies answers with it.',
  },
  'policy-not-approved': {
    status: 409,
    title: 'The policy version is not approved',
    advice: 'A second person approves it first; a book with fourEyes: false activates drafts directly.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for something else',
    advice: 'Use a new key for a new fact; for a retry, send exactly what was sent first.',
  },
  'position-not-reached': {
    status: 422,
    title: 'The book has not come to that position yet',
    advice: 'Leave position out to look at every act there is, or name one the book has passed.',
  },
  'too-many-shadows': {
    status: 409,
    title: 'Too many versions run in shadow',
    advice: 'Stop one of them first with {"on": false}; its report ends there.',
  },
  'not-allowed': {
    status: 403,
    title: 'The key does not allow this',
    advice:
      'Use a key whose roles give the capability that detail names; GET /v1/whoami tells what yours gives.',
  },
  'policy-not-draft': {
    status: 409,
    title: 'The policy version is no draft',
    advice: 'Only a draft is edited and submitted; rejecting a submitted version makes it one again.',
  },
  'policy-not-submitted': {
    status: 409,
    title: 'The policy version is not submitted',
    advice: 'Only a submitted version is approved or rejected; GET …/policies/{version} tells how far it is.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It has changed since it was read',
    advice: 'Read it again, look at what changed, and send the ETag of what you have seen.',
  },
  'subject-reserved': {
    status: 422,
    title: 'The subject is the ledger’s own',
    advice: 'Name the till, the system or the person that the key is for; admin and ledger are taken.',
  },
  'key-not-found': {
    status: 404,
    title: 'There is no such key',
    advice: 'Use an id that GET /v1/keys lists.',
  },
  'key-already-revoked': {
    status: 409,
    title: 'The key was revoked before',
    advice: 'It opens nothing any more; GET /v1/keys tells who revoked it and when.',
  },
  'act-expired': {
    status: 409,
    title: 'It is too late to answer for the act',
    advice:
      'GET the act: it shows what it became when its time was over. Post it anew if it is still wanted.',
  },
  'act-not-open': {
    status: 409,
    title: 'The act does not wait for that',
    advice: 'GET the act to see what has become of it.',
  },
  'approval-code-expired': {
    status: 409,
    title: 'The approval code has expired',
    advice: 'Ask the approver to make another; a code is good for a few minutes.',
  },
  'approval-code-used': {
    status: 409,
    title: 'The approval code was used before',
    advice: 'Ask the approver to make another; each is good for one act.',
  },
  'approval-code-wrong': {
    status: 403,
    title: 'The approval code does not approve this act',
    advice: 'Check what was typed; where the code was made for one act, approve that one.',
  },
  'authority-missing': {
    status: 403,
    title: 'The approver has no authority over so much',
    advice: 'Ask somebody with a role whose authority in the policy covers the act.',
  },
  'self-approval': {
    status: 403,
    title: 'Nobody approves what is their own',
    advice:
      'Ask somebody else who may approve: no author of a policy; of an act not its employee, nor who posted it, nor its customer.',
  },
  'commit-exceeds-reservation': {
    status: 422,
    title: 'More would be committed than is reserved',
    advice: 'Commit at most what is reserved, or nothing in particular to commit all of it.',
  },
  'fiscal-calendar-missing': {
    status: 409,
    title: 'The book has no fiscal calendar',
    advice: 'State the book with its fiscalCalendar, such as "nrf", or count in month, quarter or year.',
  },
  'fiscal-calendar-fixed': {
    status: 409,
    title: 'The fiscal calendar is counted by',
    advice: 'State the calendar as it stands; for another one open another book.',
  },
  'limit-not-found': {
    status: 404,
    title: 'The policy in force has no such limit',
    advice: 'Name a limit of the version in force.',
  },
  'bucket-not-adjustable': {
    status: 422,
    title: 'That cannot be adjusted',
    advice: 'Correct what errors points at: the key, the time or an amount.',
  },
  'transfer-exceeds-remaining': {
    status: 422,
    title: 'More would be transferred than remains',
    advice: 'Transfer no more than remains in the bucket that gives, or post a grant.',
  },
  'same-bucket': {
    status: 422,
    title: 'A bucket cannot give to itself',
    advice: 'Name two buckets; to change one, post a correction.',
  },
  'campaign-not-found': {
    status: 404,
    title: 'There is no such campaign',
    advice: 'State it first: PUT …/campaigns/{campaign}.',
  },
  'campaign-without-lot': {
    status: 409,
    title: 'The campaign is not drawn by lot',
    advice: 'State its lot with PUT …/campaigns/{campaign}, or give without drawing.',
  },
  'campaign-not-running': {
    status: 409,
    title: 'The campaign does not run on that day',
    advice: 'Draw within the days of the campaign, both included, or state others.',
  },
  'lot-fixed': {
    status: 409,
    title: 'The lot of a running campaign stays as it is',
    advice: 'State it as it stands, or with a greater share; for another lot start another campaign.',
  },
  'story-not-found': {
    status: 404,
    title: 'There is no such story',
    advice: 'Use the id that was answered when it was proposed; a withdrawn story is gone for good.',
  },
  'story-out-of-turn': {
    status: 409,
    title: 'It is not the story’s turn for that',
    advice: 'A story is proposed, consented to, published by somebody else, and only then told again.',
  },
  'employee-not-known': {
    status: 422,
    title: 'The employee is not in the directory',
    advice: 'State the employee first, with PUT …/employees/{id}.',
  },
  'duties-apart': {
    status: 403,
    title: 'Whoever writes policies does not review signals',
    advice: 'Have it done by somebody who has no part in the other, or leave it.',
  },
  'self-review': {
    status: 403,
    title: 'Nobody reviews what is about themselves',
    advice: 'Have it reviewed by somebody whom the signal is not about.',
  },
  'signal-not-found': {
    status: 404,
    title: 'There is no such signal in that span',
    advice: 'Give the id and the span of the report that shows it.',
  },
};
