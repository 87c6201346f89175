/** Requests built once and stamped with running numbers, in place: no strings are made under load. */

/** Where a template wants the running number of the act, and of the budget it goes to; as many digits as hashes. */
export const KEY_MARK = '############';
export const BUDGET_MARK = '%%%%%%';

export interface Template {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export class RequestStamp {
  readonly bytes: Buffer;
  readonly #keysAt: readonly number[];
  readonly #budgetsAt: readonly number[];

  constructor(template: Template) {
    const body = Buffer.from(template.body ?? '');
    const headers = Object.entries({ ...template.headers, 'content-length': String(body.length) })
      .filter(([name]) => template.method === 'POST' || name !== 'content-length')
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    this.bytes = Buffer.concat([
      Buffer.from(`${template.method} ${template.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n`),
      body,
    ]);
    this.#keysAt = placesOf(this.bytes, KEY_MARK);
    this.#budgetsAt = placesOf(this.bytes, BUDGET_MARK);
  }

  /** How many acts one request carries. */
  get acts(): number {
    return Math.max(1, this.#keysAt.length);
  }

  /** @param first the running number of the request's first act; its others follow */
  stamp(first: number, budgets: number): Buffer {
    for (let at = 0; at < this.#keysAt.length; at++) {
      digits(this.bytes, this.#keysAt[at]!, KEY_MARK.length, first + at);
    }
    for (let at = 0; at < this.#budgetsAt.length; at++) {
      // A prime step: neighbours in time are far apart, and every budget gets its turn.
      digits(this.bytes, this.#budgetsAt[at]!, BUDGET_MARK.length, ((first + at) * 7_919) % budgets);
    }
    return this.bytes;
  }
}

function placesOf(bytes: Buffer, mark: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) places.push(at);
  return places;
}

function digits(bytes: Buffer, from: number, width: number, value: number): void {
  let left = value;
  for (let at = from + width - 1; at >= from; at--) {
    bytes[at] = 48 + (left % 10);
    left = Math.floor(left / 10);
  }
}
