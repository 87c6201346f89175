/**
 * Every problem the service answers with: its stable code, status, title, and what to do about it. The one
 * place; `docs/errors.md` documents each, and a test keeps the two equal.
 */
import type { RefusalCode } from '../../../libs/domain/book/commands.ts';
import { OF_THE_DOMAIN, type ProblemKind } from './refusals.ts';

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
