import { createServer } from 'node:http';

const XMLNS = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

/** Stands in for Amazon EC2 Auto Scaling: takes every request for well-formed and notes it. */
export interface AutoScalingStandIn {
  /** For `AWS_ENDPOINT_URL_AUTO_SCALING`. */
  readonly url: string;
  /** `Action` and its parameters, in the order of their coming. */
  readonly asked: readonly Readonly<Record<string, string>>[];
  /** What the next requests get in place of success. */
  readonly answers: { readonly status: number; readonly body: string }[];
  close(): Promise<void>;
}

export async function startAutoScaling(): Promise<AutoScalingStandIn> {
  const asked: Record<string, string>[] = [];
  const answers: { status: number; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const text of request) body += text;
    const { Action = '', Version: _, ...rest } = Object.fromEntries(new URLSearchParams(body));
    asked.push({ Action, ...rest });
    const done = `<${Action}Response xmlns="${XMLNS}"><${Action}Result/></${Action}Response>`;
    const { status, body: text } = answers.shift() ?? { status: 200, body: done };
    response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${at.port}`,
    asked,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** As Auto Scaling refuses where no instance is held. */
export const NOT_HELD = {
  status: 400,
  body: `<ErrorResponse xmlns="${XMLNS}"><Error><Type>Sender</Type><Code>ValidationError</Code>
  <Message>No active Lifecycle Action found with instance ID i-1</Message></Error></ErrorResponse>`,
};
