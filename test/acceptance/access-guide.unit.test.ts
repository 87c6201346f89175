/** Aim: the guide to keys is true: its roles give what they give in the code, and its capabilities are those there are. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ACCESS_ROLES, CAPABILITIES } from '../../libs/domain/access/access.ts';

const guide = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
const rows = [...guide.matchAll(/^\| `([\w:]+)` \|(.*)\|$/gm)].map(
  ([, name, rest]) => [name!, rest!] as const,
);
const namesIn = (text: string) => [...text.matchAll(/`([\w:]+)`/g)].map(([, name]) => name!);

describe('the guide to keys', () => {
  it.each(Object.entries(ACCESS_ROLES))('says what %s gives', (role, capabilities) => {
    const [, rest] = rows.find(([name]) => name === role)!;
    if (role === 'admin') expect(rest).toContain('everything');
    else expect(namesIn(rest)).toEqual(capabilities);
  });

  it('says what each capability is for, once there is anything that takes it', () => {
    const explained = rows.map(([name]) => name).filter((name) => name.includes(':'));
    expect([...explained].sort()).toEqual([...CAPABILITIES].sort());
  });
});
