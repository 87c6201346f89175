/**
 * Every stream of one engine into another, event for event. The target's own fence, the expected revision, keeps
 * anything from being overwritten or doubled; what is there already is compared first, so a copy that was broken
 * off goes on, and a target that holds anything else is left as it is.
 */

import { TEXT_STREAM_PREFIX } from '../../../libs/books/story-texts.ts';
import {
  type AppendResult,
  type EventStore,
  type EventToAppend,
  NO_STREAM,
  type StoredEvent,
} from '../../../libs/event-store/event-store.ts';
import { CommandFailure } from '../failure.ts';
import { type DigestedLedger, digestOf, digestStream, inOrder, StreamDigest } from './digest.ts';
import { askPatiently, type Patience, readPatiently } from './patience.ts';

export interface Side {
  readonly store: EventStore;
  readonly patience: Patience;
}

export type Step = 'comparing' | 'copying' | 'checking';

export interface CopyOptions {
  readonly source: Side;
  readonly target: Side;
  /** Events done and to do in a step. */
  readonly onProgress?: (step: Step, done: number, all: number) => void;
}

export interface Copied {
  /** What the target holds now, as it is there: the source up to where it stood when the copy began. */
  readonly ledger: DigestedLedger;
  /** Events appended now; the others were there. */
  readonly copied: number;
  /** Events the source has got since the copy began. */
  readonly behind: number;
}

/** One append, where the target sets no limit of its own: a commit each, and memory that stays small. */
const APPEND_EVENTS = 1_000;
const APPEND_BYTES = 4 * 1024 * 1024;
/** What engines count for an event beside its data and type, and more. */
const EVENT_BYTES = 128;
const HEADS_AT_ONCE = 16;

interface Plan {
  readonly stream: string;
  readonly sourceHead: number;
  readonly targetHead: number;
  readonly digest: StreamDigest;
}

/** @throws CommandFailure that names the first difference; EngineUnavailable */
export async function copyLedger(options: CopyOptions): Promise<Copied> {
  const { source, target, onProgress = () => {} } = options;
  const { plans, erased } = await planOf(source, target);
  const counting = (step: Step, all: number) => {
    let done = 0;
    onProgress(step, 0, all);
    return (count: number) => {
      done += count;
      onProgress(step, done, all);
    };
  };
  const there = sumOf(plans, ({ targetHead }) => targetHead + 1);
  const all = sumOf(plans, ({ sourceHead }) => sourceHead + 1);

  const onCompared = counting('comparing', there);
  for (const plan of plans) await compare(source, target, plan, onCompared);
  // What was erased in the source is erased in the copy, now that it is known to be one of it.
  for (const stream of erased) await askPatiently(target.patience, () => target.store.delete(stream));
  const onCopied = counting('copying', all - there);
  for (const plan of plans) await copyStream(source, target, plan, onCopied);
  const onChecked = counting('checking', all);
  const ledger = await check(target, plans, onChecked);

  const now = (await headsOf(source, await streamsOf(source))).reduce((sum, head) => sum + head + 1, 0);
  return { ledger, copied: all - there, behind: Math.max(0, now - all) };
}

function sumOf(plans: readonly Plan[], count: (plan: Plan) => number): number {
  return plans.reduce((sum, plan) => sum + count(plan), 0);
}

async function streamsOf({ store, patience }: Side): Promise<string[]> {
  return inOrder(await askPatiently(patience, () => store.streams('')));
}

/** Some at a time: ten thousand questions at once would wait for each other beyond an engine's deadline. */
async function headsOf({ store, patience }: Side, streams: readonly string[]): Promise<number[]> {
  const heads: number[] = [];
  for (let i = 0; i < streams.length; i += HEADS_AT_ONCE) {
    const some = streams.slice(i, i + HEADS_AT_ONCE);
    heads.push(
      ...(await Promise.all(some.map((stream) => askPatiently(patience, () => store.head(stream))))),
    );
  }
  return heads;
}

/** The target's heads are taken first: a source that grows meanwhile never looks shorter than its copy. */
async function planOf(source: Side, target: Side): Promise<{ plans: Plan[]; erased: string[] }> {
  const erased: string[] = [];
  const inTarget = await streamsOf(target);
  const targetHeads = new Map(zip(inTarget, await headsOf(target, inTarget)));
  const streams = await streamsOf(source);
  const sourceHeads = new Map(zip(streams, await headsOf(source, streams)));
  for (const [stream, head] of targetHeads) {
    const sourceHead = sourceHeads.get(stream) ?? NO_STREAM;
    if (head <= sourceHead) continue;
    if (sourceHead === NO_STREAM && stream.startsWith(TEXT_STREAM_PREFIX)) {
      erased.push(stream);
      continue;
    }
    const where = sourceHead === NO_STREAM ? 'is not in the source' : `ends at ${sourceHead} in the source`;
    throw otherLedger(`the stream ${JSON.stringify(stream)} stands at ${head} in the target and ${where}`);
  }
  const plans = streams
    .map((stream) => ({
      stream,
      sourceHead: sourceHeads.get(stream)!,
      targetHead: targetHeads.get(stream) ?? NO_STREAM,
      digest: new StreamDigest(),
    }))
    .filter(({ sourceHead }) => sourceHead !== NO_STREAM);
  return { plans, erased };
}

