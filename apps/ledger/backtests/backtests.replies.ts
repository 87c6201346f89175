/** In which form a report is answered, and when: what the caller prefers. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FinishedReport, Run } from '../../../libs/backtest/backtests.ts';
import { sendJson } from '../http/reply.ts';

export type ReportForm = 'json' | 'text';

const TEXT_TYPE = 'text/plain; charset=utf-8';
/** As long as a proxy is likely to wait. */
const MOST_WAIT_SECONDS = 60;

/** `?as=` decides; without it, text where the caller accepts text/plain and not JSON. */
export function reportForm(request: FastifyRequest, as: ReportForm | undefined): ReportForm {
  if (as !== undefined) return as;
  const accepted = (request.headers.accept ?? '').toLowerCase();
  const wantsText = accepted.includes('text/plain');
  return wantsText && !accepted.includes('json') ? 'text' : 'json';
}

export interface Preference {
  readonly isAsync: boolean;
  /** How long to wait before the answer is 202. */
  readonly waitMs: number;
}

/** `Prefer: respond-async` and `wait` of RFC 7240, 4.1 and 4.3; other preferences are left alone. */
export function preferenceOf(request: FastifyRequest): Preference {
  const text = String(request.headers.prefer ?? '').toLowerCase();
  const wait = /(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?:$|[,;\s])/.exec(text);
  const seconds = Math.min(Number(wait?.[1] ?? 0), MOST_WAIT_SECONDS);
  return { isAsync: /(?:^|[,;\s])respond-async(?:$|[,;\s])/.test(text), waitMs: seconds * 1_000 };
}

export function sendReport(reply: FastifyReply, form: ReportForm, { json, page }: FinishedReport): void {
  reply.header('vary', 'accept');
  if (form === 'json') sendJson(reply, 200, json);
  else reply.code(200).header('content-type', TEXT_TYPE).send(page);
}

/** @param report the report's own text, taken over as it is */
export function sendRun(
  reply: FastifyReply,
  status: number,
  id: string,
  { state, progress, request }: Pick<Run, 'state' | 'progress' | 'request'>,
  report?: string,
): void {
  const { version, position, from, to } = request;
  const run = {
    id,
    status: state,
    progress: Math.round(progress * 1_000) / 1_000,
    policyVersion: version,
    position,
    from: from ?? null,
    to: to ?? null,
  };
  const text = JSON.stringify(run);
  sendJson(reply, status, report === undefined ? text : `${text.slice(0, -1)},"report":${report}}`);
}
