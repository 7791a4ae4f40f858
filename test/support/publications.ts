import { createServer } from 'node:http';
import { z } from 'zod';

/**
 * Stands before DynamoDB and notes every swarm id that was ever published, whoever did it: an item that was replaced tells
 * nothing of what it said before.
 */
export interface Publications {
  readonly url: string;
  of(cluster: string): readonly string[];
  close(): Promise<void>;
}

const putSchema = z.object({
  Item: z.object({ pk: z.object({ S: z.string() }), swarm: z.object({ S: z.string() }).optional() }),
});

export async function watchPublications(store: string): Promise<Publications> {
  const published = new Map<string, Set<string>>();
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
      const answer = await fetch(store, { method: 'POST', body, headers: headers as Record<string, string> });
      const put =
        String(headers['x-amz-target']).endsWith('.PutItem') && answer.ok ? putSchema.parse(JSON.parse(body)) : null;
      if (put?.Item.swarm) {
        const { pk, swarm } = put.Item;
        published.set(pk.S, (published.get(pk.S) ?? new Set()).add(swarm.S));
      }
      response
        .writeHead(answer.status, Object.fromEntries(answer.headers))
        .end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${at.port}`,
    of: (cluster) => [...(published.get(`founding/${cluster}`) ?? [])],
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
