/**
 * A copy of part of the project with one thing broken, to see that a suite notices. The copy is run with Node
 * itself (`node <dir>/libs/…/x.ts`) or with the project's test runner on that directory.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export interface Mutation {
  /** What to copy, with all it imports, as paths from the project's root: `libs/event-store`. */
  readonly folders: readonly string[];
  /** The file to break, as a path from the project's root. */
  readonly file: string;
  /** Must occur in the file exactly once: a mutation that no longer fits the source must not pass as killed. */
  readonly find: string;
  readonly replace: string;
}

/** Returns the directory of the copy, laid out as the project is. The caller removes it. */
export function mutatedCopy({ folders, file, find, replace }: Mutation): string {
  const directory = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const path of [...folders, 'package.json']) {
      cpSync(join(PROJECT, path), join(directory, path), { recursive: true });
    }
    symlinkSync(resolve(PROJECT, 'node_modules'), join(directory, 'node_modules'), 'dir');
    const target = join(directory, file);
    const parts = readFileSync(target, 'utf8').split(find);
    if (parts.length !== 2) {
      throw new Error(
        `"${find}" occurs ${parts.length - 1} times in ${file}: a mutation needs a text that occurs once.`,
      );
    }
    writeFileSync(target, parts.join(replace));
    return directory;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
