/** Aim: a backtest rests while others want the processor, and only then. */
import { describe, expect, it } from '@jest/globals';
import { ThreadPressure } from './thread-pressure.ts';

describe('a thread under pressure', () => {
  it('rests nine times as long as it worked, from the second time on', () => {
    const pressure = new ThreadPressure({ ratio: 1.4 });
    expect(pressure.pauseAfter(8, 4)).toBe(0);
    expect(pressure.pauseAfter(8, 4)).toBe(72);
    expect(pressure.pauseAfter(500, 10)).toBe(200);
    const patient = new ThreadPressure({ ratio: 1.4, pausePerWork: 20 });
    patient.pauseAfter(8, 4);
    expect(patient.pauseAfter(8, 4)).toBe(160);
  });

  it('goes on at once when it is over', () => {
    const pressure = new ThreadPressure({ ratio: 1.4 });
    for (const took of [20, 20, 11, 20]) pressure.pauseAfter(took, 10);
    expect(pressure.pauseAfter(11, 10)).toBe(0);
  });

  it('goes on where it is interrupted and nobody waits for an answer: other machines share the cores', () => {
    let somebodyAnswers = false;
    const pressure = new ThreadPressure({ ratio: 1.4, somebodyAnswers: () => somebodyAnswers });
    for (let i = 0; i < 5; i++) expect(pressure.pauseAfter(20, 10)).toBe(0);
    somebodyAnswers = true;
    pressure.pauseAfter(8, 4);
    expect(pressure.pauseAfter(8, 4)).toBe(72);
    somebodyAnswers = false;
    expect(pressure.pauseAfter(8, 4)).toBe(0);
  });

  it('rests as a shadow while the service has much to do, interrupted or not', () => {
    const busy = new Int32Array(new SharedArrayBuffer(4));
    const pressure = ThreadPressure.ofShadows(busy.buffer);
    for (let i = 0; i < 3; i++) expect(pressure.pauseAfter(5, 5)).toBe(0);
    busy[0] = 700;
    expect([pressure.pauseAfter(5, 5), pressure.pauseAfter(5, 5)]).toEqual([0, 70]);
    busy[0] = 100;
    expect(pressure.pauseAfter(5, 5)).toBe(0);
  });

  it('does not rest where it runs alone', async () => {
    const pressure = new ThreadPressure({ ratio: 1.4 });
    let rested = 0;
    for (let i = 0; i < 100; i++) rested += pressure.pauseAfter(10, 9.5);
    expect(rested).toBe(0);
    pressure.begin();
    await pressure.end();
  });
});
