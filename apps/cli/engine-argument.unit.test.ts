/** Aim: an engine is told apart by its name alone, a secret in it is never shown, and nonsense is refused. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EngineUnavailable } from '../../libs/event-store/event-store.ts';
import { asFailure, engineArgument, isSameEngine, shownEngine } from './engine-argument.ts';

const directory = mkdtempSync(join(tmpdir(), 'engine-argument-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('an engine as an argument', () => {
  it.each([
    ['some/dir', { kind: 'file', file: resolve('some/dir/events.db'), dataDir: resolve('some/dir') }],
    [
      'some/dir/events.db',
      { kind: 'file', file: resolve('some/dir/events.db'), dataDir: resolve('some/dir') },
    ],
    ['copy.db', { kind: 'file', file: resolve('copy.db') }],
    [directory, { kind: 'file', file: join(directory, 'events.db'), dataDir: directory }],
    ['esdb://a:2113', { kind: 'server', connectionString: 'esdb://a:2113' }],
    ['esdb+discover://a,b', { kind: 'server', connectionString: 'esdb+discover://a,b' }],
  ])('%s', (text, expected) => {
    expect(engineArgument(text, '--to')).toEqual(expected);
  });

  it.each(['', 'a\0b', 'http://a', 'file:///etc', 'postgres://u:secret@a', '/dev/null'])(
    'refuses %j',
    (text) => {
      expect(() => engineArgument(text, '--to')).toThrow(/^(?!.*secret).*--to/);
    },
  );

  it.each([
    ['esdb://name:pass%40word@host:2113?tlsCAFile=/keys/ca.pem', 'esdb://host:2113'],
    ['esdb+discover://name:secret@a:1,b:2,c:3', 'esdb+discover://a:1,b:2,c:3'],
    ['esdb://host', 'esdb://host'],
  ])('shows %s as %s', (text, shown) => {
    expect(shownEngine(engineArgument(text, '--to'))).toBe(shown);
  });

  it('knows one file by two names', () => {
    writeFileSync(join(directory, 'x.db'), '');
    symlinkSync(join(directory, 'x.db'), join(directory, 'y.db'));
    const of = (name: string) => engineArgument(join(directory, name), '--to');
    expect(isSameEngine(of('x.db'), of('y.db'))).toBe(true);
    expect(isSameEngine(of('x.db'), of('z.db'))).toBe(false);
  });

  it('ends a command with the code that fits', () => {
    expect(asFailure(new EngineUnavailable('gone', { nothingWritten: true }))).toMatchObject({ exitCode: 3 });
    expect(asFailure(Object.assign(new Error('no'), { name: 'LedgerFileRefused' }))).toMatchObject({
      exitCode: 2,
    });
    expect(asFailure(Object.assign(new Error('EACCES'), { syscall: 'open' }))).toMatchObject({ exitCode: 1 });
    const defect = new Error('defect');
    expect(asFailure(defect)).toBe(defect);
  });
});
