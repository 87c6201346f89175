/** Trying a policy version out: backtests, which look back, and shadows, which run along. Neither changes a decision. */
import type { Command, Refusal } from './commands.ts';
import type { BacktestRequested, ShadowStarted, ShadowStopped, Stamp } from './events.ts';
import { countsFiscally } from './fiscal-rules.ts';
import type { BookState } from './state.ts';

/** Each shadow decides every act once more, in the background. */
export const MAX_SHADOWS = 4;

type Refused = { readonly refusal: Refusal };

export function requestBacktest(
  state: BookState,
  command: Command & { type: 'RequestBacktest' },
  id: string,
  stamp: Stamp,
): { readonly event: BacktestRequested } | Refused {
  const { version, from, to, position } = command;
  const unknown = unknownVersion(state, version);
  if (unknown !== undefined) return unknown;
  const { document, policy } = state.policies.get(version)!;
  const fiscalCalendar = countsFiscally(policy) ? state.book?.fiscalCalendar : undefined;
  if (position !== undefined && position > state.revision) {
    return {
      refusal: {
        code: 'position-not-reached',
        detail: `Book "${state.id}" stands at position ${state.revision}, not yet at ${position}.`,
        pointer: '/position',
        advice: 'Leave position out to look at every act there is.',
      },
    };
  }
  return {
    event: {
      type: 'BacktestRequested',
      id,
      version,
      document,
      position: position ?? state.revision,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(fiscalCalendar === undefined ? {} : { fiscalCalendar }),
      asked: position === undefined ? {} : { position },
      ...stamp,
    },
  };
}

export function startShadow(
  state: BookState,
  version: number,
  stamp: Stamp,
): { readonly event: ShadowStarted } | { readonly unchanged: true } | Refused {
  const unknown = unknownVersion(state, version);
  if (unknown !== undefined) return unknown;
  const { document } = state.policies.get(version)!;
  const running = [...state.shadows].filter(([, { until }]) => until === undefined);
  const same = running.find(([one]) => one === version)?.[1];
  if (same?.document === document) return { unchanged: true };
  if (same === undefined && running.length >= MAX_SHADOWS) {
    const versions = running.map(([one]) => one).join(', ');
    return {
      refusal: {
        code: 'too-many-shadows',
        detail: `Versions ${versions} of book "${state.id}" run in shadow already.`,
        advice: `Stop one of them first: at most ${MAX_SHADOWS} run at once.`,
      },
    };
  }
  return { event: { type: 'ShadowStarted', version, document, ...stamp } };
}

export function stopShadow(
  state: BookState,
  version: number,
  stamp: Stamp,
): { readonly event: ShadowStopped } | { readonly unchanged: true } | Refused {
  const unknown = unknownVersion(state, version);
  if (unknown !== undefined) return unknown;
  const shadow = state.shadows.get(version);
  return shadow !== undefined && shadow.until === undefined
    ? { event: { type: 'ShadowStopped', version, ...stamp } }
    : { unchanged: true };
}

function unknownVersion(state: BookState, version: number): Refused | undefined {
  if (state.policies.has(version)) return undefined;
  return {
    refusal: {
      code: 'policy-not-found',
      detail: `Book "${state.id}" has no policy version ${version}.`,
      advice:
        state.policies.size === 0
          ? 'Post a policy first.'
          : `Versions 1 to ${state.policies.size} exist; name one of them.`,
    },
  };
}
