/**
 * Every problem the service answers with: its stable code, status, title, and what to do about it. The one
 * place; `docs/errors.md` documents each, and a test keeps the two equal.
 */
import type { RefusalCode } from '../../../libs/domain/book/commands.ts';

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

/** Raised by the service itself, before or beside the domain. */
const OF_THE_SERVICE = {
  'json-malformed': {
    status: 400,
    title: 'The body is not JSON',
    advice: 'Send one JSON value in UTF-8; errors[0] says where the text breaks.',
  },
  'body-missing': {
    status: 400,
    title: 'The request has no body',
    advice: 'Send the body that the API description shows, with its content type.',
  },
  'body-not-utf8': {
    status: 400,
    title: 'The body is not valid UTF-8',
    advice: 'Encode the text as UTF-8 before sending it.',
  },
  'body-invalid': {
    status: 400,
    title: 'The body has mistakes',
    advice: 'Correct what errors lists; each entry points at a member of the body.',
  },
  'number-not-exact': {
    status: 400,
    title: 'A number cannot be held exactly',
    advice: 'Send whole numbers of at most 9007199254740991; money is whole minor units.',
  },
  'nested-too-deeply': {
    status: 400,
    title: 'The body is nested too deeply',
    advice: 'No body of this API is nested deeper than a few levels; see the API description.',
  },
  'policy-malformed': {
    status: 400,
    title: 'The policy document cannot be read',
    advice: 'Correct the JSON or YAML at the line and column that errors names.',
  },
  'query-invalid': {
    status: 400,
    title: 'The query has mistakes',
    advice: 'Correct what errors lists; each entry names a parameter.',
  },
  'path-invalid': {
    status: 400,
    title: 'The path names something that cannot exist',
    advice: 'Check the ids in the path, and percent-encode what is not a letter or digit (/ is %2F).',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'An idempotency key is missing',
    advice:
      'Send an Idempotency-Key header (in a batch: idempotencyKey in each act) that is unique to this fact and the same on every retry, such as the till and its running number.',
  },
  'idempotency-key-malformed': {
    status: 400,
    title: 'The idempotency key is malformed',
    advice: 'Use 1 to 255 visible ASCII characters without blanks, bare or in double quotes.',
  },
  'http-malformed': {
    status: 400,
    title: 'The request is not well-formed HTTP',
    advice: 'Check the length and the headers of the request.',
  },
  unauthenticated: {
    status: 401,
    title: 'The key is missing or wrong',
    advice: 'Send the header "Authorization: Bearer <key>".',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this path',
    advice: 'See /docs or /openapi.json for the paths and methods there are.',
  },
  'resource-not-found': {
    status: 404,
    title: 'The book has no such resource',
    advice: 'Check the id, or state the resource with a PUT to the same path.',
  },
  'sandbox-off': {
    status: 404,
    title: 'This service is not a sandbox',
    advice: 'The clock can be set only where the service was started with GOODWILL_SANDBOX=true.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    advice: 'Send at most 1 MiB at once; split a batch into smaller ones.',
  },
  'path-too-long': {
    status: 414,
    title: 'A part of the path is too long',
    advice: 'Ids have at most 128 characters, SKUs 256.',
  },
  'precondition-required': {
    status: 428,
    title: 'If-Match is missing',
    advice: 'Send the ETag of the draft that you have read: If-Match: "<version>.<edit>".',
  },
  'content-type-unsupported': {
    status: 415,
    title: 'The content type is not taken here',
    advice: 'Send Content-Type: application/json; a policy may also be application/yaml.',
  },
  'void-is-not-an-act': {
    status: 422,
    title: 'A void is not an act of goodwill',
    advice:
      'Do not post voids. What was made or served and then given free is a comp; what was made again is a replacement; money given back is a refund.',
  },
  'policy-invalid': {
    status: 422,
    title: 'The policy has mistakes',
    advice: 'Correct what errors lists, all at once: each entry names a place in the document.',
  },
  'keys-unavailable': {
    status: 503,
    title: 'The key cannot be checked now',
    advice: 'Send the same request again shortly. Keys that were in use here before go on opening.',
  },
  'engine-unavailable': {
    status: 503,
    title: 'The ledger cannot be written or read now',
    advice: 'Nothing was acknowledged. Send the same request again, with the same idempotency key.',
  },
  'views-unavailable': {
    status: 503,
    title: 'The views cannot answer now',
    advice: 'Ask again shortly. Acts, single acts by id, and allowances are answered without the views.',
  },
  'view-behind': {
    status: 503,
    title: 'The view has not reached that position yet',
    advice: 'Ask again shortly, or leave atLeast out to get what the view has now.',
  },
  'backtest-cancelled': {
    status: 409,
    title: 'The backtest was cancelled',
    advice: 'Send the same request again, with the same idempotency key, to have it made after all.',
  },
  'shadow-not-ready': {
    status: 503,
    title: 'The shadow is still being made',
    advice: 'Ask again shortly: the book is being folded up to where the shadow began.',
  },
  'backtest-unavailable': {
    status: 503,
    title: 'The backtest cannot be made now',
    advice:
      'Send the same request again shortly, with the same idempotency key: the report will be the same.',
  },
  internal: {
    status: 500,
    title: 'The service failed',
    advice: 'Send the same request again, with the same idempotency key; if it stays, report the requestId.',
  },
} as const satisfies Record<string, ProblemKind>;

const OF_THE_DOMAIN: Record<RefusalCode, ProblemKind> = {
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
};

export type ProblemCode = keyof typeof OF_THE_SERVICE | RefusalCode;

export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = { ...OF_THE_SERVICE, ...OF_THE_DOMAIN };

/** Codes of single entries in `errors`; those of a policy's mistakes come from the policy check itself. */
export const FIELD_CODES = {
  'unknown-field': 'The member is not known here.',
  missing: 'A required member is absent or null.',
  'wrong-type': 'The value has another JSON type than the member takes.',
  'not-allowed': 'The value is not one of those the member takes.',
  'too-short': 'The text is empty.',
  'too-long': 'The text or list is longer than the member takes.',
  'control-character': 'The text holds a control character.',
  'not-well-formed': 'The text holds half of a surrogate pair: it is not Unicode text.',
  'not-whole': 'The number is not whole.',
  negative: 'The number is below zero.',
  'out-of-range': 'The number is outside the range the member takes.',
  'bad-time': 'The text is not a time of RFC 3339 with an offset.',
  'bad-duration': 'The text is not a duration of ISO 8601 of exact length.',
  'bad-date': 'The text is not a date YYYY-MM-DD of the calendar.',
  'bad-time-zone': 'The text is not a time zone of the IANA database.',
  'bad-currency': 'The text is not a currency code of ISO 4217.',
  'bad-format': 'The text does not have the form the member takes.',
  'bad-cursor': 'The cursor is not one this service gave out for this query.',
  'number-not-exact': 'The number cannot be held exactly.',
  'nested-too-deeply': 'The value is nested too deeply.',
  'json-malformed': 'The text is not JSON at this place.',
} as const satisfies Record<string, string>;

export type FieldCode = keyof typeof FIELD_CODES;
