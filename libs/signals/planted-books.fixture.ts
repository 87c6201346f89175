/**
 * A process of its own, for plain code is many times faster outside of a test's sandbox: detects over simulated books
 * and says of each what was found, in a line of JSON. Arguments: the first seed, how many, `planted` or `nothing`.
 */
import { type SignalKind, WEIGHT_OF } from '../domain/signal/signal.ts';
import { type SimulatedConduct, simulatedConduct, type Trait } from './chain.fixture.ts';
import { type Detection, detect, type Finding, inOrder } from './detect.ts';

export interface BookFound {
  readonly seed: number;
  readonly findings: number;
  readonly wrong: number;
  /** Of those worth a word. */
  readonly words: number;
  readonly wrongWords: number;
  /** Of those worth a look. */
  readonly wrongLooks: number;
  /** Misusers, the pair and the clusterer. */
  readonly cases: readonly { readonly trait: Trait; readonly isFound: boolean; readonly rank: number }[];
  /** Of the generous and legitimate one, among all that was tested; null: at none. */
  readonly generousRank: number | null;
  readonly generousWords: number;
}

const CASES: readonly Trait[] = ['misuses', 'one-pair', 'end-of-shift'];
/** Of whom a hypothesis does not hold by construction; of all others a discovery is false. */
const TRUE_OF: Readonly<Partial<Record<SignalKind, readonly Trait[]>>> = {
  'few-customers': ['misuses', 'one-pair'],
  'split-acts': ['misuses', 'one-pair'],
  'end-of-shift': ['end-of-shift'],
  'category-skew': ['exhausts'],
  rate: ['exhausts', 'misuses', 'generous-legitimate', 'one-pair', 'end-of-shift'],
};

function isFalse({ traits, readiness }: SimulatedConduct, { kind, subject }: Finding): boolean {
  if (kind === 'many-locations') return true;
  if (kind === 'under-use') {
    const giving = readiness.filter((one) => one > 0).sort((one, other) => one - other);
    return readiness[subject]! >= 0.2 * giving[giving.length >> 1]!;
  }
  return !(TRUE_OF[kind] ?? []).includes(traits[subject]!);
}

/** The first rank of each employee among all that was tested for something worth a word, found or not. */
function ranksOf({ all }: Detection): ReadonlyMap<number, number> {
  const tested: Finding[] = [];
  for (const one of all) {
    if (WEIGHT_OF[one.kind] !== 'word') continue;
    for (const [at, subject] of one.subjects.entries())
      tested.push({ kind: one.kind, subject, logP: one.logP[at]!, q: null, tested: one, at });
  }
  tested.sort(inOrder);
  const ranks = new Map<number, number>();
  for (const { subject, logP } of tested)
    if (logP! < 0 && !ranks.has(subject)) ranks.set(subject, ranks.size + 1);
  return ranks;
}

function found(seed: number, isPlanted: boolean): BookFound {
  // A fifth of the customers are regulars of one barista, which no detector is told.
  const its = simulatedConduct({ seed, planted: isPlanted, loyalShare: 0.2, daysBefore: 28 });
  const detection = detect(its.conduct);
  const { findings } = detection;
  const { traits } = its;
  const wrong = findings.filter((one) => isFalse(its, one));
  const of = (some: readonly Finding[], weight: string) =>
    some.filter(({ kind }) => WEIGHT_OF[kind] === weight);
  const ranks = ranksOf(detection);
  const cases = [...traits.entries()].flatMap(([employee, trait]) => {
    if (!CASES.includes(trait)) return [];
    const kind = trait === 'end-of-shift' ? 'end-of-shift' : 'few-customers';
    const isFound = findings.some((one) => one.kind === kind && one.subject === employee);
    return [{ trait, isFound, rank: ranks.get(employee) ?? Number.MAX_SAFE_INTEGER }];
  });
  const words = of(findings, 'word');
  const isGenerous = ({ subject }: Finding) => traits[subject] === 'generous-legitimate';
  return {
    seed,
    findings: findings.length,
    wrong: wrong.length,
    words: words.length,
    wrongWords: of(wrong, 'word').length,
    wrongLooks: of(wrong, 'look').length,
    cases,
    generousRank: ranks.get(traits.indexOf('generous-legitimate')) ?? null,
    generousWords: words.filter(isGenerous).length,
  };
}

const [first, count, mode] = process.argv.slice(2);
for (let seed = Number(first); seed < Number(first) + Number(count); seed++)
  process.stdout.write(`${JSON.stringify(found(seed, mode === 'planted'))}\n`);
