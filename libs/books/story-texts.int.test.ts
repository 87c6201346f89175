/** Aim: a text is kept until it is erased, is what was told, and a crash between fact and text leaves nothing behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStandIn } from '../../test/stand-in/start.ts';
import { openEventStore } from '../event-store/engines.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { StoryTexts, TEXT_STREAM_PREFIX, UNTOLD_KEPT_MS } from './story-texts.ts';

let directory: string;
let store: EventStore;
let texts: StoryTexts;
const streams = () => store.streams(TEXT_STREAM_PREFIX);

describe.each(['SQLite', 'EventStoreDB (the stand-in)'])('the text of a story in %s', (engine) => {
  let server: Awaited<ReturnType<typeof startStandIn>> | undefined;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'goodwill-texts-'));
    if (engine !== 'SQLite') server = await startStandIn();
    store = await openEventStore(server?.connectionString ?? join(directory, 'events.db'));
    texts = new StoryTexts(store);
  });
  afterEach(async () => {
    await store.close();
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is found again, by a place that says nothing of it', async () => {
    const place = texts.placeOf('london', 'key-1');
    const kept = await texts.put('london', place, 'ginger tea', 1_000);
    expect(kept).toEqual({ place, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await texts.textOf('london', kept)).toBe('ginger tea');
    expect(texts.placeOf('leeds', 'key-1')).not.toBe(place);
    expect(await texts.textOf('leeds', kept)).toBeUndefined();
  });

  it('has the same hash when it is told again, and another one when it is another', async () => {
    const place = texts.placeOf('london', 'key-1');
    const [first, again] = await Promise.all([
      texts.put('london', place, 'ginger tea', 1_000),
      texts.put('london', place, 'ginger tea', 1_000),
    ]);
    expect(again).toEqual(first);
    const other = await texts.put('london', place, 'mint tea', 2_000);
    expect(other.hash).not.toBe(first.hash);
    expect(await texts.textOf('london', other)).toBeUndefined();
    expect(await texts.textOf('london', first)).toBe('ginger tea');
    // The same words elsewhere cannot be recognised by their hash.
    const elsewhere = await texts.put('london', texts.placeOf('london', 'key-2'), 'ginger tea', 1_000);
    expect(elsewhere.hash).not.toBe(first.hash);
  });

  it('is gone once it is erased, however often', async () => {
    const kept = await texts.put('london', texts.placeOf('london', 'key-1'), 'ginger tea', 1_000);
    for (let n = 0; n < 2; n++) {
      await texts.erase('london', kept.place);
      expect(await texts.textOf('london', kept)).toBeUndefined();
      expect(await streams()).toEqual([]);
    }
  });

  it('may be told anew with the same key after it was refused, with another salt', async () => {
    const place = texts.placeOf('london', 'key-1');
    const first = await texts.put('london', place, 'ginger tea', 1_000);
    await texts.erase('london', place);
    const again = await texts.put('london', place, 'ginger tea', 2_000);
    expect(again.hash).not.toBe(first.hash);
    expect(await texts.textOf('london', again)).toBe('ginger tea');
    expect(await texts.textOf('london', first)).toBeUndefined();
  });

  it('of what was never told is erased once nobody tries again', async () => {
    const now = 10 * UNTOLD_KEPT_MS;
    const put = async (key: string, at: number) =>
      (await texts.put('london', texts.placeOf('london', key), key, at)).place;
    const [old, fresh] = [
      await put('old', now - UNTOLD_KEPT_MS - 1),
      await put('fresh', now - UNTOLD_KEPT_MS + 1),
    ];
    expect(await texts.eraseUntold('london', old, now)).toBe(true);
    expect(await texts.eraseUntold('london', fresh, now)).toBe(false);
    expect(await texts.eraseUntold('london', old, now)).toBe(true);
    await texts.put('londonderry', fresh, 'x', 0);
    expect([...(await texts.all())].sort((a, b) => (a.book < b.book ? -1 : 1))).toEqual([
      { book: 'london', place: fresh },
      { book: 'londonderry', place: fresh },
    ]);
    expect(await streams()).toHaveLength(2);
  });
});
