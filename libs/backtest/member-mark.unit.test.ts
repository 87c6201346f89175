/** Aim: a member is found where JSON has it, wherever it stood before, and never inside a text. */
import { describe, expect, it } from '@jest/globals';
import { MemberMark, textAt } from './member-mark.ts';

describe('a member in the text of an event', () => {
  it('is found where it moved to, near or far, forwards or backwards', () => {
    const mark = new MemberMark('incident', '"');
    for (const padding of [0, 3, 40, 500, 520, 100, 0, 2_000, 1_999]) {
      const data = JSON.stringify({ note: 'x'.repeat(padding), incident: `i-${padding}`, after: 1 });
      expect(textAt(data, mark.valueIn(data))).toBe(`i-${padding}`);
    }
  });

  it('is not there where another member ends with its name, or a text holds it', () => {
    const mark = new MemberMark('incident', '"');
    expect(mark.placeIn('{"noincident":"a"}')).toBe(-1);
    expect(mark.placeIn('{"noincident":"a","incident":"b"}')).toBe(18);
    expect(mark.placeIn(JSON.stringify({ note: '"incident":"c"' }))).toBe(-1);
    expect(mark.placeIn(JSON.stringify({ note: '\\"incident":"', other: 'incident' }))).toBe(-1);
    expect(mark.placeIn('{"incident":7}')).toBe(-1);
  });

  it.each(['', 'plain', 'a "quoted" one', 'ends with \\', '\\"', 'line\nbreak', '日本', '\u2028'])(
    'reads the text %j',
    (text) => {
      const data = JSON.stringify({ a: 1, incident: text, b: 'c' });
      expect(textAt(data, new MemberMark('incident', '"').valueIn(data))).toBe(text);
    },
  );
});
