import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects all garbage of this thread, which stands still meanwhile: a tenth of a second for a book of a million acts. For
 * the end of what is done once and makes a lot of it: V8 itself comes to it when the heap has grown, which where little
 * happens may be never. It has no other door to it than this flag.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
