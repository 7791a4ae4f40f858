import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIdentity, readTag } from '../../src/agent/identity.ts';
import { createMetadata, type Metadata } from '../../src/agent/metadata.ts';
import { readNotice } from '../../src/agent/notice.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { ok } from '../../src/base/result.ts';
import { type InstanceMetadata, startInstanceMetadata } from '../support/instance-metadata.ts';

const { signal } = new AbortController();
const waits: number[] = [];
/** Waits between tries are noted and not waited for; the limit of a try is real. */
const clock: Clock = {
  ...systemClock,
  sleep: async (ms, until) => (ms === 1_000 ? systemClock.sleep(ms, until) : void waits.push(ms)),
};
let service: InstanceMetadata;
let metadata: Metadata;

beforeEach(async () => {
  waits.length = 0;
  service = await startInstanceMetadata({
    instanceId: 'i-0a1b2c3d4e5f60718',
    zone: 'eu-west-3b',
    address: '10.0.1.7',
    lifecycle: 'spot',
    tags: { 'skep:cluster': 'one', 'aws:autoscaling:groupName': 'one-default' },
  });
  metadata = createMetadata({ clock, endpoint: `${service.url}/` });
});
afterEach(() => service.close());

const ID = 'meta-data/instance-id';

describe('the instance metadata service', () => {
  it('is asked with a token, and with the same one again', async () => {
    expect(await metadata.read(ID, signal)).toEqual(ok('i-0a1b2c3d4e5f60718'));
    expect(await metadata.read(ID, signal)).toEqual(ok('i-0a1b2c3d4e5f60718'));
    expect(service.log).toEqual(['PUT api/token 200', `GET ${ID} 200`, `GET ${ID} 200`]);
  });

  it('answers nobody without a token', async () => {
    expect((await fetch(`${service.url}/latest/${ID}`)).status).toBe(401);
  });

  it('is asked with a new token when the old one is none any more', async () => {
    await metadata.read(ID, signal);
    service.forgetTokens();
    expect(await metadata.read(ID, signal)).toEqual(ok('i-0a1b2c3d4e5f60718'));
    expect(service.log.slice(2)).toEqual([`GET ${ID} 401`, 'PUT api/token 200', `GET ${ID} 200`]);
  });

  it('says with 404 that nothing is there, at once', async () => {
    expect(await metadata.read('meta-data/spot/instance-action', signal)).toEqual(ok(null));
    expect(waits).toEqual([]);
  });

  it.each([503, 500, 429])('is asked again after status %i', async (status) => {
    service.next.push(status, status);
    expect(await metadata.read(ID, signal)).toEqual(ok('i-0a1b2c3d4e5f60718'));
    expect(waits).toEqual([100, 400]);
  });

  it('is out of reach after four tries', async () => {
    service.next.push(503, 503, 503, 503);
    const detail = `${ID}: status 503`;
    const problem = { kind: 'unreachable', what: 'the instance metadata service', detail };
    expect(await metadata.read(ID, signal)).toEqual({ ok: false, problem });
    expect(waits).toEqual([100, 400, 1_600]);
  });

  it('is out of reach when nobody listens', async () => {
    await service.close();
    expect(await metadata.read(ID, signal)).toMatchObject({
      problem: { kind: 'unreachable', detail: `${ID}: no connection` },
    });
    service = await startInstanceMetadata({ instanceId: 'i-1', zone: 'eu-west-3b', address: '10.0.1.8' });
  });

  it('is asked again when it does not answer in time', async () => {
    service.next.push(0);
    expect(await metadata.read(ID, signal)).toEqual(ok('i-0a1b2c3d4e5f60718'));
    expect(waits).toEqual([100]);
  });

  it.each([403, 400])('refuses with status %i, once', async (status) => {
    service.next.push(status);
    expect(await metadata.read(ID, signal)).toMatchObject({ problem: { kind: 'refused' } });
    expect(service.log).toHaveLength(1);
  });

  it('is not followed elsewhere with the token', async () => {
    await metadata.read(ID, signal);
    service.next.push(302);
    expect(await metadata.read('meta-data/local-ipv4', signal)).toMatchObject({ problem: { kind: 'refused' } });
    expect(service.log).toHaveLength(3);
  });

  it('is not asked further once nobody waits', async () => {
    const stop = new AbortController();
    service.next.push(0);
    const asked = metadata.read(ID, stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 20);
    await expect(asked).rejects.toThrow('enough');
    expect(waits).toEqual([]);
  });
});

describe('identity', () => {
  it('is read from the identity document, with the ARN as IAM knows it', async () => {
    expect(await readIdentity(metadata, signal)).toEqual(
      ok({
        instanceId: 'i-0a1b2c3d4e5f60718',
        arn: 'arn:aws:ec2:eu-west-3:123456789012:instance/i-0a1b2c3d4e5f60718',
        region: 'eu-west-3',
        zone: 'eu-west-3b',
        address: '10.0.1.7',
        lifecycle: 'spot',
      }),
    );
  });

  it('is not guessed when a part cannot be read', async () => {
    service.next.push(403);
    expect(await readIdentity(metadata, signal)).toMatchObject({ problem: { kind: 'refused' } });
    const other: Metadata = { read: async () => ok('{"instanceId": "i-1"}') };
    expect(await readIdentity(other, signal)).toMatchObject({ problem: { kind: 'unreadable', detail: 'accountId' } });
    const none: Metadata = { read: async () => ok(null) };
    expect(await readIdentity(none, signal)).toMatchObject({ problem: { kind: 'gone' } });
  });

  it('has tags, if the launch template lets them be seen', async () => {
    expect(await readTag(metadata, 'skep:cluster', signal)).toEqual(ok('one'));
    expect(await readTag(metadata, 'aws:autoscaling:groupName', signal)).toEqual(ok('one-default'));
    expect(await readTag(metadata, 'skep:pool', signal)).toEqual(ok(null));
  });
});

describe('notices', () => {
  const time = '2026-11-20T08:22:00Z';
  const at = Date.parse(time);

  it('are none on a quiet day, in a group or in none', async () => {
    expect(await readNotice(metadata, signal)).toEqual(ok(null));
    service.announced.target = null;
    expect(await readNotice(metadata, signal)).toEqual(ok(null));
  });

  it('come by urgency: recommendation, hook, spot', async () => {
    service.announced.rebalance = { noticeTime: time };
    expect(await readNotice(metadata, signal)).toEqual(ok({ cause: 'rebalance', at }));
    service.announced.target = 'Terminated';
    expect(await readNotice(metadata, signal)).toEqual(ok({ cause: 'terminating', at: null }));
    service.announced.spot = { action: 'terminate', time };
    expect(await readNotice(metadata, signal)).toEqual(ok({ cause: 'spot', at }));
  });

  it.each(['InService', 'Standby', 'Detached', 'Warmed:Stopped'])('are none on the way to %s', async (target) => {
    service.announced.target = target;
    expect(await readNotice(metadata, signal)).toEqual(ok(null));
  });

  it('count without a time, too', async () => {
    service.announced.spot = { action: 'stop', time: 'soon' };
    expect(await readNotice(metadata, signal)).toEqual(ok({ cause: 'spot', at: null }));
  });

  it('are seen although another source is not, but none is only said when all were seen', async () => {
    await metadata.read(ID, signal); // has a token
    service.next.push(403);
    expect(await readNotice(metadata, signal)).toMatchObject({ problem: { kind: 'refused' } });
    service.announced.target = 'Terminated';
    service.next.push(403);
    expect(await readNotice(metadata, signal)).toEqual(ok({ cause: 'terminating', at: null }));
  });
});
