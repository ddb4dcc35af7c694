/** A user of the HTTP API, as a program: signs in, repeats safely, and reports refusals in their own words. */
import { Readable } from 'node:stream';
import { toJson } from '../src/kernel/canonical.js';
import { Refusal } from '../src/kernel/refusal.js';
import { pause } from '../src/platform/patience.js';

interface ProblemBody {
  readonly code?: string;
  readonly detail?: string;
  readonly faults?: readonly { path: string; reason: string; line?: number }[];
}

/** An answer that was not a success: a refusal, in the words of the system. */
export class ApiRefusal extends Refusal {
  constructor(
    readonly status: number,
    readonly problem: ProblemBody,
    route: string,
  ) {
    const faults = (problem.faults ?? [])
      .slice(0, 5)
      .map((f) => `${f.line ? `line ${f.line}: ` : ''}${f.path} ${f.reason}`);
    super(problem.code ?? 'demo.refused', [`${route}: ${problem.detail ?? status}`, ...faults].join('\n  '));
  }
}

/** Whoever was cut off may find that its last command is still being done; the largest takes minutes. */
const PATIENCE_MILLIS = 600_000;
const PAUSE_MILLIS = 1_000;

export class User {
  private cookie = '';

  constructor(
    private readonly base: string,
    readonly name: string,
    private readonly keys = '',
  ) {}

  async signIn(email: string, password: string): Promise<this> {
    const answer = await this.send('POST', '/api/v1/sessions', { email, password });
    this.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return this;
  }

  /** The same user, whose keys all begin so: for a story that is played once more in the same system. */
  under(prefix: string): User {
    const again = new User(this.base, this.name, `${this.keys}${prefix}`);
    again.cookie = this.cookie;
    return again;
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.send('GET', path)).json()) as T;
  }

  /** Every item of a paged list. */
  async *all<T>(path: string): AsyncIterable<T> {
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: T[]; next: string | null } = await this.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=200${more}`,
      );
      yield* page.items;
      cursor = page.next;
    } while (cursor !== null);
  }

  /** Posts a command under a key of its own, so that a demonstration that was cut off repeats it without doing it twice. */
  async post<T>(path: string, body: object, key: string): Promise<T> {
    return this.command(() => this.send('POST', path, body, { 'idempotency-key': this.keys + key }));
  }

  async patch<T>(path: string, body: object, version: number): Promise<T> {
    return (await (await this.send('PATCH', path, body, { 'if-match': `"${version}"` })).json()) as T;
  }

  /** Sets something, for all versions of it or over the one that was seen. Said again, it is the same. */
  async put<T>(path: string, body: object, version?: number): Promise<T> {
    const seen: Record<string, string> = version === undefined ? {} : { 'if-match': `"${version}"` };
    return (await (await this.send('PUT', path, body, seen)).json()) as T;
  }

  /** Streams a spreadsheet up, anew for each try; `onBytes` hears how far it is. */
  async postCsv<T>(
    path: string,
    chunks: () => AsyncIterable<string>,
    key: string,
    onBytes: (bytes: number) => void,
  ): Promise<T> {
    async function* counted(): AsyncIterable<Buffer> {
      let bytes = 0;
      for await (const chunk of chunks()) {
        const buffer = Buffer.from(chunk);
        yield buffer;
        bytes += buffer.byteLength;
        onBytes(bytes);
      }
    }
    const headers = { 'idempotency-key': this.keys + key, 'content-type': 'text/csv' };
    return this.command(() => this.send('POST', path, Readable.from(counted()), headers));
  }

  /** Sends a command until it is not being done any more, but done or refused. */
  private async command<T>(send: () => Promise<Response>): Promise<T> {
    const limit = Date.now() + PATIENCE_MILLIS;
    for (;;) {
      try {
        return (await (await send()).json()) as T;
      } catch (error) {
        const inProgress = error instanceof ApiRefusal && error.problem.code === 'idempotency.in-progress';
        if (!inProgress || Date.now() > limit) throw error;
        await pause(PAUSE_MILLIS);
      }
    }
  }

  async download(path: string): Promise<Buffer> {
    return Buffer.from(await (await this.send('GET', path)).arrayBuffer());
  }

  /** The answer's body, as it comes. */
  async stream(path: string): Promise<Readable> {
    const { body } = await this.send('GET', path);
    if (!body) throw new Error(`${path} has no body`);
    return Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  }

  private async send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const streamed = body instanceof Readable;
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: {
        ...(body !== undefined && !streamed ? { 'content-type': 'application/json' } : {}),
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: streamed ? (Readable.toWeb(body) as unknown as NonNullable<RequestInit['body']>) : toJson(body) }),
      ...(streamed ? { duplex: 'half' as const } : {}),
    };
    const answer = await fetch(this.base + path, init);
    if (answer.ok) return answer;
    const text = await answer.text();
    let problem: ProblemBody;
    try {
      problem = JSON.parse(text) as ProblemBody;
    } catch {
      problem = { detail: text.slice(0, 300) };
    }
    throw new ApiRefusal(answer.status, problem, `${method} ${path} (${this.name})`);
  }
}
