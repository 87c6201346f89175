/** Of random histories: grants, corrections and transfers, of buckets that are there, or nearly. */
import fc from 'fast-check';
import type { Amounts } from '../act/act.ts';
import { employees, LOCATIONS } from './directory.fixture.ts';
import { which } from './policies.fixture.ts';

/** In minutes. */
const DAY = 1_440;

/** Of a bucket of a limit that is there, or nearly. */
export interface Adjust {
  readonly do: 'adjust';
  readonly kind: 'grant' | 'correction' | 'transfer';
  readonly which: number;
  /** Values for whatever dimensions the limit has. */
  readonly key: Readonly<Record<string, string>>;
  readonly to: Readonly<Record<string, string>>;
  /** Left out of the key, or put into it though the limit is not counted per it. */
  readonly wrong?: string;
  /** Absent: the moment is left out. */
  readonly agoMin?: number;
  readonly location?: string;
  readonly amounts: Amounts;
  /** Posts measures that the limit does not bound as well. */
  readonly all: boolean;
  readonly minus: boolean;
  readonly by: string;
}

const keys = fc.record({
  employee: employees,
  role: fc.constantFrom('barista', 'lead'),
  location: fc.constantFrom(...LOCATIONS.keys()),
  region: fc.constant('uk'),
  customer: fc.constantFrom('c-1', 'c-2'),
  incident: fc.constantFrom('i-1', 'i-2'),
  campaign: fc.constant('kindness'),
  shift: fc.constantFrom('early', 'late'),
});

export const adjusts: fc.Arbitrary<Adjust> = fc
  .record(
    {
      do: fc.constant('adjust' as const),
      kind: fc.constantFrom('grant', 'correction', 'transfer', 'transfer'),
      which,
      key: keys,
      to: keys,
      wrong: fc.constantFrom('employee', 'location', 'shift', 'region'),
      agoMin: fc.oneof(
        { weight: 3, arbitrary: fc.nat(30) },
        { weight: 1, arbitrary: fc.integer({ min: -2 * DAY, max: 10 * DAY }) },
      ),
      location: fc.constantFrom(...LOCATIONS.keys(), ...LOCATIONS.keys(), ...LOCATIONS.keys(), 'atlantis'),
      amounts: fc.record({ count: fc.nat(3), costMinor: fc.nat(12), retailMinor: fc.nat(25) }),
      all: fc.noBias(fc.nat(9)).map((n) => n === 9),
      minus: fc.boolean(),
      by: fc.constantFrom('area-lead', 'area-lead', 'area-lead', 'ann'),
    },
    { requiredKeys: ['do', 'kind', 'which', 'key', 'to', 'amounts', 'all', 'minus', 'by'] },
  )
  .map(({ wrong, ...adjust }) =>
    wrong !== undefined && adjust.which % 8 === 0 ? { ...adjust, wrong } : adjust,
  );
