/** Aim: what the command line draws lines up, keeps small apart from nothing, and colours only terminals. */
import { describe, expect, it } from '@jest/globals';
import { COLOUR_INK, columnsOf, cutTo, inkFor, PLAIN_INK, padTo } from './ink.ts';
import { money, whole } from './money.ts';
import { bar, sparkline } from './plot.ts';
import { table } from './table.ts';

describe('bar', () => {
  it('fills its width at the maximum and half of it at a half', () => {
    expect(bar(10, 10, 8)).toBe('████████');
    expect(bar(5, 10, 8)).toBe('████');
  });
  it('is exact to an eighth of a column', () => {
    expect(bar(1, 8, 1)).toBe('▏');
    expect(bar(7, 8, 1)).toBe('▉');
    expect(bar(9, 16, 2)).toBe('█▏');
  });
  it('shows a trace of anything above zero and nothing of nothing', () => {
    expect(bar(0.0001, 1_000, 10)).toBe('▏');
    expect(bar(0, 1_000, 10)).toBe('');
    expect(bar(5, 0, 10)).toBe('');
    expect(bar(Number.NaN, 10, 10)).toBe('');
  });
  it('never exceeds its width', () => {
    expect(columnsOf(bar(99, 10, 8))).toBe(8);
  });
});

describe('sparkline', () => {
  it('scales from zero, so that nearly equal values look nearly equal', () => {
    expect(sparkline([90, 100])).toBe('██');
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).toBe('▁▂▃▄▅▆▇█');
  });
  it('draws a row of zeros flat, and nothing for no values', () => {
    expect(sparkline([0, 0])).toBe('▁▁');
    expect(sparkline([])).toBe('');
  });
});

describe('table', () => {
  it('aligns pounds on the right, whatever their symbols and colours', () => {
    const drawn = table(
      [{ heading: 'store' }, { heading: 'cost', align: 'right' }],
      [
        ['soho', '£1,234.50'],
        ['bank', COLOUR_INK.red('£9.00')],
      ],
      { indent: 0 },
    );
    const lines = drawn.split('\n');
    expect(lines).toEqual(['store       cost', 'soho   £1,234.50', `bank       ${COLOUR_INK.red('£9.00')}`]);
    expect(new Set(lines.map(columnsOf))).toEqual(new Set([16]));
  });
  it('fills missing cells and leaves no blanks at line ends', () => {
    expect(table([{ heading: 'a' }, { heading: 'b' }], [['1']])).toBe('  a  b\n  1');
  });
});

describe('ink', () => {
  it('colours a terminal, but neither pipes nor under NO_COLOR nor dumb terminals', () => {
    expect(inkFor({ isTTY: true }, {})).toBe(COLOUR_INK);
    expect(inkFor({ isTTY: true }, { NO_COLOR: '' })).toBe(COLOUR_INK);
    expect(inkFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(PLAIN_INK);
    expect(inkFor({ isTTY: true }, { TERM: 'dumb' })).toBe(PLAIN_INK);
    expect(inkFor({}, {})).toBe(PLAIN_INK);
  });
  it('counts and pads columns without the escapes', () => {
    expect(columnsOf(COLOUR_INK.bold('£5'))).toBe(2);
    expect(padTo(COLOUR_INK.bold('£5'), 4, 'right')).toBe(`  ${COLOUR_INK.bold('£5')}`);
    expect(cutTo('abcdef', 4)).toBe('abc…');
    expect(cutTo('abcd', 4)).toBe('abcd');
  });
});

describe('money', () => {
  it('groups thousands and keeps pence', () => {
    expect(money(123456)).toBe('£1,234.56');
    expect(money(5)).toBe('£0.05');
    expect(money(-390)).toBe('-£3.90');
    expect(money(100, 'CHF')).toBe('CHF 1.00');
    expect(whole(1234567)).toBe('1,234,567');
  });
});
