/** The shapes of the wire, for the API's description. Written by hand: they are the contract. */
import { ACT_BATCH_SCHEMAS, ACT_SCHEMAS } from './act-schemas.ts';
import { ADJUSTMENT_SCHEMAS } from './adjustment-schemas.ts';
import { ALLOWANCE_SCHEMAS } from './allowance-schemas.ts';
import { DIRECTORY_SCHEMAS } from './directory-schemas.ts';
import { KEY_SCHEMAS } from './key-schemas.ts';
import { LOT_SCHEMAS } from './lot-schemas.ts';
import { OUTCOME_METRICS_SCHEMAS } from './outcome-metrics-schemas.ts';
import { POLICY_SCHEMAS } from './policy-schemas.ts';
import { POSSIBLE } from './possible-schemas.ts';
import { REGISTER_SCHEMAS } from './register-schemas.ts';
import { REPORT_SCHEMAS } from './report-schemas.ts';
import { REVERSAL_SCHEMAS } from './reversal-schemas.ts';
import type { Schema } from './schema-parts.ts';
import { SERVICE_SCHEMAS } from './service-schemas.ts';
import { SETTLING_SCHEMAS } from './settling-schemas.ts';
import { SIGNAL_SCHEMAS } from './signal-schemas.ts';
import { SPEND_SCHEMAS } from './spend-schemas.ts';
import { STORY_SCHEMAS } from './story-schemas.ts';
import { TOLD_SCHEMAS } from './told-schemas.ts';
import { USE_SCHEMAS } from './use-schemas.ts';

export const SCHEMAS = {
  ...DIRECTORY_SCHEMAS,
  ...POLICY_SCHEMAS,
  ...KEY_SCHEMAS,
  ...USE_SCHEMAS,
  ...STORY_SCHEMAS,
  ...ACT_SCHEMAS,
  ...SETTLING_SCHEMAS,
  ...ACT_BATCH_SCHEMAS,
  ...REVERSAL_SCHEMAS,
  ...REGISTER_SCHEMAS,
  ...ALLOWANCE_SCHEMAS,
  ...ADJUSTMENT_SCHEMAS,
  ...TOLD_SCHEMAS,
  ...SIGNAL_SCHEMAS,
  ...LOT_SCHEMAS,
  Possible: POSSIBLE,
  ...SPEND_SCHEMAS,
  ...SERVICE_SCHEMAS,
  ...REPORT_SCHEMAS,
  ...OUTCOME_METRICS_SCHEMAS,
} as const satisfies Record<string, Schema>;

export type SchemaName = keyof typeof SCHEMAS;