function zip<T>(names: readonly string[], values: readonly T[]): [string, T][] {
  return names.map((name, i) => [name, values[i]!]);
}

function otherLedger(difference: string): CommandFailure {
  return new CommandFailure(`The target holds another ledger: ${difference}. Nothing was written.`, {
    advice: 'Choose an empty target, or the one that this source was copied to before.',
  });
}

/** What the target has of a stream, against the source. */
async function compare(source: Side, target: Side, plan: Plan, onEvents: (count: number) => void) {
  if (plan.targetHead === NO_STREAM) return;
  const { stream, digest } = plan;
  const span = { from: 0, to: plan.targetHead };
  const theirs = readPatiently(target.store, stream, span, target.patience);
  let waiting: StoredEvent[] = [];
  try {
    for await (const batch of readPatiently(source.store, stream, span, source.patience)) {
      while (waiting.length < batch.length) {
        const { value, done } = await theirs.next();
        if (done) break;
        waiting.push(...value);
      }
      for (const [i, event] of batch.entries()) {
        const difference = differenceOf(event, waiting[i]);
        if (difference !== undefined)
          throw otherLedger(`event ${event.revision} of ${JSON.stringify(stream)} ${difference}`);
      }
      waiting = waiting.slice(batch.length);
      digest.add(batch);
      onEvents(batch.length);
    }
  } finally {
    await theirs.return();
  }
}

function differenceOf(ours: StoredEvent, theirs: StoredEvent | undefined): string | undefined {
  if (theirs === undefined) return 'is missing in the target';
  for (const what of ['revision', 'id', 'type', 'data'] as const) {
    if (ours[what] === theirs[what]) continue;
    const said = (event: StoredEvent) => excerpt(String(event[what]));
    return `has the ${what} ${said(ours)} in the source and ${said(theirs)} in the target`;
  }
  return undefined;
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80).toWellFormed()}…` : text);
}

async function copyStream(source: Side, target: Side, plan: Plan, onEvents: (count: number) => void) {
  const { stream, digest } = plan;
  const maxBytes = Math.min(target.store.maxAppendBytes ?? APPEND_BYTES, APPEND_BYTES);
  let head = plan.targetHead;
  let batch: EventToAppend[] = [];
  let bytes = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    await append(target, stream, batch, head);
    head += batch.length;
    onEvents(batch.length);
    batch = [];
    bytes = 0;
  };
  const span = { from: plan.targetHead + 1, to: plan.sourceHead };
  for await (const page of readPatiently(source.store, stream, span, source.patience)) {
    digest.add(page);
    for (const { id, type, data } of page) {
      const size = Buffer.byteLength(data) + 2 * type.length + EVENT_BYTES;
      if (batch.length >= APPEND_EVENTS || bytes + size > maxBytes) await flush();
      batch.push({ id, type, data });
      bytes += size;
    }
  }
  await flush();
}

async function append(target: Side, stream: string, events: readonly EventToAppend[], expected: number) {
  const { store, patience } = target;
  const place = `event ${expected + 1} of ${JSON.stringify(stream)}`;
  let result: AppendResult;
  try {
    // Asked again with the same ids at the same revision, it is the same append.
    result = await askPatiently(patience, () => store.append(stream, events, expected));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new CommandFailure(`The target cannot hold ${place}, or one after it: ${error.message}`, {
      advice: 'What was copied before it stays. Choose an engine that takes such events.',
      cause: error,
    });
  }
  if (result.ok) return;
  throw new CommandFailure(
    `Somebody else writes to the target: before ${place} it stood at ${expected}, now at ${result.actual}.`,
    { advice: 'Stop whatever uses the target, then run this again.' },
  );
}

/** Reads the target's every event again and holds it against what was read from the source. */
async function check(
  target: Side,
  plans: readonly Plan[],
  onEvents: (count: number) => void,
): Promise<DigestedLedger> {
  const { store, patience } = target;
  const extra = (await streamsOf(target)).find((name) => !plans.some(({ stream }) => stream === name));
  if (extra !== undefined) throw changedMeanwhile(`the stream ${JSON.stringify(extra)} has appeared`);
  const found = [];
  for (const { stream, sourceHead, digest } of plans) {
    const head = await askPatiently(patience, () => store.head(stream));
    if (head !== sourceHead) {
      throw changedMeanwhile(`${JSON.stringify(stream)} stands at ${head}, not at ${sourceHead}`);
    }
    const theirs = await digestStream(store, stream, head, patience, onEvents);
    if (theirs.sha256 !== digest.of(stream).sha256) {
      throw new CommandFailure(`The copy of ${JSON.stringify(stream)} is not equal to its source.`, {
        advice: 'Run this again: it names the first event that differs. Do not use the target.',
      });
    }
    found.push(theirs);
  }
  return digestOf(found);
}

function changedMeanwhile(what: string): CommandFailure {
  return new CommandFailure(`The target was changed by somebody else: ${what}.`, {
    advice: 'A target is used only after the copy is done: start with an empty one.',
  });
}
