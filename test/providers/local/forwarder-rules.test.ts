import { describe, expect, it } from 'vitest';
import { natRules, parseTargets, published } from '../../../src/providers/local/forwarder-rules.ts';
import { tarOf } from '../../../src/providers/local/tar.ts';

describe('natRules', () => {
  const ports = published(['8080:80', '127.0.0.1:9090:81']);
  const forwards = (text: string): readonly string[] => text.split('\n').filter((line) => line.includes('DNAT'));

  it('gives each target an equal share of new connections', () => {
    expect(forwards(natRules(ports.slice(0, 1), ['10.0.0.1', '10.0.0.2', '10.0.0.3'], true))).toEqual([
      '-A PREROUTING -p tcp --dport 20000 -m statistic --mode nth --every 3 --packet 0 -j DNAT --to-destination 10.0.0.1:80',
      '-A PREROUTING -p tcp --dport 20000 -m statistic --mode nth --every 2 --packet 0 -j DNAT --to-destination 10.0.0.2:80',
      '-A PREROUTING -p tcp --dport 20000 -j DNAT --to-destination 10.0.0.3:80',
    ]);
  });

  it('sends all to the first where the kernel cannot share', () => {
    expect(forwards(natRules(ports, ['10.0.0.1', '10.0.0.2'], false))).toEqual([
      '-A PREROUTING -p tcp --dport 20000 -j DNAT --to-destination 10.0.0.1:80',
      '-A PREROUTING -p tcp --dport 20001 -j DNAT --to-destination 10.0.0.1:81',
    ]);
  });

  it('is a whole table with no way on when there is no target', () => {
    const text = natRules(ports, [], true);
    expect(forwards(text)).toEqual([]);
    expect(text.startsWith('*nat\n')).toBe(true);
    expect(text.endsWith('COMMIT\n')).toBe(true);
  });
});

describe('parseTargets', () => {
  it.each([
    ['forwards to: 10.0.0.1 10.0.0.2\n', ['10.0.0.1', '10.0.0.2']],
    ['forwards to: \n', []],
    ['cannot forward: iptables-restore: not found', null],
    ['', null],
  ])('reads %j', (line, targets) => {
    expect(parseTargets(line)).toEqual(targets);
  });
});

describe('tarOf', () => {
  it('writes blocks whose checksums hold', () => {
    const tar = tarOf({ 'a/b': 'hello', c: 'x'.repeat(512) });
    expect(tar.length).toBe(512 * (2 + 2 + 2));
    expect(tar.subarray(0, 3).toString()).toBe('a/b');
    expect(Number.parseInt(tar.subarray(124, 135).toString(), 8)).toBe(5);
    const sum = [...tar.subarray(0, 512)].reduce((n, byte, i) => n + (i >= 148 && i < 156 ? 32 : byte), 0);
    expect(Number.parseInt(tar.subarray(148, 154).toString(), 8)).toBe(sum);
    expect(tar.subarray(512, 517).toString()).toBe('hello');
  });
});
