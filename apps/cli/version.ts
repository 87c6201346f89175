import { readFileSync } from 'node:fs';

/** From package.json, which stands two folders above the sources and three above their build. */
export function version(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json';
  return JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')).version;
}
