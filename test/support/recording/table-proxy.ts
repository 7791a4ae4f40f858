import { createServer, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';

export interface TableProxy {
  readonly url: string;
  /** How it is from now on: open; cut: no request comes through, none is answered; or so slow, each way, ms at most. */
  set(weather: Weather): void;
  close(): Promise<void>;
}
type Weather = 'open' | 'cut' | { readonly slowMs: number };

interface Item {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
  readonly term?: { readonly N: string };
}

/** Passes DynamoDB's requests on to `endpoint`; what changes something goes into the ledger. */
export async function openTableProxy(endpoint: string, ledger: Ledger, by: () => string): Promise<TableProxy> {
  let weather: Weather = 'open';
  const delay = (): Promise<unknown> =>
    typeof weather === 'object' ? sleep(Math.random() * weather.slowMs) : Promise.resolve();

  const server = createServer(async (ask, answer) => {
    const sender = by();
    const body = await bytesOf(ask);
    if (weather === 'cut') return;
    await delay();
    // On its way by now: it arrives even if nobody waits for it any more.
    const verb = String(ask.headers['x-amz-target']).split('.')[1] ?? '';
    const item = itemOf(verb, body);
    const noted =
      item &&
      ledger.note({
        by: sender,
        connection: ledger.nextConnection(),
        what: `${verb} ${kindOf(item)}`,
        subject: `${item.pk.S} ${item.sk.S}`,
        ...(item.term ? { term: Number(item.term.N) } : {}),
      });
    const told = await passOn(endpoint, ask, body).catch(() => null);
    if (noted && told) noted.status = told.status;
    if (item?.pk.S === 'lease' && told?.status === 200) ledger.took(sender, Number(item.term?.N));
    await delay();
    if (told === null || answer.destroyed) return void answer.destroy();
    answer.writeHead(told.status, told.headers).end(told.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    set(next) {
      weather = next;
      // Whoever waited for an answer while it was cut hears at least that there is none.
      if (next === 'open') server.closeAllConnections();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Null: it changes nothing. */
function itemOf(verb: string, body: Buffer): Item | null {
  if (verb !== 'PutItem' && verb !== 'DeleteItem') return null;
  const { Item, Key } = JSON.parse(String(body)) as { Item?: Item; Key?: Item };
  return Item ?? Key ?? null;
}

/** `state/us/status` is `status`; `history/us` is `history`. */
const kindOf = ({ pk }: Item): string => {
  const [first, , folder] = pk.S.split('/');
  return folder ?? first ?? '';
};

function passOn(endpoint: string, ask: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const { method, headers } = ask;
    request(endpoint, { method, headers, path: ask.url }, (told) => {
      bytesOf(told).then(
        (text) => resolve({ status: told.statusCode ?? 500, headers: told.headers, body: text }),
        reject,
      );
    })
      .on('error', reject)
      .end(body);
  });
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
