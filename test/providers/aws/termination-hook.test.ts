import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { ok } from '../../../src/base/result.ts';
import {
  createAutoScaling,
  createTerminationHook,
  type TerminationHook,
} from '../../../src/providers/aws/termination-hook.ts';

const { signal } = new AbortController();
const XMLNS = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';
const refusal = `<ErrorResponse xmlns="${XMLNS}"><Error><Type>Sender</Type><Code>ValidationError</Code>
  <Message>No active Lifecycle Action found with instance ID i-1</Message></Error></ErrorResponse>`;

let server: Server;
let asked: Record<string, string>[];
let answers: { readonly status: number; readonly body?: string }[];
let hook: TerminationHook;

beforeEach(async () => {
  [asked, answers] = [[], []];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      const { Action = '', Version: _, ...rest } = Object.fromEntries(new URLSearchParams(body));
      asked.push({ Action, ...rest });
      const done = `<${Action}Response xmlns="${XMLNS}"><${Action}Result/></${Action}Response>`;
      const { status, body: text = done } = answers.shift() ?? { status: 200 };
      response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  vi.stubEnv('AWS_ENDPOINT_URL_AUTO_SCALING', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const client = createAutoScaling({ region: 'eu-west-3' });
  hook = createTerminationHook({ client, clock: systemClock, group: 'one-default', hook: 'drain', instanceId: 'i-1' });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const which = { AutoScalingGroupName: 'one-default', LifecycleHookName: 'drain', InstanceId: 'i-1' };

describe('the termination hook', () => {
  it('is kept and ended for this instance, found by its id alone', async () => {
    expect(await hook.heartbeat(signal)).toEqual(ok(undefined));
    expect(await hook.complete(signal)).toEqual(ok(undefined));
    expect(asked).toEqual([
      { Action: 'RecordLifecycleActionHeartbeat', ...which },
      { Action: 'CompleteLifecycleAction', ...which, LifecycleActionResult: 'CONTINUE' },
    ]);
  });

  it('is refused where nothing is held', async () => {
    answers.push({ status: 400, body: refusal });
    expect(await hook.heartbeat(signal)).toMatchObject({ problem: { kind: 'refused' } });
    expect(asked).toHaveLength(1);
  });

  it('is asked again by the SDK when Auto Scaling has trouble of its own', async () => {
    answers.push({ status: 503, body: '' });
    expect(await hook.complete(signal)).toEqual(ok(undefined));
    expect(asked).toHaveLength(2);
  });
});
