/** Aim: what a connection string says is what is done; what cannot be done is refused with what to write instead. */
import { describe, expect, it } from '@jest/globals';
import { ConnectionStringRefused, parseConnectionString, describe as where } from './connection-string.ts';

describe('a connection string', () => {
  it('names hosts, login and settings', () => {
    expect(
      parseConnectionString(
        'esdb+discover://ledger:p%40ss:word%25@a.example:2114,b.example,10.0.0.1:2115/?nodePreference=follower&gossipTimeout=3&defaultDeadline=5000&keepAliveInterval=-1&connectionName=till',
      ),
    ).toEqual({
      hosts: [
        { address: 'a.example', port: 2114 },
        { address: 'b.example', port: 2113 },
        { address: '10.0.0.1', port: 2115 },
      ],
      discover: true,
      tls: true,
      credentials: { username: 'ledger', password: 'p@ss:word%' },
      nodePreference: 'follower',
      gossipTimeoutSeconds: 3,
      deadlineMs: 5_000,
      keepAliveIntervalMs: -1,
      connectionName: 'till',
    });
  });

  it.each([
    ['esdb://localhost?tls=false', false],
    ['esdb+discover://localhost?tls=false', true],
    ['esdb://a,b?tls=false', true],
  ])('%s asks who leads: %s', (text, discover) => {
    expect(parseConnectionString(text).discover).toBe(discover);
  });

  it.each([
    ['http://localhost', 'esdb://'],
    ['esdb://', 'esdb://'],
    ['esdb://host:99999?tls=false', 'no host'],
    ['esdb://ho st?tls=false', 'no host'],
    ['esdb://host', 'asks for a name and a password'],
    ['esdb://name@host', 'name:password'],
    ['esdb://name:p%zz@host', 'percent'],
    ['esdb://host?tls=maybe', 'true or false'],
    ['esdb://host?tls=false&gossipTimeout=soon', 'whole number'],
    ['esdb://host?tls=false&nodePreference=constructor', 'leader, follower'],
    ['esdb://host?tls=false&speed=fast', 'There are:'],
    ['esdb://host?tls', 'no value'],
    ['esdb://a:b@host?tlsVerifyCert=false', 'tlsCAFile'],
    ['esdb://a:b@host?tlsCAFile=/nowhere.pem', 'cannot be read'],
    ['esdb://a:b@host?userCertFile=/x.pem', 'not supported'],
  ])('%s is refused with "%s"', (text, reason) => {
    expect(() => parseConnectionString(text)).toThrow(ConnectionStringRefused);
    expect(() => parseConnectionString(text)).toThrow(reason);
  });

  it('never tells its password', () => {
    expect(where(parseConnectionString('esdb://ledger:secret@a:1,b'))).toBe('a:1, b:2113');
    for (const broken of [
      'esdb://ledger:secret@a?x=1',
      'esdb://ledger:secret@a b',
      'esdb://ledger:secret@a:999999',
    ]) {
      expect(() => parseConnectionString(broken)).toThrow(expect.not.stringContaining('secret') as never);
    }
  });
});
