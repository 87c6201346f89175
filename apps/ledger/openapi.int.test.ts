/**
 * Aim: the committed description is the one the service gives, and names every route and only shapes there are.
 * After a change on purpose: run this test with UPDATE=1.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from './service.ts';
import { startHere } from './start-here.fixture.ts';

const committed = join(import.meta.dirname, '../../docs/openapi.json');
const dataDir = mkdtempSync(join(tmpdir(), 'goodwill-openapi-'));
let service: Service;
let text: string;

beforeAll(async () => {
  service = await startHere(dataDir);
  text = `${JSON.stringify(await (await fetch(`${service.url}/openapi.json`)).json(), null, 2)}\n`;
  if (process.env.UPDATE === '1') writeFileSync(committed, text);
});
afterAll(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the description of the API', () => {
  it('is the committed one', () => {
    expect(text).toBe(readFileSync(committed, 'utf8'));
  });

  it('is OpenAPI 3.1, names only shapes there are, and shows an example of every body', () => {
    const document = JSON.parse(text);
    expect(document.openapi).toBe('3.1.0');
    const names = new Set(Object.keys(document.components.schemas));
    const named = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
    expect(named.filter((name) => !names.has(name))).toEqual([]);
    for (const [path, calls] of Object.entries<Record<string, { operationId?: string; responses: object }>>(
      document.paths,
    )) {
      for (const [method, call] of Object.entries(calls)) {
        expect([path, method, typeof call.operationId]).toEqual([path, method, 'string']);
        expect(Object.keys(call.responses).length).toBeGreaterThan(0);
      }
    }
  });

  it('has every call of the contract', () => {
    const { paths } = JSON.parse(text);
    const calls = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(calls.sort()).toMatchObject([
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'GET /v1/books/{book}',
      'GET /v1/books/{book}/acts',
      'GET /v1/books/{book}/acts/{act}',
      'GET /v1/books/{book}/adjustments',
      'GET /v1/books/{book}/backtests/{backtest}',
      'GET /v1/books/{book}/buckets',
      'GET /v1/books/{book}/campaigns/{campaign}',
      'GET /v1/books/{book}/campaigns/{campaign}/draws',
      'GET /v1/books/{book}/employees/{employee}',
      'GET /v1/books/{book}/employees/{employee}/allowances',
      'GET /v1/books/{book}/employees/{employee}/nudge',
      'GET /v1/books/{book}/employees/{employee}/possible',
      'GET /v1/books/{book}/incidents',
      'GET /v1/books/{book}/incidents/{incident}',
      'GET /v1/books/{book}/items/{sku}',
      'GET /v1/books/{book}/locations/{location}',
      'GET /v1/books/{book}/metrics/outcomes',
      'GET /v1/books/{book}/metrics/outcomes/compare',
      'GET /v1/books/{book}/metrics/spend',
      'GET /v1/books/{book}/metrics/use',
      'GET /v1/books/{book}/outcomes',
      'GET /v1/books/{book}/policies',
      'GET /v1/books/{book}/policies/{version}',
      'GET /v1/books/{book}/policies/{version}/diff',
      'GET /v1/books/{book}/policies/{version}/shadow',
      'GET /v1/books/{book}/recognitions',
      'GET /v1/books/{book}/signals',
      'GET /v1/books/{book}/signals/{signal}',
      'GET /v1/books/{book}/stories',
      'GET /v1/books/{book}/stories/{story}',
      'GET /v1/keys',
      'GET /v1/whoami',
      'POST /v1/books/{book}/acts',
      'POST /v1/books/{book}/acts/batch',
      'POST /v1/books/{book}/acts/evaluate',
      'POST /v1/books/{book}/acts/{act}/approve',
      'POST /v1/books/{book}/acts/{act}/commit',
      'POST /v1/books/{book}/acts/{act}/reject',
      'POST /v1/books/{book}/acts/{act}/release',
      'POST /v1/books/{book}/acts/{act}/reverse',
      'POST /v1/books/{book}/adjustments',
      'POST /v1/books/{book}/approval-codes',
      'POST /v1/books/{book}/backtests/{backtest}/cancel',
      'POST /v1/books/{book}/campaigns/{campaign}/draws',
      'POST /v1/books/{book}/campaigns/{campaign}/draws/batch',
      'POST /v1/books/{book}/incidents',
      'POST /v1/books/{book}/incidents/batch',
      'POST /v1/books/{book}/outcomes',
      'POST /v1/books/{book}/outcomes/batch',
      'POST /v1/books/{book}/policies',
      'POST /v1/books/{book}/policies/check',
      'POST /v1/books/{book}/policies/{version}/activate',
      'POST /v1/books/{book}/policies/{version}/approve',
      'POST /v1/books/{book}/policies/{version}/backtest',
      'POST /v1/books/{book}/policies/{version}/reject',
      'POST /v1/books/{book}/policies/{version}/roll-back',
      'POST /v1/books/{book}/policies/{version}/shadow',
      'POST /v1/books/{book}/policies/{version}/submit',
      'POST /v1/books/{book}/recognitions',
      'POST /v1/books/{book}/signals/{signal}/reviews',
      'POST /v1/books/{book}/stories',
      'POST /v1/books/{book}/stories/{story}/consent',
      'POST /v1/books/{book}/stories/{story}/publish',
      'POST /v1/books/{book}/stories/{story}/retell',
      'POST /v1/books/{book}/stories/{story}/take-up',
      'POST /v1/books/{book}/stories/{story}/withdraw',
      'POST /v1/keys',
      'POST /v1/keys/{key}/revoke',
      'PUT /v1/books/{book}',
      'PUT /v1/books/{book}/campaigns/{campaign}',
      'PUT /v1/books/{book}/employees/{employee}',
      'PUT /v1/books/{book}/items/{sku}',
      'PUT /v1/books/{book}/locations/{location}',
      'PUT /v1/books/{book}/policies/{version}',
      'PUT /v1/sandbox/clock',
    ]);
  });
});
