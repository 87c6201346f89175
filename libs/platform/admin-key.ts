/** The key of whoever runs the service: it makes the others. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const MIN_KEY_LENGTH = 16;

/**
 * The key kept in `admin.key`, made at the first start, readable by its owner alone. `made` is true once
 * only: then it is shown, and never again.
 * @throws Error when the file cannot be written or holds no usable key.
 */
export function adminKeyOf(dataDir: string): {
  readonly key: string;
  readonly made: boolean;
  readonly file: string;
} {
  const file = join(dataDir, 'admin.key');
  const kept = readKept(file);
  if (kept !== undefined) return { key: kept, made: false, file };
  const key = `gw_${randomBytes(24).toString('base64url')}`;
  // Written aside and linked: two first starts at once agree on one key, and no start reads half a key.
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(aside, file);
    return { key, made: true, file };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { key: readKept(file)!, made: false, file };
  } finally {
    rmSync(aside, { force: true });
  }
}

function readKept(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = text.trim();
  if (key.length < MIN_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(key)) {
    throw new Error(
      `${file} holds no usable key: remove it to have a new one made, or set GOODWILL_ADMIN_KEY.`,
    );
  }
  return key;
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** What stands after `Bearer`; undefined for any other header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization !== undefined && /^bearer /i.test(authorization)
    ? authorization.slice(7).trim()
    : undefined;
}

/** Compares in constant time, whatever the lengths. */
export function bearerCheck(key: string): (authorization: string | undefined) => boolean {
  const expected = digest(key);
  return (authorization) => {
    const token = bearerOf(authorization);
    return token !== undefined && timingSafeEqual(digest(token), expected);
  };
}
