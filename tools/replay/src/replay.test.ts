import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReplayOptions, parseReplayOptions } from './replay-options.ts';
import { runReplay } from './replay-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  for (const name of ['run', 'secrets']) mkdirSync(join(folder, name));
  const addresses = [{ name: 'zoho-gateway', title: 'Zoho', url: 'http://127.0.0.1:4030/docs' }];
  writeFileSync(join(folder, 'run/stack.json'), JSON.stringify({ addresses }));
  writeFileSync(join(folder, 'secrets/ops-token'), 'token-of-the-stack\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

function parse(line: string, env: NodeJS.ProcessEnv = {}): ReplayOptions | undefined {
  return parseReplayOptions(line.split(' '), env, folder);
}

describe('parseReplayOptions', () => {
  it('finds a service and the token in the running stack', () => {
    const options = parse('--service zoho-gateway --from 5 --to 9 --reason lost --maker ada');

    expect(options).toEqual({
      isJson: false,
      url: 'http://127.0.0.1:4030',
      opsToken: 'token-of-the-stack',
      rowsMax: undefined,
      request: { fromSeq: '5', toSeq: '9', reason: 'lost', maker: 'ada' },
    });
  });

  it('takes instants, narrowing, bounds, and the token of the environment', () => {
    const line =
      '--url https://example.com/x --from 2026-01-31 --key k --type t --rate 9 --max 7 --dry-run --json';

    const options = parse(`${line} --maker ada`, { OPS_TOKEN: 'given' });

    expect(options).toEqual({
      isJson: true,
      url: 'https://example.com',
      opsToken: 'given',
      rowsMax: 7,
      request: {
        from: '2026-01-31T00:00:00.000Z',
        key: 'k',
        type: 't',
        ratePerSecond: 9,
        isDryRun: true,
        maker: 'ada',
        reason: 'Dry run',
      },
    });
  });

  it.each([
    ['no beginning', '--service zoho-gateway --reason x', '--from is missing'],
    ['no reason', '--service zoho-gateway --from 1', '--reason is missing'],
    ['no service', '--from 1 --reason x', '--service or --url is missing'],
    ['an unknown service', '--service none --from 1 --reason x', 'There is no service none'],
    [
      'half an instant',
      '--service zoho-gateway --from soon --reason x',
      'a sequence or an instant',
    ],
    ['a rate of nothing', '--service zoho-gateway --from 1 --reason x --rate 0', '--rate must be'],
    ['an unknown option', '--nonsense', 'Unknown option'],
  ])('refuses %s in one sentence', (_, line, sentence) => {
    expect(() => parse(line)).toThrow(sentence);
  });

  it('asks for nothing when help is wanted', () => {
    expect(parse('--help')).toBeUndefined();
  });
});

describe('runReplay', () => {
  let server: Server;
  let bodies: Record<string, unknown>[];
  let answers: { status: number; body: unknown }[];
  let options: ReplayOptions;

  beforeEach(async () => {
    bodies = [];
    answers = [];
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (bytes: Buffer) => (text += bytes.toString()));
      request.on('end', () => {
        bodies.push(JSON.parse(text) as Record<string, unknown>);
        const { status, body } = answers.shift() ?? { status: 500, body: {} };
        const isAllowed = request.headers.authorization === 'Bearer token';
        response.writeHead(isAllowed ? status : 401).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const request = { fromSeq: '1', maker: 'ada', reason: 'lost' };
    const url = `http://127.0.0.1:${port}`;
    options = { isJson: true, url, opsToken: 'token', rowsMax: undefined, request };
  });

  afterEach(() => server.close());

  function answer(rows: number, firstSeq: string, nextSeq: string | null): void {
    const lastSeq = String(Number(firstSeq) + rows - 1);
    const body = { isDryRun: false, rows, bytes: rows * 10, firstSeq, lastSeq, nextSeq };
    answers.push({ status: 200, body });
  }

  it('goes on where each call ended, until nothing is left', async () => {
    answer(5_000, '1', '5001');
    answer(3, '5001', null);

    const total = await runReplay(options, () => undefined);

    expect(total).toEqual({
      isDryRun: false,
      rows: 5_003,
      bytes: 50_030,
      firstSeq: '1',
      lastSeq: '5003',
      nextSeq: null,
    });
    expect(bodies.map(({ fromSeq }) => fromSeq)).toEqual(['1', '5001']);
  });

  it('ends at its bound, and says where to go on', async () => {
    answer(7, '1', '8');

    const total = await runReplay({ ...options, rowsMax: 7 }, () => undefined);

    expect([bodies[0]?.['rowsMax'], total.nextSeq]).toEqual([7, '8']);
  });

  it('asks for as much as ten seconds publish at the rate', async () => {
    answer(1, '1', null);

    const request = { ...options.request, ratePerSecond: 20 };
    await runReplay({ ...options, request }, () => undefined);

    expect(bodies[0]).toMatchObject({ rowsMax: 200, ratePerSecond: 20 });
  });

  it('hands on why the service refused', async () => {
    const details = { earliestSeq: '9' };
    answers.push({ status: 410, body: { code: 'OUTBOX_REPLAY_GONE', detail: 'Gone.', details } });

    const refused = runReplay(options, () => undefined);

    await expect(refused).rejects.toMatchObject({ code: 'OUTBOX_REPLAY_GONE', details });
  });
});
