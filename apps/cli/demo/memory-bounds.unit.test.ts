/** Whoever starts the service says the same of memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SERVICE_ENV, SERVICE_NODE_ARGS } from './memory-bounds.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('the bounds of memory', () => {
  it('are those of `npm start`', () => {
    const { start } = (JSON.parse(read('package.json')) as { scripts: { start: string } }).scripts;
    expect(start).toContain(`exec node ${SERVICE_NODE_ARGS.join(' ')} apps/cli/bin/goodwill.js serve`);
    for (const [name, value] of Object.entries(SERVICE_ENV)) {
      expect(start).toContain(`${name}=\${${name}:-${value}} `);
    }
  });

  it('are those of the image', () => {
    const dockerfile = read('docker/Dockerfile');
    const [entrypoint] = /^ENTRYPOINT .*$/m.exec(dockerfile) ?? [];
    for (const argument of SERVICE_NODE_ARGS) expect(entrypoint).toContain(`"${argument}"`);
    for (const [name, value] of Object.entries(SERVICE_ENV))
      expect(dockerfile).toContain(`${name}=${value} `);
  });
});
